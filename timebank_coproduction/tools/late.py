"""What came into periods that were signed already, entry by entry, so that the next period takes it up.

A reconciliation opens with what the last one was signed with. Whatever the books say of the
time before it that was not signed, or not so, is late. Money is in whole minor units, and
nothing here knows Odoo.
"""

from collections import defaultdict
from datetime import date
from typing import NamedTuple


class Signed(NamedTuple):
    """A line that was signed. ``item``: the bill line's number in the books, or the name of one that
    was deleted since; 0 for an analytic entry made by hand, which is known by its day and name.
    """

    item: int | str
    day: date | None
    billed: int
    name: str = ""


class Late(NamedTuple):
    """What an entry says now, less what was signed of it. ``item`` as in :class:`Signed`; without
    item and day it is about the time before the first period.
    """

    item: int | str
    day: date | None
    signed: int
    now: int
    name: str = ""


def find(first, start, opening, signed, entries):
    """Entries of signed periods that are not as they were signed.

    :param first: the day on which the next period begins
    :param start: the first day of the earliest signed period, and :param opening: what was spent
        before, as it was signed
    :param signed: each :class:`Signed` line of all of them
    :param entries: the books' :class:`~.reconcile.Entry`, of whatever day
    :return: :class:`Late` ones, in the order of their days; their ``now - signed`` add up to what
        the books say of the time before ``first`` beyond what was signed

    >>> from .reconcile import Entry
    >>> march = [date(2026, 3, day) for day in range(1, 32)]
    >>> for late in find(
    ...     date(2026, 4, 1),
    ...     march[0],
    ...     500,
    ...     [Signed(71, march[4], 1200), Signed(72, march[5], 700), Signed(0, march[7], 100)],
    ...     [
    ...         Entry(60, 500, date(2026, 2, 1)),
    ...         Entry(71, 1200, march[4]),
    ...         Entry(73, 300, march[9]),
    ...         Entry(0, 100, march[7]),
    ...         Entry(74, 900, date(2026, 4, 2)),
    ...     ],
    ... ):
    ...     late.item, late.signed, late.now
    (72, 700, 0)
    (73, 0, 300)
    """
    # entries by hand that were signed without their names are known by their day alone
    nameless = {line.day for line in signed if not line.item and not line.name}

    def key_of(entry):
        return entry.item or (entry.day, "" if entry.day in nameless else entry.name)

    was, days = defaultdict(int), {}
    for line in signed:
        was[key_of(line)] += line.billed
        days[key_of(line)] = line.day
    now, before = defaultdict(int), 0
    for entry in entries:
        if entry.day >= first:
            continue
        key = key_of(entry)
        if key not in was and entry.day < start:
            before += entry.amount
            continue
        now[key] += entry.amount
        days.setdefault(key, entry.day)
    late = []
    for key in sorted({*was, *now}, key=lambda key: (days[key] or date.min, str(key))):
        if was.get(key, 0) != now.get(key, 0):
            item, name = (0, key[1]) if isinstance(key, tuple) else (key, "")
            late.append(Late(item, days[key], was.get(key, 0), now.get(key, 0), name))
    return [*late, Late(0, None, opening, before)] if opening != before else late
