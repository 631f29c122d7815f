"""Which supplier's bill pays for which claim: the rules, in order, as a pure function.

1. *code*: the bill names the claim's code, or the number given for it to quote, as it stands
   (spaces, dashes and capitals aside). One with a typing error never matches here. A credit note
   that names one takes back what was billed for it.
2. *amount*: same supplier, product and quantity, and an amount within the tolerance, in
   the date window; among several, a code that is one letter off, then the exact amount,
   then the claim that lies as far back as this supplier usually bills.
3. *group*: a bill for n of the same against n claims of it.

A bill that names a claim pays for no other, even where that one is billed already; one
that looks like another entered twice pays for none. A bill that is short of its claim by no
more than the tolerance is all that is expected.

What is left is for a person. Money is in whole minor units (pence), so that nothing is
lost to rounding; the result does not depend on the order in which records are given.
"""

import re
from bisect import bisect_left
from collections import defaultdict
from datetime import date
from statistics import median_low
from typing import NamedTuple

from .bill_codes import OneSlip, codes_in, normal

#: How many claims around the expected day are looked at for one bill.
NEAREST = 8
#: How long after a claim its supplier bills it, until the matched codes tell better.
USUAL_LAG = 14


class Claim(NamedTuple):
    """A claim that stands. ``amount`` is its cost not yet matched, 0 where nothing is expected;
    ``billed`` what is matched, and ``room`` what can be, its own tolerance included (by default
    that of the rules). One with ``amount`` and ``billed`` 0 only tells whose code a bill names.
    ``reference`` is the number for the supplier to quote, as good here as the ``code``.
    """

    id: int
    code: str
    supplier: int
    product: int
    quantity: int
    amount: int
    day: date
    name: str = ""
    billed: int = 0
    room: int | None = None
    reference: str = ""

    @property
    def names(self):
        """What a bill can name it by."""
        return [name for name in (self.code, self.reference) if name]


class Bill(NamedTuple):
    """A posted bill line; ``amount`` is the part of it not yet matched, below zero for a credit note.

    ``paid``: the claims that it pays for already. ``double``: it looks like one entered before.
    """

    id: int
    supplier: int
    product: int
    quantity: float
    amount: int
    day: date
    text: str = ""
    paid: frozenset = frozenset()
    double: bool = False


class Match(NamedTuple):
    """``short``: by how much the claim's bills stay below its cost, with no more to come."""

    claim: int
    bill: int
    amount: int
    reason: str
    short: int = 0


class Rules(NamedTuple):
    """How far apart a claim and its bill may be.

    :param percent: of the claim's cost, and :param amount: in minor units, whichever is more
    :param before: days by which a bill may come before its claim
    :param after: days after the claim in which its bill is expected
    """

    percent: float = 10.0
    amount: int = 100
    before: int = 7
    after: int = 120

    def slack(self, cost):
        """Minor units by which a bill may differ from ``cost``."""
        return max(self.amount, int(cost * self.percent / 100))


#: The rules of a grant that has set none of its own.
USUAL = Rules()


def match(claims, bills, rules=USUAL):
    """Match what the rules can tell for certain.

    :param claims: an iterable of :class:`Claim`, and :param bills: of :class:`Bill`
    :return: a list of :class:`Match`, sorted; no bill is matched beyond its amount and no
        claim beyond its cost and slack

    >>> day = date(2026, 3, 2)
    >>> claims = [Claim(1, "K7QM-2XPA", 5, 9, 1, 1200, day), Claim(2, "P3RT-8WLD", 5, 9, 1, 1200, day)]
    >>> bills = [Bill(7, 5, 0, 1, 1250, date(2026, 3, 20), "swim pass, ref p3rt 8wld"),
    ...          Bill(8, 5, 9, 1, 1200, date(2026, 3, 21), "swim pass")]
    >>> [found[:4] for found in match(claims, bills)]
    [(1, 8, 1200, 'amount'), (2, 7, 1250, 'code')]
    """
    return match_and_tell(claims, bills, rules)[0]


def match_and_tell(claims, bills, rules=USUAL):
    """As :func:`match`, with the bills that name claims for which nothing more is expected.

    :return: the matches, and a dict of bill id → ids of the claims named

    >>> day = date(2026, 3, 2)
    >>> billed = Claim(1, "K7QM-2XPA", 5, 9, 1, 0, day, billed=450)
    >>> free = Claim(2, "P3RT-8WLD", 5, 9, 1, 450, day)
    >>> again = Bill(7, 5, 9, 1, 450, day, "k7qm 2xpa")
    >>> match_and_tell([billed, free], [again])
    ([], {7: [1]})

    A credit note, and a bill that is a little short:

    >>> bills = [Bill(8, 5, 9, 1, -450, day, "k7qm2xpa"), Bill(9, 5, 9, 1, 444, day)]
    >>> [(found.claim, found.amount, found.reason, found.short) for found in match([billed, free], bills)]
    [(1, -450, 'code', 0), (2, 444, 'amount', 6)]
    """
    state = _State(claims, bills, rules)
    named = _by_code(state)
    _by_amount(state)
    _by_group(state)
    idle = {bill_id: claim_ids for bill_id, claim_ids in named.items() if state.is_idle(bill_id, claim_ids)}
    return sorted(state.get_matches()), idle


