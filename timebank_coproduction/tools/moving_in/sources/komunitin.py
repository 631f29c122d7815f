"""Komunitin and IntegralCES: the bundle for moving an exchange, and downloads of its accounting.

Amounts are in a unit of the exchange's own, so what it is worth is always asked.
"""

from fractions import Fraction

from ..source import Balance, Member, Movement, Party, Post, Source, Table, one_line

STATES = {
    "active": "active",
    "disabled": "paused",
    "suspended": "paused",
    "draft": "applicant",
    "pending": "applicant",
    "deleted": "deleted",
}
POSTS = {"published": "published", "hidden": "paused", "draft": "draft"}
NO_END = "1970"


def prepare(look):
    """Who has which address, who is in the list of members, and the prefix of this exchange's accounts."""
    words = look.words
    words["emails"], words["codes"], words["categories"] = {}, set(), {}
    for found in look.founds:
        for record in found.records:
            if found.table.name == "member_users":
                words["emails"].setdefault(record["member"], record["user"].strip())
            elif found.table.name == "members":
                words["codes"].add(record["code"])
            elif found.table.name == "categories":
                words["categories"][record["code"]] = record["name"]
            elif found.table.name == "currency":
                words["rate"] = record.get("numerator", ""), record.get("denominator", "")
            elif found.table.name == "accounts":
                words.setdefault("prefix", record["code"][:4])


def propose_unit(look):
    """Minutes in a unit, as the currency says, or ``None``: hours in one are numerator ÷ denominator.

    >>> from ..source import Look
    >>> propose_unit(Look([], words={"rate": ("1", "10")}))
    Fraction(6, 1)
    """
    numerator, denominator = look.words.get("rate", ("", ""))
    if numerator.isdigit() and denominator.isdigit() and int(denominator):
        return Fraction(int(numerator) * 60, int(denominator))
    return None


def read_member(cells, look):
    code = cells["code"]
    yield Member(
        id=code,
        name=one_line(cells["name"]),
        email=look.words["emails"].get(code, "") or cells.get("email", ""),
        phone=cells.get("phone", ""),
        joined=cells.get("joined", ""),
        state=STATES.get(cells.get("state", "active"), "banned"),
        note=cells.get("note", ""),
        is_company=cells.get("type", "personal") != "personal",
        balance=cells.get("balance"),
    )


def read_account(cells, look):
    """An account of the list of members; without that, somebody of whom the code alone is known."""
    if look.words["codes"]:
        yield Balance(cells["code"], cells["balance"], cells["limit"])
    else:
        yield Member(
            id=cells["code"],
            state=STATES.get(cells.get("state", "active"), "banned"),
            balance=cells["balance"],
            limit=cells["limit"],
            nameless=True,
        )


def read_transfer(cells, look):
    state = cells.get("state", "committed") or "committed"
    prefix = look.words.get("prefix", "")
    payer, payee = (
        Party(id=cells[side], kind="person" if cells[side].startswith(prefix) else "foreign")
        for side in ("payer", "payee")
    )
    yield Movement(
        id=cells["id"],
        day=cells["day"],
        payer=payer,
        payee=payee,
        time=cells["time"],
        undone="" if state == "committed" else state,
        text=cells.get("text", ""),
    )


def read_post(cells, look):
    kind = {"offer": "offer", "need": "request", "want": "request"}.get(cells["kind"], "")
    state = POSTS.get(cells.get("state", ""), "draft")
    if cells.get("met", "") and not cells["met"].startswith(NO_END):
        state = "met" if kind == "request" else "closed"
    expires, category = cells.get("expires", ""), cells.get("category", "")
    words = (cells.get("title", ""), cells.get("text", ""), cells.get("price", ""))
    yield Post(
        id=cells["id"],
        kind=kind,
        party=Party(id=cells["owner"]),
        title=one_line(": ".join(filter(None, words))),
        state=state,
        expires="" if expires.startswith(NO_END) else expires,
        skills=tuple(filter(None, [look.words["categories"].get(category, category)])),
    )


def read_nothing(cells, look):
    return ()


UNIT = "currency"
SOURCE = Source(
    name="komunitin",
    title="Komunitin, IntegralCES",
    prepare=prepare,
    propose_unit=propose_unit,
    tables=(
        Table(
            "currency",
            {
                "code": ("code", "currency.code"),
                "numerator": ("rateNumerator", "currency.rateNumerator"),
                "denominator": ("rateDenominator", "currency.rateDenominator"),
            },
            ("code", "numerator", "denominator"),
            read_nothing,
        ),
        Table(
            "categories",
            {"code": ("code",), "name": ("name",), "access": ("access",), "icon": ("icon.type",)},
            ("code", "name", "access", "icon"),
            read_nothing,
        ),
        Table("community", {"code": ("code",), "admins": ("adminUsers",)}, ("code", "admins"), read_nothing),
        Table(
            "users",
            # what is between, the digest of a password, is not read
            {
                "email": ("email",),
                "name": ("name",),
                "state": ("status",),
                "language": ("language", "settings.language"),
            },
            ("email", "name", "language"),
            read_nothing,
        ),
        Table(
            "member_users",
            {"member": ("member", "memberCode"), "user": ("user",)},
            ("member", "user"),
            read_nothing,
        ),
        Table(
            "members",
            {
                "code": ("code",),
                "name": ("name",),
                "type": ("type",),
                "state": ("status",),
                "access": ("access",),
                "note": ("description",),
                "joined": ("createdAt",),
                "email": ("contact.email",),
                "phone": ("contact.phone",),
                "balance": ("account.balance",),
            },
            ("code", "name", "type", "state"),
            read_member,
            unit=UNIT,
            utc=True,
        ),
        Table(
            "accounts",
            {"code": ("code",), "state": ("status",), "balance": ("balance",), "limit": ("creditLimit",)},
            ("code", "balance", "limit"),
            read_account,
            unit=UNIT,
            utc=True,
        ),
        Table(
            "transfers",
            {
                "id": ("id", "sourceKey"),
                "day": ("createdAt", "created"),
                "state": ("state",),
                "time": ("amount",),
                "text": ("description",),
                "payer": ("payer", "payer.code", "payerAccountCode"),
                "payee": ("payee", "payee.code", "payeeAccountCode"),
            },
            ("id", "day", "time", "payer", "payee"),
            read_transfer,
            unit=UNIT,
            utc=True,
        ),
        Table(
            "posts",
            {
                "id": ("code",),
                "kind": ("type",),
                "owner": ("member", "memberCode"),
                "category": ("category", "categoryCode"),
                "title": ("title",),
                "text": ("description",),
                "state": ("status",),
                "price": ("value",),
                "met": ("fulfilledAt",),
                "expires": ("expiresAt",),
            },
            ("id", "kind", "owner", "state"),
            read_post,
            utc=True,
        ),
    ),
)
