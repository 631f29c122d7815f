from datetime import date

from odoo.exceptions import UserError, ValidationError

from ..grants_common import GrantCase

FEBRUARY = {"date_from": date(2026, 2, 1), "date_to": date(2026, 2, 28)}
MARCH = {"date_from": date(2026, 3, 1), "date_to": date(2026, 3, 31)}


class TestReconciliationPeriod(GrantCase):
    """Periods follow each other; each opens with what the last was signed with, and takes up the rest."""

    def _sign(self, reconciliation):
        for line in reconciliation.line_ids.filtered(lambda line: line.status != "matched" and not line.note):
            line.note = "Looked at"
        reconciliation.action_prepare()
        return reconciliation

    def _february(self):
        """Signed with 78.50 spent: 20 in January, 54 and 4.50 in February."""
        self._bill(("Early", 20), day=date(2026, 1, 20))
        self.towels = self._bill(("Towels", 54), day=date(2026, 2, 10))
        self.cups = self._bill(("Cups", 4.5), day=date(2026, 2, 11))
        return self._sign(self._reconcile(**FEBRUARY))

    def _sums(self, reconciliation):
        names = ("opening_amount", "late_amount", "spent_amount", "to_date_amount", "gap_amount")
        return tuple(reconciliation[name] for name in names)

    def _late(self, reconciliation):
        lines = reconciliation.late_line_ids
        return sorted((line.status, line.billed_amount, line.change) for line in lines)

    # Which days
    def test_periods_that_are_refused(self):
        self._february()
        draft = self._make_grant("New", state="draft")
        for words, vals in (
            ("is about some of these days already", {"date_from": date(2026, 2, 28)}),
            ("is about some of these days already", {"date_to": date(2026, 12, 31)}),
            ("begins after it", {"date_from": date(2027, 1, 1), "date_to": date(2027, 1, 31)}),
            ("ends before it", {"date_from": date(2025, 1, 1), "date_to": date(2025, 1, 31)}),
            ("is signed already", {"date_to": date(2026, 1, 31)}),
            ("is a draft: open it first", {**MARCH, "grant_id": draft.id}),
        ):
            with self.subTest(vals), self.assertRefused(words, error=ValidationError):
                self._reconcile(**vals)
        march = self._reconcile(**MARCH)
        with self.assertRefused("some of these days", error=ValidationError):
            march.date_from = date(2026, 2, 20)

    def test_days_left_out_are_named(self):
        first = self._reconcile(date_from=date(2026, 1, 11), date_to=date(2026, 1, 31))
        self.assertIn("Jan 1, 2026 to Jan 10, 2026", first.gap_text)
        self._sign(first)
        self.assertFalse(self._reconcile(**FEBRUARY).gap_text)
        march = self._reconcile(date_from=date(2026, 3, 5), date_to=date(2026, 3, 31))
        self.assertIn("Mar 1, 2026 to Mar 4, 2026", march.gap_text)

    def test_they_are_signed_in_turn(self):
        february, march = self._reconcile(**FEBRUARY), self._reconcile(**MARCH)
        with self.assertRaisesRegex(UserError, "comes first: sign it, or delete it"):
            march.action_prepare()
        self._sign(february)
        self._sign(march)
        with self.assertRaisesRegex(UserError, "was signed after it"):
            february.action_back_to_draft()
        march.action_back_to_draft()
        february.action_back_to_draft()
        self.assertEqual(february.state, "draft")

    def test_the_next_one_starts_where_the_last_ended(self):
        self._february()
        following = self.env["timebank.reconciliation"].with_user(self.finance)
        following = following.create({"grant_id": self.grant.id})
        self.assertEqual((following.date_from, following.date_to), (date(2026, 3, 1), date(2026, 3, 31)))

    # What came in late
    def test_it_opens_with_what_was_signed(self):
        february = self._february()
        self.assertEqual(self._sums(february), (20, 0, 58.5, 78.5, 0))
        late = self._bill(("Forgotten", 54), day=date(2026, 2, 20))
        self._bill(("In March", 6), day=date(2026, 3, 3))
        march = self._reconcile(**MARCH)
        self.assertEqual(self._sums(march), (78.5, 54, 6, 138.5, 0))
        self.assertEqual(self._late(march), [("late_new", 54, "Charged since")])
        self.assertIn(late.name, march.late_line_ids.bill_name)
        with self.assertRaisesRegex(UserError, "2 differences have no explanation"):
            march.action_prepare()
        self._sign(march)
        april = self._reconcile(date_from=date(2026, 4, 1), date_to=date(2026, 4, 30))
        self.assertEqual(self._sums(april), (138.5, 0, 0, 138.5, 0))
        self.assertFalse(april.late_line_ids)

    def test_every_kind_of_change_is_told(self):
        february = self._february()
        self.towels.button_draft()
        self.cups.button_draft()
        self.cups.invoice_line_ids.price_unit = 5
        self.cups.action_post()
        self._bill(("Returned", 3), day=date(2026, 2, 20), move_type="in_refund")
        self._bill(("Before all", 7), day=date(2026, 1, 5))
        self.env["account.analytic.line"].create(
            {
                "name": "Correction",
                "account_id": self.grant.sudo().analytic_account_id.id,
                "amount": -4,
                "date": date(2026, 2, 3),
            }
        )
        march = self._reconcile(**MARCH)
        told = [(status, amount, change.replace("\xa0", "")) for status, amount, change in self._late(march)]
        self.assertEqual(
            told,
            [
                ("late_changed", -54, "$54.00 was signed; the bill is back in draft"),
                ("late_changed", 0.5, "$4.50 was signed, and it is $5.00 now"),
                ("late_changed", 7, "$20.00 was signed, and it is $27.00 now"),
                ("late_new", -3, "Charged since"),
                ("manual_entry", 4, "$0.00 was signed, and it is $4.00 now"),
            ],
        )
        self.assertEqual(self._sums(march), (78.5, -45.5, 0, 33, 0))
        self.assertEqual(march.to_date_amount, self._figures()[0])
        self.assertEqual(self._sums(february), (20, 0, 58.5, 78.5, 0))

    def test_a_bill_deleted_and_one_moved_into_this_period(self):
        self._february()
        name = self.towels.name
        self.towels.button_draft()
        self.towels.invoice_line_ids.unlink()
        self.cups.button_draft()
        self.cups.write({"name": False, "date": date(2026, 3, 9), "invoice_date": date(2026, 3, 9)})
        self.cups.action_post()
        march = self._reconcile(**MARCH)
        self.assertEqual(self._sums(march), (78.5, -58.5, 4.5, 24.5, 0))
        changes = {line.bill_name: line.change for line in march.late_line_ids}
        self.assertIn("the bill was deleted", changes[f"{name} Towels"])
        self.assertIn("the bill is dated Mar 9, 2026 now", " ".join(changes.values()))

    def test_late_entries_are_signed_too(self):
        self._february()
        late = self._bill(("Forgotten", 54), day=date(2026, 2, 20))
        march = self._sign(self._reconcile(**MARCH))
        self.assertTrue(march.is_intact)
        self.assertFalse(march.has_drift)
        late.button_draft()
        march.invalidate_recordset()
        self.assertIn("was taken up late", march.drift)
        self.assertEqual(march.drift_amount, -54)
        self.env.flush_all()
        self.env.cr.execute("UPDATE timebank_reconciliation_line SET change = 'Nothing' WHERE is_late")
        self.env.invalidate_all()
        self.assertFalse(march.is_intact)

    def test_the_terms_of_the_period(self):
        """A draft for February shows what held in February, whatever was agreed since."""
        self.grant.action_amend({"amount": 2000, "date_end": date(2027, 12, 31)}, "Letter", date(2026, 3, 10))
        february = self._reconcile(**FEBRUARY)
        self.assertEqual(
            (february.award_amount, february.budget_amount, february.terms_end),
            (1000, 100, date(2026, 12, 31)),
        )
        self.assertAlmostEqual(february.time_percentage, 100 * 59 / 365)
        march = self._reconcile(**MARCH)
        self.assertEqual((march.award_amount, march.budget_amount), (2000, 200))
        self.assertEqual(march.terms_end, date(2027, 12, 31))

    # What the books have left behind
    def test_drifted_ones_are_listed_until_they_are_taken_up(self):
        february = self._february()
        reconciliations = self.env["timebank.reconciliation"].with_user(self.finance)
        wanted = [("is_overtaken", "=", True)]
        self.assertFalse(reconciliations.search(wanted))
        self._bill(("Forgotten", 54), day=date(2026, 2, 20))
        self.env.invalidate_all()
        self.assertEqual(reconciliations.search(wanted), february)
        self.assertEqual(reconciliations._get_overtaken(), february)
        self.assertTrue(february.is_overtaken)
        self.assertNotIn(february, reconciliations.search([("is_overtaken", "=", False)]))
        self._sign(self._reconcile(**MARCH))
        self.env.invalidate_all()
        self.assertFalse(reconciliations.search(wanted))
        self.assertTrue(february.has_drift, "its own paper still says so")

    def test_who_signed_and_when_is_under_the_hash(self):
        february = self._february()
        february.with_user(self.finance2).action_review()
        for column, value in (
            ("reviewed_by", self.manager.id),
            ("prepared_by", self.manager.id),
            ("reviewed_on", "2026-03-01"),
            ("prepared_on", "2026-03-01"),
            ("terms_end", "2030-01-01"),
            ("late_amount", 5),
        ):
            with self.subTest(column), self.env.cr.savepoint() as point:
                self.env.flush_all()
                self.env.cr.execute(f"UPDATE timebank_reconciliation SET {column} = %s", [value])
                self.env.invalidate_all()
                self.assertFalse(february.is_intact)
                point.rollback()
                self.env.invalidate_all()
        self.assertTrue(february.is_intact)

    # Whoever posts into a signed period
    def test_posting_into_a_signed_period_warns(self):
        self._february()
        accountant = self.finance2
        accountant.group_ids += self.env.ref("account.group_account_invoice")
        bill = self._bill(("Forgotten", 5), day=date(2026, 2, 20), post=False).with_user(accountant)
        self.assertIn("signed up to Feb 28, 2026", bill.timebank_signed_text)
        self.assertIn("timebank_signed", bill.alerts)
        bill.action_post()
        self.assertEqual(bill.state, "posted", "nothing is forbidden")
        self.assertIn("Neighbours Together", bill.message_ids[:1].body)
        self.assertFalse(bill.timebank_signed_text)
        bill.button_draft()
        self.assertIn(
            "takes up what changes", bill.message_ids.filtered(lambda note: "takes up what" in note.body).body
        )
        march = self._bill(("In March", 5), day=date(2026, 3, 3), post=False)
        self.assertFalse(march.timebank_signed_text)
        other = self._bill(
            {"name": "No grant", "price_unit": 5, "share": {}}, day=date(2026, 2, 20), post=False
        )
        self.assertFalse(other.timebank_signed_text)
