"""Which supplier's bill pays for which claim: the rules, in order, as a pure function.

1. *code*: the bill names the claim's code, as it stands (spaces, dashes and capitals
   aside). A code with a typing error never matches here.
2. *amount*: same supplier, product and quantity, and an amount within the tolerance, in
   the date window; among several, a code that is one letter off, then the exact amount,
   then the claim that lies as far back as this supplier usually bills.
3. *group*: a bill for n of the same against n claims of it.

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
    """A claim with something still to be billed; ``amount`` is its cost not yet matched."""

    id: int
    code: str
    supplier: int
    product: int
    quantity: int
    amount: int
    day: date
    name: str = ""


class Bill(NamedTuple):
    """A posted bill line; ``amount`` is the part of it not yet matched."""

    id: int
    supplier: int
    product: int
    quantity: float
    amount: int
    day: date
    text: str = ""


class Match(NamedTuple):
    claim: int
    bill: int
    amount: int
    reason: str


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

    :param claims: an iterable of :class:`Claim` with positive amounts
    :param bills: an iterable of :class:`Bill` with positive amounts
    :return: a list of :class:`Match`, sorted; no bill is matched beyond its amount and no
        claim beyond its cost and slack

    >>> day = date(2026, 3, 2)
    >>> claims = [Claim(1, "K7QM-2XPA", 5, 9, 1, 1200, day), Claim(2, "P3RT-8WLD", 5, 9, 1, 1200, day)]
    >>> bills = [Bill(7, 5, 0, 1, 1250, date(2026, 3, 20), "swim pass, ref p3rt 8wld"),
    ...          Bill(8, 5, 9, 1, 1200, date(2026, 3, 21), "swim pass")]
    >>> match(claims, bills)
    [Match(claim=1, bill=8, amount=1200, reason='amount'), Match(claim=2, bill=7, amount=1250, reason='code')]
    """
    state = _State(claims, bills, rules)
    _by_code(state)
    _by_amount(state)
    _by_group(state)
    return sorted(state.matches)


class _State:
    """What is still open, and what has been matched."""

    def __init__(self, claims, bills, rules):
        self.rules = rules
        self.claims = {claim.id: claim for claim in sorted(claims, key=lambda claim: (claim.day, claim.id))}
        self.bills = {bill.id: bill for bill in sorted(bills, key=lambda bill: (bill.day, bill.id))}
        self.to_bill = {claim.id: claim.amount for claim in self.claims.values()}
        self.to_match = {bill.id: bill.amount for bill in self.bills.values()}
        self.matches = []

    def add(self, claim_id, bill_id, amount, reason):
        self.matches.append(Match(claim_id, bill_id, amount, reason))
        self.to_bill[claim_id] -= amount
        self.to_match[bill_id] -= amount

    def open_claims(self):
        taken = {found.claim for found in self.matches}
        return [claim for claim in self.claims.values() if claim.id not in taken and claim.amount > 0]

    def open_bills(self):
        taken = {found.bill for found in self.matches}
        return [bill for bill in self.bills.values() if bill.id not in taken and bill.amount > 0]


def _by_code(state):
    known = {normal(claim.code): claim.id for claim in state.claims.values() if claim.code}
    for bill in state.bills.values():
        named = [claim_id for claim_id in codes_in(bill.text, known) if state.to_bill[claim_id] > 0]
        for position, claim_id in enumerate(named):
            left, cost = state.to_match[bill.id], state.to_bill[claim_id]
            last = position == len(named) - 1
            extra = left - cost
            within = last and 0 < extra <= state.rules.slack(state.claims[claim_id].amount)
            amount = left if within else min(left, cost)
            if amount > 0:
                state.add(claim_id, bill.id, amount, "code")


def _by_amount(state):
    lags = _usual_lags(state)
    claims, bills = state.open_claims(), state.open_bills()
    slips = OneSlip({claim.id: claim.code for claim in claims if claim.code})
    named = {bill.id: slips.named_in(bill.text) for bill in bills}
    shelves = defaultdict(list)
    for claim in claims:
        shelves[claim.supplier, claim.product, claim.quantity].append(claim)
        shelves[claim.supplier, 0, claim.quantity].append(claim)
    days = {key: [claim.day for claim in shelf] for key, shelf in shelves.items()}
    rounds = bills
    while rounds:
        taken = {found.claim for found in state.matches}
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
                taken.add(claim_id)
                done.add(bill_id)
                state.add(claim_id, bill_id, state.to_match[bill_id], "amount")
        offered = {offer[-1] for offer in offers}
        # Whoever lost every claim to another bill looks again among those left.
        rounds = [bill for bill in rounds if bill.id in offered and bill.id not in done]


def _usual_lags(state):
    """Days between a claim and its bill, by supplier, from the pairs that codes made certain."""
    lags = defaultdict(list)
    for found in state.matches:
        claim, bill = state.claims[found.claim], state.bills[found.bill]
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
    if abs(bill.amount - claim.amount) > rules.slack(claim.amount):
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
    if any(
        abs(bill.amount * claim.amount // total - claim.amount) > rules.slack(claim.amount)
        for claim in chosen
    ):
        return []
    return chosen
