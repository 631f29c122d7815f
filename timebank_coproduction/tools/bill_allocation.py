"""Spreading the bills that a person picked over the claims that they picked with them."""


def allocate(bills, claims, stretch=True):
    """Which part of which bill pays for which claim.

    Claims are paid in the order given up to their cost. What is left of the bills then
    goes to their tolerance if all of it fits there; else it stays open, for another claim.
    A credit note takes back what was matched, latest claim first.

    :param bills: list of (id, open amount); below zero for a credit note
    :param claims: list of (id, cost not yet billed, room up to the tolerance, matched so far)
    :param bool stretch: whether tolerances may be used at all
    :return: list of (claim id, bill id, amount); amounts are whole minor units

    >>> allocate([("b", 2450)], [(1, 1200, 1320, 0), (2, 1200, 1320, 0)])
    [(1, 'b', 1250), (2, 'b', 1200)]
    >>> allocate([("b", 1000), ("c", 300)], [(1, 1200, 1320, 0)])
    [(1, 'b', 1000), (1, 'c', 300)]
    >>> allocate([("b", 1000), ("c", 500)], [(1, 1200, 1320, 0)])
    [(1, 'b', 1000), (1, 'c', 200)]
    >>> allocate([("b", 1250)], [(1, 1200, 1320, 0)], stretch=False)
    [(1, 'b', 1200)]
    >>> allocate([("credit", -300)], [(1, 0, 120, 1200)])
    [(1, 'credit', -300)]
    """
    amounts = {}
    left = dict(bills)
    cost = {claim: unbilled for claim, unbilled, _room, _matched in claims}
    room = {claim: room for claim, _unbilled, room, _matched in claims}
    taken = {claim: matched for claim, _unbilled, _room, matched in claims}

    def move(claim, bill, amount):
        amounts[claim, bill] = amounts.get((claim, bill), 0) + amount
        left[bill] -= amount
        cost[claim] -= amount
        room[claim] -= amount
        taken[claim] += amount

    def pay(limit):
        for bill in left:
            for claim in limit:
                amount = min(left[bill], limit[claim])
                if amount > 0:
                    move(claim, bill, amount)

    pay(cost)
    over = sum(amount for amount in left.values() if amount > 0)
    if stretch and over <= sum(extra for extra in room.values() if extra > 0):
        pay(room)
    for bill in left:
        for claim in reversed(taken):
            amount = max(left[bill], -taken[claim])
            if amount < 0:
                move(claim, bill, amount)
    return [(claim, bill, amount) for (claim, bill), amount in amounts.items() if amount]
