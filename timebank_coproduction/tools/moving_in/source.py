"""What a source is: for each of its files the headings by which it is known, and how a record of it is read.

A source stands in a file of ``sources/``: most of it is headings in several languages, units and words. Where
a program has a way of its own, the file has a function that reads a record into one of the forms below.
``docs/moving_in.md`` says how to add one.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from ..names import folded

#: Addresses that programs put where there is none, or where somebody was erased.
NO_ADDRESS = re.compile(
    r"^user\d*@example\.com$|@noemail\.timecounts\.org$|@removed\.mail$|@deleted\.invalid$"
    r"|@anonymized\.local$|^deleted@deleted\.org$|^deleted-.*@",
    re.IGNORECASE,
)
#: How deep into a sheet a heading row may stand, below titles.
DEEPEST_HEADING = 10


class Party(NamedTuple):
    """Whom a record names: by what it says of them.

    ``kind`` is ``person``, or what stands for none: ``bank``, ``gone`` (nothing is known of them any more),
    ``several``, ``nobody``, ``foreign`` (of another bank).
    """

    id: str = ""
    name: str = ""
    email: str = ""
    kind: str = "person"

    def say(self):
        """What the record calls them."""
        return self.name or self.email or self.id


BANK = Party(kind="bank")
NOBODY = Party(kind="nobody")


class Member(NamedTuple):
    id: str = ""
    name: str = ""
    email: str = ""
    phone: str = ""
    joined: str = ""
    #: ours (active, paused, applicant), or why no contact is made (erased, deleted), or what is asked (fund,
    #: banned)
    state: str = "active"
    balance: str | None = None
    note: str = ""
    is_company: bool = False
    nameless: bool = False
    limit: str = ""  # how far below zero the balance may go; nothing, or below 0: as the bank says


class Movement(NamedTuple):
    """Time that moved: ``payee`` gave it to ``payer``, who may be the bank. ``kind`` is ``hours``, ``gift``,
    ``opening`` or ``reversal``."""

    id: str = ""
    day: str = ""
    payer: Party = BANK
    payee: Party = NOBODY
    time: str = ""
    kind: str = "hours"
    #: why it never took place, in the words of the source
    undone: str = ""
    skipped: str = ""  # a code: what is refused whatever else it says, such as a total
    text: str = ""
    category: str = ""
    planned: str = ""  # time that was planned, where none is said
    waits: bool = False  # handed in there, and not approved
    reverses: str = ""
    length: int | None = None  # minutes, where the file has a beginning and an end
    said_again: bool = False  # may tell again what another file has told
    statement: str = ""  # the id of whose account this is a line of
    running: str = ""  # the balance after it, where the line says so


class Post(NamedTuple):
    id: str = ""
    kind: str = "offer"
    party: Party = NOBODY
    title: str = ""
    state: str = "published"
    expires: str = ""
    skills: tuple = ()
    skipped: str = ""


class Balance(NamedTuple):
    id: str = ""
    balance: str = ""
    limit: str = ""  # as a member's


@dataclass(frozen=True)
class Table:
    """A file of a source."""

    name: str
    columns: dict  # field → its headings, in any language
    required: tuple
    read: Callable  # (cells, look) → an iterable of Member, Movement, Post or Balance
    any_of: tuple = ()
    unit: object = "hours"
    order: str = ""  # of day and month, where the program has one
    utc: bool = False
    is_html: bool = False  # the program escapes what it writes
    find: Callable | None = None  # (rows) → (row of the headings, columns), where headings alone don't tell
    overflow: str = ""  # a value more than headings: the field it is, before the last


@dataclass(frozen=True)
class Source:
    name: str
    title: str
    tables: tuple
    lists_people: bool = True  # it has a file of its people, so that whom only a movement names is unknown
    is_generic: bool = False
    is_conjecture: bool = False  # headings that nobody could check: what was recognised is asked
    #: by the names of JSON files' values: (name of file, data) → an iterable of (table, records), or None
    read_json: Callable | None = None
    prepare: Callable | None = None  # (look) before anything is read
    propose_unit: Callable | None = None  # (look) → minutes in a unit of its own, which is always asked


@dataclass
class Found:
    """A sheet, and what it was recognised as."""

    sheet: object
    source: Source
    table: Table
    heading: int
    columns: dict  # field → index
    order: str = ""
    # as somebody has said, else as the table has it
    unit: str = ""
    said_order: str = ""
    utc: bool | None = None
    records: list = field(default_factory=list)  # of dicts of field → cell


@dataclass
class Look:
    """What a source may look at while it reads a record."""

    founds: list
    bank: str = ""
    words: dict = field(default_factory=dict)  # the source's own


def key_of(heading):
    """A heading for comparing.

    >>> key_of(" Date  Hours_Occurred: "), key_of("Descripción")
    ('date hours occurred', 'descripcion')
    """
    return folded(heading.replace("_", " ")).strip(" :*.")


def find_columns(row, table):
    """The columns of a table in a row of headings, or ``None``.

    >>> table = Table("hours", {"day": ("Date", "Fecha"), "time": ("Hours",)}, ("day", "time"), None)
    >>> find_columns(["Name", "FECHA", "hours"], table), find_columns(["Fecha"], table)
    ({'day': 1, 'time': 2}, None)
    """
    keys = [key_of(cell) for cell in row]
    columns = {}
    for name, headings in table.columns.items():
        for heading in headings:
            key = key_of(heading)
            if key in keys and keys.index(key) not in columns.values():
                columns[name] = keys.index(key)
                break
    if any(name not in columns for name in table.required):
        return None
    if table.any_of and not any(name in columns for name in table.any_of):
        return None
    return columns


def recognise(sheet, sources):
    """What a sheet is, by its heading row: a :class:`Found` without records, or ``None``.

    The source that knows most of the headings; one of its own before a generic one.
    """
    best, most = None, (0, 0)
    for source in sources:
        for table in source.tables:
            found = _find_in(sheet, table)
            if found:
                rank = (0 if source.is_generic else 1, len(found[1]))
                if rank > most:
                    best, most = Found(sheet, source, table, *found), rank
    return best


def _find_in(sheet, table):
    if table.find:
        return table.find(sheet.rows)
    for index, row in enumerate(sheet.rows[:DEEPEST_HEADING]):
        columns = find_columns(row, table)
        if columns:
            return index, columns
    return None


def read_records(found):
    """The records below the heading row, as dicts of field → cell; ``_cells`` are all of them."""
    table, headings = found.table, len(found.sheet.rows[found.heading])
    records = []
    for row in found.sheet.rows[found.heading + 1 :]:
        cells = [html.unescape(cell) for cell in row] if table.is_html else row
        record = {name: cells[index] if index < len(cells) else "" for name, index in found.columns.items()}
        if table.overflow and len(cells) == headings + 1:
            record[table.overflow] = cells[-1]
        record["_cells"] = tuple(cells)
        records.append(record)
    return records


def address(text):
    """An address for comparing, or nothing for what programs put where there is none.

    >>> address(" RUTH@example.org "), address("4658@removed.mail"), address("ring her")
    ('ruth@example.org', '', '')
    """
    plain = text.strip().lower()
    return "" if "@" not in plain or NO_ADDRESS.search(plain) else plain


def is_erased(text):
    return "@" in text and bool(NO_ADDRESS.search(text.strip()))


def one_line(text):
    """A text as a single line.

    >>> one_line('Arreglo de "sillas"\\n(y mesas)')
    'Arreglo de "sillas" (y mesas)'
    """
    return " ".join(text.split())


def named(cells, *names):
    """What stands in these columns, as one name."""
    return one_line(" ".join(cells.get(name, "") for name in names))
