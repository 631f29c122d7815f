"""Who is introduced to whom, for many requests at once.

An exact maximum-weight assignment with a limit for each giver, by the shortest
augmenting paths of SciPy's ``min_weight_full_bipartite_matching`` on sparse tables.
"""

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

#: What counts as a good enough introduction, of 100 points.
ENOUGH = 45


def plan(points, giver, room, enough=ENOUGH):
    """As many requests served as possible, and among such plans the best total.

    :param points: table of request × offer, 0 to 100
    :param giver: for each offer the number of its giver, counted from 0
    :param room: for each giver how many more introductions they can take on
    :param enough: pairs below this are left out
    :return: list of pairs of positions (request, offer)

    One giver, room for one, two wishes: the better one is served.

    >>> plan(np.array([[80.0], [90.0]]), [0], [1])
    [(1, 0)]

    Two are served rather than one, though one alone would score more.

    >>> plan(np.array([[90.0, 50.0], [85.0, 0.0]]), [0, 1], [1, 1])
    [(0, 1), (1, 0)]
    """
    points = np.asarray(points, dtype=np.float64)
    giver, room = np.asarray(giver, dtype=np.int64), np.asarray(room, dtype=np.int64)
    rows, columns, values = _best_of_each_giver(points, giver, enough)
    usable = room[giver[columns]] > 0
    rows, columns, values = rows[usable], columns[usable], values[usable]
    if not len(rows):
        return []
    count = len(points)
    # Each place that a giver has left is a column of its own, and each request has a
    # column of staying unserved, so that there is always a full assignment.
    places = np.minimum(room, np.bincount(giver[columns], minlength=len(room)))
    first = np.concatenate([[0], np.cumsum(places)])
    copies = places[giver[columns]]
    pick = np.repeat(np.arange(len(rows)), copies)
    nth = np.arange(len(pick)) - np.repeat(np.cumsum(copies) - copies, copies)
    place = first[giver[columns[pick]]] + nth
    served = 100.0 * count + 1  # worth more than any difference in points
    weights = np.concatenate([values[pick] + served, np.ones(count)])
    table = coo_array(
        (
            weights,
            (
                np.concatenate([rows[pick], np.arange(count)]),
                np.concatenate([place, first[-1] + np.arange(count)]),
            ),
        ),
        shape=(count, first[-1] + count),
    ).tocsr()
    chosen_rows, chosen = min_weight_full_bipartite_matching(table, maximize=True)
    offer_of = dict(zip(zip(rows[pick], place, strict=True), columns[pick], strict=True))
    return sorted(
        (int(row), int(offer_of[row, column]))
        for row, column in zip(chosen_rows, chosen, strict=True)
        if column < first[-1]
    )


def _best_of_each_giver(points, giver, enough):
    """For each request and giver the best of that giver's offers, as three arrays."""
    rows, columns = np.nonzero(points >= enough)
    values = points[rows, columns]
    order = np.lexsort((columns, -values, giver[columns], rows))
    rows, columns, values = rows[order], columns[order], values[order]
    again = (rows[1:] == rows[:-1]) & (giver[columns[1:]] == giver[columns[:-1]])
    keep = np.concatenate([[True], ~again]) if len(rows) else np.zeros(0, dtype=bool)
    return rows[keep], columns[keep], values[keep]
