"""Where people stand in the picture of who gives to whom. Nothing here knows Odoo.

People who have much to do with each other are a group and stand together on a disc; discs that
have arcs between them stand near each other, and each is turned so that who reaches out stands
on that side. Parts of the network without an arc between them stand apart, people without any arc in
rows below. The same network makes the same picture each time.
"""

from math import atan2, ceil, cos, hypot, sin, sqrt
from typing import NamedTuple

import networkx
import numpy

from .network import cut_off, undirected

SEED = 1
#: From one person to the next, between discs, and between parts of the network. Units of the picture.
STEP, GAP, APART = 84, 56, 60
#: From one to the next of the people without a partner, whose names stand side by side.
STEP_ALONE = 108
#: Below one, groups are rather fewer and larger.
COARSE = 0.7
#: From so many people in one group on, fewer rounds have to do.
MANY = 150
#: How wide a picture of several parts is, compared with its height.
WIDE = 1.7


class Place(NamedTuple):
    x: int
    y: int
    group: int  # its number; 0 for who has no partner
    cut_off: int  # how many would no longer be connected without them: more than none is a bridge


class Disc(NamedTuple):
    """A group: its number is its place in the list, from 1."""

    x: int
    y: int
    radius: int
    people: int


class Picture(NamedTuple):
    width: int
    height: int
    places: dict  # by person
    discs: list
    alone_y: int | None  # above the rows of people without a partner


def lay_out(network, partners=None, groups=None):
    """A picture of a network.

    :param network: what :func:`tools.network.connect` made
    :param partners: of all who have a partner, what :func:`tools.network.undirected` makes of it
    :param groups: of them, as :func:`find_groups` makes them; both are found where not given
    :return: :class:`Picture`

    >>> from .network import connect
    >>> arcs = [(*pair, 60) for pair in ("AB", "BC", "CA", "CD", "DE", "EF", "FD")]
    >>> picture = lay_out(connect("ABCDEFG", arcs))
    >>> [disc.people for disc in picture.discs]
    [3, 3]
    >>> [picture.places[person].group for person in "ABCDEFG"]
    [1, 1, 1, 2, 2, 2, 0]
    >>> {person: place.cut_off for person, place in picture.places.items() if place.cut_off}
    {'C': 2, 'D': 2}
    >>> picture.alone_y < picture.places["G"].y < picture.height
    True
    >>> picture == lay_out(connect("GFEDCBA", reversed(arcs))), lay_out(connect("", [])).places
    (True, {})
    """
    if partners is None:
        partners = undirected(network)
        partners.remove_nodes_from(list(networkx.isolates(partners)))
        groups = find_groups(partners)
    alone = [person for person in network if person not in partners]
    others_of = dict(partners.adjacency())  # what lies behind networkx's views, which take time
    discs, points = [], {}
    for group in groups:
        points.update(_spread(group, others_of))
        discs.append(max([STEP * 0.55, *(hypot(*points[person]) + STEP * 0.55 for person in group)]))
    number_of = {person: number for number, group in enumerate(groups) for person in group}
    centres = {}
    parts = list(networkx.connected_components(partners))
    for part in parts:
        centres.update(_arrange(part, others_of, number_of, discs))
    _turn(others_of, groups, number_of, centres, points)
    width, height = _pack(parts, number_of, discs, centres)
    columns = int(max(width, STEP_ALONE * 8) // STEP_ALONE)
    alone_y = height + APART if alone else None
    rows = ceil(len(alone) / columns)
    cut = cut_off(partners)
    places = {
        person: Place(
            round(centres[number_of[person]][0] + points[person][0]),
            round(centres[number_of[person]][1] + points[person][1]),
            number_of[person] + 1,
            cut.get(person, 0),
        )
        for person in partners
    }
    for index, person in enumerate(alone):
        row, column = divmod(index, columns)
        places[person] = Place(round(STEP_ALONE * (column + 0.5)), round(alone_y + STEP * (row + 0.75)), 0, 0)
    return Picture(
        round(max(width, STEP_ALONE * min(columns, len(alone)))),
        round(height + (APART + STEP * (rows + 0.25) if alone else 0)),
        {person: places[person] for person in network},
        [
            Disc(round(centres[number][0]), round(centres[number][1]), round(discs[number]), len(group))
            for number, group in enumerate(groups)
        ],
        alone_y and round(alone_y),
    )


def find_groups(partners):
    """People who have more to do with each other than with others (Louvain's communities, by minutes).

    :return: list of lists, the largest first; nobody with a partner is a group of their own
    """
    found = networkx.community.louvain_communities(partners, weight="minutes", resolution=COARSE, seed=SEED)
    group_of = {person: number for number, group in enumerate(found) for person in group}
    for group in found:
        if len(group) == 1:
            (person,) = group
            _minutes, nearest = max((link["minutes"], other) for other, link in partners[person].items())
            group_of[person] = group_of[nearest]
    groups = {}
    for person in partners:
        groups.setdefault(group_of[person], []).append(person)
    return sorted(groups.values(), key=lambda group: (-len(group), group[0]))


def _spread(group, others_of):
    """Where the people of a group stand around the middle of their disc."""
    people, inside = sorted(group), set(group)
    ordered = networkx.Graph()
    ordered.add_nodes_from(people)
    ordered.add_edges_from(
        (person, other)
        for person in people
        for other in sorted(inside & others_of[person].keys())
        if person < other
    )
    found = _spring(ordered)
    size = STEP * 0.55 * sqrt(len(ordered))
    points = {person: [float(x) * size, float(y) * size] for person, (x, y) in found.items()}
    _push_apart(points, dict.fromkeys(points, STEP / 2), 0)
    middle_x = sum(x for x, _y in points.values()) / len(points)
    middle_y = sum(y for _x, y in points.values()) / len(points)
    return {person: (x - middle_x, y - middle_y) for person, (x, y) in points.items()}


def _spring(graph):
    """Links pull, and all push each other away, beginning from a circle: the same each time."""
    return networkx.spring_layout(
        graph,
        pos=networkx.circular_layout(graph),
        seed=SEED,
        weight=None,
        method="force",
        iterations=50 if len(graph) < MANY else 20,
    )


def _push_apart(points, radii, gap, rounds=60):
    """Move points (lists of x and y) until their discs are a gap apart, or nearly so."""
    keys = list(points)
    spots = numpy.array([points[key] for key in keys])
    spots[:, 0] += numpy.arange(len(keys)) / 100  # no two on one spot
    wide = numpy.array([radii[key] for key in keys])
    least = wide[:, None] + wide[None, :] + gap
    numpy.fill_diagonal(least, 0)
    for _round in range(rounds):
        between = spots[:, None, :] - spots[None, :, :]
        far = numpy.hypot(between[..., 0], between[..., 1])
        missing = numpy.maximum(least - far, 0)
        if missing.max() <= 1:
            break
        # who are pushed from many sides go a part of the way at a time
        steps = (missing / numpy.maximum(far, 1))[..., None] * between
        spots += steps.sum(axis=1) / numpy.maximum((missing > 0).sum(axis=1), 1)[:, None] / 1.5
    points.update({key: [float(x), float(y)] for key, (x, y) in zip(keys, spots, strict=True)})


def _arrange(part, others_of, number_of, radii):
    """The middles of the discs of one connected part."""
    between = networkx.Graph()
    between.add_nodes_from(sorted({number_of[person] for person in part}))
    reached = {(number_of[person], number_of[other]) for person in part for other in others_of[person]}
    for first, second in sorted(reached):
        if first < second:
            between.add_edge(first, second, length=radii[first] + radii[second] + GAP)
    if len(between) == 1:
        return {number: [0.0, 0.0] for number in between}
    found = _spring(between)
    wanted = sum(length for _one, _other, length in between.edges(data="length"))
    drawn = sum(hypot(*(found[one] - found[other])) for one, other in between.edges())
    scale = wanted / drawn if drawn else 1
    middles = {number: [float(x) * scale, float(y) * scale] for number, (x, y) in found.items()}
    _lay_down(middles)
    _push_apart(middles, radii, GAP / 2)
    return middles


def _lay_down(points):
    """Turn points so that they reach furthest from left to right, as a screen does."""
    count = len(points)
    middle_x = sum(x for x, _y in points.values()) / count
    middle_y = sum(y for _x, y in points.values()) / count
    wide = sum((x - middle_x) ** 2 - (y - middle_y) ** 2 for x, y in points.values())
    slanted = sum((x - middle_x) * (y - middle_y) for x, y in points.values())
    turn = -atan2(2 * slanted, wide) / 2
    for key, (x, y) in points.items():
        points[key] = [x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)]


