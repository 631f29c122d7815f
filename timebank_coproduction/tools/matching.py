"""How well an offer meets a request: one formula, with its weights on the table.

A score lies between 0 and 100 and is the weighted sum of the parts below, each between
0 and 1. Whole tables of requests and offers are scored at once, so everything here is
an array with one row a request and one column an offer. Nothing here knows Odoo.

==============  ======  ==============================================================
part            weight  worth 1 when
==============  ======  ==============================================================
skill               40  the offer names the skill that is asked for; 0.9 if a more exact
                        one, 0.65 if a broader one, 0.25 if a neighbour in the same group
availability        15  every part of the week asked for is offered; else the share, 0 for
                        none, and 0.5 where one of them hasn't said
distance            15  they live at the same place; falls to 0 at twenty kilometres. By
                        postcode where there are no coordinates (0.8 the same district,
                        0.4 the same area), and 0.5 where one of them hasn't said
fairness            12  the giver has received and never yet given; 0.8 with a balance
                        below zero, 0.6 at zero, falling to 0 at ten hours in hand
language             8  they share a language; 0.5 where one of them hasn't said
urgency              5  it is needed now; falls to 0 a month ahead; 0.25 without a day
interests            5  they share two interests or more; 0.5 for one
==============  ======  ==============================================================

What can't be is scored 0: the same person on both sides, an unrelated skill, another
kind, further away than either is ready to go, a check that is missing or out of date,
people who declined each other. People's weeks change: no time in common is only worth
less.
A receiver who could not pay for the time loses ``UNPAID`` points: the broker decides.
"""

from dataclasses import dataclass, fields

import numpy as np

from .closeness import distance

WEIGHTS = {
    "skill": 40,
    "availability": 15,
    "distance": 15,
    "fairness": 12,
    "language": 8,
    "urgency": 5,
    "interests": 5,
}
#: What not knowing is worth.
UNKNOWN = 0.5
FAR_KM = 20
RICH_MINUTES = 600
SOON_DAYS = 30
UNPAID = 10


@dataclass
class Side:
    """The facts of some requests or some offers: arrays of one entry (or row) each.

    ``person``, ``kind``: numbers to compare. ``skill``: position in the table of
    nearness. ``slots``, ``languages``, ``interests``, ``checks``: 0/1 tables, one row
    each, over the same columns on both sides; ``checks`` are those a giver holds, and
    those a request asks for. ``needs``: those an offer itself asks of its giver.
    ``latitude``, ``longitude``: degrees, NaN unknown. ``district``, ``area``: numbers
    of the postcode's two lengths, 0 unknown. ``radius``: kilometres, 0 for any.
    ``balance``, ``minutes``, ``available``: minutes. ``given``, ``received``: whether
    the person ever did. ``days``: until it is needed, NaN for no day.
    """

    person: np.ndarray
    kind: np.ndarray
    skill: np.ndarray
    slots: np.ndarray
    languages: np.ndarray
    interests: np.ndarray
    checks: np.ndarray
    needs: np.ndarray
    latitude: np.ndarray
    longitude: np.ndarray
    district: np.ndarray
    area: np.ndarray
    radius: np.ndarray
    balance: np.ndarray
    available: np.ndarray
    given: np.ndarray
    received: np.ndarray
    minutes: np.ndarray
    days: np.ndarray

    @classmethod
    def of(cls, count, **columns):
        """``count`` records of which only some facts are known; the rest is unknown.

        >>> Side.of(2, balance=[60, 0]).balance.tolist()
        [60.0, 0.0]
        """
        defaults = {
            "person": np.arange(count),
            "slots": np.zeros((count, 1)),
            "languages": np.zeros((count, 1)),
            "interests": np.zeros((count, 1)),
            "checks": np.zeros((count, 1)),
            "needs": np.zeros((count, 1)),
            "latitude": np.full(count, np.nan),
            "longitude": np.full(count, np.nan),
            "available": np.full(count, 1e9),
            "days": np.full(count, np.nan),
        }
        facts = {}
        for field in fields(cls):
            value = columns.get(field.name, defaults.get(field.name, np.zeros(count)))
            if field.name in ("person", "kind", "skill"):
                facts[field.name] = np.asarray(value, dtype=np.int64)
            else:
                facts[field.name] = np.asarray(value, dtype=np.float64)
        return cls(**facts)


def score(requests, offers, nearness, apart=None):
    """Points of every offer for every request.

    :param Side requests: the wishes; ``person`` is who receives
    :param Side offers: ``person`` is who gives
    :param nearness: table of skill asked for × skill offered, 0 to 1
    :param apart: table of request × offer, true where the two must not be suggested
    :return: table of request × offer, 0 to 100; 0 means that it can't be

    The archery case: one can teach what the other waits for, and hasn't given yet.

    >>> from .closeness import SAME, SIBLING
    >>> wish = Side.of(1, person=[1], skill=[0])
    >>> can = Side.of(2, person=[2, 3], skill=[0, 1], received=[1, 0])
    >>> score(wish, can, np.array([[SAME, SIBLING]])).round(2).tolist()
    [[72.25, 37.45]]

    Nobody is introduced to themselves.

    >>> score(wish, Side.of(1, person=[1], skill=[0]), np.array([[SAME]])).tolist()
    [[0.0]]
    """
    skill = nearness[np.ix_(requests.skill, offers.skill)]
    fits = possible(requests, offers, skill)
    if apart is not None:
        fits &= ~apart
    rows, columns = np.nonzero(fits)
    away = distance(requests, offers, rows, columns)
    limit = _least(requests.radius[rows], offers.radius[columns])
    near = ~((limit > 0) & (away > limit))
    rows, columns, away = rows[near], columns[near], away[near]
    shares = parts(requests, offers, rows, columns, away)
    shares["skill"] = skill[rows, columns]
    values = _sum(shares)
    values = values - UNPAID * (requests.available < requests.minutes)[rows]
    points = np.zeros(skill.shape)
    points[rows, columns] = np.maximum(values, 0)
    return points


