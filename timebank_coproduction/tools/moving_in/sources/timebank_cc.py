"""timebank.cc: the list of users, and each holder's list of their account, in minutes."""

from ..source import Member, Movement, Party, Source, Table, is_erased, named, one_line

GIFTS = ("gift", "donation")
OF_THE_BANK = ("currency creation", "currency removal")


def read_user(cells, look):
    gone = is_erased(cells["email"]) or cells["id"].lower().startswith("removed user")
    yield Member(
        id=cells["id"],
        name=named(cells, "name"),
        email=cells["email"],
        joined=cells["joined"],
        state="erased" if gone else "active",
    )


def read_transaction(cells, look):
    holder = Party(id=cells["holder"], name=one_line(cells["holder_name"]))
    other = Party(id=cells["other"], name=one_line(cells["other_name"]))
    payer, payee = (other, holder) if cells["side"].lower() == "credit" else (holder, other)
    said = cells.get("type", "").lower()
    # A type slipped in before the last of the values: it is under the description's heading there
    text = cells.get("slipped") or cells["text"]
    kind = "gift" if said in GIFTS else "opening" if said in OF_THE_BANK else "hours"
    yield Movement(
        id=cells["number"],
        day=cells["day"],
        payer=payer,
        payee=payee,
        time=cells["time"],
        kind=kind,
        text=text,
        skipped="own_accounts" if payer.id and payer.id == payee.id else "",
        statement=cells["holder"],
        running=cells.get("balance", ""),
    )


SOURCE = Source(
    name="timebank_cc",
    title="timebank.cc",
    tables=(
        Table(
            "users",
            {
                "id": ("Name",),
                "name": ("Full name",),
                "email": ("Email",),
                "joined": ("Created At",),
                "updated": ("Updated At",),
                "language": ("Language",),
            },
            ("id", "name", "email", "joined", "updated"),
            read_user,
        ),
        Table(
            "transactions",
            {
                "number": ("Nr.",),
                "day": ("Date", "Datum"),
                "time": ("Amount in minutes", "Bedrag in minuten"),
                "side": ("Debit/Credit", "Type", "Soort"),
                "holder": ("Acc. holder", "Rekeninghouder"),
                "holder_name": ("Acc. holder full name", "Rek. houder volledige naam"),
                "other": ("Relation name", "Relatie-naam"),
                "other_name": ("Relation full name", "Relatie volledige naam"),
                "type": ("Type",),
                "text": ("Description", "Omschrijving"),
                "balance": ("Balance in minutes", "Saldo in minuten"),
            },
            ("number", "day", "time", "side", "holder", "other", "text"),
            read_transaction,
            unit="minutes",
            overflow="slipped",
        ),
    ),
)
