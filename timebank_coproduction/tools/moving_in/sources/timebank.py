"""What a bank of this addon exports: members, transfers, offers and requests, in minutes and by ids."""

from ..source import BANK, Member, Movement, Party, Post, Source, Table, one_line

#: Kinds of transfers that are time of one person for another, or for the bank.
OF_HOURS = ("earn", "exchange")
STATES = {"active": "active", "paused": "paused", "applicant": "applicant"}

#: The headings that are written, in their order; reading them back takes the same.
MEMBERS = {
    "id": "Member id",
    "name": "Name",
    "email": "Email",
    "phone": "Phone",
    "role": "Role",
    "state": "State",
    "joined": "Joined on",
    "balance": "Balance in minutes",
}
TRANSFERS = {
    "id": "Transfer",
    "day": "Day",
    "payer": "From member id",
    "payer_name": "From",
    "payee": "To member id",
    "payee_name": "To",
    "time": "Minutes",
    "kind": "Kind",
    "text": "What for",
    "reverses": "Takes back",
}
POSTS = {
    "id": "{} id",
    "owner": "Member id",
    "owner_name": "Name",
    "skill": "Skill",
    "title": "In their words",
    "state": "State",
    "expires": "Until",
}


def read_member(cells, look):
    state = cells["state"]
    yield Member(
        id=cells["id"],
        name=cells["name"],
        email=cells["email"],
        phone=cells["phone"],
        joined=cells["joined"],
        # who left, and what they hold, stays with the bank that they left
        state=STATES.get(state, "deleted"),
        balance=cells["balance"],
        is_company=cells["role"] == "organisation",
    )


def read_transfer(cells, look):
    payer, payee = (Party(id=cells[side]) if cells[side] else BANK for side in ("payer", "payee"))
    kind = cells["kind"]
    people = payer is not BANK and payee is not BANK
    kind = "hours" if kind in OF_HOURS else kind if kind == "reversal" else "gift" if people else "opening"
    if kind == "hours" and payee is BANK:
        kind = "opening"
    yield Movement(
        id=cells["id"],
        day=cells["day"],
        payer=payer,
        payee=payee,
        time=cells["time"],
        kind=kind,
        text=cells["text"],
        reverses=cells["reverses"] or cells["id"],
        # between two accounts of the bank's own, such as pots
        skipped="own_accounts" if payer is BANK and payee is BANK else "",
    )


def read_post(kind):
    """What reads an offer or a request."""

    def read(cells, look):
        yield Post(
            id=cells["id"],
            kind=kind,
            party=Party(id=cells["owner"], name=cells["owner_name"]),
            title=one_line(cells["title"]),
            state=cells["state"],
            expires=cells["expires"],
            skills=(cells["skill"],),
        )

    return read


def _table(name, headings, read, **more):
    return Table(
        name, {field: (heading,) for field, heading in headings.items()}, tuple(headings), read, **more
    )


def post_headings(kind):
    """The headings of offers or requests.

    >>> post_headings("offer")["id"]
    'Offer id'
    """
    return {name: heading.format(kind.capitalize()) for name, heading in POSTS.items()}


SOURCE = Source(
    name="timebank",
    title="Another bank of this program",
    tables=(
        _table("members", MEMBERS, read_member, unit="minutes"),
        _table("transfers", TRANSFERS, read_transfer, unit="minutes"),
        _table("offers", post_headings("offer"), read_post("offer")),
        _table("requests", post_headings("request"), read_post("request")),
    ),
)