def room_of(claim, rules):
    """What can be matched to the claim: its cost not yet matched, and the tolerance."""
    return claim.amount + rules.slack(claim.amount) if claim.room is None else claim.room


def fits(claim, amount, rules):
    """Whether a bill over ``amount`` is the claim's, going by the amounts.

    >>> [fits(Claim(1, "", 5, 9, 1, 1800, date(2026, 3, 2)), amount, USUAL) for amount in (1620, 1980, 2050)]
    [True, True, False]
    """
    return claim.amount - rules.slack(claim.amount) <= amount <= room_of(claim, rules) and claim.amount > 0


class _State:
    """What is still open, and what has been matched."""

    def __init__(self, claims, bills, rules):
        self.rules = rules
        self.claims = {claim.id: claim for claim in sorted(claims, key=lambda claim: (claim.day, claim.id))}
        self.bills = {
            bill.id: bill for bill in sorted(bills, key=lambda bill: (bill.day, bill.id)) if not bill.double
        }
        self.to_bill = {claim.id: claim.amount for claim in self.claims.values()}
        self.room = {claim.id: room_of(claim, rules) for claim in self.claims.values()}
        self.billed = {claim.id: claim.billed for claim in self.claims.values()}
        self.to_match = {bill.id: bill.amount for bill in self.bills.values()}
        self.matched = {}
        self.taken_claims, self.taken_bills = set(), set()

    def add(self, claim_id, bill_id, amount, reason):
        before = self.matched.get((claim_id, bill_id), (0, reason))[0]
        self.matched[claim_id, bill_id] = (before + amount, reason)
        self.to_bill[claim_id] -= amount
        self.room[claim_id] -= amount
        self.billed[claim_id] += amount
        self.to_match[bill_id] -= amount
        self.taken_claims.add(claim_id)
        self.taken_bills.add(bill_id)

    def get_matches(self):
        """What was matched; the last bill of a claim that is nearly paid says what it is short of."""
        last = {}
        for claim_id, bill_id in self.matched:
            last[claim_id] = bill_id
        for (claim_id, bill_id), (amount, reason) in self.matched.items():
            short = self.to_bill[claim_id]
            nearly = 0 < short <= self.rules.slack(short + self.billed[claim_id])
            enough = nearly and last[claim_id] == bill_id and not self.to_match[bill_id]
            yield Match(claim_id, bill_id, amount, reason, short if enough else 0)

    def is_idle(self, bill_id, claim_ids):
        """Whether a bill names claims and can pay for none of them."""
        return self.to_match[bill_id] > 0 and not any(self.to_bill[claim_id] > 0 for claim_id in claim_ids)

    def open_claims(self):
        return [
            claim for claim in self.claims.values() if claim.id not in self.taken_claims and claim.amount > 0
        ]

    def open_bills(self):
        return [bill for bill in self.bills.values() if bill.id not in self.taken_bills and bill.amount > 0]


def _by_code(state):
    """:return: dict of bill id → the claims that it names; these are no other claim's"""
    known = {normal(name): claim.id for claim in state.claims.values() for name in claim.names}
    named = {bill.id: codes_in(bill.text, known) for bill in state.bills.values()}
    named = {bill_id: claim_ids for bill_id, claim_ids in named.items() if claim_ids}
    state.taken_bills.update(named)
    moved = True
    while moved:  # once more where a credit note made room for another bill
        moved = False
        for bill_id, claim_ids in named.items():
            if state.to_match[bill_id] > 0:
                moved |= _pay_named(state, bill_id, claim_ids)
            elif state.to_match[bill_id] < 0:
                moved |= _take_back(state, bill_id, claim_ids)
    return named


def _pay_named(state, bill_id, claim_ids):
    paid = state.bills[bill_id].paid
    waiting = [number for number in claim_ids if state.to_bill[number] > 0 and number not in paid]
    for position, claim_id in enumerate(waiting):
        left, cost = state.to_match[bill_id], state.to_bill[claim_id]
        last = position == len(waiting) - 1
        amount = left if last and cost < left <= state.room[claim_id] else min(left, cost)
        if amount > 0:
            state.add(claim_id, bill_id, amount, "code")
    return bool(waiting)


def _take_back(state, bill_id, claim_ids):
    """A credit note takes back what was billed, of the claim named last first."""
    moved = False
    for claim_id in reversed(claim_ids):
        amount = max(state.to_match[bill_id], -state.billed[claim_id])
        if amount < 0 and claim_id not in state.bills[bill_id].paid:
            state.add(claim_id, bill_id, amount, "code")
            moved = True
    return moved


