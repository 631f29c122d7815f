"""Ordinary books, and the figure that is right for each."""

from datetime import date, datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common import TODAY
from ..grants_common import GrantCase
from .witness import Witness, exact

TOMORROW = TODAY + timedelta(days=1)


@tagged("post_install", "-at_install")
class TestFigures(GrantCase):
    def _auto(self):
        told = self.grant.with_user(self.finance).action_auto_match()["params"]["message"]
        return self.grant.bill_line_ids.match_ids, told

    def _tax(self, account=None, **vals):
        parts = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": account and account.id}),
        ]
        return self.env["account.tax"].create(
            {
                "name": "VAT 20 %",
                "amount": 20,
                "type_tax_use": "purchase",
                "analytic": True,
                "invoice_repartition_line_ids": parts,
                "refund_repartition_line_ids": parts,
                **vals,
            }
        )

    def _swim_at(self, cost, **vals):
        return self._make_reward(
            f"Swim at {cost}",
            minutes=10,
            expected_cost=cost,
            supplier_id=self.supplier.id,
            product_id=self.product.id,
            approval="manual",
            **vals,
        )

    def _claims_at(self, cost, count):
        reward = self._swim_at(cost)
        return self.env["timebank.redemption"].union(
            *[self._make_claim(self.ann, reward, "approved") for _number in range(count)]
        )

    # One rule for dates
    def test_a_bill_dated_tomorrow(self):
        self._match(self._claims(1), self._bill(("Pass", 12), day=TOMORROW), 12)
        self.assertEqual(self._figures(), (12, 12, 0, 0, 88))
        today = self.grant.with_context(timebank_date=TODAY)
        self.assertEqual(
            (today.billed_amount, today.billed_matched_amount, today.unbilled_amount, today.remaining_amount),
            (0, 0, 12, 88),
        )

    def test_a_claim_s_day_is_its_organisation_s(self):
        self.env.company.partner_id.tz = "Pacific/Auckland"
        with freeze_time(datetime(2026, 2, 28, 20, 0)):
            claim = self._make_claim(self.ann, self.swim, "approved")
        self.assertEqual(claim._get_day(), date(2026, 3, 1))
        for day, unbilled in ((date(2026, 2, 28), 0), (date(2026, 3, 1), 12)):
            grant = self.grant.with_context(timebank_date=day).with_user(self.finance)
            self.assertEqual(grant.unbilled_amount, unbilled)
        reconciliation = self._reconcile(date_to=date(2026, 2, 28))
        self.assertEqual((reconciliation.unbilled_amount, len(reconciliation.line_ids)), (0, 0))

    # Companies and currencies
    def test_another_company_s_bill(self):
        """The account belongs to no company, and a bill abroad carries it."""
        account = self.env["account.analytic.account"].create(
            {
                "name": "Shared",
                "plan_id": self.grant.sudo().analytic_account_id.plan_id.id,
                "company_id": False,
            }
        )
        self.grant.action_close()
        shared = self._make_grant("Shared", analytic_account_id=account.id)
        abroad = self.env["res.company"].create(
            {"name": "Abroad", "currency_id": self.env.ref("base.EUR").id}
        )
        claim = self._claims(1)
        self._match(claim, self._bill({"name": "Pass", "price_unit": 12, "share": {shared: 100}}), 12)
        self.env["account.analytic.line"].create(
            {
                "name": f"Abroad {claim.code}",
                account.plan_id._column_name(): account.id,
                "amount": -50,
                "date": TODAY,
                "company_id": abroad.id,
            }
        )
        shared.with_user(self.finance).action_auto_match()
        self.assertEqual(self._figures(shared), (12, 12, 0, 0, 88))
        reconciliation = self._reconcile(grant_id=shared.id)
        self.assertEqual((reconciliation.ledger_amount, reconciliation.spent_amount), (12, 12))

    # Taxes
    def test_tax_that_can_not_be_recovered_is_part_of_its_line(self):
        claims = self._claims_at(6, 8)
        vat = self.env["account.account"].create(
            {"name": "VAT lost", "code": "TB6200", "account_type": "expense"}
        )
        lost = [Command.set(self._tax(vat).ids)]
        lines = [{"name": f"Swim {claim.code}", "price_unit": 5, "tax_ids": lost} for claim in claims]
        self._bill(*lines)
        matches, _told = self._auto()
        self.assertEqual((len(matches), set(matches.mapped("amount"))), (8, {6}))
        self.assertEqual(self._figures(), (48, 48, 0, 0, 52))

    def test_tax_on_one_line_for_several(self):
        self._claims_at(6, 8)
        self._bill({"product_id": self.product.id, "name": "Swims", "price_unit": 5, "quantity": 8,
                    "tax_ids": [Command.set(self._tax().ids)]})  # fmt: skip
        self.assertEqual(len(self._auto()[0]), 8)
        self.assertEqual(self._figures(), (48, 48, 0, 0, 52))

    def test_tax_that_comes_back_is_no_spending(self):
        vat = self.env["account.account"].create(
            {"name": "VAT", "code": "TB1300", "account_type": "asset_current"}
        )
        self._bill({"name": "Swim", "price_unit": 5, "tax_ids": [Command.set(self._tax(vat).ids)]})
        self.assertEqual(self._figures()[0], 5)

    def test_no_penny_of_a_tax_is_lost(self):
        tax = self._tax()
        self._bill(
            *({"name": f"Swim {n}", "price_unit": 3.33, "tax_ids": [Command.set(tax.ids)]} for n in range(3))
        )
        lines = self.env["timebank.bill.line"]._bring_up_to_date(self.grant)
        self.assertEqual(sorted(lines.mapped("share_amount")), [3.99, 4, 4])
        self.assertEqual(self._figures()[0], 11.99)

    # Headline and lines
    def test_a_matched_bill_back_in_draft(self):
        claims, bills = self._claims(2), [self._bill(("Pass", 12)), self._bill(("Pass", 12))]
        for claim, bill in zip(claims, bills, strict=True):
            self._match(claim, bill, 12)
            bill.button_draft()
        reconciliation = self._reconcile()
        unbilled = reconciliation.line_ids.filtered(lambda line: line.status == "unbilled")
        self.assertEqual(sum(unbilled.mapped("difference_amount")), -24)
        self.assertEqual((reconciliation.unbilled_amount, reconciliation.closing_amount), (24, 76))
        self.assertEqual(self._figures()[3:], (24, 76))

    def test_a_bill_charged_elsewhere_pays_no_longer(self):
        other = self._make_grant("Other")
        claim, bill = self._claims(1), self._bill(("Pass", 12))
        self._match(claim, bill, 12)
        bill.invoice_line_ids.analytic_distribution = {str(other.sudo().analytic_account_id.id): 100}
        self.assertEqual(self._figures(), (0, 0, 0, 12, 88))

    # Entries by hand
    def test_entries_by_hand_each_have_their_line(self):
        account = self.grant.sudo().analytic_account_id
        for name, amount in (("Towels", -7.5), ("Cap", -3), ("Correction", 10.5)):
            self.env["account.analytic.line"].create(
                {"name": name, account.plan_id._column_name(): account.id, "amount": amount, "date": TODAY}
            )
        lines = self._reconcile().line_ids.sorted("billed_amount")
        self.assertEqual(
            [(line.bill_name, line.billed_amount) for line in lines],
            [("Correction", -10.5), ("Cap", 3), ("Towels", 7.5)],
        )
        reports = self.env["timebank.reward.spend.report"].with_user(self.finance)
        reports.action_open()
        rows = reports.search([("grant_id", "=", self.grant.id)])
        self.assertEqual(sorted(rows.mapped("billed_amount")), [-10.5, 3, 7.5])

    # Rounding
    def test_drafts_are_what_odoo_will_post(self):
        bill = self._bill(
            *({"name": "Pass", "price_unit": 3.33, "share": {self.grant: 50}} for _number in range(8)),
            post=False,
        )
        self._figures()
        draft = self.grant.draft_amount
        bill.action_post()
        self.assertEqual((self._figures()[0], self.grant.draft_amount), (draft, 0))
        self.assertNotEqual(draft, 13.32, "each line is rounded, and not their sum")

    def test_a_currency_s_own_coins(self):
        """In a currency of three decimals a thousandth counts."""
        self.env.company.currency_id.rounding = 0.001
        claim = self._claims(1)
        claim.sudo()._in_verb().write({"tolerance_amount": 0})
        bill = self._bill(("Pass", 20))
        with self.assertRaisesRegex(UserError, "only .* more can be matched"):
            self._match(claim, bill, 12.003)

    # Exposure
    def test_exposure_is_shared_out(self):
        self._claims(2)
        alone = self.grant._get_exposure(TODAY)
        other = self._make_grant("Other", amount=500)
        shares = [grant._get_exposure(TODAY) for grant in (self.grant, other)]
        self.assertEqual(sum(minutes for minutes, _amount in shares), alone[0])
        self.assertEqual(sum(exact(amount) for _minutes, amount in shares), exact(round(alone[1], 2)))
        self.assertAlmostEqual(shares[0][1], 2 * shares[1][1], delta=0.01)

    # The matcher
    def test_a_bill_corrected_upwards_stops_no_other(self):
        claims = self._claims(2)
        first = self._bill((f"Pass {claims[0].code}", 12))
        self._auto()
        first.button_draft()
        first.invoice_line_ids.price_unit = 24
        first.action_post()
        self._bill((f"Pass {claims[1].code}", 12))
        matches, told = self._auto()
        self.assertEqual(matches.redemption_id, claims)
        self.assertIn(f"{first.name} Pass {claims[0].code} has changed since it was matched", told)

    def test_one_that_is_matched_already_is_named(self):
        claim, bill = self._claims(1), self._bill(("Pass", 12))
        self._match(claim, bill, 6)
        with self.assertRaisesRegex(UserError, f"{claim.display_name}.*{bill.name} Pass.*undo that match"):
            self._match(claim, bill, 6)

    def test_a_credit_note_names_its_claim(self):
        claim = self._claims(1)
        self._bill((f"Pass {claim.code}", 12))
        self._auto()
        self._bill((f"Returned {claim.code}", 12), move_type="in_refund")
        matches, _told = self._auto()
        self.assertEqual(sorted(matches.mapped("amount")), [-12, 12])
        self.assertEqual(claim.matched_amount, 0)
        self._bill((f"Pass {claim.code}", 12))
        self._auto()
        self.assertEqual(self._figures(), (12, 12, 0, 0, 88))

    def test_a_bill_a_little_short_is_all_there_is(self):
        [claim] = self._claims_at(4.5, 1)
        self._bill((f"Swim {claim.code}", 4.44))
        [match], _told = self._auto()
        self.assertEqual(
            (match.amount, match.difference_reason, claim.billing_done), (4.44, "tolerance", True)
        )
        self.assertEqual((claim.unbilled_amount, self._figures()[3]), (0, 0))
        match.with_user(self.finance).action_undo()
        self.assertEqual(claim.unbilled_amount, 4.5)

    def test_a_bill_entered_twice_pays_for_nobody_else(self):
        claims = self._claims_at(12, 3)
        vals = {"product_id": self.product.id, "name": "Swim", "price_unit": 12}
        first = self._bill({**vals}, ref="INV-7")
        self.assertEqual(len(self._auto()[0]), 1)
        again = self._bill({**vals}, ref="inv-7 ")
        matches, told = self._auto()
        self.assertEqual(len(matches), 1)
        self.assertIn(f"{again.name} Swim looks like {first.name} Swim entered twice", told)
        named = self._bill({**vals, "name": f"Swim {matches.redemption_id.code}"}, ref="INV-8")
        matches, told = self._auto()
        self.assertEqual((len(matches), len(claims)), (1, 3))
        self.assertIn(
            f"{named.name} Swim {matches.redemption_id.code} names {matches.redemption_id.code}", told
        )

    def test_a_bill_that_names_another_grant_s_claim(self):
        elsewhere, here = self._claims_at(12, 2)
        other = self._make_grant("Other")
        elsewhere.with_user(self.finance).action_set_grant(other)
        self._bill({"product_id": self.product.id, "name": f"Swim {elsewhere.code}", "price_unit": 12})
        matches, told = self._auto()
        self.assertFalse(matches)
        self.assertIn(f"names {elsewhere.code}", told)
        self.assertEqual(here.matched_amount, 0)

    def test_what_fits_is_what_can_be_matched(self):
        [claim] = self._claims_at(18, 1)
        bill = self._bill({"product_id": self.product.id, "name": "Swim", "price_unit": 20.5})
        line = self.env["timebank.bill.line"]._bring_up_to_date(self.grant)
        grant = self.grant.with_user(self.finance)
        self.assertEqual(grant.get_fitting(line.ids), [])
        with self.assertRaisesRegex(UserError, "Match that part, or change the claim's expected cost"):
            self._match(claim, bill, 20.5)
        claim.with_user(self.finance).action_set_tolerance(2.5, "Agreed with the pool")
        self.assertEqual(grant.get_fitting(line.ids), claim.ids)
        self._match(claim, bill, 20.5)

    def test_a_new_price_within_the_tolerance(self):
        [claim] = self._claims_at(18, 1)
        self._bill({"product_id": self.product.id, "name": "Swim", "price_unit": 19.5})
        self.assertEqual(self._auto()[0].amount, 19.5)
        self.assertEqual(claim.unbilled_amount, 0)

    def test_a_prepayment_counts_when_it_is_used_up(self):
        """Paid in advance onto an asset account, and moved to the rewards month by month."""
        [claim] = self._claims_at(12, 1)
        prepaid = self.env["account.account"].create(
            {"name": "Prepaid", "code": "TB1400", "account_type": "asset_prepayments"}
        )
        self._bill(
            {"name": "Swims in advance", "price_unit": 48, "account_id": prepaid.id}, day=date(2026, 1, 5)
        )
        self.assertEqual(self._figures(), (0, 0, 0, 12, 88))
        share = {str(self.grant.sudo().analytic_account_id.id): 100}
        journal = self.env["account.journal"].create({"name": "Releases", "code": "TBR", "type": "general"})
        item = {"partner_id": self.supplier.id, "name": f"Used {claim.code}", "analytic_distribution": share}
        self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": TODAY,
                "journal_id": journal.id,
                "line_ids": [
                    Command.create({**item, "account_id": self.expense.id, "debit": 12}),
                    Command.create({**item, "account_id": prepaid.id, "credit": 12}),
                ],
            }
        ).action_post()
        self._auto()
        self.assertEqual(self._figures(), (12, 12, 0, 0, 88))
        self.assertEqual(Witness(self.env).figures(self.grant.id)["remaining_amount"], 88)
