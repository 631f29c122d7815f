"""Who gives to whom, as a network: its figures. Nothing here knows Odoo.

The nodes are people, the arcs pairs (who gave, who received) with the minutes given. Whoever is
named counts, whether or not an arc touches them: who takes part in the period and has no partner
is in the density and in the partners per person as well.

Large networks are arrays (:class:`Links`), of which the figures are made; what is drawn is a
``networkx.DiGraph`` (:func:`connect`).
"""

from collections import Counter
from itertools import chain
from typing import NamedTuple

import networkx
import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from .arrays import add_up, begins, different, join, number, split


class Links(NamedTuple):
    """Who gave to whom, and how long: each pair once, in order. People are ids, 31 bits at most."""

    people: np.ndarray  # all of them, in order
    givers: np.ndarray
    receivers: np.ndarray
    minutes: np.ndarray


class Figures(NamedTuple):
    """What a network comes to. A share of nothing is ``None``."""

    people: int
    linked: int  # who have an arc
    arcs: int  # pairs of giver and receiver, each once
    mutual_arcs: int  # arcs whose opposite is one as well
    mutual_people: int  # who are at their ends
    partners_per_person: float | None  # of all people: with how many others they had an arc, either way
    partners_median: float | None
    density: float | None  # arcs of those that there could be: m / (n (n - 1))
    arc_reciprocity: float | None  # mutual arcs of all arcs
    largest_strong_part: int  # people of whom each reaches each along arcs


def gather(people, arcs):
    """The links of some people.

    :param people: their ids; whoever is in an arc is added
    :param arcs: rows of giver, receiver and minutes; those of one pair add up, and what somebody
        gave to themselves is no arc
    :return: :class:`Links`
    """
    rows = np.array(arcs, dtype=np.int64).reshape(-1, 3)
    rows = rows[rows[:, 0] != rows[:, 1]]
    keys = join(rows[:, 0], rows[:, 1])
    order = np.argsort(keys)
    begin = begins(keys[order])
    minutes = add_up(np.cumsum(begin) - 1, rows[order, 2], int(begin.sum()))
    givers, receivers = split(keys[order][begin])
    return Links(
        np.union1d(np.array(people, dtype=np.int64), np.concatenate((givers, receivers))),
        givers,
        receivers,
        minutes,
    )


def keep_busiest(links, most):
    """The links of those ``most`` people who gave and received most, between them."""
    place, ids = number(links.people)
    busy = sum(add_up(place[side], links.minutes, len(ids)) for side in (links.givers, links.receivers))
    kept = np.zeros(len(ids), dtype=bool)
    kept[np.lexsort((ids, -busy))[:most]] = True
    inside = kept[place[links.givers]] & kept[place[links.receivers]]
    return Links(ids[kept], *(column[inside] for column in links[1:]))


def connect(people, arcs):
    """The network of some people, to be drawn.

    :param people: their keys, such as ids; whoever is in an arc is added
    :param arcs: tuples of giver, receiver and minutes, as for :func:`gather`
    :return: ``networkx.DiGraph`` whose edges have ``minutes``; nodes and edges are in the order of the keys,
        so that whatever is made of it is the same each time
    """
    together = {}
    for giver, receiver, minutes in arcs:
        if giver != receiver:
            pair = (giver, receiver)
            together[pair] = together.get(pair, 0) + minutes
    network = networkx.DiGraph()
    network.add_nodes_from(sorted({*people, *chain.from_iterable(together)}))
    network.add_edges_from((*pair, {"minutes": minutes}) for pair, minutes in sorted(together.items()))
    return network


def undirected(network):
    """Who has to do with whom: the same people, and an edge of all minutes for each two partners."""
    partners = networkx.Graph()
    partners.add_nodes_from(network)
    links = {}
    for giver, receiver, minutes in network.edges(data="minutes"):
        pair = (giver, receiver) if (receiver, giver) not in links else (receiver, giver)
        links[pair] = links.get(pair, 0) + minutes
    partners.add_edges_from((*pair, {"minutes": minutes}) for pair, minutes in links.items())
    return partners


def measure(people, givers, receivers):
    """The figures of a network.

    :param people: ids of all, an array; whoever is in an arc is added
    :param givers: with ``receivers``, two arrays: who gave to whom, as often as it was

    1 and 2 help each other, 1 helps 3, who helps 4; 5 takes part with nobody:

    >>> links = gather([1, 2, 3, 4, 5], [(1, 2, 60), (1, 2, 30), (2, 1, 60), (1, 3, 30), (3, 4, 60)])
    >>> found = measure(*links[:3])
    >>> found.people, found.linked, found.arcs, found.density
    (5, 4, 4, 0.2)
    >>> found.partners_per_person, found.partners_median
    (1.2, 1.0)
    >>> found.mutual_arcs, found.mutual_people, found.arc_reciprocity, found.largest_strong_part
    (2, 2, 0.5, 2)

    Of nobody, and of one, no share is made:

    >>> none, one = (measure(*gather(people, [])[:3]) for people in ([], [1]))
    >>> none.partners_per_person is None, one.density is None
    (True, True)
    >>> two = measure(*gather([1, 2], [])[:3])
    >>> two.density, two.arc_reciprocity is None
    (0.0, True)
    """
    place, ids = number(people, givers, receivers)
    count = len(ids)
    links = _make_matrix(place[givers], place[receivers], count)
    back = links.T.tocsr()
    both = links.multiply(back).tocsr()
    arcs, mutual = links.nnz, both.nnz
    mutual_of_each = np.diff(both.indptr)
    partners = np.diff(links.indptr) + np.diff(back.indptr) - mutual_of_each
    return Figures(
        people=count,
        linked=int((partners > 0).sum()),
        arcs=arcs,
        mutual_arcs=mutual,
        mutual_people=int((mutual_of_each > 0).sum()),
        partners_per_person=(2 * arcs - mutual) / count if count else None,
        partners_median=float(np.median(partners)) if count else None,
        density=arcs / (count * (count - 1)) if count > 1 else None,
        arc_reciprocity=mutual / arcs if arcs else None,
        largest_strong_part=_count_largest_part(links) if count else 0,
    )