def _by_amount(state):
    lags = _usual_lags(state)
    claims, bills = state.open_claims(), state.open_bills()
    slips = OneSlip({(claim.id, name): name for claim in claims for name in claim.names})
    named = {bill.id: {claim_id for claim_id, _name in slips.named_in(bill.text)} for bill in bills}
    shelves = defaultdict(list)
    for claim in claims:
        shelves[claim.supplier, claim.product, claim.quantity].append(claim)
        shelves[claim.supplier, 0, claim.quantity].append(claim)
    days = {key: [claim.day for claim in shelf] for key, shelf in shelves.items()}
    rounds = bills
    while rounds:
        taken = state.taken_claims
        offers = []
        for bill in rounds:
            key = (bill.supplier, bill.product, bill.quantity)
            lag = lags.get(bill.supplier, USUAL_LAG)
            for claim in _nearest(shelves.get(key, ()), days.get(key, ()), bill, lag, taken, state.rules):
                offers.append((*_distance(claim, bill, lag, named), claim.day, claim.id, bill.day, bill.id))
        offers.sort()
        done = set()
        for offer in offers:
            claim_id, bill_id = offer[-3], offer[-1]
            if claim_id not in taken and bill_id not in done:
                done.add(bill_id)
                state.add(claim_id, bill_id, state.to_match[bill_id], "amount")
        offered = {offer[-1] for offer in offers}
        # Whoever lost every claim to another bill looks again among those left.
        rounds = [bill for bill in rounds if bill.id in offered and bill.id not in done]


def _usual_lags(state):
    """Days between a claim and its bill, by supplier, from the pairs that codes made certain."""
    lags = defaultdict(list)
    for (claim_id, bill_id), (amount, _reason) in state.matched.items():
        claim, bill = state.claims[claim_id], state.bills[bill_id]
        if amount <= 0:
            continue
        lags[bill.supplier].append((bill.day - claim.day).days)
    return {supplier: median_low(values) for supplier, values in lags.items()}


def _nearest(shelf, days, bill, lag, taken, rules):
    """Up to ``NEAREST`` free claims that the bill could pay for, around the expected day."""
    expected = date.fromordinal(bill.day.toordinal() - lag)
    up = bisect_left(days, expected)
    down = up - 1
    found = []
    while len(found) < NEAREST and (down >= 0 or up < len(shelf)):
        if up >= len(shelf) or (down >= 0 and (expected - days[down]) <= (days[up] - expected)):
            claim, down = shelf[down], down - 1
        else:
            claim, up = shelf[up], up + 1
        gap = (bill.day - claim.day).days
        if gap > rules.after and claim.day < expected:
            down = -1
        elif -gap > rules.before and claim.day >= expected:
            up = len(shelf)
        elif claim.id not in taken and _fits(claim, bill, rules):
            found.append(claim)
    return found


def _fits(claim, bill, rules):
    if not fits(claim, bill.amount, rules):
        return False
    if not -rules.before <= (bill.day - claim.day).days <= rules.after:
        return False
    return bool(bill.product) or _words(claim.name) <= _words(bill.text)


def _distance(claim, bill, lag, named):
    return (
        0 if claim.id in named[bill.id] else 1,
        0 if bill.amount == claim.amount else 1,
        abs((bill.day - claim.day).days - lag),
        abs(bill.amount - claim.amount),
    )


def _words(text):
    return set(re.findall(r"[a-z]{3,}", text.lower()))


def _by_group(state):
    shelves = defaultdict(list)
    for claim in state.open_claims():
        shelves[claim.supplier, claim.product].append(claim)
    for bill in state.open_bills():
        if bill.quantity < 2 or bill.quantity != int(bill.quantity) or not bill.product:
            continue
        shelf = shelves.get((bill.supplier, bill.product), [])
        chosen = _fill(shelf, bill, state.rules)
        if not chosen:
            continue
        total = sum(claim.amount for claim in chosen)
        for position, claim in enumerate(chosen):
            # The bill's price, spread as the claims' costs are; the last takes the odd pence.
            last = position == len(chosen) - 1
            share = state.to_match[bill.id] if last else bill.amount * claim.amount // total
            state.add(claim.id, bill.id, share, "group")
            shelf.remove(claim)


def _fill(shelf, bill, rules):
    """The oldest claims in the window that make up the bill's quantity and, nearly, its amount."""
    chosen, count = [], 0
    for claim in shelf:
        if count == bill.quantity:
            break
        inside = -rules.before <= (bill.day - claim.day).days <= rules.after
        if inside and count + claim.quantity <= bill.quantity:
            chosen.append(claim)
            count += claim.quantity
    total = sum(claim.amount for claim in chosen)
    if count != bill.quantity or len(chosen) < 2 or abs(bill.amount - total) > rules.slack(total):
        return []
    if any(not fits(claim, -(-bill.amount * claim.amount // total), rules) for claim in chosen):
        return []
    return chosen