def at_most(requests, offers, nearness):
    """The most points that each pair could have, going by skill, place, fairness and day.

    What it takes many facts to know is taken to be perfect: those far below need no
    closer look.

    >>> from .closeness import SIBLING
    >>> wish, can = Side.of(1), Side.of(2, balance=[0, 600])
    >>> at_most(wish, can, np.array([[SIBLING]])).round(2).tolist()
    [[53.95, 46.75]]
    """
    skill = nearness[np.ix_(requests.skill, offers.skill)]
    rows, columns = (place.ravel() for place in np.indices(skill.shape))
    away = distance(requests, offers, rows, columns)
    shares = {
        **dict.fromkeys(WEIGHTS, 1),
        "skill": skill.ravel(),
        "distance": _nearby(requests, offers, rows, columns, away),
        "fairness": _fairness(offers)[columns],
        "urgency": urgency(requests.days)[rows],
    }
    return _sum(shares).reshape(skill.shape)


def parts(requests, offers, rows, columns, away):
    """The parts of the score but for the skill, by name, each 0 to 1 for every pair.

    :param rows: positions of requests, and ``columns`` of offers, one of each a pair
    :param away: kilometres between the two, NaN unknown

    >>> shares = parts(Side.of(1), Side.of(1), [0], [0], np.array([np.nan]))
    >>> {name: float(share[0]) for name, share in shares.items()} == {
    ...     "availability": .5, "distance": .5, "fairness": .6,
    ...     "language": .5, "urgency": .25, "interests": 0}
    True
    """
    interests = requests.interests @ offers.interests.T
    return {
        "availability": _availability(requests.slots, offers.slots)[rows, columns],
        "distance": _nearby(requests, offers, rows, columns, away),
        "fairness": _fairness(offers)[columns],
        "language": _in_common(requests.languages, offers.languages)[rows, columns],
        "urgency": urgency(requests.days)[rows],
        "interests": np.minimum(interests[rows, columns] / 2, 1),
    }


def possible(requests, offers, skill):
    """Which pairs can be introduced at all, distance apart.

    >>> wish = Side.of(1, checks=[[1]], person=[9])
    >>> can = Side.of(3, checks=[[1], [1], [0]], kind=[0, 1, 0])
    >>> possible(wish, can, np.ones((1, 3))).tolist()
    [[True, False, False]]
    """
    missing = requests.checks @ (1 - offers.checks).T > 0
    unfit = (offers.needs > offers.checks).any(axis=1)
    return (
        (skill > 0)
        & (requests.person[:, None] != offers.person[None, :])
        & (requests.kind[:, None] == offers.kind[None, :])
        & ~missing
        & ~unfit[None, :]
    )


def urgency(days):
    """How soon something is needed, 0 to 1.

    >>> urgency(np.array([0, 15, 40, np.nan])).tolist()
    [1.0, 0.5, 0.0, 0.25]
    """
    soon = np.clip(1 - np.nan_to_num(days) / SOON_DAYS, 0, 1)
    return np.where(np.isnan(days), 0.25, soon)


def _sum(shares):
    """The weighted sum of the parts, always added up in the same order."""
    return sum(weight * shares[name] for name, weight in WEIGHTS.items())


def _both_said(one, other):
    return one.any(axis=1)[:, None] & other.any(axis=1)[None, :]


def _availability(asked, offered):
    wanted = np.maximum(asked.sum(axis=1), 1)[:, None]
    return np.where(_both_said(asked, offered), (asked @ offered.T) / wanted, UNKNOWN)


def _in_common(one, other):
    return np.where(_both_said(one, other), one @ other.T > 0, UNKNOWN)


def _nearby(requests, offers, rows, columns, away):
    known = (requests.district[rows] > 0) & (offers.district[columns] > 0)
    near = np.where(requests.area[rows] == offers.area[columns], 0.4, 0.0)
    near = np.where(requests.district[rows] == offers.district[columns], 0.8, near)
    by_postcode = np.where(known, near, UNKNOWN)
    by_place = np.clip(1 - np.nan_to_num(away) / FAR_KM, 0, 1)
    return np.where(np.isnan(away), by_postcode, by_place)


def _fairness(offers):
    in_hand = np.clip(0.6 * (1 - offers.balance / RICH_MINUTES), 0, 0.6)
    share = np.where(offers.balance < 0, 0.8, in_hand)
    return np.where((offers.received > 0) & (offers.given == 0), 1.0, share)


def _least(one, other):
    """The smaller of two limits, of which 0 is none."""
    return np.where(one == 0, other, np.where(other == 0, one, np.minimum(one, other)))