def _make_matrix(rows, columns, count):
    """One for each pair, however often it is given."""
    matrix = coo_array((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=(count, count)).tocsr()
    matrix.data[:] = 1
    return matrix


def _count_largest_part(links):
    _parts, part = connected_components(links, connection="strong")
    return int(np.bincount(part).max())


def find_largest_circle(links):
    """The people of the largest strongly connected part: ids, in order; of several the first one found.

    >>> find_largest_circle(gather([7], [(1, 2, 60), (2, 3, 60), (3, 1, 60), (3, 4, 60), (4, 5, 60)]))
    [1, 2, 3]
    """
    place, ids = number(links.people)
    if not len(ids):
        return []
    matrix = _make_matrix(place[links.givers], place[links.receivers], len(ids))
    _parts, part = connected_components(matrix, connection="strong")
    return ids[part == np.bincount(part).argmax()].tolist()


def count_bridges(links):
    """How many people there are whom :func:`find_bridges` finds."""
    return len(find_bridges(links))


def find_bridges(links):
    """The people without whom others of their part would no longer be connected: ids, in order.

    Not all links are followed: those along which a network is searched through outwards from somebody,
    with those along which what is left of it then is, have the bridges of all (Cheriyan, Kao and
    Thurimella, 1993).

    >>> edges = [(1, 2), (2, 3), (3, 1), (1, 4), (4, 5), (1, 5), (5, 6)]
    >>> find_bridges(gather([7], [(*pair, 60) for pair in edges]))
    [1, 5]
    """
    place, ids = number(links.people)
    one, other = place[links.givers], place[links.receivers]
    one, other = split(different(join(np.minimum(one, other), np.maximum(one, other))))
    partners = networkx.Graph()
    for _search in range(2):
        tree = _search_through(one, other, len(ids))
        partners.add_edges_from(zip(one[tree].tolist(), other[tree].tolist(), strict=True))
        one, other = one[~tree], other[~tree]
    return ids[sorted(networkx.articulation_points(partners))].tolist()


def _search_through(one, other, count):
    """Which links between two of ``count`` people are those along which each is found first, where all who
    hang together are searched through from one of them outwards."""
    _parts, part = connected_components(_make_matrix(one, other, count), directed=False)
    _numbers, begin = np.unique(part, return_index=True)
    # one search for all parts: from somebody besides, who is linked to one of each
    rows, columns = np.concatenate((one, begin)), np.concatenate((other, np.full(len(begin), count)))
    links = _make_matrix(rows, columns, count + 1)
    _order, found_from = breadth_first_order(links, count, directed=False)
    return (found_from[one] == other) | (found_from[other] == one)


def cut_off(partners):
    """For each bridge, how many people would be parted from the largest rest if they left.

    :param partners: what :func:`undirected` made
    :return: dict of person → number of people

    A is the only link between B and C on one side and D, E and F on the other, F's only link is E:

    >>> edges = ["AB", "BC", "CA", "AD", "DE", "AE", "EF"]
    >>> sorted(cut_off(undirected(connect([], [(*pair, 60) for pair in edges]))).items())
    [('A', 2), ('E', 1)]
    """
    blocks = list(networkx.biconnected_components(partners))
    blocks_of = Counter(chain.from_iterable(blocks))
    bridges = {person for person, count in blocks_of.items() if count > 1}
    # blocks hang together at bridges alone: of blocks and bridges it is a tree
    tree, weights = networkx.Graph(), dict.fromkeys(bridges, 1)
    tree.add_nodes_from(bridges)
    for place, block in enumerate(blocks):
        key = ("block", place)
        weights[key] = len(block - bridges)
        tree.add_edges_from((key, bridge) for bridge in block & bridges)
    result = {}
    for part in networkx.connected_components(tree):
        total = sum(weights[key] for key in part)
        root = next(iter(part))
        below = {key: weights[key] for key in part}
        children = dict.fromkeys(part, ())
        order = list(networkx.dfs_postorder_nodes(tree, root))
        parents = {child: parent for parent, child in networkx.dfs_edges(tree, root)}
        for key in order:
            if key in parents:
                below[parents[key]] += below[key]
                children[parents[key]] += (below[key],)
        for key in part & bridges:
            result[key] = total - 1 - max(*children[key], total - below[key])
    return result
