from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..grants_common import GrantCase

YEAR_END = date(2026, 3, 15)


@tagged("post_install", "-at_install")
class TestGrantAccrual(GrantCase):
    """Claims that aren't billed at a day's end are accrued, taken back the next day, and counted once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance.group_ids += cls.env.ref("account.group_account_invoice")
        account = cls.env["account.account"]
        cls.owed = account.create(
            {"name": "Accrued expenses", "code": "TB2200", "account_type": "liability_current"}
        )
        cls.general = cls.env["account.journal"].create(
            {"name": "Year end", "code": "TBG", "type": "general"}
        )

    def setUp(self):
        super().setUp()
        self.claims = self._claims(3)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE timebank_redemption SET approved_on = '2026-03-14 10:00' WHERE id IN %s",
            [tuple(self.claims.ids)],
        )
        self.claims.invalidate_recordset()

    def _dialog(self, grants=None, user=None, **vals):
        grants = grants or self.grant
        return (
            self.env["timebank.accrue"]
            .with_user(user or self.finance)
            .with_context(active_model="timebank.grant", active_ids=grants.ids)
            .create(
                {
                    "date": YEAR_END,
                    "journal_id": self.general.id,
                    "liability_account_id": self.owed.id,
                    **vals,
                }
            )
        )

    def _accrue(self, **vals):
        self._dialog(**vals).action_confirm()
        return self.env["timebank.grant.accrual"].search([], limit=1)

    def _balance(self, account, day):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", account.id), ("date", "<=", day), ("parent_state", "=", "posted")]
        )
        return self.env.company.currency_id.round(sum(lines.mapped("balance")))

    def test_what_is_claimed_and_not_billed_is_proposed(self):
        self._match(self.claims[0], self._bill(("Swim", 12), day=YEAR_END), 12)
        self._match(self.claims[1], self._bill(("Swim", 12), day=date(2026, 3, 16)), 12)
        dialog = self._dialog()
        self.assertEqual(dialog.reversal_date, date(2026, 3, 16))
        line = dialog.line_ids
        self.assertEqual(
            (line.grant_id, line.claim_count, line.amount),
            (self.grant, 2, 24),
            "billed later counts as not billed",
        )
        self.assertEqual(line.account_id, self.expense, "the grant's only account for rewards")

    def test_entry_and_reversal(self):
        accrual = self._accrue()
        entry, back = accrual.move_id, accrual.reversal_id
        self.assertEqual((entry.state, back.state, accrual.state), ("draft", "draft", "draft"))
        self.assertEqual((entry.date, back.date), (YEAR_END, date(2026, 3, 16)))
        spent = entry.line_ids.filtered("debit")
        self.assertEqual(
            (spent.account_id, spent.balance, spent.partner_id), (self.expense, 36, self.supplier)
        )
        charged = {str(self.grant.sudo().analytic_account_id.id): 100}
        self.assertEqual(spent.analytic_distribution, charged)
        self.assertEqual(back.line_ids.filtered("credit").analytic_distribution, charged)
        accrual.with_user(self.finance).action_post()
        self.assertEqual(accrual.state, "posted")
        for account, at_end, after in ((self.expense, 36, 0), (self.owed, -36, 0)):
            self.assertEqual(self._balance(account, YEAR_END), at_end)
            self.assertEqual(self._balance(account, date(2026, 3, 16)), after)

    def test_nothing_is_counted_twice(self):
        before = self._figures()
        at_end = self.grant.with_user(self.finance).with_context(timebank_date=YEAR_END)
        accrual = self._accrue()
        self.assertEqual(self.grant._get_draft_spend()[self.grant], 0, "drafts of an accrual are no spending")
        accrual.with_user(self.finance).action_post()
        self.assertEqual(self._figures(), before)
        at_end._refresh_figures()
        self.assertEqual(
            (at_end.billed_amount, at_end.unbilled_amount, at_end.remaining_amount, at_end.accrued_amount),
            (0, 36, 64, 36),
        )
        self.assertEqual(self.grant.accrued_amount, 0, "taken back since")
        self.assertFalse(self.env["timebank.bill.line"]._bring_up_to_date(self.grant), "nothing to match")
        reconciliation = self._reconcile(date_to=YEAR_END)
        self.assertEqual(
            (reconciliation.spent_amount, reconciliation.ledger_amount, reconciliation.gap_amount), (0, 0, 0)
        )
        self.assertEqual((reconciliation.other_amount, reconciliation.accrued_amount), (0, 36))
        self.assertEqual((reconciliation.unbilled_amount, reconciliation.closing_amount), (36, 64))
        movement = self.grant._get_fund_movement(date(2026, 1, 1), YEAR_END)[self.grant]
        self.assertEqual((movement.spending, movement.closing), (36, -36), "a fund's year has it")

    def test_a_signed_period_is_not_disturbed(self):
        reconciliation = self._reconcile(date_to=YEAR_END)
        reconciliation.line_ids.write({"note": "Bill to come"})
        reconciliation.action_prepare()
        self._accrue().with_user(self.finance).action_post()
        reconciliation.invalidate_recordset()
        self.assertFalse(reconciliation.has_drift)

    def test_what_takes_it_back_in_odoo_counts_as_little(self):
        accrual = self._accrue()
        accrual.with_user(self.finance).action_post()
        again = accrual.move_id._reverse_moves([{"date": date(2026, 3, 17)}])
        self.grant._refresh_figures()
        self.assertEqual(self.grant.with_user(self.finance).draft_amount, 0, "nor does it while in draft")
        again.action_post()
        self.assertEqual(self._figures()[:3], (0, 0, 0))

    def test_once_at_a_day(self):
        accrual = self._accrue()
        with self.assertRaisesRegex(UserError, "accrued at Mar 15, 2026 already"):
            self._accrue()
        accrual.with_user(self.finance).action_withdraw()
        self.assertFalse(accrual.exists())
        accrual = self._accrue()
        accrual.move_id.button_cancel()
        self.assertEqual(accrual.state, "cancel")
        again = self._accrue()
        self.assertFalse(accrual.exists())
        again.move_id.unlink()
        self.assertFalse(again.exists(), "an accrual goes with its entry")
        self.assertTrue(self._accrue())

    def test_posted_it_is_not_withdrawn(self):
        accrual = self._accrue()
        accrual.with_user(self.finance).action_post()
        with self.assertRaisesRegex(UserError, "set both entries back to draft"):
            accrual.with_user(self.finance).action_withdraw()

    def test_both_entries_or_neither(self):
        accrual = self._accrue()
        accrual.move_id.line_ids.filtered("debit").with_context(check_move_validity=False).debit = 30
        accrual.move_id.line_ids.filtered("credit").credit = 30
        with self.assertRaisesRegex(UserError, "differ"):
            accrual.with_user(self.finance).action_post()

    def test_the_accounts_are_kept(self):
        self._accrue()
        company = self.env.company
        self.assertEqual(company.timebank_accrual_account_id, self.owed)
        self.assertEqual(company.timebank_accrual_journal_id, self.general)
        self.assertEqual(self.grant.accrual_account_id, self.expense)
        dialog = (
            self.env["timebank.accrue"]
            .with_user(self.finance)
            .with_context(active_model="timebank.grant", active_ids=self.grant.ids)
            .new()
        )
        self.assertEqual((dialog.journal_id, dialog.liability_account_id), (self.general, self.owed))

    def test_refusals(self):
        dialog = self._dialog()
        dialog.line_ids.account_id = False
        with self.assertRaisesRegex(UserError, "on which account"):
            dialog.action_confirm()
        with self.assertRaisesRegex(UserError, "once the day is over"):
            self._dialog(date=date(2027, 1, 1)).action_confirm()
        with self.assertRaisesRegex(UserError, "nothing is to be accrued"):
            self._dialog(date=date(2026, 3, 1)).action_confirm()
        self.env.company.fiscalyear_lock_date = YEAR_END
        with self.assertRaisesRegex(UserError, "books are closed"):
            self._dialog().action_confirm()

    def test_what_is_refused_is_said_before_anything_is_filled_in(self):
        self.assertFalse(self._dialog().refusal)
        self.assertRegex(self._dialog(date=date(2027, 1, 1)).refusal, "once the day is over")
        self.assertRegex(self._dialog(date=date(2026, 3, 1)).refusal, "nothing is to be accrued")
        self._accrue()
        self.assertRegex(self._dialog().refusal, "already, by")
        self.env.company.fiscalyear_lock_date = YEAR_END
        self.assertRegex(self._dialog().refusal, "books are closed")
        self.finance2.group_ids -= self.env.ref("account.group_account_invoice")
        reader = self.env["timebank.accrue"].with_user(self.finance2)
        self.assertRegex(reader.new({"date": YEAR_END}).refusal, "Invoicing")

    def test_who_may(self):
        self.finance2.group_ids -= self.env.ref("account.group_account_invoice")
        self.assertFalse(self.grant.with_user(self.finance2).can_accrue)
        self.assertTrue(self.grant.with_user(self.finance).can_accrue)
        with self.assertRaisesRegex(AccessError, "Invoicing"):
            self.grant.with_user(self.finance2)._accrue(YEAR_END, self.general, self.owed)
        with self.assertRaises(AccessError):
            self._dialog(user=self.coordinator)
        accrual = self._accrue()
        with self.assertRaises(AccessError):
            accrual.with_user(self.finance2).action_post()
        for call in (
            lambda: accrual.with_user(self.finance).write({"amount": 1}),
            lambda: accrual.with_user(self.finance).unlink(),
        ):
            with self.assertRaises(AccessError):
                call()

    def test_to_the_penny_by_supplier_and_coin(self):
        """Two suppliers, thirds of a price, and a coin of five pence."""
        self.env.cr.execute(
            "UPDATE res_currency SET rounding = 0.05 WHERE id = %s", [self.env.company.currency_id.id]
        )
        self.env.registry.clear_cache("stable")
        self.env.invalidate_all()
        self.assertEqual(self.env.company.currency_id.rounding, 0.05)
        other = self.env["res.partner"].create({"name": "Cinema"})
        films = self._make_reward(
            "Film", minutes=30, expected_cost=3.35, supplier_id=other.id, approval="manual"
        )
        seen = self.env["timebank.redemption"]
        for _number in range(3):
            seen |= self._make_claim(self.ann, films, "approved")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE timebank_redemption SET approved_on = '2026-03-15 23:59' WHERE id IN %s",
            [tuple(seen.ids)],
        )
        seen.invalidate_recordset()
        self._match(seen[0], self._bill(("Film", 1.15), day=YEAR_END), 1.15)
        accrual = self._accrue()
        self.assertAlmostEqual(accrual.amount, 36 + 3 * 3.35 - 1.15, 6)
        debits = accrual.move_id.line_ids.filtered("debit")
        self.assertEqual(
            {line.partner_id: round(line.debit, 2) for line in debits}, {self.supplier: 36.0, other: 8.9}
        )
        self.assertEqual(round(sum(accrual.move_id.line_ids.mapped("balance")), 2), 0)
