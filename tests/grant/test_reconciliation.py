from datetime import date
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from ..grants_common import GrantCase


class TestReconciliation(GrantCase):
    def _lines(self, reconciliation):
        """The lines as (status, billed, difference), sorted."""
        return sorted(
            (line.status, line.billed_amount, line.difference_amount) for line in reconciliation.line_ids
        )

    def test_every_difference_has_one_status_and_the_lines_make_the_balance(self):
        reconciliation = self._mixed()
        self.assertEqual(
            self._lines(reconciliation),
            [
                ("amount_differs", 13, 1),
                ("billed_without_claim", 7, 7),
                ("matched", 12, 0),
                ("unbilled", 0, -12),
            ],
        )
        self.assertEqual(reconciliation.spent_amount, 32)
        account = self.grant.sudo().analytic_account_id.with_context(
            from_date="2026-01-01", to_date="2026-03-31"
        )
        self.assertEqual(reconciliation.ledger_amount, -account.balance)
        self.assertEqual((reconciliation.gap_amount, reconciliation.other_amount), (0, 0))
        self.assertEqual(reconciliation.closing_amount, 100 - 32 - 12)

    def test_a_draft_has_the_figures_of_its_days(self):
        self._bill(("Early", 5), day=date(2026, 1, 15))
        self._bill(("Later", 8), day=date(2026, 2, 15))
        draft = (
            self.env["timebank.reconciliation"]
            .with_user(self.finance)
            .create({"grant_id": self.grant.id, "date_from": date(2026, 1, 1), "date_to": date(2026, 2, 28)})
        )
        self.assertEqual((draft.spent_amount, len(draft.line_ids)), (13, 2))
        early = draft.line_ids.filtered(lambda line: line.billed_amount == 5)
        draft.write(
            {"date_to": date(2026, 1, 31), "period_line_ids": [(1, early.id, {"note": "Group booking"})]}
        )
        self.assertEqual(
            (draft.spent_amount, draft.time_percentage, draft.line_ids.mapped("note")),
            (5, 100 * 31 / 365, ["Group booking"]),
        )

    def test_a_draft_says_that_the_books_have_gone_on(self):
        draft = self._reconcile()
        self.assertFalse(draft.is_outdated)
        bill = self._bill(("Since", 5))
        self.env.invalidate_all()
        self.assertTrue(draft.is_outdated)
        words = self._paper_words(draft)
        self.assertIn("older than the books", words)
        self.assertNotIn("to the penny", words)
        draft.action_refresh()
        self.env.invalidate_all()
        self.assertFalse(draft.is_outdated)
        self._explain(draft)
        draft.action_prepare()
        bill.button_draft()
        self.env.invalidate_all()
        self.assertEqual((draft.is_outdated, draft.has_drift), (False, True), "signed, it is drift")

    def _paper_words(self, reconciliation):
        paper = self.env.ref("timebank_coproduction.timebank_reconciliation_report").with_user(self.finance)
        html, _kind = paper._render_qweb_html(paper.report_name, reconciliation.ids)
        return " ".join(html.decode().split())

    def test_spending_that_is_no_reward_is_told_apart(self):
        self._bill({"name": "Wages", "price_unit": 500, "account_id": self.salaries.id})
        reconciliation = self._reconcile()
        self.assertEqual((reconciliation.ledger_amount, reconciliation.other_amount), (500, 500))
        self.assertEqual((reconciliation.spent_amount, reconciliation.gap_amount), (0, 0))

    def test_opening_period_and_to_date(self):
        self._bill(("Early", 5), day=date(2026, 1, 15))
        self._bill(("Later", 8), day=date(2026, 3, 15))
        reconciliation = self._reconcile(date_from=date(2026, 2, 1))
        self.assertEqual(
            (reconciliation.opening_amount, reconciliation.spent_amount, reconciliation.to_date_amount),
            (5, 8, 13),
        )

    def test_a_bill_outside_the_grant_s_period(self):
        claim = self._claims(1)
        self._match(claim, self._bill(("Pass", 12), day=date(2025, 12, 30)), 12)
        reconciliation = self._reconcile(date_from=date(2025, 12, 1))
        self.assertEqual(self._lines(reconciliation), [("out_of_period", 12, 0)])

    def test_beyond_the_budget(self):
        claims = self._claims(2)
        self._bill(("Other", 80), day=date(2026, 2, 1))
        for claim in claims:
            self._match(claim, self._bill(("Pass", 12)), 12)
        statuses = [status for status, _billed, _difference in self._lines(self._reconcile())]
        self.assertEqual(statuses, ["billed_without_claim", "matched", "over_budget"])

    def test_a_bill_taken_back_after_matching(self):
        claim, bill = self._claims(1), self._bill(("Pass", 12))
        self._match(claim, bill, 12)
        bill.button_draft()
        reconciliation = self._reconcile()
        self.assertEqual(
            self._lines(reconciliation),
            [("bill_changed", -12, -12), ("matched", 12, 0), ("unbilled", 0, -12)],
        )
        self.assertEqual((reconciliation.spent_amount, reconciliation.gap_amount), (0, 0))
        self.assertEqual((reconciliation.unbilled_amount, reconciliation.closing_amount), (12, 88))

    def test_a_distribution_rewritten_after_matching(self):
        other = self._make_grant("Other")
        claim, bill = self._claims(1), self._bill(("Pass", 12))
        self._match(claim, bill, 12)
        bill.invoice_line_ids.analytic_distribution = {
            str(self.grant.sudo().analytic_account_id.id): 50,
            str(other.sudo().analytic_account_id.id): 50,
        }
        reconciliation = self._reconcile()
        self.assertEqual(
            self._lines(reconciliation),
            [("bill_changed", -6, -6), ("matched", 12, 0), ("unbilled", 0, -6)],
        )
        self.assertEqual((reconciliation.unbilled_amount, reconciliation.closing_amount), (6, 88))

    def test_an_analytic_entry_by_hand(self):
        self.env["account.analytic.line"].create(
            {
                "name": "Correction",
                "account_id": self.grant.sudo().analytic_account_id.id,
                "amount": -4,
                "date": date(2026, 3, 3),
            }
        )
        reconciliation = self._reconcile()
        self.assertEqual(self._lines(reconciliation), [("manual_entry", 4, 4)])
        self.assertEqual((reconciliation.ledger_amount, reconciliation.gap_amount), (4, 0))

    def test_a_partly_billed_claim_is_on_two_lines(self):
        self._match(self._claims(1), self._bill(("Pass", 5)), 5)
        self.assertEqual(self._lines(self._reconcile()), [("matched", 5, 0), ("unbilled", 0, -7)])

    def test_exposure_at_the_average_cost(self):
        self._claims(2)
        reconciliation = self._reconcile()
        owed = -self.scheme.operating_account_id.balance_minutes
        self.assertEqual(reconciliation.exposure_minutes, owed)
        self.assertEqual(reconciliation.exposure_amount, round(owed * 24 / 60, 2))

    def test_signing_needs_explanations_and_two_people(self):
        reconciliation = self._mixed()
        with self.assertRaisesRegex(UserError, "2 differences have no explanation"):
            reconciliation.action_prepare()
        self._explain(reconciliation)
        with self.assertRaises(AccessError):
            reconciliation.with_user(self.manager).action_prepare()
        reconciliation.action_prepare()
        self.assertEqual((reconciliation.state, reconciliation.prepared_by), ("prepared", self.finance))
        with self.assertRaisesRegex(UserError, "You prepared it yourself"):
            reconciliation.action_review()
        reconciliation.with_user(self.finance2).action_review()
        self.assertEqual((reconciliation.state, reconciliation.reviewed_by), ("reviewed", self.finance2))

    def test_an_explained_match_needs_no_note(self):
        claim = self._claims(1)
        self._match(claim, self._bill(("Pass", 13)), 13, difference_reason="price", note="New list")
        reconciliation = self._reconcile()
        self.assertEqual(reconciliation.line_ids.note, "Price change: New list")
        reconciliation.action_prepare()

    def test_notes_outlive_a_refresh(self):
        reconciliation = self._mixed()
        self._explain(reconciliation)
        self._bill(("More towels", 2))
        reconciliation.action_refresh()
        self.assertEqual(reconciliation.unexplained_count, 1)

    def test_what_is_signed_stays(self):
        reconciliation = self._mixed()
        self._explain(reconciliation)
        reconciliation.action_prepare()
        attempts = (
            lambda: reconciliation.write({"date_to": date(2026, 6, 30)}),
            lambda: reconciliation.write({"note": "Later"}),
            lambda: reconciliation.line_ids[0].write({"note": "Later"}),
            lambda: reconciliation.line_ids[0].unlink(),
            lambda: reconciliation.action_refresh(),
            lambda: reconciliation.unlink(),
        )
        for attempt in attempts:
            with self.assertRaisesRegex(UserError, "has been signed"):
                attempt()
        with self.assertRaises(UserError):
            reconciliation.line_ids[0].write({"billed_amount": 1})
        with self.assertRaises(AccessError):
            reconciliation.write({"spent_amount": 1, "state": "reviewed"})
        reconciliation.action_back_to_draft()
        reconciliation.note = "Now it can"

    def test_the_figures_can_not_be_typed_in(self):
        reconciliation = self._mixed()
        for vals in ({"state": "reviewed"}, {"reviewed_by": self.finance2.id}, {"hash": "x"}):
            with self.subTest(vals), self.assertRaises(AccessError):
                reconciliation.write(vals)

    def test_its_name_has_the_reader_s_dates(self):
        self.assertEqual(self._reconcile().display_name, "Neighbours Together, Jan 1, 2026 to Mar 31, 2026")

    def test_a_refresh_writes_only_what_changed(self):
        reconciliation = self._mixed()
        before = {line.id: line.status for line in reconciliation.line_ids}
        self._bill(("More towels", 2))
        reconciliation.action_refresh()
        kept = reconciliation.line_ids.filtered(lambda line: line.id in before)
        self.assertEqual((len(kept), len(reconciliation.line_ids)), (4, 5))

    def test_a_reason_given_later_is_taken_over(self):
        claim = self._claims(1)
        match = self._match(claim, self._bill(("Pass", 13)), 13)
        reconciliation = self._reconcile()
        self.assertFalse(reconciliation.line_ids.note)
        match.with_user(self.finance).write({"difference_reason": "postage"})
        reconciliation.action_refresh()
        self.assertEqual(reconciliation.line_ids.note, "Postage")

    def test_a_difference_is_told_once(self):
        """One claim on two bills, together dearer than expected."""
        claim = self._claims(1)
        self._match(claim, self._bill(("Half", 7)), 7)
        self._match(claim, self._bill(("Half", 6)), 6)
        self.assertEqual(self._lines(self._reconcile()), [("amount_differs", 6, 1), ("matched", 7, 0)])

    def test_an_analytic_entry_dated_apart_from_its_bill(self):
        bill = self._bill(("Pass", 12), day=date(2026, 4, 9))
        bill.invoice_line_ids.analytic_line_ids.date = date(2026, 3, 30)
        reconciliation = self._reconcile()
        self.assertEqual(self._lines(reconciliation), [("billed_without_claim", 12, 12)])
        self.assertEqual(reconciliation.gap_amount, 0)

    def test_tampering_breaks_the_hash(self):
        reconciliation = self._mixed()
        self._explain(reconciliation)
        reconciliation.action_prepare()
        self.assertTrue(reconciliation.is_intact)
        self.env.cr.execute(
            "UPDATE timebank_reconciliation_line SET billed_amount = 1 WHERE id = %s",
            [reconciliation.line_ids[0].id],
        )
        reconciliation.invalidate_recordset()
        reconciliation.line_ids.invalidate_recordset()
        self.assertFalse(reconciliation.is_intact)
        with self.assertRaisesRegex(UserError, "not those that were prepared"):
            reconciliation.with_user(self.finance2).action_review()

    def test_the_next_one_starts_where_the_last_ended(self):
        reconciliation = self._reconcile()
        reconciliation.action_prepare()
        following = (
            self.env["timebank.reconciliation"].with_user(self.finance).create({"grant_id": self.grant.id})
        )
        self.assertEqual(following.date_from, date(2026, 4, 1))

    def test_who_may_see_it(self):
        reconciliation = self._reconcile()
        self.assertTrue(reconciliation.with_user(self.manager).read(["spent_amount"]))
        for user in (self.coordinator, self.staff, self.portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                reconciliation.with_user(user).read(["spent_amount"])

    @mute_logger("odoo.addons.base.models.ir_actions_report")
    def test_the_statement_says_whether_it_agrees(self):
        reconciliation = self._mixed()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "timebank_coproduction.report_reconciliation", reconciliation.ids
        )
        text = html.decode()
        self.assertIn("agree with the analytic account to the penny", text)
        self.assertIn("Billed without a claim", text)
        self.assertIn("Not signed yet", text)

    def test_the_ledger_at_signing(self):
        """Who signs, signs for the ledger of that day as well; the check misses a seal that is gone."""
        self.scheme.action_seal()
        reconciliation = self._reconcile()
        self.assertFalse(reconciliation.anchors)
        reconciliation.action_prepare()
        number, text = self.scheme.last_seal_number, self.scheme.last_seal_hash
        self.assertEqual(
            reconciliation._get_anchors(),
            [{"scheme_id": self.scheme.id, "number": number, "hash": text[:16]}],
        )
        self.assertIn(f"River Street: seal {number} · {text[:4]} {text[4:8]}", reconciliation.anchor_text)
        self.assertTrue(reconciliation.is_intact)
        self.assertEqual(self.scheme.check_ledger(), [])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE timebank_reconciliation SET anchors = replace(anchors, %s, %s)", [text[:16], "0" * 16]
        )
        self.env.invalidate_all()
        self.assertFalse(reconciliation.is_intact)
        found = [violation["message"] for violation in self.scheme.check_ledger()]
        self.assertEqual(len(found), 2)
        self.assertIn("no longer the one that stands on", found[0])
        self.assertIn("was altered", found[1])
        reconciliation.action_back_to_draft()
        self.assertFalse(reconciliation.anchors)

    def test_what_is_stated_besides_is_signed_too(self):
        """Payments, budget lines and accruals print as they were when it was prepared."""
        self.grant.with_user(self.finance).action_amend(
            {"budget_lines": [{"name": "Swims", "amount": 60, "reward_ids": self.swim.ids}]}, "Lines agreed"
        )
        reconciliation = self._mixed()
        self._explain(reconciliation)
        reconciliation.action_prepare()
        before = (
            reconciliation.paid_amount,
            reconciliation.unpaid_amount,
            reconciliation._get_budget_rows(),
        )
        self.assertEqual(before[1], 32)
        self.assertEqual(before[2][0][:4], ("Swims", 60, 36, 25))
        self._bill(("Late", 5), day=date(2026, 2, 1))
        self.grant.with_user(self.finance).budget_line_ids._in_verb().write({"amount": 50})
        self.env.invalidate_all()
        self.assertEqual(self.grant.with_context(timebank_date=reconciliation.date_to).unpaid_amount, 37)
        after = (reconciliation.paid_amount, reconciliation.unpaid_amount, reconciliation._get_budget_rows())
        self.assertEqual(after, before)
        self.assertTrue(reconciliation.is_intact)
        self.assertFalse(reconciliation.is_stated_live)
        self._tamper(
            "UPDATE timebank_reconciliation SET stated = replace(stated, '32.00', '31.00') WHERE id = %s",
            reconciliation.id,
        )
        self.assertFalse(reconciliation.is_intact)

    def test_what_was_signed_before_says_that_it_is_live(self):
        reconciliation = self._mixed()
        self._explain(reconciliation)
        self.assertFalse(reconciliation.is_stated_live)
        with patch.object(type(reconciliation), "_prepare_stated", return_value=None):
            reconciliation.action_prepare()
        self._tamper("UPDATE timebank_reconciliation SET stated = NULL WHERE id = %s", reconciliation.id)
        self.assertTrue(reconciliation.is_stated_live)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "timebank_coproduction.report_reconciliation", reconciliation.ids
        )
        self.assertIn("as the books say now", html.decode())
