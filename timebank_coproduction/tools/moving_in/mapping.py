"""Reading a table by what somebody says its headings mean, and proposing what that could be."""

from typing import NamedTuple

from . import reading
from .reading import Doubtful, Refused
from .source import DEEPEST_HEADING, Found, Party, Table, key_of, recognise
from .sources import SOURCES, generic

#: What a column of each kind of table can hold; what each of them has to have, one of every tuple.
HOURS_MEANINGS = (
    "id",
    "name",
    "first",
    "last",
    "email",
    "giver_id",
    "receiver",
    "receiver_email",
    "receiver_id",
    "day",
    "time",
    "text",
    "category",
    "status",
)
MEMBERS_MEANINGS = ("id", "name", "first", "last", "email", "phone", "joined", "balance")
NEEDED = {
    "hours": (("day",), ("time",), ("name", "first", "email", "giver_id")),
    "members": (("name", "first"),),
}
#: The fields of sources whose headings say the same by another name here.
SAME = {
    "payee": "name",
    "payee_email": "email",
    "payee_id": "giver_id",
    "payer": "receiver",
    "payer_email": "receiver_email",
    "payer_id": "receiver_id",
    "provider": "name",
    "owner": "name",
}
ALSO = {
    "receiver": ("Recipient", "Receiver", "Received by", "For whom", "To", "Helped"),
    "name": ("Provider", "Giver", "Given by", "From", "Who", "Person"),
    "day": ("When", "On"),
    "time": ("Minutes", "Length", "How long", "Time given", "Hrs", "Mins"),
    "text": ("What", "Task", "Service", "Comment"),
}
#: How many cells of a column are shown, and looked at for what they could be.
SHOWN, LOOKED_AT = 3, 50


class Mapping(NamedTuple):
    """How a table is read, as somebody has said; what is empty is as the file or its source has it."""

    is_skipped: bool
    table: str  # hours or members, where no source knows the headings
    columns: dict  # meaning → index
    unit: str
    order: str
    utc: bool | None


def read_mapped_hours(cells, look):
    [movement] = generic.read_hours(cells, look)
    if cells.get("giver_id"):
        movement = movement._replace(payee=movement.payee._replace(id=cells["giver_id"], kind="person"))
    receiver = Party(cells.get("receiver_id", ""), cells.get("receiver", ""), cells.get("receiver_email", ""))
    if receiver.say():
        several = generic.SEVERAL.search(receiver.name) and not receiver.id
        movement = movement._replace(payer=receiver._replace(kind="several" if several else "person"))
    return [movement]


TABLES = {
    "hours": (generic.HOURS_SOURCE, Table("mapped_hours", {}, (), read_mapped_hours)),
    "members": (generic.MEMBERS_SOURCE, generic.MEMBERS),
}


def apply(sheet, mapping, sources):
    """What a sheet is, read as somebody has said: a :class:`Found`, or ``None``."""
    if mapping.is_skipped:
        return None
    if mapping.table:
        source, table = TABLES[mapping.table]
        found = Found(sheet, source, table, find_heading(sheet.rows), dict(mapping.columns))
    else:
        found = recognise(sheet, sources)
        if found and mapping.columns:
            found.columns = dict(mapping.columns)
    if found:
        found.unit, found.said_order, found.utc = mapping.unit, mapping.order, mapping.utc
    return found


def find_heading(rows):
    """The row of the headings: the first of those that have most cells, below titles.

    >>> find_heading([["Hours 2026"], ["Who", "When"], ["May", "2026-03-04"]])
    1
    """
    counts = [sum(bool(cell) for cell in row) for row in rows[:DEEPEST_HEADING]]
    return counts.index(max(counts)) if counts else 0


def is_complete(table, meanings):
    """Whether a table can be read with columns of these meanings.

    >>> is_complete("hours", {"day", "time", "email"}), is_complete("members", {"email"})
    (True, False)
    """
    return all(any(one in meanings for one in needed) for needed in NEEDED[table])


def propose_meanings(headings, columns):
    """A meaning for each heading, by the headings that all sources know, else by the cells; or ``""``.

    :param columns: list of lists of cells

    >>> propose_meanings(["Wer", "Provider", "Colour"], [["a@example.org"], ["May"], ["red"]])
    ['email', 'name', '']
    """
    known, found = _get_known_headings(), []
    for heading, cells in zip(headings, columns, strict=True):
        meaning = known.get(key_of(heading), "") or _propose_by_cells(cells)
        found.append("" if meaning in found else meaning)
    return found


def propose_table(meanings):
    """What a table holds whose columns have these meanings."""
    return "hours" if {"day", "time"} & set(meanings) else "members"


def propose_unit(heading, cells):
    """The unit of a column of time, or ``""`` where it can't be told.

    >>> propose_unit("Mins", ["90"]), propose_unit("How long", ["1:30", "2"]), propose_unit("Time", ["1,5"])
    ('minutes', 'hours', 'hours')
    >>> propose_unit("Time", ["90", "45"]), propose_unit("Hours", ["90"])
    ('', 'hours')
    """
    key = key_of(heading)
    for word, unit in (("min", "minutes"), ("sec", "seconds"), ("hour", "hours"), ("hrs", "hours")):
        if word in key:
            return unit
    texts = [cell for cell in cells if cell]
    if any(not cell.isdigit() for cell in texts) or all(int(cell) <= 8 for cell in texts):
        return "hours"
    return ""


def _get_known_headings():
    """Heading → what it means to charities' own tables, or to all programs that have it: some disagree."""
    known, own = {}, {}
    for source in SOURCES:
        for table in source.tables:
            for name, headings in table.columns.items():
                meaning = SAME.get(name, name)
                if meaning in HOURS_MEANINGS or meaning in MEMBERS_MEANINGS:
                    for key in map(key_of, headings):
                        known.setdefault(key, set()).add(meaning)
                        if source.is_generic:
                            own.setdefault(key, meaning)
    for meaning, headings in ALSO.items():
        for key in map(key_of, headings):
            own.setdefault(key, meaning)
    return {key: meanings.pop() for key, meanings in known.items() if len(meanings) == 1} | own


def _propose_by_cells(cells):
    texts = [cell for cell in cells[:LOOKED_AT] if cell]
    if not texts:
        return ""
    if all("@" in cell for cell in texts):
        return "email"
    if all(_reads(reading.day, cell, "dmy") or _reads(reading.day, cell, "mdy") for cell in texts):
        return "day"
    if all(_reads(reading.minutes, cell) for cell in texts) and not all(cell.isdigit() for cell in texts):
        return "time"
    return ""


def _reads(read, *values):
    try:
        read(*values)
    except (Doubtful, Refused):
        return False
    return True


def get_cells(sheet, heading, index, most=LOOKED_AT):
    """The cells of a column in the first rows, empty ones left out; all of them without ``most``."""
    rows = sheet.rows[heading + 1 : heading + 1 + most if most else None]
    cells = (row[index] for row in rows if index < len(row))
    return [cell for cell in cells if cell]
