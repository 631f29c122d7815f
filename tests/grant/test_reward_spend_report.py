from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..grants_common import GrantCase


@tagged("post_install", "-at_install")
class TestRewardSpendReport(GrantCase):
    """Committed and billed side by side, by grant, bank, project, reward, supplier and month."""

    def _spend(self, *by):
        reports = self.env["timebank.reward.spend.report"].with_user(self.finance)
        reports.action_open()
        self.env.flush_all()
        rows = reports._read_group(
            ["|", ("scheme_id", "=", self.scheme.id), ("grant_id", "=", self.grant.id)],
            by,
            ["committed_amount:sum", "billed_amount:sum"],
        )
        return {row[: len(by)]: row[len(by) :] for row in rows}

    def test_committed_and_billed(self):
        one, _other = self._claims(2)
        self._match(one, self._bill(("Pass", 12.5)), 12.5)
        self._bill(("Towels", 7))
        found = self._spend("grant_id", "reward_id", "supplier_id")
        self.assertEqual(found[self.grant, self.swim, self.supplier], (24, 12.5))
        self.assertEqual(found[self.grant, self.swim.browse(), self.supplier], (0, 7))
        self.assertEqual(
            sum(billed for _committed, billed in self._spend("date:month").values()), self._figures()[0]
        )

    def test_side_by_side_in_a_graph(self):
        self._match(self._claims(1), self._bill(("Pass", 12.5)), 12.5)
        self._spend("grant_id")
        rows = self.env["timebank.reward.spend.report"].with_user(self.finance)
        found = rows._read_group([("grant_id", "=", self.grant.id)], ["kind"], ["amount:sum"])
        self.assertEqual(dict(found), {"committed": 12, "billed": 12.5})

    def test_who_may_open_it(self):
        opening = self.env.ref("timebank_coproduction.timebank_reward_spend_report_open")
        for user in (self.coordinator, self.finance, self.manager):
            with self.subTest(user.login):
                action = opening.with_user(user).run()
                self.assertEqual(action["res_model"], "timebank.reward.spend.report")
        with self.assertRaises(AccessError):
            opening.with_user(self.staff).run()

    def test_own_funds_are_told_apart(self):
        self.grant.action_close()
        claim = self._claims(1)
        self.assertEqual(self._spend("funding"), {("own",): (12, 0)})
        self.assertEqual(claim.with_user(self.finance).paid_from, "Own funds")

    def test_by_project(self):
        pool, street, hall = self.env["project.project"].create(
            [{"name": name} for name in ("Pool", "Street", "Hall")]
        )
        self._claims(1)
        self._bill(("Towels", 7))
        grant = self.grant.with_user(self.finance)
        for served, bank_s, expected in (
            (pool, hall, {(pool,): (12, 7)}),
            (pool | street, pool | hall, {(pool,): (12, 0), (hall.browse(),): (0, 7)}),
            (pool | street, hall, {(hall.browse(),): (12, 7)}),
            (hall.browse(), hall, {(hall.browse(),): (12, 7)}),
        ):
            grant.project_ids = [Command.set(served.ids)]
            self.scheme.project_ids = [Command.set(bank_s.ids)]
            self.env.flush_all()
            with self.subTest(served=served.mapped("name"), bank=bank_s.mapped("name")):
                self.assertEqual(self._spend("project_id"), expected)

    def test_own_funds_by_the_bank_s_project(self):
        pool = self.env["project.project"].create({"name": "Pool"})
        self.scheme.project_ids = pool
        self.grant.action_close()
        self._claims(1)
        self.assertEqual(self._spend("project_id"), {(pool,): (12, 0)})
