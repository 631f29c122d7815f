"""Claims and bills of which it is known which belong together, with what goes wrong in real ones."""

import random
from datetime import date, timedelta

from odoo.addons.timebank_coproduction.tools.bill_matching import Bill, Claim

LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
START = date(2025, 4, 1)


def sample(
    count, seed=1, suppliers=60, products=200, missing=0.2, slips=0.08, price_changes=0.1, grouped=0.1
):
    """A year of claims and their suppliers' bills.

    :param count: how many claims
    :param missing: share of the bills without a code; ``slips``: with one wrong letter in it;
        ``price_changes``: share whose price moved by up to 8 %; ``grouped``: share of the claims
        that their supplier bills together at the month's end
    :return: (claims, bills, the set of true pairs of claim id and bill id), in random order
    """
    chance = random.Random(seed)
    catalogue = [
        (product, chance.randrange(1, suppliers + 1), chance.randrange(300, 6000, 25))
        for product in range(1, products + 1)
    ]
    lags = {supplier: chance.randrange(5, 35) for supplier in range(1, suppliers + 1)}
    claims, bills, truth, together = [], [], set(), {}
    for number in range(1, count + 1):
        product, supplier, price = chance.choice(catalogue)
        quantity = 1 if chance.random() < 0.85 else chance.randrange(2, 4)
        code = "".join(chance.choice(LETTERS) for _letter in range(8))
        day = START + timedelta(days=chance.randrange(365))
        claim = Claim(number, code, supplier, product, quantity, price * quantity, day, f"reward {product}")
        claims.append(claim)
        if quantity == 1 and chance.random() < grouped:
            together.setdefault((supplier, product, day.year, day.month), []).append(claim)
            continue
        amount = claim.amount
        if chance.random() < price_changes:
            amount = round(amount * (1 + chance.uniform(-0.08, 0.08)))
        billed = day + timedelta(days=max(0, round(chance.gauss(lags[supplier], 2))))
        text = f"reward {product}{_written(code, chance, missing, slips)}"
        bills.append(Bill(len(bills) + 1, supplier, product, quantity, amount, billed, text))
        truth.add((number, len(bills)))
    for (supplier, product, year, month), group in sorted(together.items()):
        billed = date(year + month // 12, month % 12 + 1, 3)
        total = sum(claim.amount for claim in group)
        bills.append(Bill(len(bills) + 1, supplier, product, len(group), total, billed, "monthly bill"))
        truth.update((claim.id, len(bills)) for claim in group)
    chance.shuffle(claims)
    chance.shuffle(bills)
    return claims, bills, truth


def _written(code, chance, missing, slips):
    """The code as the supplier wrote it, if at all."""
    draw = chance.random()
    if draw < missing:
        return ""
    if draw < missing + slips:
        at = chance.randrange(len(code))
        return f" ref {code[:at]}{chance.choice(LETTERS)}{code[at + 1 :]}"
    return f" ref {code}"
