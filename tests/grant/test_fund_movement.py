from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY
from ..grants_common import GrantCase

AMOUNTS = ("opening_amount", "income_amount", "spending_amount", "transfer_amount", "closing_amount")


@tagged("post_install", "-at_install")
class TestFundMovement(GrantCase):
    """Brought forward, income, spending, transfers, carried forward: all that the books have on a grant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.general = cls.env["account.journal"].create({"name": "Misc", "code": "TBM", "type": "general"})
        account = cls.env["account.account"]
        cls.income, cls.moved, cls.equity, cls.suspense = (
            account.create({"name": name, "code": code, "account_type": kind})
            for name, code, kind in (
                ("Grants received", "TB4000", "income"),
                ("Between funds", "TB4900", "income_other"),
                ("Funds", "TB3000", "equity"),
                ("Suspense", "TB2900", "liability_current"),
            )
        )
        cls.other = cls._make_grant("Walk and Talk", scheme_ids=[], restriction="designated")

    def _book(self, account, amount, day, grant=None):
        """``amount`` into the grant's fund, or below zero out of it."""
        charged = {str((grant or self.grant).sudo().analytic_account_id.id): 100}
        entry = self.env["account.move"].create(
            {
                "journal_id": self.general.id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {"account_id": account.id, "balance": -amount, "analytic_distribution": charged}
                    ),
                    Command.create({"account_id": self.suspense.id, "balance": amount}),
                ],
            }
        )
        entry.action_post()

    def _fill(self):
        self._book(self.income, 500, date(2025, 11, 1))
        self._book(self.salaries, -80, date(2025, 12, 31))
        self._book(self.income, 300, date(2026, 1, 1))
        self._book(self.salaries, -100.25, date(2026, 2, 1))
        self._bill(("Swims", 24.5), day=date(2026, 3, 1))
        self._book(self.moved, -40, date(2026, 3, 2))
        self._book(self.moved, 40, date(2026, 3, 2), self.other)
        self._book(self.equity, 5, date(2026, 3, 3))
        self._book(self.income, 1000, date(2026, 4, 1))
        self.env.company.timebank_transfer_account_ids = self.moved

    def _open(self, user=None, grants=None, date_from=date(2026, 1, 1), date_to=date(2026, 3, 31)):
        dialog = (
            self.env["timebank.fund.period"]
            .with_user(user or self.finance)
            .create(
                {
                    "date_from": date_from,
                    "date_to": date_to,
                    "grant_ids": [Command.set((grants or self.env["timebank.grant"]).ids)],
                }
            )
        )
        action = dialog.action_confirm()
        rows = self.env[action["res_model"]].with_user(user or self.finance).with_context(action["context"])
        return rows.search(action["domain"])

    def test_the_movement_of_a_period(self):
        self._fill()
        rows = {row.grant_id: tuple(row[name] for name in AMOUNTS) for row in self._open()}
        self.assertEqual(rows[self.grant], (420, 300, 124.75, -35, 560.25))
        self.assertEqual(rows[self.other], (0, 0, 0, 40, 40))
        for opening, income, spending, transfers, closing in rows.values():
            self.assertAlmostEqual(opening + income - spending + transfers, closing, 6)

    def test_it_begins_as_the_last_one_ended(self):
        self._fill()
        before = self._open(grants=self.grant, date_from=date(2025, 1, 1), date_to=date(2025, 12, 31))
        self.assertEqual(before.closing_amount, 420)
        after = self._open(grants=self.grant)
        self.assertEqual(after.opening_amount, 420)
        self.assertEqual((after.before_income_amount, after.before_closing_amount), (0, 0), "a year before")
        later = self._open(grants=self.grant, date_from=date(2026, 11, 1), date_to=date(2026, 12, 31))
        self.assertEqual((later.before_income_amount, later.before_spending_amount), (500, 80))

    def test_it_opens_on_the_year_so_far(self):
        dialogs = self.env["timebank.fund.period"].with_user(self.finance)
        dialog = dialogs.with_context(active_model="timebank.grant", active_ids=self.grant.ids)
        self._book(self.income, 500, date(2025, 11, 1))
        opened = dialog.create({})
        days = (opened.date_from, opened.date_to)
        self.assertEqual(days, (date(2025, 1, 1), date(2025, 12, 31)), "nothing of this year yet")
        self._bill(("Swims", 24.5), day=date(2026, 3, 1))
        opened = dialog.create({})
        self.assertEqual((opened.date_from, opened.date_to), (date(2026, 1, 1), TODAY))
        opened.date_to = date(2026, 2, 28)
        self.assertEqual(opened.date_from, date(2026, 1, 1), "what is typed stays")
        self.env.company.write({"fiscalyear_last_day": 28, "fiscalyear_last_month": "2"})
        self.assertEqual(dialog.create({}).date_from, date(2026, 3, 1))

    def test_it_adds_up_in_a_pivot(self):
        self._fill()
        rows = self._open()
        groups = rows._read_group([("id", "in", rows.ids)], ["restriction"], ["closing_amount:sum"])
        self.assertEqual(dict(groups)["designated"], 40)

    def test_another_company_and_drafts_stay_out(self):
        self._fill()
        draft = self._make_grant("A draft", state="draft")
        self.assertNotIn(draft, self._open().grant_id)

    def test_who_reads(self):
        self.assertTrue(self._open())
        with self.assertRaises(AccessError):
            self._open(user=self.coordinator)
        with self.assertRaises(AccessError):
            self.env["timebank.fund.movement"].with_user(self.coordinator).search([])
        with self.assertRaisesRegex(UserError, "can't end before it starts"):
            self._open(date_from=date(2026, 3, 1), date_to=date(2026, 2, 1))
        with self.assertRaisesRegex(UserError, "as a date"):
            self.env["timebank.fund.movement"].with_user(self.finance).with_context(
                timebank_from="soon", timebank_to="later"
            ).search([])

    def test_its_items(self):
        self._fill()
        row = self._open(grants=self.grant)
        action = row.with_context(timebank_from="2026-01-01", timebank_to="2026-03-31").action_view_items()
        items = self.env["account.analytic.line"].with_user(self.finance).search(action["domain"])
        self.assertAlmostEqual(sum(items.mapped("amount")), 560.25, 6)
