"""The plan: as many requests as possible, nobody overloaded, the best of such plans."""

from itertools import product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.timebank_coproduction.tools import planning

from ..exchange_common import ExchangeCase
from ..generated import same


def best_by_trying_all(points, giver, room):
    """Most served and best total, by trying every plan there is."""
    best = (0, 0.0)
    choices = [
        [None, *(column for column in range(points.shape[1]) if row[column] >= planning.ENOUGH)]
        for row in points
    ]
    for plan in product(*choices):
        chosen = [(row, column) for row, column in enumerate(plan) if column is not None]
        load = [0] * len(room)
        for _row, column in chosen:
            load[giver[column]] += 1
        if all(used <= limit for used, limit in zip(load, room, strict=True)):
            total = sum(points[pair] for pair in chosen)
            best = max(best, (len(chosen), total))
    return best


@tagged("post_install", "-at_install")
class TestPlan(ExchangeCase):
    def plan(self):
        return self.scheme.with_user(self.coordinator).plan_introductions()

    @same(60)
    @given(st.data())
    def test_optimum(self, data):
        """The solver finds what trying every plan finds."""
        rows = data.draw(st.integers(1, 4))
        columns = data.draw(st.integers(1, 5))
        points = np.array(
            data.draw(
                st.lists(
                    st.lists(st.integers(0, 100), min_size=columns, max_size=columns),
                    min_size=rows,
                    max_size=rows,
                )
            ),
            dtype=float,
        )
        giver = data.draw(st.lists(st.integers(0, 2), min_size=columns, max_size=columns))
        room = data.draw(st.lists(st.integers(0, 2), min_size=3, max_size=3))
        pairs = planning.plan(points, giver, room)
        total = sum(points[pair] for pair in pairs)
        served, best = best_by_trying_all(points, giver, room)
        self.assertEqual(len(pairs), served)
        self.assertAlmostEqual(total, best)
        self.assertEqual(len({row for row, _column in pairs}), len(pairs))

    def test_nobody_is_overloaded(self):
        self._make_offer(self.ben)
        for number in range(4):
            self._make_request(self._make_member(f"Asker {number}"))
        self.assertEqual(len(self.plan()), 2)
        self.scheme.introductions_per_giver = 3
        plan = self.plan()
        self.assertEqual(len(plan), 3)
        self.assertEqual(set(plan.mapped("state")), {"suggested"})
        plan[0].action_introduce()
        self.assertEqual(len(self.plan()), 2, "what is under way counts")

    def test_serves_as_many_as_possible(self):
        """The one who can do both does the thing that nobody else can."""
        baking = self.env.ref("timebank_coproduction.skill_baking")
        for skill in (self.archery, baking):
            self._make_offer(self.ben, skill)
        self._make_offer(self.cat, self.archery)
        self.scheme.introductions_per_giver = 1
        cake = self._make_request(self.ann, baking)
        bow = self._make_request(self.agency, self.archery)
        plan = self.plan()
        self.assertEqual(
            {line.request_id: line.giver_id for line in plan},
            {cake: self.ben.partner_id, bow: self.cat.partner_id},
        )

    def test_accepted_or_struck_out_line_by_line(self):
        self._make_offer(self.ben)
        self._make_request(self.ann)
        self._make_request(self.agency)
        first, second = self.plan()
        first.action_introduce()
        second.action_strike_out()
        self.assertEqual(first.state, "introduced")
        self.assertFalse(second.exists())

    def test_again_replaces_what_nobody_took_up(self):
        self._make_pair()
        old = self.plan()
        new = self.plan()
        self.assertFalse(old.exists())
        self.assertEqual(len(new), 1)

    def test_nothing_to_plan(self):
        self.assertFalse(self.plan())
        self._make_request(self.ann)
        self.assertFalse(self.plan())

    def test_only_brokers_plan(self):
        for user in (self.portal, self.staff, self.coordinator2):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                self.scheme.with_user(user).plan_introductions()

    def test_queries_do_not_grow(self):
        self._make_offer(self.ben)
        self._make_request(self.ann)
        few = self._count_queries()
        for number in range(12):
            self._make_offer(self._make_member(f"Giver {number}"))
            self._make_request(self._make_member(f"Asks {number}"))
        self.assertLessEqual(self._count_queries(), few + 3)
        self.assertGreater(len(self.scheme.plan_introductions()), 10)

    def _count_queries(self):
        self.scheme.plan_introductions().unlink()
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        self.scheme.plan_introductions()
        self.env.flush_all()
        return self.cr.sql_log_count - before
