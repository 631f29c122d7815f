"""The figures of a network of arrays are those of the same network as it is drawn, by other means."""

from statistics import mean, median

import networkx
import numpy
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase

from odoo.addons.timebank_coproduction.tools import network as tool

from ..generated import same

PERSON = st.integers(1, 12)


class TestNetworkFigures(BaseCase):
    @same(300)
    @given(st.sets(PERSON), st.lists(st.tuples(PERSON, PERSON, st.integers(1, 99)), max_size=40))
    def test_any_network(self, people, arcs):
        links, drawn = tool.gather(sorted(people), arcs), tool.connect(people, arcs)
        self.assertEqual(links.people.tolist(), list(drawn))
        self.assertEqual(
            list(zip(*(column.tolist() for column in links[1:]), strict=True)),
            list(drawn.edges(data="minutes")),
        )
        partners = tool.undirected(drawn)
        degrees = [degree for _person, degree in partners.degree()]
        mutual = {giver for giver, receiver in drawn.edges if drawn.has_edge(receiver, giver)}
        count, arcs_count = len(drawn), drawn.number_of_edges()
        found = tool.measure(*links[:3])
        self.assertEqual((found.people, found.arcs), (count, arcs_count))
        self.assertEqual(found.linked, count - len(list(networkx.isolates(drawn))))
        self.assertEqual(found.mutual_people, len(mutual))
        self.assertEqual(found.partners_per_person, mean(degrees) if count else None)
        self.assertEqual(found.partners_median, median(degrees) if count else None)
        self.assertEqual(found.density, networkx.density(drawn) if count > 1 else None)
        self.assertEqual(found.arc_reciprocity, networkx.reciprocity(drawn) if arcs_count else None)
        parts = networkx.strongly_connected_components(drawn)
        self.assertEqual(found.largest_strong_part, max(map(len, parts), default=0))
        self.assertEqual(tool.count_bridges(links), len(set(networkx.articulation_points(partners))))

    @same(100)
    @given(st.lists(st.tuples(PERSON, PERSON, st.integers(1, 9)), max_size=40), st.integers(0, 12))
    def test_the_busiest(self, arcs, most):
        links, drawn = tool.gather([20], arcs), tool.connect([20], arcs)
        busy = dict(drawn.degree(weight="minutes"))
        kept = sorted(sorted(drawn, key=lambda person: (-busy[person], person))[:most])
        found = tool.keep_busiest(links, most)
        self.assertEqual(found.people.tolist(), kept)
        self.assertEqual(
            tool.connect(kept, zip(*(column.tolist() for column in found[1:]), strict=True)).edges,
            drawn.subgraph(kept).edges,
        )

    def test_keys_of_pairs(self):
        """Ids of 31 bits are told apart."""
        most = 2**31 - 1
        ids = numpy.array([1, most, most, 1]), numpy.array([most, 1, most, 1])
        keys = tool.join(*ids)
        self.assertEqual(len(set(keys.tolist())), 4)
        self.assertEqual([side.tolist() for side in tool.split(keys)], [side.tolist() for side in ids])
