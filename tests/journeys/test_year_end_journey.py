"""Finance reads figures at a date, accrues a year's end, and sees how the funds moved."""

from datetime import date

from .test_finance_journey import FinanceJourneyCase


class TestYearEnd(FinanceJourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.account"].create(
            {"name": "Accrued expenses", "code": "TB2200", "account_type": "liability_current"}
        )
        cls.env["account.journal"].create({"name": "Year end", "code": "TBG", "type": "general"})

    def _claim(self, count, moment):
        claims = self.env["timebank.redemption"]
        for _number in range(count):
            claims |= self._make_claim(self.ann, self.swim, "approved")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE timebank_redemption SET approved_on = %s WHERE id IN %s", [moment, tuple(claims.ids)]
        )
        self.env.invalidate_all()
        self.assertEqual(claims.grant_id, self.swims)

    def test_figures_at_a_date(self):
        self._claim(1, "2026-03-04 10:00")
        self._claim(1, "2026-03-16 10:00")
        self._own_bill("Swims of March", 20, day=date(2026, 3, 5))
        self._own_bill("More swims", 30, day=date(2026, 3, 16))
        with self.at_screen(self.finance) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Grants")
            self.assertEqual(screen.cell("Swim and Meet", "Committed"), "$ 24.00")
            self.assertEqual(screen.cell("Swim and Meet", "Billed"), "$ 50.00")
            screen.picture("year-end-list")
            screen.open("Swim and Meet")
            self.assertEqual(screen.value("Committed"), "$ 24.00")
            self.assertEqual(screen.value("Still to pay"), "$ 50.00")
            screen.picture("year-end-form")
            screen.press("Figures at a date")
            screen.fill_day("At the end of", "03/10/2026")
            screen.picture("year-end-ask-date")
            screen.press("Show")
            self.assertIn("figures at the end of", screen.alerts())
            self.assertEqual(screen.value("Committed"), "$ 12.00")
            self.assertEqual(screen.value("Billed"), "$ 20.00")
            self.assertEqual(screen.value("Left"), "$ 168.00")
            self.assertFalse(screen.shows_button("Match bills"), "nothing is done in the past")
            screen.picture("year-end-form-at-date")
            screen.press("As they are now")
            self.assertEqual(screen.value("Committed"), "$ 24.00")
            screen.open_menu("Grants and reports", "Grants")
            screen.press("Figures at a date")
            screen.fill_day("At the end of", "03/10/2026")
            screen.press("Show")
            self.assertIn("Grants at", screen.title())
            self.assertEqual(screen.cell("Swim and Meet", "Billed"), "$ 20.00")
            self.assertEqual(screen.cell("Swim and Meet", "Left"), "$ 168.00")
            screen.picture("year-end-list-at-date")
            screen.open("Swim and Meet")
            self.assertEqual(screen.value("Billed"), "$ 20.00", "the day goes along")

    def test_a_budget_in_lines_and_what_is_paid(self):
        self._claim(2, "2026-03-12 10:00")
        self._own_bill("Something", 20, day=date(2026, 3, 5))
        with self.at_screen(self.finance) as screen:
            screen.go(f"/odoo/timebank-grants/{self.swims.id}")
            screen.press("Amend")
            screen.fill("Reason", "Budget agreed by mail")
            screen.tab("Budget lines")
            screen.add_line()
            screen.fill_line("Name", "Swimming")
            screen.pick_line("Rewards", "Swim pass")
            screen.fill_line("Amount", 120)
            screen.picture("year-end-amend-lines")
            screen.press("Amend")
            screen.tab("Budget lines")
            self.assertEqual(screen.cell("Swimming", "Committed"), "$ 24.00")
            self.assertEqual(screen.cell("Swimming", "Left"), "$ 96.00")
            self.assertEqual(screen.value("unallocated_billed"), "$ 20.00")
            self.assertEqual(screen.value("unallocated_budget"), "$ 80.00")
            screen.field("unallocated_remaining").scroll_into_view_if_needed()
            screen.picture("year-end-budget-lines")
            screen.page.locator(".oe_stat_button").filter(has_text="Billed").click()
            screen.settle()
            self.assertEqual(screen.cell("Something", "Still to pay"), "$ 20.00")
            self.assertEqual(screen.column("Payment"), ["To pay"])
            screen.picture("year-end-bill-lines")

    def test_a_year_is_accrued(self):
        self._claim(3, "2026-03-12 10:00")
        self._own_bill("Swims of March", 20, day=date(2026, 3, 5))
        with self.at_screen(self.finance) as screen:
            screen.go(f"/odoo/timebank-grants/{self.swims.id}")
            screen.press("Accrue claims")
            self.assertEqual(screen.dialog(), "Accrue claims")
            screen.fill_day("At the end of", "03/15/2026")
            self.assertIn("36.00", screen.rows()[0])
            screen.pick_offered("Journal", "Year end")
            screen.pick_offered("Owed for what isn't billed", "Accrued expenses")
            screen.picture("year-end-accrue")
            screen.press("Make the entries")
            self.assertEqual(screen.cell("Swim and Meet", "Accrued"), "$ 36.00")
            self.assertEqual(screen.column("State"), ["In draft"])
            screen.picture("year-end-accruals")
            screen.press("Post")
            self.assertEqual(screen.column("State"), ["Posted"])
            screen.back("Swim and Meet")
            self.assertEqual(screen.value("Claimed, not billed"), "$ 36.00")
            self.assertEqual(screen.value("Billed"), "$ 20.00", "not counted twice")
            screen.press("Accrue claims")
            screen.fill_day("At the end of", "03/15/2026")
            self.assertIn("withdraw that first", screen.alerts())
            self.assertFalse(screen.shows_button("Make the entries"))
            screen.close()
            screen.press("Fund movement")
            screen.fill_range("Period", "03/01/2026", "03/15/2026")
            screen.picture("year-end-fund-ask")
            screen.press("Show")
            self.assertEqual(screen.cell("Swim and Meet", "Spending"), "$ 56.00", "bills and the accrual")
            self.assertEqual(screen.cell("Swim and Meet", "Carried forward"), "$ -56.00")
            screen.picture("year-end-fund")
            screen.switch("pivot")
            screen.picture("year-end-fund-pivot")
        accrual = self.env["timebank.grant.accrual"].search([])
        self.assertEqual((accrual.amount, accrual.state), (36, "posted"))
        self.assertEqual(accrual.reversal_id.date, date(2026, 3, 16))
