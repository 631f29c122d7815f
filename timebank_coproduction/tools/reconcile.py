"""A grant's claims, bills and matches put on lines, each difference under one status.

Every penny that the books have for the period is on exactly one line: the lines'
*billed* add up to the spending given. Money is in whole minor units (pence), and
nothing here knows Odoo.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

#: What a line can say; those that need a person's eye come last.
STATUSES = (
    "matched",
    "amount_differs",
    "unbilled",
    "billed_without_claim",
    "out_of_period",
    "over_budget",
    "bill_changed",
    "manual_entry",
)


class Terms(NamedTuple):
    """What the grant's spending is held against.

    :param first: first day of the period, and :param last: its last
    :param start: first day of the grant, and :param end: its last
    :param budget: for rewards, over the grant's whole life
    """

    first: date
    last: date
    start: date
    end: date
    budget: int


class Bill(NamedTuple):
    """A bill line: ``item`` is its number in the books, ``id`` the one that matches know."""

    id: int
    item: int
    day: date


class Match(NamedTuple):
    """A part of a bill that pays for a claim; ``pays``: as far as the bill is still charged."""

    id: int
    claim: int
    bill: int
    amount: int
    pays: int


class Claim(NamedTuple):
    """``day``: approved on. ``awaits``: it stands, and a bill is still expected.

    ``done``: nothing more is expected, whatever was billed.
    """

    id: int
    cost: int
    day: date
    awaits: bool = True
    done: bool = False


class Entry(NamedTuple):
    """Spending in the books; ``item`` 0 where no bill or journal item stands behind it: it has a ``name``."""

    item: int
    amount: int
    day: date
    name: str = ""


@dataclass
class Line:
    """``claim``, ``item`` and ``match`` are ids, 0 for none; ``to_date`` is what the
    claim's bills come to, and ``billed`` what this one adds to the period. ``name`` is that of an
    entry made by hand."""

    status: str
    claim: int = 0
    item: int = 0
    match: int = 0
    day: date | None = None
    cost: int = 0
    billed: int = 0
    to_date: int = 0
    difference: int = 0
    name: str = ""

    @property
    def rank(self):
        """Where the line stands in the document: what needs a person's eye first."""
        return len(STATUSES) - 1 - STATUSES.index(self.status)


def reconcile(terms, bills, matches, claims, entries):
    """The lines, in the order of the bills' days, then what is not billed.

    :param bills: every :class:`Bill` of the grant, also those that the books no longer
        charge to it
    :param matches: those of bills up to the period's end
    :param claims: those that are matched, and those that await a bill
    :param entries: spending up to the period's end

    >>> march = [date(2026, 3, day) for day in range(1, 32)]
    >>> terms = Terms(march[0], march[30], date(2026, 1, 1), date(2026, 12, 31), 100_00)
    >>> for line in reconcile(
    ...     terms,
    ...     bills=[Bill(1, 71, march[4]), Bill(2, 72, march[6])],
    ...     matches=[Match(5, 31, 1, 13_00, 13_00)],
    ...     claims=[Claim(31, 12_00, march[0]), Claim(32, 12_00, march[1])],
    ...     entries=[Entry(71, 13_00, march[4]), Entry(72, 7_00, march[6])],
    ... ):
    ...     line.status, line.claim, line.item, line.billed, line.difference
    ('amount_differs', 31, 71, 1300, 100)
    ('billed_without_claim', 0, 72, 700, 700)
    ('unbilled', 32, 0, 0, -1200)
    """
    by_bill, last, to_date = defaultdict(list), {}, defaultdict(int)
    days = {bill.id: bill.day for bill in bills}
    for match in sorted(matches, key=lambda match: (days[match.bill], match.id)):
        by_bill[match.bill].append(match)
        last[match.claim] = match.id
        to_date[match.claim] += match.pays
    claims = {claim.id: claim for claim in claims}
    spent, by_hand, opening = defaultdict(int), [], 0
    for entry in entries:
        if entry.day < terms.first:
            opening += entry.amount
        elif entry.item:
            spent[entry.item] += entry.amount
        else:
            by_hand.append(entry)
    # An entry on another day than its bill still has its line.
    known = {bill.item for bill in bills if terms.first <= bill.day <= terms.last}
    strays = spent.keys() - known
    moved = [Bill(0, entry.item, entry.day) for entry in entries if entry.item in strays]
    lines = []
    for bill in sorted([*bills, *dict.fromkeys(moved)], key=lambda bill: (bill.day, bill.id)):
        if not terms.first <= bill.day <= terms.last:
            continue
        paid = by_bill[bill.id]
        for match in paid:
            claim = claims[match.claim]
            lines.append(_paid(claim, bill, match, to_date[claim.id], match.id == last[claim.id]))
        lines += _rest(bill, spent.pop(bill.item, 0), paid)
    lines += [
        Line("manual_entry", day=entry.day, billed=entry.amount, difference=entry.amount, name=entry.name)
        for entry in by_hand
    ]
    _flag(lines, opening, terms)
    for claim in claims.values():
        left = claim.cost - to_date[claim.id]
        if claim.awaits and left > 0:
            lines.append(
                Line("unbilled", claim.id, cost=claim.cost, to_date=to_date[claim.id], difference=-left)
            )
    return lines


def expected_by(day, within):
    """The day by which the bill of a claim approved on ``day`` is expected.

    >>> expected_by(date(2026, 3, 1), 30)
    datetime.date(2026, 3, 31)
    """
    return day + timedelta(days=within)


def _paid(claim, bill, match, to_date, is_last):
    """What a claim's bills differ from its cost by is told once, with the last of them."""
    difference = to_date - claim.cost if is_last else 0
    if difference < 0 and not claim.done:
        difference = 0  # the rest is still to be billed
    return Line(
        "amount_differs" if difference else "matched",
        claim.id,
        bill.item,
        match.id,
        bill.day,
        claim.cost,
        match.amount,
        to_date,
        difference,
    )


def _rest(bill, share, paid):
    """What is left of a bill once its claims are taken off, if anything is.

    Nobody claimed it, or the books say less than when it was matched.
    """
    matched = sum(match.amount for match in paid)
    rest = share - matched
    if not rest:
        return
    beyond = paid and (abs(share) < abs(matched) or share * matched < 0)
    status = "bill_changed" if beyond else "billed_without_claim"
    yield Line(status, item=bill.item, day=bill.day, billed=rest, difference=rest)


def _flag(lines, opening, terms):
    """What the grant's days or its budget do not cover."""
    total = opening
    for line in sorted(lines, key=lambda line: (line.day, line.item)):
        total += line.billed
        if not terms.start <= line.day <= terms.end:
            if line.status not in ("bill_changed", "manual_entry"):
                line.status = "out_of_period"
        elif line.status == "matched" and total > terms.budget:
            line.status = "over_budget"
