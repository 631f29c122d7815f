"""Opening a closed register again: what was logged is undone, and can be logged anew."""

from odoo.exceptions import UserError

from ..session_common import ClosingCase


class TestReopening(ClosingCase):
    def test_reopening_reverses(self):
        self.scheme.approve_at_closing = True
        self.activity.attendee_effect = "credit"
        helper, attendee = self._make_line(self.ben), self._make_line(self.ann, role="attendee")
        self._close()
        hours = helper.hours_id
        self.session.with_user(self.coordinator).action_reopen("Wrong day")
        self.assertNotIn(
            "Wrong day", str(self.session.message_ids.mapped("body")), "Staff read the session's notes."
        )
        self.assertEqual(self._balances(self.ann, self.ben), [0, 0])
        self.assertEqual(hours.state, "reversed")
        self.assertEqual(self.session.state, "open")
        self.assertRecordValues(attendee, [{"effect": "none", "settled_on": False}])
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_closing_again_after_reopening_counts_once(self):
        self.scheme.approve_at_closing = True
        self.activity.attendee_effect = "credit"
        helper, attendee = self._make_line(self.ben), self._make_line(self.ann, role="attendee")
        for _round in range(2):
            self._close()
            self.session.with_user(self.coordinator).action_reopen("Once more")
        attendee.minutes = 30
        self._close()
        self.assertEqual(self._balances(self.ann, self.ben), [30, 120])
        self.assertEqual(helper.hours_id.state, "approved")
        self.assertEqual(len(attendee.transfer_ids), 3)
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_reopening_takes_back_hours_that_wait_for_approval(self):
        line = self._make_line(self.ben)
        self._close()
        self.session.with_user(self.coordinator).action_reopen("Wrong day")
        self.assertFalse(line.hours_id)
        self.assertFalse(self.env["timebank.hours"].search([("session_id", "=", self.session.id)]))

    def test_reopening_asks_for_a_reason(self):
        self._close()
        with self.assertRaisesRegex(UserError, "why"):
            self.session.action_reopen("")

    def test_who_has_spent_the_credits_keeps_them_when_reopening(self):
        self.activity.attendee_effect = "credit"
        spent, kept = self._make_line(self.ann, role="attendee"), self._make_line(self.ben, role="attendee")
        self._close()
        self._make_hours(self.ben, 90, "approved", receiver_id=self.ann.partner_id.id)
        outcome = self.session.with_user(self.coordinator).action_reopen("Wrong day")
        self.assertEqual([line["id"] for line in outcome["context"]["timebank_refusals"]], spent.ids)
        self.assertTrue(spent.settled_on)
        self.assertFalse(kept.settled_on)
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_logged_line_is_fixed(self):
        line = self._make_line(self.ben)
        self._close()
        for vals in ({"minutes": 10}, {"present": False}, {"role": "attendee"}):
            with self.assertRaisesRegex(UserError, "re-open"):
                line.write(vals)
        with self.assertRaises(UserError):
            line.write({"effect": "credit"})
        with self.assertRaises(UserError):
            line.unlink()
