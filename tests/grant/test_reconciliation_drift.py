from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..grants_common import GrantCase


@tagged("post_install", "-at_install")
class TestReconciliationDrift(GrantCase):
    """What was signed stays, and each later change in the books or the claims is told."""

    def setUp(self):
        super().setUp()
        self.paid, self.dearer, self.unbilled = self._claims(3)
        self.bill = self._bill(("Pass", 12))
        self.early = self._bill(("Towels", 5), day=date(2026, 1, 20))
        self._match(self.paid, self.bill, 12)
        self.second = self._bill(("Pass again", 13))
        self._match(self.dearer, self.second, 13, difference_reason="price")
        self.by_hand = self.env["account.analytic.line"].create(
            {
                "name": "Correction",
                "account_id": self.grant.sudo().analytic_account_id.id,
                "amount": -4,
                "date": date(2026, 3, 3),
            }
        )
        self.signed = self._reconcile(date_from=date(2026, 2, 1))
        self.signed.line_ids.filtered(lambda line: line.status != "matched" and not line.note).note = "Known"
        self.signed.action_prepare()
        self.assertEqual(self._drift(), [])

    def _drift(self):
        self.env.flush_all()
        self.env.invalidate_all()
        told = (self.signed.drift or "").replace("\xa0", "").replace("\ufeff", "").splitlines()
        self.assertEqual(self.signed.has_drift, bool(told))
        return told

    def _assert_told(self, *pieces, claim=""):
        """One sentence is told, with another of the claim that is open again where there is one."""
        sentence, *others = self._drift()
        self.assertEqual(len(others), bool(claim))
        self.assertIn(claim, "".join(others))
        for piece in pieces:
            self.assertIn(piece, sentence)

    def test_several_at_once(self):
        """Lines that nobody matched go while the second is looked at, and the first is told all the same."""
        other = self._make_grant("Another", scheme_ids=[])
        bills = self._bill({"name": "Tea", "price_unit": 5, "share": {other: 100}})
        signed = self._reconcile(grant_id=other.id)
        self._explain(signed)
        signed.action_prepare()
        for asked in (signed + self.signed, self.signed + signed):
            cups = self._bill({"name": "Cups", "price_unit": 3, "share": {other: 100, self.grant: 100}})
            other.with_user(self.finance).action_view_bills()
            self.grant.with_user(self.finance).action_view_bills()
            cups.button_draft()
            bills.button_draft()
            self.early.button_draft()
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertEqual(asked.mapped("has_drift"), [True, True])
            self.assertEqual(
                self.env["timebank.today"].with_user(self.finance)._find_drifted(), asked.sorted()
            )
            (bills + self.early).action_post()

    def test_a_bill_back_in_draft_and_posted_again(self):
        name = self.bill.name
        self.bill.button_draft()
        open_again = "$12.00 billed of $12.00; now $0.00 billed of $12.00, $12.00 still to bill"
        self._assert_told(
            f"{name} Pass (Leisure Centre): $12.00 was charged", "the bill is back in draft", claim=open_again
        )
        self.bill.button_cancel()
        self._assert_told("$12.00 was charged", "the bill was cancelled", claim=open_again)
        self.bill.button_draft()
        self.bill.action_post()
        self.assertEqual(self._drift(), [])

    def test_a_bill_deleted(self):
        name = self.second.name
        self.second.button_draft()
        self.second.invoice_line_ids.unlink()
        told = self._drift()
        self.assertIn(f"{name} Pass again (Leisure Centre): $13.00 was charged", told[0])
        self.assertIn("the bill was deleted", told[0])
        self.assertIn("$13.00 billed of $12.00; now $0.00 billed of $12.00, $12.00 still to bill", told[1])
        self.assertEqual(len(told), 2)

    def test_a_late_bill_and_a_credit_note(self):
        late = self._bill(("Forgotten", 3))
        self._assert_told(f"{late.name} Forgotten (Leisure Centre): $3.00 charged to the grant since")
        late.button_draft()
        self.assertEqual(self._drift(), [])
        credit = self._bill(("Returned", 2), move_type="in_refund")
        self._assert_told(f"{credit.name} Returned", "$-2.00 charged to the grant since")

    def test_a_bill_after_the_period_is_no_drift(self):
        self._bill(("Next quarter", 3), day=date(2026, 4, 2))
        self.assertEqual(self._drift(), [])

    def test_a_distribution_rewritten(self):
        other = self._make_grant("Other").sudo().analytic_account_id.id
        own = self.grant.sudo().analytic_account_id.id
        self.bill.invoice_line_ids.analytic_distribution = {str(own): 50, str(other): 50}
        self._assert_told("$12.00 was charged to the grant, and now $6.00 is", claim="$6.00 still to bill")
        self.bill.invoice_line_ids.analytic_distribution = {str(other): 100}
        self._assert_told(
            "nothing is now: its line no longer counts for this grant", claim="$12.00 still to bill"
        )

    def test_a_bill_moved_to_another_day(self):
        self.bill.button_draft()
        self.bill.write({"date": date(2026, 3, 9), "invoice_date": date(2026, 3, 9)})
        self.bill.action_post()
        self._assert_told("was dated Mar 18, 2026, and is dated Mar 9, 2026 now")

    def test_a_bill_moved_out_of_the_period(self):
        self.bill.button_draft()
        self.bill.write({"name": False, "date": date(2026, 4, 9), "invoice_date": date(2026, 4, 9)})
        self.bill.action_post()
        told = self._drift()
        self.assertIn("the bill is dated Apr 9, 2026 now", told[0])
        self.assertIn("now $0.00 billed of $12.00, $12.00 still to bill", told[1])

    def test_spending_before_the_period(self):
        self.early.button_draft()
        self._assert_told("Spent before: was $5.00, is now $0.00")

    def test_other_spending_and_accounts_that_count(self):
        self._bill({"name": "Wages", "price_unit": 50, "account_id": self.salaries.id})
        self._assert_told("Other spending: was $0.00, is now $50.00")
        self.grant.action_amend({"reward_account_ids": (self.expense | self.salaries).ids}, "Letter")
        self.assertIn("$50.00 charged to the grant since", " ".join(self._drift()))

    def test_products_that_count(self):
        self.bill.button_draft()
        self.bill.invoice_line_ids.product_id = self.product
        self.bill.invoice_line_ids.write({"price_unit": 12, "tax_ids": False, "account_id": self.expense.id})
        self.bill.action_post()
        self.assertEqual(self._drift(), [])
        mug = self.env["product.product"].create({"name": "Mug"})
        self.grant.action_amend({"reward_product_ids": mug.ids}, "Letter")
        self.assertIn("$12.00 was charged to the grant", " ".join(self._drift()))

    def test_a_match_undone_and_another_made(self):
        self.paid.match_ids.with_user(self.finance).action_undo()
        self._assert_told(
            self.paid.code,
            "$12.00 billed of $12.00; now $0.00 billed of $12.00, $12.00 still to bill",
        )
        self._match(self.unbilled, self.bill, 12)
        self.assertEqual(len(self._drift()), 2)

    def test_claims(self):
        self.unbilled.with_user(self.finance).action_billing_done()
        self._assert_told("$12.00 still to bill; now nothing more is expected")
        self.unbilled.with_user(self.finance).action_billing_open()
        self.assertEqual(self._drift(), [])
        self.unbilled.with_user(self.coordinator).action_cancel("Moved away")
        self._assert_told("$12.00 still to bill; now cancelled")

    def test_another_grant_for_a_claim(self):
        self.unbilled.with_user(self.finance).action_set_grant(False)
        self._assert_told("$12.00 still to bill; now it is billed outside the period, or by another grant")

    def test_a_claim_s_cost(self):
        self.unbilled.sudo()._in_verb().write({"cost_amount": 14})
        self._assert_told("$0.00 billed of $12.00, $12.00 still to bill; now $0.00 billed of $14.00")

    def test_an_entry_by_hand(self):
        self.by_hand.amount = -9
        self._assert_told("Analytic entries without a bill on Mar 3, 2026: were $4.00, are now $9.00")
        self.by_hand.unlink()
        self._assert_told("were $4.00, are now $0.00")

    def test_an_account_that_is_no_expense_any_more(self):
        self.grant.action_amend({"reward_account_ids": [], "every_expense_counts": True}, "Letter")
        self._drift()
        self.expense.account_type = "asset_current"
        self.assertIn("$12.00 was charged to the grant", " ".join(self._drift()))

    def test_an_amendment_is_no_change_in_the_books(self):
        self.grant.action_amend({"amount": 100, "date_end": date(2026, 3, 1)}, "Letter")
        self.assertEqual(self._drift(), [])
        self._bill(("Forgotten", 3))
        self._assert_told("$3.00 charged to the grant since")

    def test_names_and_notes_are_no_drift(self):
        self.supplier.name = "Leisure Centre Ltd"
        self.swim.name = "Swimming"
        self.paid.match_ids.with_user(self.finance).note = "Checked"
        self.assertEqual(self._drift(), [])

    def test_only_what_changed_is_worked_out_again(self):
        """The lines are made anew only where the books are not as they were."""
        model = type(self.env["timebank.reconciliation"])
        with patch.object(model, "_prepare_lines", side_effect=AssertionError("made anew")):
            self.assertEqual(self._drift(), [])
            self._bill(("Forgotten", 3))
            with self.assertRaises(AssertionError):
                self._drift()

    def test_more_changes_than_anybody_reads(self):
        for number in range(32):
            self._bill((f"Late {number}", 1))
        told = self._drift()
        self.assertEqual((len(told), told[-1]), (31, "… and 2 more changes"))

    def test_the_signed_figures_are_nobody_s_to_write(self):
        for vals in ({"spent_amount": 1}, {"inputs_digest": "x"}, {"exposure_minutes": 5}):
            with self.subTest(vals), self.assertRaises(AccessError):
                self.signed.write(vals)
        draft = self._reconcile(date_from=date(2026, 4, 1), date_to=date(2026, 4, 30))
        with self.assertRaises(AccessError):
            draft.write({"closing_amount": 1})
