"""NEXUS: reports of members, transactions and listings; hours are decimal, times in UTC."""

import re

from ..source import BANK, NOBODY, Member, Movement, Party, Post, Source, Table, is_erased, named, one_line

STATES = {"active": "active", "inactive": "paused", "suspended": "paused", "pending": "applicant"}
OF_HOURS = ("transfer", "exchange", "volunteer", "job_completion")
POSTS = {
    "active": "published",
    "inactive": "paused",
    "paused": "paused",
    "completed": "met",
    "expired": "expired",
    "closed": "closed",
    "pending": "draft",
}
REVERSED = re.compile(r"#(\d+)")


def read_member(cells, look):
    state = STATES.get(cells["state"].lower(), "banned")
    if state == "active" and cells.get("approved", "yes").lower() == "no":
        state = "applicant"
    yield Member(
        id=cells["id"],
        name=named(cells, "name"),
        email=cells["email"],
        phone=cells.get("phone", ""),
        joined=cells.get("joined", ""),
        state="erased" if is_erased(cells["email"]) else state,
        balance=cells["balance"],
    )


def read_transaction(cells, look):
    # the provider is who pays, whatever the word says
    payer, payee = (
        Party(name=one_line(cells[side]), email=cells[f"{side}_email"])
        if cells[side] or cells[f"{side}_email"]
        else NOBODY
        for side in ("payer", "payee")
    )
    said = cells["kind"].lower()
    kind = (
        "hours"
        if said in OF_HOURS
        else {"donation": "gift", "exchange_reversal": "reversal"}.get(said, "opening")
    )
    if kind == "opening" and (payer.kind == "nobody" or payer == payee):
        payer = BANK  # the system, or another bank
    if said == "exchange_reversal" and not (match := REVERSED.search(cells["text"])):
        kind = "opening"
    # what the text names is the number of an exchange, which its own transaction's text names as well
    reverses = match[1] if kind == "reversal" else ""
    number = REVERSED.search(cells["text"]) if said == "exchange" else None
    yield Movement(
        id=cells["id"],
        day=cells["day"],
        payer=payer,
        payee=payee,
        time=cells["time"],
        kind=kind,
        undone="" if cells["status"].lower() == "completed" else cells["status"].lower(),
        text=cells["text"],
        category="" if cells["category"] == "Uncategorized" else cells["category"],
        reverses=reverses or (number[1] if number else ""),
    )


def read_listing(cells, look):
    kind, state = cells["kind"].lower(), cells["state"].lower()
    yield Post(
        id=cells["id"],
        kind=kind if kind in ("offer", "request") else "",
        party=Party(name=one_line(cells["owner"])),
        title=one_line(cells["title"]),
        state=POSTS.get(state, ""),
        skills=() if cells["category"] in ("", "Uncategorized") else (cells["category"],),
        skipped="deleted" if state in ("deleted", "rejected") else "",
    )


SOURCE = Source(
    name="nexus",
    title="NEXUS",
    tables=(
        Table(
            "members",
            {
                "id": ("ID",),
                "name": ("Name",),
                "email": ("Email",),
                "phone": ("Phone",),
                "state": ("Status",),
                "approved": ("Approved",),
                "joined": ("Joined",),
                "balance": ("Balance",),
                "points": ("XP",),
            },
            ("id", "name", "email", "state", "balance", "points"),
            read_member,
            utc=True,
        ),
        Table(
            "transactions",
            {
                "id": ("ID",),
                "day": ("Date",),
                "time": ("Hours",),
                "text": ("Description",),
                "status": ("Status",),
                "kind": ("Type",),
                "payer": ("Provider",),
                "payer_email": ("Provider Email",),
                "payee": ("Receiver",),
                "payee_email": ("Receiver Email",),
                "category": ("Category",),
            },
            ("id", "day", "time", "status", "kind", "payer", "payer_email", "payee", "payee_email"),
            read_transaction,
            utc=True,
        ),
        Table(
            "listings",
            {
                "id": ("ID",),
                "title": ("Title",),
                "kind": ("Type",),
                "state": ("Status",),
                "category": ("Category",),
                "price": ("Hours Estimate",),
                "owner": ("Owner",),
            },
            ("id", "title", "kind", "state", "price", "owner"),
            read_listing,
        ),
    ),
)
