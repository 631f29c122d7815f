from datetime import date

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from ..grants_common import GrantCase


class SharedClaimCase(GrantCase):
    """Two more grants beside the first, which serve no bank of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.second = cls._make_grant("Harbour", scheme_ids=[])
        cls.third = cls._make_grant("Lanterns", scheme_ids=[])
        cls.claim = cls._claims(1).with_user(cls.finance)

    @classmethod
    def _share(cls, *parts, reason="Agreed by both funders", claim=None, **vals):
        (claim or cls.claim).action_share(
            [
                {"grant": grant.id, kind: value} if kind else {"grant": grant.id}
                for grant, kind, value in parts
            ],
            reason,
            **vals,
        )

    def _parts(self, claim=None):
        return {share.grant_id: share.amount for share in (claim or self.claim).share_ids}


class TestClaimShare(SharedClaimCase):
    """A claim that several grants pay for together: each one's figures take its part, to the penny."""

    def test_only_finance_with_a_reason(self):
        parts = [{"grant": self.grant.id}, {"grant": self.second.id, "percent": 50}]
        for user in (self.coordinator, self.manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.claim.with_user(user).action_share(parts, "Both pay")
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.env["timebank.claim.share"].with_user(user).create(
                    {"redemption_id": self.claim.id, "grant_id": self.second.id}
                )
        with self.assertRaisesRegex(UserError, "Say why"):
            self.claim.action_share(parts, " ")
        with self.assertRaises(AccessError):
            self.env["timebank.claim.share"].with_user(self.finance).create(
                {"redemption_id": self.claim.id, "grant_id": self.second.id}
            )
        self.claim.action_share(parts, "Both pay")
        with self.assertRaises(AccessError):
            self.claim.share_ids[0].write({"amount": 3})
        self.assertFalse(
            self.claim.share_ids.with_user(self.coordinator).filtered("stated") - self.claim.share_ids
        )

    def test_the_rest_is_to_the_penny(self):
        self.claim.action_set_cost(10, "Old price")
        self._share((self.grant, "", 0), (self.second, "percent", 33.33), (self.third, "percent", 33.33))
        self.assertEqual(self._parts(), {self.grant: 3.34, self.second: 3.33, self.third: 3.33})
        self.assertEqual(self.claim.grant_id, self.grant)
        for grant, part in ((self.grant, 3.34), (self.second, 3.33), (self.third, 3.33)):
            self.assertEqual(self._figures(grant), (0, 0, 0, part, 100 - part))
            self.assertEqual((grant.committed_amount, grant.claim_count), (part, 1))
        self.assertEqual(self.scheme.check_ledger(), [])
        # the price changes: per cent stays per cent
        self.claim.action_set_cost(20, "New price")
        self.assertEqual(self._parts(), {self.grant: 6.66, self.second: 6.67, self.third: 6.67})
        # an amount stays the amount
        self._share((self.second, "amount", 5), (self.third, "", 0))
        self.assertEqual(self._parts(), {self.second: 5, self.third: 15})
        self.claim.action_set_cost(12, "Old price")
        self.assertEqual(self._parts(), {self.second: 5, self.third: 7})
        self.assertEqual(self._figures(), (0, 0, 0, 0, 100))
        with self.assertRaisesRegex(UserError, "leaves nothing for “Lanterns”"):
            self.claim.action_set_cost(4, "Cheap")

    def test_what_does_not_add_up(self):
        for sentence, parts in (
            ("two or more grants", [(self.grant, "", 0)]),
            ("each once", [(self.grant, "", 0), (self.grant, "percent", 50)]),
            ("exactly one grant", [(self.grant, "percent", 50), (self.second, "percent", 50)]),
            ("exactly one grant", [(self.grant, "", 0), (self.second, "", 0)]),
            ("leaves nothing for “Neighbours", [(self.grant, "", 0), (self.second, "percent", 100)]),
            ("leaves nothing for", [(self.grant, "", 0), (self.second, "amount", 13)]),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(UserError, sentence):
                self._share(*parts)
        with self.assertRaisesRegex(UserError, "not both"):
            self.claim.action_share(
                [{"grant": self.grant.id}, {"grant": self.second.id, "percent": 5, "amount": 1}], "Both"
            )
        self.second.action_close()
        with self.assertRaisesRegex(UserError, "not open"):
            self._share((self.grant, "", 0), (self.second, "percent", 50))
        self.assertFalse(self.claim.share_ids)

    def test_inside_each_grant_s_budget(self):
        small = self._make_grant("Small", amount=50, scheme_ids=[])
        with self.assertRaisesRegex(UserError, "“Small” has .*5.00 left, and this takes .*6.00 more"):
            self._share((self.grant, "", 0), (small, "percent", 50))
        self._share((self.grant, "", 0), (small, "percent", 50), beyond_budget=True)
        self.assertEqual(self.claim.budget_override_reason, "Agreed by both funders")
        self.assertEqual(self._figures(small)[4], -1)
        with self.assertRaisesRegex(UserError, "“Small” has"):
            self.claim.action_set_cost(14, "Dearer")
        self._share((self.grant, "", 0), (small, "amount", 5))
        self.assertEqual(self._figures(small)[4], 0)

    def test_one_bill_line_over_both_is_matched_by_the_code(self):
        self._share((self.grant, "", 0), (self.second, "percent", 40))
        bill = self._bill(
            {
                "name": f"Pass {self.claim.bill_reference}",
                "price_unit": 12,
                "share": {self.grant: 60, self.second: 40},
            }
        )
        (self.grant | self.second).with_user(self.finance).action_auto_match()
        self.assertEqual(
            {match.grant_id: match.amount for match in self.claim.match_ids},
            {self.grant: 7.2, self.second: 4.8},
        )
        self.assertEqual(self.claim.match_ids.move_line_id, bill.invoice_line_ids)
        self.assertEqual((self.claim.matched_amount, self.claim.unbilled_amount), (12, 0))
        self.assertEqual(self._figures(), (7.2, 7.2, 0, 0, 92.8))
        self.assertEqual(self._figures(self.second), (4.8, 4.8, 0, 0, 95.2))
        self.assertEqual(self.scheme.check_ledger(), [])
        with self.assertRaisesRegex(UserError, "undo the match first"):
            self._share((self.grant, "", 0), (self.second, "percent", 50))

    def test_one_part_s_bill_says_nothing_of_the_other(self):
        self._share((self.grant, "", 0), (self.second, "percent", 50))
        self._bill((f"Half a pass {self.claim.bill_reference}", 5.9))
        self.grant.with_user(self.finance).action_auto_match()
        self.assertEqual(self._figures(), (5.9, 5.9, 0, 0, 94.1), "10 p are within the tolerance")
        self.assertEqual(self._figures(self.second), (0, 0, 0, 6, 94), "still expected here")
        self.assertEqual(self.claim.unbilled_amount, 6)
        self.claim.match_ids.action_undo()
        self.assertEqual(self._figures()[3], 6)
        self.claim.action_billing_done()
        self.assertEqual((self._figures()[3], self._figures(self.second)[3]), (0, 0))

    def test_matched_by_hand_and_over_the_api(self):
        self._share((self.grant, "", 0), (self.second, "amount", 4))
        bill = self._bill({"name": "Pass", "price_unit": 12, "share": {self.grant: 65, self.second: 35}})
        matching = self.second.with_user(self.finance).get_matching()
        [row] = matching["claims"]
        self.assertEqual((row["cost"], row["open"], row["whole"]), (4, 4, 12))
        [line] = matching["bills"]
        self.second.with_user(self.finance).match_selected([line["id"]], [row["id"]], "price")
        self.assertEqual(self._figures(self.second)[:4], (4.2, 4.2, 0, 0))
        self.claim.match_ids.action_undo()
        matches = self._match(self.claim, bill, 12)
        self.assertEqual(
            {match.grant_id: match.amount for match in matches}, {self.grant: 7.8, self.second: 4.2}
        )
        self.assertEqual(self.claim.unbilled_amount, 0.2)

    def test_the_api_spreads_a_bill_over_the_parts(self):
        self._share((self.grant, "", 0), (self.second, "percent", 25))
        bill = self._bill({"name": "Pass", "price_unit": 12, "share": {self.grant: 75, self.second: 25}})
        matches = self._match(self.claim, bill, 12)
        self.assertEqual({match.grant_id: match.amount for match in matches}, {self.grant: 9, self.second: 3})
        elsewhere = self._bill({"name": "Pass", "price_unit": 12, "share": {self.third: 100}})
        with self.assertRaisesRegex(UserError, "not charged to"):
            self._match(self.claim, elsewhere, 1)

    def test_reconciled_on_each_with_its_part(self):
        self._share((self.grant, "", 0), (self.second, "percent", 40))
        for grant, part in ((self.grant, 7.2), (self.second, 4.8)):
            paper = self._reconcile(grant_id=grant.id)
            [line] = paper.line_ids
            self.assertEqual(
                (line.status, line.cost_amount, line.difference_amount), ("unbilled", part, -part)
            )
            self.assertIn("of $", line.claim_name.replace("\N{NO-BREAK SPACE}", ""))
            self.assertIn(line._say_claim(), line.claim_name)
            self.assertEqual((paper.unbilled_amount, paper.closing_amount), (part, 100 - part))
        self._bill(
            {
                "name": f"Pass {self.claim.bill_reference}",
                "price_unit": 12,
                "share": {self.grant: 60, self.second: 40},
            }
        )
        (self.grant | self.second).with_user(self.finance).action_auto_match()
        for grant, part in ((self.grant, 7.2), (self.second, 4.8)):
            paper = self.env["timebank.reconciliation"].search([("grant_id", "=", grant.id)])
            paper.with_user(self.finance).action_refresh()
            [line] = paper.line_ids
            self.assertEqual(
                (line.status, line.billed_amount, line.difference_amount, paper.gap_amount),
                ("matched", part, 0, 0),
            )
            paper.with_user(self.finance).action_prepare()
            self.assertFalse(paper.has_drift)

    def test_another_split_shows_as_drift_where_it_was_signed(self):
        self._share((self.grant, "", 0), (self.second, "percent", 40))
        paper = self._reconcile(date_to=date(2026, 3, 31))
        paper.line_ids.note = "Bill to come"
        paper.action_prepare()
        self._share((self.grant, "", 0), (self.second, "percent", 50))
        paper.invalidate_recordset()
        self.assertIn("6.00", paper.drift)

    def test_the_report_counts_a_claim_once_and_its_cost_by_grant(self):
        self._share((self.grant, "", 0), (self.second, "percent", 40))
        rows = (
            self.env["timebank.reward.spend.report"]
            .with_user(self.finance)
            .search([("kind", "=", "committed"), ("grant_id", "in", (self.grant | self.second).ids)])
        )
        self.assertEqual(
            {row.grant_id: row.committed_amount for row in rows}, {self.grant: 7.2, self.second: 4.8}
        )
        self.assertEqual((sum(rows.mapped("claim_count")), sum(rows.mapped("minutes"))), (1, 30))
        self.assertEqual(len(set(rows.ids)), 2)

    def test_one_grant_again(self):
        self._share((self.grant, "", 0), (self.second, "percent", 40))
        self.claim.action_set_grant(self.second)
        self.assertFalse(self.claim.share_ids)
        self.assertEqual((self._figures()[3], self._figures(self.second)[3]), (0, 12))

    def test_many_at_once_and_their_history(self):
        claims = self._claims(3).with_user(self.finance)
        self._share((self.grant, "", 0), (self.second, "percent", 50), claim=claims)
        self.assertEqual(claims.share_ids.mapped("amount"), [6] * 6)
        for record in (claims[0], self.second, self.grant):
            said = record.message_ids[:1].body
            self.assertIn("Harbour (50 %)", said)
            self.assertIn("Agreed by both funders", said)
        self.assertEqual(claims[0].paid_from, "Neighbours Together, Harbour")
        action = self.second.with_user(self.finance).action_view_claims()
        self.assertEqual(self.env["timebank.redemption"].search(action["domain"]), claims)

    def test_cancelled_and_taken_back(self):
        self._share((self.grant, "", 0), (self.second, "percent", 40))
        self.claim.with_user(self.coordinator).action_cancel("Moved away")
        self.assertEqual((self._figures()[3], self._figures(self.second)[3]), (0, 0))
        again = self._claims(1).with_user(self.finance)
        self._share((self.grant, "", 0), (self.second, "percent", 40), claim=again)
        again.with_user(self.coordinator)._take_back()
        self.assertFalse(again.sudo().share_ids)
        again.with_user(self.coordinator).action_approve()
        self.assertEqual((self._figures()[3], self._figures(self.second)[3]), (12, 0))

    def test_the_dialog(self):
        dialog = (
            self.env["timebank.claim.split"].with_user(self.finance).with_context(active_ids=self.claim.ids)
        )
        with Form(dialog) as form:
            self.assertEqual(form.line_ids._records[0]["grant_id"], self.grant.id)
            self.assertIn("two or more", form.preview)
            with form.line_ids.new() as line:
                line.grant_id = self.second
                line.percent = 40
            self.assertIn("7.20", form.preview)
            form.reason = "Both pay"
        form.record.action_confirm()
        self.assertEqual(self._parts(), {self.grant: 7.2, self.second: 4.8})

    def test_what_is_refused_is_said_before_anything_is_filled_in(self):
        dialogs = self.env["timebank.claim.split"].with_user(self.finance)
        self.assertFalse(dialogs.with_context(active_ids=self.claim.ids).new().refusal)
        matched = self._claims(1)
        self._match(matched, self._bill(("Pass", 12)), 12)
        self.assertRegex(dialogs.with_context(active_ids=matched.ids).new().refusal, "undo the match first")