def _turn(others_of, groups, number_of, centres, points):
    """Turn each disc so that people stand on the side of those whom they know on other discs."""
    for number, group in enumerate(groups):
        along = across = 0
        for person in group:
            x, y = points[person]
            for other in others_of[person]:
                if number_of[other] != number:
                    to_x = centres[number_of[other]][0] - centres[number][0]
                    to_y = centres[number_of[other]][1] - centres[number][1]
                    far = hypot(to_x, to_y) or 1
                    along += (x * to_x + y * to_y) / far
                    across += (x * to_y - y * to_x) / far
        turn = atan2(across, along) if along or across else 0
        for person in group:
            x, y = points[person]
            points[person] = (x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn))


def _pack(parts, number_of, radii, centres):
    """Put the parts beside and below each other, in rows as high as their highest.

    :return: the width and height of all
    """
    boxes = []
    for part in parts:
        numbers = sorted({number_of[person] for person in part})
        left = min(centres[number][0] - radii[number] for number in numbers)
        top = min(centres[number][1] - radii[number] for number in numbers)
        right = max(centres[number][0] + radii[number] for number in numbers)
        bottom = max(centres[number][1] + radii[number] for number in numbers)
        boxes.append((bottom - top, right - left, numbers, left, top))
    boxes.sort(key=lambda box: (-box[0], box[2]))
    area = sum((height + APART) * (width + APART) for height, width, *_rest in boxes)
    most = max([sqrt(area * WIDE), *(width for _height, width, *_rest in boxes)])
    x = y = row_height = all_width = 0
    for height, width, numbers, left, top in boxes:
        if x and x + width > most:
            x, y, row_height = 0, y + row_height + APART, 0
        for number in numbers:
            centres[number][0] += x - left
            centres[number][1] += y - top
        row_height = max(row_height, height)
        all_width = max(all_width, x + width)
        x += width + APART
    return all_width, y + row_height
