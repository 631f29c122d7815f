from datetime import date

from odoo.fields import Command

from ..grants_common import GrantCase


class TestGrantSpend(GrantCase):
    """Figures come from posted analytic lines, whatever is done to the bills."""

    def test_only_posted_bills_count(self):
        bill = self._bill(("Passes", 30), post=False)
        self.assertEqual(self._figures()[0], 0)
        self.assertEqual(self.grant.draft_amount, 30)
        bill.action_post()
        self.assertEqual(self._figures()[0], 30)
        bill.button_draft()
        self.assertEqual(self._figures()[0], 0)
        bill.button_cancel()
        self.assertEqual(self._figures()[0], 0)
        self.assertEqual(self.grant.draft_amount, 0)

    def test_a_credit_note_takes_back(self):
        self._bill(("Passes", 30))
        self._bill(("Passes returned", 10), move_type="in_refund")
        self.assertEqual(self._figures()[0], 20)

    def test_a_bill_split_over_two_grants(self):
        other = self._make_grant("Other")
        self._bill({"name": "Passes", "price_unit": 100, "share": {self.grant: 33.33, other: 66.67}})
        self.assertEqual(self._figures()[0], 33.33)
        self.assertEqual(self._figures(other)[0], 66.67)

    def test_a_part_of_a_bill(self):
        """Sixty per cent are the grant's; nobody else pays the rest. In draft and posted alike."""
        bill = self._bill({"name": "Passes", "price_unit": 50, "share": {self.grant: 60}}, post=False)
        self._figures()
        self.assertEqual(self.grant.draft_amount, 30)
        bill.action_post()
        self.assertEqual((self._figures()[0], self.grant.draft_amount), (30, 0))

    def test_every_change_of_a_matched_bill_shows_at_once(self):
        """(billed, matched, unmatched, unbilled, left) after each step."""
        claim, bill = self._claims(1), self._bill(("Pass", 12))
        self.assertEqual(self._figures(), (12, 0, 12, 12, 76))
        self._match(claim, bill, 12)
        self.assertEqual(self._figures(), (12, 12, 0, 0, 88))
        bill.button_draft()
        self.assertEqual(self._figures(), (0, 0, 0, 12, 88), "drafts are no spending, the claim is")
        self.assertEqual(self.grant.draft_amount, 12)
        bill.action_post()
        self.assertEqual(self._figures(), (12, 12, 0, 0, 88))
        other = self._make_grant("Other")
        bill.invoice_line_ids.analytic_distribution = {str(other.sudo().analytic_account_id.id): 100}
        self.assertEqual(self._figures(other)[0], 12)
        self.assertEqual(self._figures()[0], 0)
        bill.button_draft()
        bill.button_cancel()
        self.assertEqual(self._figures()[3], 12)
        self.assertEqual(self.grant.draft_amount, 0)

    def test_a_draft_credit_note_and_euros_in_draft(self):
        self._bill(("Returned", 5), move_type="in_refund", post=False)
        self._figures()
        self.assertEqual(self.grant.draft_amount, -5)

    def test_a_rewritten_distribution_shows_at_once(self):
        other = self._make_grant("Other")
        bill = self._bill(("Passes", 30))
        bill.invoice_line_ids.analytic_distribution = {str(other.sudo().analytic_account_id.id): 100}
        self.assertEqual((self._figures()[0], self._figures(other)[0]), (0, 30))

    def test_several_plans_on_one_line(self):
        plan = self.env["account.analytic.plan"].create({"name": "Places"})
        place = self.env["account.analytic.account"].create({"name": "Harbour", "plan_id": plan.id})
        bill = self._bill(("Passes", 30), post=False)
        own = self.grant.sudo().analytic_account_id.id
        bill.invoice_line_ids.analytic_distribution = {f"{own},{place.id}": 60, str(own): 40}
        bill.action_post()
        self.assertEqual(self._figures()[0], 30)

    def test_accounts_that_are_not_rewards_do_not_count(self):
        self._bill({"name": "Wages", "price_unit": 500, "account_id": self.salaries.id})
        self.assertEqual(self._figures()[0], 0)
        self.grant.action_amend({"reward_account_ids": [], "every_expense_counts": True}, "Letter")
        self.assertEqual(self._figures()[0], 500, "every expense account, where none is named")

    def test_products_narrow_it_further(self):
        self.grant.action_amend({"reward_product_ids": self.product.ids}, "Letter")
        mug = self.env["product.product"].create({"name": "Mug"})
        self._bill({"product_id": self.product.id, "price_unit": 12}, {"product_id": mug.id, "price_unit": 5})
        self.assertEqual(self._figures()[0], 12)

    def test_a_bill_in_euros(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": date(2026, 1, 1), "rate": 2.0, "company_id": self.env.company.id}
        )
        self._bill(("Passes", 30), currency_id=euro.id)
        self.assertEqual(self._figures()[0], 15)

    def test_vat_that_can_not_be_recovered_is_charged(self):
        tax = self.env["account.tax"].create(
            {
                "name": "VAT 20 %",
                "amount": 20,
                "type_tax_use": "purchase",
                "analytic": True,
                "invoice_repartition_line_ids": [
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax", "account_id": self.expense.id}),
                ],
            }
        )
        self._bill({"name": "Passes", "price_unit": 30, "tax_ids": [Command.set(tax.ids)]})
        self.assertEqual(self._figures()[0], 36)

    def test_a_journal_entry_counts(self):
        share = {str(self.grant.sudo().analytic_account_id.id): 100}
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": date(2026, 3, 2),
                "journal_id": self.env["account.journal"]
                .create({"name": "Misc", "code": "TBM", "type": "general"})
                .id,
                "line_ids": [
                    Command.create(
                        {"account_id": self.expense.id, "debit": 8, "analytic_distribution": share}
                    ),
                    Command.create(
                        {"account_id": self.payable.id, "credit": 8, "partner_id": self.supplier.id}
                    ),
                ],
            }
        )
        move.action_post()
        self.assertEqual(self._figures()[0], 8)

    def test_at_any_date(self):
        self._bill(("Passes", 30), day=date(2026, 2, 10))
        self._bill(("Passes", 5), day=date(2026, 3, 10))
        february = self.grant.with_context(timebank_date=date(2026, 2, 28))
        self.assertEqual(february.billed_amount, 30)
        self.assertEqual(self._figures()[0], 35)
        self.assertEqual(self.grant._get_spend_totals(date(2026, 3, 1), date(2026, 3, 31)), {self.grant: 5})

    def test_nothing_is_written_into_the_books(self):
        bill = self._bill(("Swim pass", 12))
        line = bill.invoice_line_ids
        before = (line.write_date, line.analytic_distribution, line.analytic_line_ids.mapped("write_date"))
        self._match(self._claims(1), bill, 12)
        self.env.invalidate_all()
        after = (line.write_date, line.analytic_distribution, line.analytic_line_ids.mapped("write_date"))
        self.assertEqual(before, after)
