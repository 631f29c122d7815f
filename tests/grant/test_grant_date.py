from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..grants_common import GrantCase


@tagged("post_install", "-at_install")
class TestGrantDate(GrantCase):
    """Figures at a date: reached from the grant and from the list, and exported as they are shown."""

    def _open(self, user=None, grants=None, day=date(2026, 2, 28)):
        model = self.env["timebank.grant.date"].with_user(user or self.finance)
        if grants:
            model = model.with_context(active_model="timebank.grant", active_ids=grants.ids)
        return model.create({"date": day}).action_confirm()

    def _fill(self):
        self._bill(("Swims", 20), day=date(2026, 2, 1))
        self._bill(("Swims", 30), day=date(2026, 3, 1))
        self._claims(1)

    def test_one_grants_form(self):
        self._fill()
        action = self._open(grants=self.grant)
        self.assertEqual((action["res_model"], action["res_id"]), ("timebank.grant", self.grant.id))
        grant = self.grant.with_user(self.finance).with_context(action["context"])
        self.assertEqual(grant.figures_date, date(2026, 2, 28))
        self.assertEqual((grant.billed_amount, grant.committed_amount, grant.remaining_amount), (20, 0, 80))
        now = self.grant.with_user(self.finance)
        self.assertEqual((now.billed_amount, now.committed_amount, now.remaining_amount), (50, 12, 38))
        self.assertFalse(now.figures_date)
        self.assertEqual(grant.action_view_now()["context"], {"timebank_date": False})
        bills = grant.action_view_bills()
        lines = self.env["timebank.bill.line"].with_user(self.finance).search(bills["domain"])
        self.assertEqual(lines.mapped("share_amount"), [20])

    def test_the_list_and_its_export(self):
        self._fill()
        self.finance.group_ids += self.env.ref("base.group_allow_export")
        later = self._make_grant("Later", date_start=date(2026, 3, 1))
        action = self._open()
        grants = self.env["timebank.grant"].with_user(self.finance).with_context(action["context"])
        found = grants.search(action["domain"])
        self.assertIn(self.grant, found)
        self.assertNotIn(later, found, "it hadn't begun")
        rows = found.filtered(lambda grant: grant == self.grant).export_data(
            ["name", "agreed_budget", "committed_amount", "billed_amount", "remaining_amount"]
        )["datas"]
        self.assertEqual(rows, [["Neighbours Together", 100, 0, 20, 80]])

    def test_the_terms_of_that_day(self):
        self.grant.with_user(self.finance).action_amend({"amount": 2000}, "More", date(2026, 3, 10))
        before = self.grant.with_context(timebank_date=date(2026, 3, 9))
        self.assertEqual((before.agreed_budget, before.remaining_amount), (100, 100))
        self.assertEqual(self.grant.with_context(timebank_date="2026-03-10").agreed_budget, 200)
        self.assertEqual(self.grant.agreed_budget, 200)

    def test_no_day_of_somebodys_screen_lets_more_be_committed(self):
        self._bill(("Swims", 95))
        claim = self._make_claim(self.ann, self.swim, "requested")
        early = claim.with_user(self.coordinator).with_context(timebank_date="2026-01-01")
        with self.assertRaisesRegex(UserError, "has .*5.00 left"):
            early.action_approve()

    def test_who_reads(self):
        self.assertTrue(self._open(user=self.coordinator, grants=self.grant))
        with self.assertRaises(AccessError):
            self._open(user=self.staff)
        with self.assertRaisesRegex(UserError, "as a date"):
            self.grant.with_context(timebank_date="soon").read(["billed_amount"])
