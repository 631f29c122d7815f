"""What is hidden can't be worked out from what is shown.

A hidden count below five is safe when it could just as well be five or more, for all that a reader
can work out; another number about fewer than five people when it could be a tenth, and at least an
hour, more than it is. Both can then be nothing certain.
"""

import ast
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons import timebank_coproduction
from odoo.addons.timebank_coproduction.tools import suppression
from odoo.addons.timebank_coproduction.tools.suppression import FEW, LEAST_ROOM

from ..generated import same
from .reader import Reader

#: Who takes in what tells which figures are hidden, and who calls what hides them. Everything else has it
#: done by ``timebank.evidence._show``.
HIDING = {
    "hide": {"tools/wellbeing.py", "models/evidence/timebank_measures.py"},
    "Table": {"models/evidence/timebank_measures.py"},
    "suppression": set(),
    "_hide_small": {"models/evidence/timebank_evidence_words.py"},
}

COUNTS = st.one_of(st.integers(0, 6), st.integers(0, 60))


class Hiding:
    """Tables and sets made up, hidden, and tried."""

    def assert_safe(self, cells, hidden, totals=(), people=None, zeros=True):
        """No small number among the hidden is given away by the others."""
        reader, people = Reader(), people or {}
        for key, value in cells.items():
            reader.see(key, None if key in hidden else value)
        for total, parts in totals:
            reader.add_up(total, parts)
        for key, value in cells.items():
            count = people.get(key, value)
            if count is None or count >= FEW or (not count and not zeros):
                continue
            self.assertIn(key, hidden, f"{key} is about {count}, and shown")
            enough = value + max(LEAST_ROOM, value // 10) if key in people else FEW
            least, most = reader.work_out(key)
            self.assertTrue(
                most is None or most >= enough,
                f"{key} is {value} and can be worked out to lie between {least} and {most}",
            )


@tagged("post_install", "-at_install")
class TestOneWay(BaseCase):
    def test_nothing_hides_by_itself(self):
        """Each piece of the one way to hide is used where it should be, and nowhere else."""
        root, found = Path(timebank_coproduction.__file__).parent, {name: set() for name in HIDING}
        for path in root.rglob("*.py"):
            place = path.relative_to(root).as_posix()
            if place.startswith("tests/"):
                continue
            for name in self._find_used(ast.parse(path.read_text())):
                found.get(name, set()).add(place)
        self.assertEqual(found, HIDING)

    def _find_used(self, tree):
        """What a file takes in of the tool that hides, and which methods it calls."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                inside = "suppression" in (getattr(node, "module", None) or "")
                for alias in node.names:
                    last = alias.name.split(".")[-1]
                    if inside or last == "suppression":
                        yield last
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if node.func.attr.startswith("_hide_small"):
                    yield node.func.attr


@tagged("post_install", "-at_install")
class TestSuppression(BaseCase, Hiding):
    @same(150)
    @given(st.data(), st.booleans())
    def test_tables_of_people(self, data, zeros):
        """Rows, columns and all of them together."""
        rows, columns = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
        cells = {(row, column): data.draw(COUNTS) for row in range(rows) for column in range(columns)}
        table = suppression.Table(cells, zeros=zeros)
        self.assert_safe(table.cells, table.hidden, table.totals, zeros=zeros)

    @same(150)
    @given(st.data())
    def test_tables_of_minutes(self, data):
        """Hidden where few people gave them, however many minutes they are."""
        rows, columns = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
        places = [(row, column) for row in range(rows) for column in range(columns)]
        people = {place: data.draw(st.integers(0, 12)) for place in places}
        cells = {place: data.draw(st.integers(15, 6000)) if people[place] else 0 for place in places}
        table = suppression.Table(cells, people)
        known = {key: people.get(key) for key in table.cells}
        self.assert_safe(table.cells, table.hidden, table.totals, known)

    @same(100)
    @given(st.lists(COUNTS, min_size=2, max_size=6), st.booleans())
    def test_parts_of_a_whole(self, parts, zeros):
        """Such as both, only giving, only receiving and their sum."""
        cells = {"all": sum(parts), **dict(enumerate(parts))}
        totals = [("all", range(len(parts)))]
        self.assert_safe(cells, suppression.hide(cells, totals=totals, zeros=zeros), totals, zeros=zeros)

    @same(100)
    @given(st.data())
    def test_sums_within_sums(self, data):
        """Sums over the same numbers in several ways, and sums of sums."""
        count = data.draw(st.integers(3, 7))
        cells = {number: data.draw(COUNTS) for number in range(count)}
        totals = []
        for name in range(data.draw(st.integers(1, 4))):
            parts = data.draw(st.lists(st.sampled_from(list(cells)), min_size=2, max_size=4, unique=True))
            key = f"sum {name}"
            cells[key] = sum(cells[part] for part in parts)
            totals.append((key, parts))
        self.assert_safe(cells, suppression.hide(cells, totals=totals), totals)

    @same(100)
    @given(st.lists(st.tuples(COUNTS, COUNTS), min_size=1, max_size=4))
    def test_rests(self, pairs):
        """A part of a whole whose rest isn't shown: the rest can't be worked out either."""
        cells, parts, sums = {}, [], []
        for number, (part, rest) in enumerate(pairs):
            cells |= {f"part {number}": part, f"whole {number}": part + rest}
            parts.append((f"part {number}", f"whole {number}"))
            sums.append((f"whole {number}", (f"part {number}", f"rest {number}")))
        hidden = suppression.hide(cells, parts=parts)
        rests = {f"rest {number}": rest for number, (_part, rest) in enumerate(pairs)}
        self.assert_safe(cells | rests, hidden | set(rests), sums)

    @same(60)
    @given(st.data())
    def test_nothing_is_hidden_without_need(self, data):
        """Where all are five or more, everything is shown; one small one hides no more than it needs."""
        rows, columns = data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4))
        places = [(row, column) for row in range(rows) for column in range(columns)]
        cells = {place: data.draw(st.integers(FEW, 60)) for place in places}
        self.assertEqual(suppression.Table(cells).hidden, set())
        wholes = {(place, "whole"): value + data.draw(st.integers(FEW, 60)) for place, value in cells.items()}
        parts = [(place, (place, "whole")) for place in cells]
        self.assertEqual(suppression.hide(cells | wholes, parts=parts), set())
        if rows > 2 and columns > 2:
            cells[0, 0] = 1
            hidden = suppression.Table(cells).hidden
            self.assertLessEqual(len(hidden), 9, hidden)
            self.assertNotIn((None, None), hidden)

    def test_the_smallest_goes_too(self):
        """In its row and in its column, and what closes the square."""
        cells = dict(
            zip(
                [(row, column) for row in "abc" for column in "xyz"],
                [3, 8, 20, 30, 25, 40, 6, 12, 50],
                strict=True,
            )
        )
        hidden = suppression.Table(cells).hidden
        self.assertEqual(hidden, {("a", "x"), ("a", "y"), ("c", "x"), ("c", "y")})

    def test_what_is_derived_goes_with_its_sources(self):
        """Also by way of another; and what has no number isn't there."""
        hidden = suppression.hide(
            {"now": 12, "before": 3, "none": None},
            derived={"change": ["now", "before"], "faster": ["change"], "same": ["now"], "odd": ["none"]},
        )
        self.assertEqual(hidden, {"before", "change", "faster"})
