"""Who gives to whom, as a network: its figures. Nothing here knows Odoo.

The nodes are people, the arcs pairs (who gave, who received) with the minutes given. Whoever is
named counts, whether or not an arc touches them: who takes part in the period and has no partner
is in the density and in the partners per person as well.
"""

from itertools import chain
from statistics import median
from typing import NamedTuple

import networkx


class Figures(NamedTuple):
    """What a network comes to. A share of nothing is ``None``."""

    people: int
    arcs: int  # pairs of giver and receiver, each once
    partners_mean: float | None  # of all people: with how many others they had an arc, either way
    partners_median: float | None
    density: float | None  # arcs of those that there could be: m / (n (n - 1))
    mutual_arcs: int  # arcs whose opposite is one as well
    mutual_people: int  # who are at their ends
    arc_reciprocity: float | None  # mutual arcs of all arcs
    largest_strong_part: int  # people of whom each reaches each along arcs
    parts: int  # of two people or more, with no arc from one to another
    bridges: frozenset  # people without whom others of their part would no longer be connected
    isolated: frozenset  # people without any arc


def connect(people, arcs):
    """The network of some people.

    :param people: their keys, such as ids; whoever is in an arc is added
    :param arcs: tuples of giver, receiver and minutes; those of one pair add up, and what somebody
        gave to themselves is no arc
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


def measure(people, arcs):
    """The figures of a network; parameters as for :func:`connect`.

    Ann and Ben help each other, Ann helps Cem, who helps Dot; Eve takes part with nobody:

    >>> arcs = [("A", "B", 60), ("A", "B", 30), ("B", "A", 60), ("A", "C", 30), ("C", "D", 60)]
    >>> found = measure("ABCDE", arcs)
    >>> found.people, found.arcs, found.partners_mean, found.partners_median, found.density
    (5, 4, 1.2, 1, 0.2)
    >>> found.mutual_arcs, found.mutual_people, found.arc_reciprocity
    (2, 2, 0.5)
    >>> found.largest_strong_part, found.parts
    (2, 1)
    >>> sorted(found.bridges), sorted(found.isolated)
    (['A', 'C'], ['E'])

    Of nobody, and of one, no share is made:

    >>> measure([], []).partners_mean is None, measure("A", []).density is None
    (True, True)
    >>> measure("AB", []).density, measure("AB", []).arc_reciprocity is None
    (0.0, True)
    """
    return measure_network(connect(people, arcs))


def measure_network(network):
    """As :func:`measure`, of what :func:`connect` made."""
    partners = undirected(network)
    count, arcs = len(network), network.number_of_edges()
    degrees = [degree for _person, degree in partners.degree()]
    mutual = [giver for giver, receiver in network.edges() if network.has_edge(receiver, giver)]
    return Figures(
        people=count,
        arcs=arcs,
        partners_mean=sum(degrees) / count if count else None,
        partners_median=median(degrees) if count else None,
        density=arcs / (count * (count - 1)) if count > 1 else None,
        mutual_arcs=len(mutual),
        mutual_people=len(set(mutual)),
        arc_reciprocity=len(mutual) / arcs if arcs else None,
        largest_strong_part=max(map(len, networkx.strongly_connected_components(network)), default=0),
        parts=sum(len(part) > 1 for part in networkx.connected_components(partners)),
        bridges=frozenset(networkx.articulation_points(partners)),
        isolated=frozenset(networkx.isolates(network)),
    )


def cut_off(partners):
    """For each bridge, how many people would be parted from the largest rest if they left.

    :param partners: what :func:`undirected` made
    :return: dict of person → number of people

    A is the only link between B and C on one side and D, E and F on the other, F's only link is E:

    >>> edges = ["AB", "BC", "CA", "AD", "DE", "AE", "EF"]
    >>> sorted(cut_off(undirected(connect([], [(*pair, 60) for pair in edges]))).items())
    [('A', 2), ('E', 1)]
    """
    bridges = set(networkx.articulation_points(partners))
    # blocks hang together at bridges alone: of blocks and bridges it is a tree
    tree, weights = networkx.Graph(), dict.fromkeys(bridges, 1)
    tree.add_nodes_from(bridges)
    for number, block in enumerate(networkx.biconnected_components(partners)):
        key = ("block", number)
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
