from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from ..common import TODAY
from ..grants_common import GrantCase


class TestClaimRecharge(GrantCase):
    """A claim and what bills pay for it are charged to another grant together, both or neither."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._make_grant("Harbour", scheme_ids=[])
        cls.keeper = cls.finance2
        cls.keeper.group_ids += cls.env.ref("account.group_account_invoice")

    @classmethod
    def _paid(cls, price=12, count=1, **vals):
        """A claim with its bill, found by its code."""
        claims = cls._claims(count)
        bill = cls._bill({"name": "Pass " + ", ".join(claims.mapped("code")), "price_unit": price, **vals})
        cls.grant.with_user(cls.finance).action_auto_match()
        assert len(claims.match_ids) == count
        return claims.with_user(cls.keeper), bill

    def _accounts(self, item):
        grants = {str(grant.sudo().analytic_account_id.id): grant for grant in self.grant | self.second}
        return {grants.get(key, key): share for key, share in item.analytic_distribution.items()}

    def test_who_may_and_with_a_reason(self):
        claim, bill = self._paid()
        for user in (self.coordinator, self.manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                claim.with_user(user).action_recharge(self.second.id, "Wrong grant")
        with self.assertRaisesRegex(UserError, "“Invoicing” right"):
            claim.with_user(self.finance).action_recharge(self.second.id, "Wrong grant")
        with self.assertRaisesRegex(UserError, "Say why"):
            claim.action_recharge(self.second.id, " ")
        with self.assertRaisesRegex(UserError, "take the bill along"):
            claim.action_set_grant(self.second)
        self.assertEqual(self._accounts(bill.invoice_line_ids), {self.grant: 100})
        self.assertEqual(self._figures(), (12, 12, 0, 0, 88))

    def test_both_move(self):
        claim, bill = self._paid(12.5)
        claim.action_recharge(self.second.id, "Harbour asked for the swims")
        self.assertEqual(claim.grant_id, self.second)
        self.assertEqual(self._accounts(bill.invoice_line_ids), {self.second: 100})
        self.assertEqual(bill.state, "posted")
        self.assertEqual(self._figures(), (0, 0, 0, 0, 100))
        self.assertEqual(self._figures(self.second), (12.5, 12.5, 0, 0, 87.5))
        match = claim.match_ids
        self.assertEqual((match.found_by, match.amount, match.grant_id), ("code", 12.5, self.second))
        self.assertFalse(self.env["timebank.bill.line"]._bring_up_to_date(self.grant))
        self.assertEqual(self.scheme.check_ledger(), [])
        for record in (claim, bill, self.grant, self.second):
            said = record.message_ids[:1].body
            self.assertIn("Harbour asked for the swims", said, record)
            self.assertIn("Harbour", said)
        self.assertEqual(bill.message_ids[:1].author_id, self.keeper.partner_id)

    def test_an_unbilled_claim_and_one_done_within_the_tolerance(self):
        claim = self._claims(1).with_user(self.keeper)
        claim.action_recharge(self.second.id, "Wrong grant")
        self.assertEqual(self._figures(self.second), (0, 0, 0, 12, 88))
        short, _bill = self._paid(11.5)
        short.action_recharge(self.second.id, "Wrong grant")
        self.assertTrue(short.billing_done)
        self.assertEqual(self._figures(self.second), (11.5, 11.5, 0, 12, 76.5))

    def test_one_of_three_on_a_line(self):
        claims, bill = self._paid(36, count=3, quantity=1)
        claims[1].action_recharge(self.second.id, "Wrong grant")
        item = bill.invoice_line_ids
        self.assertEqual(self._accounts(item), {self.grant: 66.67, self.second: 33.33})
        self.assertEqual(self._figures(), (24, 24, 0, 0, 76))
        self.assertEqual(self._figures(self.second), (12, 12, 0, 0, 88))
        lines = self.env["timebank.bill.line"]._bring_up_to_date(self.grant | self.second)
        self.assertEqual(set(lines.mapped("status")), {"matched"})
        self.assertEqual(self.scheme.check_ledger(), [])
        (claims[0] | claims[2]).action_recharge(self.second.id, "The others too")
        self.assertEqual(self._accounts(item), {self.second: 100})
        self.assertEqual(self._figures(self.second), (36, 36, 0, 0, 64))
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_what_a_line_also_pays_stays(self):
        claim, bill = self._paid(24, share={self.grant: 50, self._make_grant("Third", scheme_ids=[]): 50})
        claim.action_recharge(self.second.id, "Wrong grant")
        shares = self._accounts(bill.invoice_line_ids)
        self.assertEqual((shares[self.second], len(shares)), (50, 2))
        self.assertEqual(self._figures(self.second), (12, 12, 0, 0, 88))

    def test_a_line_that_does_not_split_to_the_penny(self):
        self.grant.action_amend({"amount": 100000}, "More")
        self.second.action_amend({"amount": 100000}, "More")
        claims = self._claims(2).with_user(self.keeper)
        claims[0].action_set_cost(3333.33, "Large")
        claims[1].action_set_cost(5000.10, "Large")
        bill = self._bill(("Pass " + ", ".join(claims.mapped("code")), 8333.43))
        self.grant.with_user(self.finance).action_auto_match()
        with self.assertRaisesRegex(UserError, "can't be split so that exactly"), self.env.cr.savepoint():
            claims[0].action_recharge(self.second.id, "Wrong grant")
        self.env.invalidate_all()
        self.assertEqual(claims.grant_id, self.grant)
        self.assertEqual(self._accounts(bill.invoice_line_ids), {self.grant: 100})
        self.assertEqual(claims.mapped("matched_amount"), [3333.33, 5000.10])

    def test_lost_tax_goes_along(self):
        repartition = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": self.expense.id}),
        ]
        tax = self.env["account.tax"].create(
            {
                "name": "Lost 20%",
                "amount": 20,
                "type_tax_use": "purchase",
                "analytic": True,
                "country_id": self.env.ref("base.us").id,
                "invoice_repartition_line_ids": repartition,
                "refund_repartition_line_ids": repartition,
            }
        )
        claims = self._claims(2).with_user(self.keeper)
        bill = self._bill(
            *(
                {"name": f"Pass {claim.code}", "price_unit": 10, "tax_ids": [Command.set(tax.ids)]}
                for claim in claims
            )
        )
        self.grant.with_user(self.finance).action_auto_match()
        self.assertEqual(claims.mapped("matched_amount"), [12, 12])
        claims[0].action_recharge(self.second.id, "Wrong grant")
        self.assertEqual(self._figures(), (12, 12, 0, 0, 88))
        self.assertEqual(self._figures(self.second), (12, 12, 0, 0, 88))
        taxes = bill.line_ids.filtered("tax_line_id")
        self.assertEqual(len(taxes), 1)
        self.assertEqual(self._accounts(taxes), {self.grant: 50, self.second: 50})
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_locked_books_stay(self):
        claim, bill = self._paid()
        self.env.company.sudo().fiscalyear_lock_date = TODAY
        with self.assertRaisesRegex(UserError, "The books are locked up to"):
            claim.action_recharge(self.second.id, "Wrong grant")
        self.assertEqual(self._accounts(bill.invoice_line_ids), {self.grant: 100})
        self.env.company.sudo().fiscalyear_lock_date = False
        claim.action_recharge(self.second.id, "Wrong grant")
        self.assertEqual(self._accounts(bill.invoice_line_ids), {self.second: 100})

    def test_signed_is_refused_or_late(self):
        claim, _bill = self._paid()
        papers = {}
        for grant in (self.grant, self.second):
            papers[grant] = self._reconcile(grant_id=grant.id)
            papers[grant].action_prepare()
        with self.assertRaisesRegex(UserError, "signed up to .* tick “Take it up late”"):
            claim.action_recharge(self.second.id, "Wrong grant")
        claim.action_recharge(self.second.id, "Wrong grant", late=True)
        for grant, late in ((self.grant, -12), (self.second, 12)):
            papers[grant].invalidate_recordset()
            self.assertTrue(papers[grant].has_drift)
            after = self._reconcile(grant_id=grant.id, date_from=date(2026, 4, 1), date_to=date(2026, 4, 30))
            self.assertEqual(after.late_amount, late)
            self.assertEqual((after.opening_amount, after.gap_amount), (papers[grant].to_date_amount, 0))

    def test_inside_the_budget(self):
        claim, _bill = self._paid()
        small = self._make_grant("Small", amount=50, scheme_ids=[])
        with self.assertRaisesRegex(UserError, "“Small” has .*5.00 left"):
            claim.action_recharge(small.id, "Wrong grant")
        claim.action_recharge(small.id, "Wrong grant", beyond_budget=True)
        self.assertEqual(self._figures(small), (12, 12, 0, 0, -7))
        self.assertEqual(claim.budget_override_reason, "Wrong grant")

    def test_what_can_not_move(self):
        claim, bill = self._paid()
        with self.assertRaisesRegex(UserError, "charged to Neighbours Together already"):
            claim.action_recharge(self.grant.id, "Again")
        self.second.action_close()
        with self.assertRaisesRegex(UserError, "not open here"):
            claim.action_recharge(self.second.id, "Wrong grant")
        third = self._make_grant("Third", scheme_ids=[])
        bill.button_draft()
        self.env["timebank.bill.line"]._bring_up_to_date(self.grant)
        with self.assertRaisesRegex(UserError, "has changed since it was matched"):
            claim.action_recharge(third.id, "Wrong grant")

    def test_a_credit_note_goes_along(self):
        claim, _bill = self._paid(12)
        credit = self._bill((f"Credit {claim.code}", 5), move_type="in_refund")
        self.grant.with_user(self.finance).action_auto_match()
        self.assertEqual(claim.matched_amount, 7)
        claim.action_recharge(self.second.id, "Wrong grant")
        self.assertEqual(self._accounts(credit.invoice_line_ids), {self.second: 100})
        self.assertEqual(self._figures(self.second), (7, 7, 0, 5, 88))

    def test_the_dialog(self):
        claim, bill = self._paid()
        dialog = self.env["timebank.claim.recharge"].with_user(self.keeper).with_context(active_ids=claim.ids)
        with Form(dialog) as form:
            self.assertIn(bill.name, form.moving)
            self.assertIn("Neighbours Together", form.moving)
            form.grant_id = self.second
            form.reason = "Wrong grant"
        form.record.action_confirm()
        self.assertEqual(claim.grant_id, self.second)

    def _refusal(self, claim, user=None, **vals):
        dialogs = self.env["timebank.claim.recharge"].with_user(user or self.keeper)
        return dialogs.with_context(active_ids=claim.ids).new(vals).refusal

    def test_what_is_refused_is_said_before_anything_is_filled_in(self):
        claim, _bill = self._paid()
        self.assertFalse(self._refusal(claim))
        self.assertFalse(self._refusal(claim, grant_id=self.second.id))
        self.assertRegex(self._refusal(claim, grant_id=self.grant.id), "already")
        self.assertRegex(self._refusal(claim, self.finance), "may enter bills")
        (shared,) = self._claims(1)
        parts = [{"grant": self.grant.id, "percent": 0}, {"grant": self.second.id, "percent": 50}]
        shared.with_user(self.finance).action_share(parts, "Both pay")
        self.assertRegex(self._refusal(shared), "charge it to one grant")
        stock = self._bill(("Passes", 24))
        line = self.env["timebank.bill.line"]._bring_up_to_date(self.grant)
        line = line.filtered(lambda one: one.move_id == stock).with_user(self.finance)
        line.action_prepaid(self.swim.id, 2)
        used = self._claims(1)
        self.assertEqual(used.match_ids.found_by, "prepaid")
        self.assertRegex(self._refusal(used), "paid for in advance")
        (cancelled,) = self._claims(1)
        cancelled.action_cancel("Moved away")
        self.assertRegex(self._refusal(cancelled), "does not stand")
