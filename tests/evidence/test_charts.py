"""What is drawn of piles never contradicts what is told of them."""

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from odoo.tests import BaseCase, TransactionCase, tagged

from odoo.addons.timebank_coproduction.tools import chart_svg
from odoo.addons.timebank_coproduction.tools.suppression import Table

from ..generated import same

#: Values of a pile's parts, hidden or not, and what is hidden of it: nothing, a rest, or hidden as well.
PILES = st.lists(
    st.tuples(
        st.lists(st.one_of(st.none(), st.integers(0, 90)), min_size=3, max_size=3),
        st.one_of(st.none(), st.integers(0, 90)),
    ),
    min_size=1,
    max_size=12,
)
SHAPES = {"stacked": {"type": "stacked"}, "rows": {"type": "rows", "stacked": True}}


@tagged("post_install", "-at_install")
class TestCharts(BaseCase):
    def _draw(self, shape, piles, with_rest):
        series = [
            {"label": f"Part {number}", "values": [parts[number] for parts, _rest in piles]}
            for number in range(3)
        ]
        if with_rest:
            series.append({"label": "Rest", "values": [rest for _parts, rest in piles], "rest": True})
        labels = [f"m{number}" for number in range(len(piles))]
        chart = {**SHAPES[shape], "labels": labels, "series": series}
        # what is said of a number is told from the marks of an axis by its look
        svg = etree.fromstring(chart_svg.draw(chart, "Piles", say=lambda number: f"={number:g}"))
        texts = [one for one in svg.iter("{*}text") if not one.get("fill") and one.text.startswith("=")]
        rects = list(svg.iter("{*}rect"))
        return chart, texts, rects

    def _find_whole(self, chart, place):
        """What a reader is told of a pile as its whole; None where it is hidden."""
        parts = [one["values"][place] for one in chart["series"] if not one.get("rest")]
        rest = next((one["values"][place] for one in chart["series"] if one.get("rest")), 0)
        row = [*parts, rest]
        return sum(filter(None, row)) if None not in row or rest else None

    @given(PILES, st.booleans(), st.sampled_from(sorted(SHAPES)))
    @same(200)
    def test_a_total_is_of_all_that_is_drawn(self, piles, with_rest, shape):
        chart, texts, rects = self._draw(shape, piles, with_rest)
        wholes = [self._find_whole(chart, place) for place in range(len(piles))]
        told = [one.text for one in texts]
        self.assertEqual(told, [f"={whole:g}" for whole in wholes if whole], "no total of what is hidden")
        dotted = [one for one in rects if one.get("stroke-dasharray")]
        self.assertEqual(len(dotted), wholes.count(None), "a box for each that is hidden, and for no other")

    @given(PILES, st.sampled_from(sorted(SHAPES)))
    @same(100)
    def test_bars_are_as_long_as_their_totals(self, piles, shape):
        chart, texts, rects = self._draw(shape, piles, with_rest=True)
        across, along = ("x", "height") if shape == "stacked" else ("y", "width")
        solid = [one for one in rects if one.get("fill").startswith("#")][len(chart["series"]) :]
        lengths = {}
        for one in solid:
            place = float(one.get(across))
            lengths[place] = lengths.get(place, 0) + float(one.get(along))
        drawn = [length for _place, length in sorted(lengths.items()) if length]
        wholes = [
            sum(filter(None, (one["values"][place] for one in chart["series"])))
            for place in range(len(piles))
        ]
        amounts = [whole for whole in wholes if whole]
        self.assertEqual(len(drawn), len(amounts))
        scale = max(drawn, default=0) / max(amounts, default=1)
        for length, amount in zip(drawn, amounts, strict=True):
            self.assertAlmostEqual(length, amount * scale, delta=4, msg="as long as the numbers say")
        told = [float(one.text[1:]) for one in texts]
        self.assertLessEqual(set(told), set(amounts))


@tagged("post_install", "-at_install")
class TestPilesOfHours(TransactionCase):
    @given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), min_size=12, max_size=12))
    @same(40)
    def test_a_pile_is_whole_where_its_sum_is_told(self, given_by):
        """Hours of four months in three kinds, of which few gave some: as *Evidence* draws them."""
        places = [(month, kind) for month in range(4) for kind in "abc"]
        minutes = {place: 60 * hours for place, (hours, _people) in zip(places, given_by, strict=True)}
        people = {place: count for place, (_hours, count) in zip(places, given_by, strict=True)}
        table = Table(minutes, people=people)
        steps = {month: f"Month {month}" for month in range(4)}
        series = self.env["timebank.evidence"]._make_series(table, steps, {kind: kind for kind in "abc"})
        for month in range(4):
            row = [one["values"][month] for one in series]
            whole = table.shown(month)
            if whole is None:
                self.assertFalse(chart_svg.is_whole(series, row), "a part isn't told as the whole")
            elif chart_svg.is_whole(series, row):
                self.assertEqual(sum(filter(None, row)), whole / 60)
            else:
                self.assertFalse(whole)
