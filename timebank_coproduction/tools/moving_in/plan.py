"""The rehearsal of a move: what becomes of every row of the files, and of everybody's balance.

Plain Python: what is known of the bank comes in with a :class:`Setting`, what would be written goes out
with a :class:`Plan`, which ``planner.py`` makes. The same files and setting always give the same plan.
"""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from .people import Person
from .source import Post

#: What can be answered to each question, what is proposed first.
ANSWERS = {
    "shared_address": ("two", "leave_out"),
    "limit": ("own_limit",),
    "unknown": ("leave_out",),
    "gone": ("leave_out",),
    "erased": ("leave_out",),
    "foreign": ("leave_out",),
    "shared": ("leave_out",),
    "namesakes": ("leave_out",),
    "several": ("leave_out",),
    "repeated": ("leave_out", "take"),
    "worked_twice": ("leave_out", "take"),
    "thousand": ("leave_out", "decimal", "thousand"),
    "over_day": ("leave_out", "minutes"),
    "fraction": ("hours", "leave_out"),
    "clock_in_units": ("leave_out", "hours"),
    "not_a_time": ("leave_out",),
    "day_order": ("leave_out", "dmy", "mdy"),
    "no_such_day": ("leave_out",),
    "cell_error": ("leave_out",),
    "no_time_done": ("leave_out", "planned"),
    "fund": ("bank",),
    "no_name": ("by_code", "leave_out"),
    "banned": ("leave_out", "paused"),
    "applicant_balance": ("open_account",),
    "locked": ("opening", "leave_out"),
    "no_kind": ("leave_out", "offer", "request"),
}


#: Questions about whom a name means: somebody can be chosen for it.
CHOOSABLE = ("unknown", "namesakes", "several", "shared", "foreign", "gone")


class Choice(NamedTuple):
    """Whom a name means, as somebody has chosen."""

    keys: tuple = ()  # of people of the files
    contacts: tuple = ()  # of others: pairs of (id, name)
    equally: bool = False  # several people share the time, else each has all of it


@dataclass
class Setting:
    """What a plan has to know of the bank; minutes and days are the bank's."""

    today: date
    zone: str = "UTC"
    limit: int = 0  # how far below zero a balance may go
    bank: str = ""
    locked_until: date | None = None
    source: str = ""  # its name, where somebody chose it
    unit: Fraction | None = None  # minutes in a unit of the source's own
    known: frozenset = frozenset()  # keys of what moved in before
    answers: dict = field(default_factory=dict)  # a code, or (file, record) → an answer
    mappings: dict = field(default_factory=dict)  # name of a sheet → a Mapping
    choices: dict = field(default_factory=dict)  # (code, folded name), or (file, record, it) → a Choice


@dataclass(eq=False)
class Row:
    """A record of a file and its fate; ``code`` and ``about`` are the reason."""

    file: str
    record: int
    what: str  # member, movement or post
    label: str = ""
    key: str = ""
    fate: str = ""
    code: str = ""
    about: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    question: str = ""
    answer: str = ""
    asked: list = field(default_factory=list)  # all that was asked about it, answered or not
    names: list = field(default_factory=list)  # pairs of a question and the name that it is about
    shared: tuple = ()  # where a name is several people's: its side, they, and whether they share the time
    person: Person | None = None
    payer: Person | None = None
    payee: Person | None = None
    minutes: int = 0
    exact: Fraction | None = None  # minutes before they were rounded, of a movement or a declared balance
    day: date | None = None
    start: int = -1
    kind: str = ""
    text: str = ""
    category: str = ""
    waits: bool = False
    reversed_row: object = None
    post: Post | None = None

    @property
    def comes_in(self):
        return self.fate in ("new", "joined")

    @property
    def is_rounded(self):
        return self.comes_in and self.exact is not None and self.exact.denominator > 1


@dataclass
class Plan:
    founds: list
    unknown: list  # names of the sheets that nothing recognised
    rows: list
    people: list
    source: object = None
    unit: Fraction | None = None
    asks_unit: bool = False
    doubles: dict = field(default_factory=dict)  # person → what stands for a contact who may be the same
