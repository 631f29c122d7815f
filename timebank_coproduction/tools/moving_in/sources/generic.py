"""A charity's own spreadsheets: members, hours with a person in each row, hours with months across."""

import calendar
import re

from ..reading import MONTHS
from ..source import BANK, NOBODY, Member, Movement, Party, Source, Table, find_columns, key_of, named

TOTALS = frozenset({"total", "totals", "sum", "summe", "suma", "totale", "totaal", "gesamt", "grand total"})
SEVERAL = re.compile(r"\s(and|und|y|i|et|en|e|&|\+)\s|[;/&]", re.IGNORECASE)
YEAR = re.compile(r"\b(19|20)\d{2}\b")
WAITING = ("awaiting approval", "pending", "submitted", "awaiting", "unapproved")
DONE = ("", "approved", "completed", "done", "confirmed", "attended")
MONTH = re.compile(r"(?P<month>[a-z]{3})[a-z]*\.?\s*(?P<year>\d{4}|\d{2})?")

NAME = ("Name", "Full name", "Volunteer", "Volunteer name", "Member", "Nombre", "Nom", "Nome", "Naam")
FIRST = ("First name", "Firstname", "Given name", "Vorname", "Prénom", "Nombre de pila", "Voornaam")
LAST = ("Last name", "Lastname", "Surname", "Family name", "Nachname", "Apellidos", "Achternaam")
EMAIL = ("Email", "E-mail", "Email address", "Volunteer email", "Mail", "Correo", "Correu", "E-Mail-Adresse")
PHONE = ("Phone", "Telephone", "Mobile", "Phone number", "Teléfono", "Telefon", "Téléphone", "Telefoon")


def read_who(cells):
    name = named(cells, "first", "last") or named(cells, "name")
    email = cells.get("email", "")
    if not name and not email:
        return NOBODY
    several = SEVERAL.search(name) and not cells.get("first")
    return Party(name=name, email=email, kind="several" if several else "person")


def read_member(cells, look):
    who = read_who(cells)
    if who.kind == "nobody" or key_of(who.name) in TOTALS:
        yield Member(state="nobody")
        return
    yield Member(
        id=cells.get("id", ""),
        name=who.name,
        email=who.email,
        phone=cells.get("phone", ""),
        joined=cells.get("joined", ""),
        balance=cells.get("balance") or None,
    )


def read_hours(cells, look):
    who = read_who(cells)
    status = cells.get("status", "").strip().lower()
    waits = status in WAITING
    yield Movement(
        id=cells.get("id", ""),
        day=cells["day"],
        payer=BANK,
        payee=who,
        time=cells["time"],
        undone="" if waits or status in DONE else status,
        skipped="total" if key_of(who.name) in TOTALS else "",
        text=cells.get("text", ""),
        category=cells.get("category", ""),
        waits=waits,
    )


def find_months(rows):
    """A row of headings with a name and months, and the year that it or a title says.

    >>> find_months([["Hours 2026", "", ""], ["Name", "Jan", "Feb"]])
    (1, {'name': 0, '2026-01': 1, '2026-02': 2})
    """
    year = ""
    for index, row in enumerate(rows[:10]):
        if titled := YEAR.search(" ".join(row)):
            year = titled[0]
        months = {}
        for column, cell in enumerate(row[1:], 1):
            match = MONTH.fullmatch(key_of(cell))
            if match and match["month"] in MONTHS:
                of_year = match["year"] or year
                of_year = f"20{of_year}" if len(of_year) == 2 else of_year or "?"
                months[f"{of_year}-{MONTHS.index(match['month']) + 1:02d}"] = column
        if len(months) >= 2:
            return index, {"name": 0, **months}
    return None


def read_months(cells, look):
    who = read_who(cells)
    if who.kind != "person" or key_of(who.name) in TOTALS:
        skipped = "total" if key_of(who.name) in TOTALS else ""
        yield Movement(payer=BANK, payee=who, skipped=skipped, time="1", day="2000-01-01")
        return
    for month, text in cells.items():
        year, dash, number = month.partition("-")
        if not dash or not text:
            continue
        last = calendar.monthrange(int(year), int(number))[1] if year.isdigit() else 1
        yield Movement(
            day=f"{month}-{last}" if year.isdigit() else month,
            payer=BANK,
            payee=who,
            time=text,
        )


def find_members(rows):
    """People with a way to reach them or a balance, and no time that is anybody's day."""
    for index, row in enumerate(rows[:10]):
        if find_columns(row, HOURS):
            return None
        if columns := find_columns(row, MEMBERS):
            return index, columns
    return None


HOURS = Table(
    "hours",
    {
        "id": ("Entry id", "ID"),
        "first": FIRST,
        "last": LAST,
        "name": NAME,
        "email": EMAIL,
        "day": ("Date", "Date hours occurred", "Date volunteered", "Day", "Datum", "Fecha", "Data"),
        "time": (
            "Hours",
            "Total hours worked",
            "Totals",
            "Total hours",
            "Time",
            "Duration",
            "Horas",
            "Heures",
            "Stunden",
        ),
        "text": (
            "Additional notes/comments",
            "Notes",
            "Comments",
            "Description",
            "Program",
            "Activity",
            "What for",
        ),
        "category": ("Activity category", "Category"),
        "status": ("Status",),
    },
    ("day", "time"),
    read_hours,
    any_of=("name", "first", "email"),
)
MEMBERS = Table(
    "members",
    {
        "id": ("ID", "Member id", "Number", "Username"),
        "first": FIRST,
        "last": LAST,
        "name": NAME,
        "email": EMAIL,
        "phone": PHONE,
        "joined": ("Joined", "Joined on", "Member since", "creationdate", "Created"),
        "balance": ("Balance", "Hours balance", "Saldo", "Solde", "Balance (hours)"),
    },
    (),
    read_member,
    any_of=("name", "first"),
)

HOURS_SOURCE = Source(
    name="generic_hours",
    title="Hours of volunteers, in any spreadsheet",
    lists_people=False,
    is_generic=True,
    tables=(HOURS, Table("months", {}, (), read_months, find=find_months)),
)
MEMBERS_SOURCE = Source(
    name="generic_members",
    title="Members, in any spreadsheet",
    is_generic=True,
    tables=(Table(**{**vars(MEMBERS), "find": find_members}),),
)
