"""Community Weaver 2. Its page names the files; headings, encoding and the form of days are conjecture."""

from ..source import Balance, Member, Movement, Party, Post, Source, Table, named, one_line


def read_member(cells, look):
    applies = cells.get("role", "").lower() == "applicant"
    blocked = cells.get("state", "").lower() in ("blocked", "inactive")
    yield Member(
        id=cells["id"],
        name=named(cells, "first", "last"),
        email=cells.get("email", ""),
        phone=cells.get("phone", ""),
        joined=cells.get("joined", ""),
        state="fund"
        if is_fund(named(cells, "first", "last"))
        else "applicant"
        if applies
        else "paused"
        if blocked
        else "active",
    )


def is_fund(name):
    return name.casefold() == "community fund"


def read_balance(cells, look):
    yield Balance(cells["id"], cells["balance"])


def read_party(number, name):
    party = Party(id=number, name=one_line(name))
    return party._replace(kind="bank") if is_fund(party.name) else party


def read_exchange(cells, look):
    yield Movement(
        id=cells["id"],
        day=cells["day"],
        payer=read_party(cells.get("payer_id", ""), cells["payer"]),
        payee=read_party(cells.get("payee_id", ""), cells["payee"]),
        time=cells["time"],
        text=cells.get("text", ""),
        category=cells.get("category", ""),
    )


def read_ad(cells, look):
    kind = cells.get("kind", "offer").lower()
    yield Post(
        id=cells["id"],
        kind=kind if kind in ("offer", "request") else "",
        party=Party(id=cells["owner_id"], name=one_line(cells.get("owner", ""))),
        title=one_line(": ".join(filter(None, (cells["title"], cells.get("text", ""))))),
        expires=cells.get("expires", ""),
        skills=tuple(filter(None, [cells.get("category", "")])),
    )


SOURCE = Source(
    name="community_weaver",
    title="Community Weaver",
    is_conjecture=True,
    tables=(
        Table(
            "members",
            {
                "id": ("uid",),
                "first": ("First name",),
                "last": ("Last name",),
                "email": ("Email",),
                "phone": ("Phone",),
                "role": ("Role",),
                "state": ("Status",),
                "joined": ("Joined",),
            },
            ("id", "first", "last"),
            read_member,
            order="mdy",
            is_html=True,
        ),
        Table(
            "balances",
            {"id": ("uid",), "name": ("Name",), "balance": ("Balance",), "earned": ("Hours earned",)},
            ("id", "balance", "earned"),
            read_balance,
            is_html=True,
        ),
        Table(
            "exchanges",
            {
                "id": ("Exchange id",),
                "day": ("Date",),
                "payee_id": ("Provider uid",),
                "payee": ("Provider",),
                "payer_id": ("Recipient uid",),
                "payer": ("Recipient",),
                "category": ("Category",),
                "text": ("Description",),
                "time": ("Hours",),
            },
            ("id", "day", "payee", "payer", "time"),
            read_exchange,
            order="mdy",
            is_html=True,
        ),
        Table(
            "ads",
            {
                "id": ("Ad id",),
                "kind": ("Type",),
                "owner_id": ("uid",),
                "owner": ("Member",),
                "title": ("Title",),
                "text": ("Description",),
                "category": ("Category",),
                "posted": ("Posted",),
                "expires": ("Expires",),
            },
            ("id", "owner_id", "title"),
            read_ad,
            order="mdy",
            is_html=True,
        ),
    ),
)
