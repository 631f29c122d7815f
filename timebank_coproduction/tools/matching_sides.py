"""From the facts about offers and requests to the arrays that the formula takes.

Plain Python and numpy: ``timebank.matchmaker`` gathers the facts.
"""

import numpy as np

from . import closeness, matching

LINKS = ("slots", "languages", "interests", "checks", "needs")
AS_THEY_ARE = ("person", "balance", "available", "given", "received", "minutes")


def sides(requests, offers, kinds, today, links=LINKS):
    """The formula's arguments.

    :param requests: :class:`~.facts.Facts`, and ``offers`` as well
    :param dict kinds: kind of offer or request → its number
    :param date today: from which days are counted
    :param links: those that have been gathered; the others are left unknown
    :return: two sides, and the table of nearness of their skills
    """
    paths = [sorted(set(facts["path"])) for facts in (requests, offers)]
    nearness = np.array(
        [[closeness.nearness(asked, offered) for offered in paths[1]] for asked in paths[0]]
    ).reshape(len(paths[0]), len(paths[1]))
    columns, codes = _columns(requests, offers, links), {"": 0}
    return (
        _side(requests, paths[0], columns, codes, kinds, today),
        _side(offers, paths[1], columns, codes, kinds, today),
        nearness,
    )


def _columns(requests, offers, links):
    """The ids that occur on either side, for each kind of link: dict id → column."""
    ids = {
        name: {other for facts in (requests, offers) for linked in facts[name] for other in linked}
        for name in links
    }
    if links:
        ids["checks"] = ids["needs"] = ids["checks"] | ids["needs"]
    return {
        name: {other: position for position, other in enumerate(sorted(others))}
        for name, others in ids.items()
    }


def _side(facts, paths, columns, codes, kinds, today):
    position = {path: number for number, path in enumerate(paths)}
    postcodes = {code: closeness.postcode(code) for code in set(facts["zip"])}
    latitude, longitude = (
        np.array(facts[name], dtype=np.float64) for name in ("latitude", "longitude")
    )  # the database's nothing becomes NaN
    unplaced = (np.nan_to_num(latitude) == 0) & (np.nan_to_num(longitude) == 0)
    latitude[unplaced] = np.nan
    return matching.Side.of(
        len(facts),
        skill=[position[path] for path in facts["path"]],
        kind=[kinds[kind] for kind in facts["kind"]],
        radius=[radius or 0 for radius in facts["radius_km"]],
        latitude=latitude,
        longitude=longitude,
        district=[codes.setdefault(postcodes[code][0], len(codes)) for code in facts["zip"]],
        area=[codes.setdefault(postcodes[code][1], len(codes)) for code in facts["zip"]],
        days=[np.nan if day is None else (day - today).days for day in facts["needed_by"]],
        **{name: facts[name] for name in AS_THEY_ARE},
        **{name: table(facts[name], ids) for name, ids in columns.items()},
    )


def table(linked, columns):
    """A row a record and a column an id, 1 where the record leads to it.

    >>> table([[7], [], [7, 9]], {7: 0, 9: 1}).tolist()
    [[1.0, 0.0], [0.0, 0.0], [1.0, 1.0]]
    """
    ones = np.zeros((len(linked), max(len(columns), 1)))
    rows = np.repeat(np.arange(len(linked)), [len(others) for others in linked])
    ones[rows, [columns[other] for others in linked for other in others]] = 1
    return ones
