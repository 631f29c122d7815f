"""What differs between the lines that were signed and those of today.

Bills and claims are known by their ids: a bill keeps its own when it is set back to
draft, loses its number or is posted again. Money is in whole minor units; nothing here
knows Odoo.
"""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class Standing(NamedTuple):
    """What is said of a claim: its cost, what was billed for it, and what is still to be."""

    cost: int = 0
    billed: int = 0
    to_date: int = 0
    left: int = 0


class Charge(NamedTuple):
    """What is said of a bill line: what it charges to the grant, and its day."""

    amount: int = 0
    day: date | None = None


@dataclass
class Drift:
    """Pairs of before and after by what they are of; ``None`` where there was no line.

    ``bills`` by the item's number in the books (or what stands for it), ``claims`` by
    id, ``by_hand`` by day.
    """

    bills: dict
    claims: dict
    by_hand: dict


def compare(signed, current):
    """Which bills, claims and entries made by hand are not as they were.

    :param signed: :class:`~.reconcile.Line` as they were signed, and :param current: as
        they are now
    :return: a :class:`Drift`, empty in all its parts when nothing changed

    >>> from .reconcile import Line
    >>> march = date(2026, 3, 5)
    >>> paid = Line("matched", claim=31, item=71, day=march, cost=1200, billed=1200, to_date=1200)
    >>> gone = Line("bill_changed", item=71, day=march, billed=-1200)
    >>> [before, after] = compare([paid], [paid, gone]).bills[71]
    >>> before.amount, after.amount
    (1200, 0)
    >>> compare([paid], [paid, gone]).claims
    {}
    """
    return Drift(
        *(
            differences(facts(signed), facts(current))
            for facts in (_bill_differences, _claim_differences, _entry_differences)
        )
    )


def differences(before, after):
    """What isn't the same in two dicts: key → pair of before and after, ``None`` where there is none.

    >>> differences({"a": 1, "b": 2}, {"b": 3, "c": 4})
    {'a': (1, None), 'b': (2, 3), 'c': (None, 4)}
    """
    return {
        key: (before.get(key), after.get(key))
        for key in [*before, *(key for key in after if key not in before)]
        if before.get(key) != after.get(key)
    }


def level_minus(words):
    """A sum below nothing with its minus before all of it, wherever it stood when it was kept.

    >>> odoo = "$ -\N{ZERO WIDTH NO-BREAK SPACE}648.00"
    >>> level_minus(odoo), level_minus("−$ 648.00"), level_minus("-648,00 kr")
    ('−$ 648.00', '−$ 648.00', '−648,00 kr')
    >>> level_minus("−1.4"), level_minus("0.0 to +1.1"), level_minus("2026-10"), level_minus("– low (0–4)")
    ('−1.4', '0.0 to +1.1', '2026-10', '– low (0–4)')
    """
    words = words.replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")
    below = re.fullmatch(r"(\D{0,4}?)[-\N{MINUS SIGN}](\D{0,4}\d[\d.,\s]*\D{0,4})", words)
    return f"\N{MINUS SIGN}{below[1]}{below[2]}" if below else words


def _bill_differences(lines):
    charges = {}
    for line in lines:
        if line.item:
            amount = charges.get(line.item, Charge()).amount + line.billed
            charges[line.item] = Charge(amount, line.day)
    return charges


def _claim_differences(lines):
    standings = {}
    for line in lines:
        if line.claim:
            known = standings.get(line.claim, Standing())
            left = -line.difference if line.status == "unbilled" else known.left
            standings[line.claim] = Standing(line.cost, known.billed + line.billed, line.to_date, left)
    return standings


def _entry_differences(lines):
    amounts = defaultdict(int)
    for line in lines:
        if line.status == "manual_entry":
            amounts[line.day] += line.billed
    return dict(amounts)
