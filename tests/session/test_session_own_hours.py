"""Hours that people logged themselves for a session, and its register: counted once."""

from odoo.exceptions import UserError

from ..session_common import ClosingCase


class TestOwnHours(ClosingCase):
    def test_own_entry_for_the_session_is_recognised(self):
        own = self._make_hours(self.ben, 60, "submitted", session_id=self.session.id, source="portal")
        line = self._make_line(self.ben, minutes=90)
        self._close()
        self.assertEqual(line.hours_id, own)
        self.assertEqual(own.minutes, 90)
        self.assertEqual(
            self.env["timebank.hours"].search_count([("partner_id", "=", self.ben.partner_id.id)]), 1
        )

    def test_own_entry_that_overlaps_is_recognised(self):
        own = self._make_hours(self.ben, 120, "submitted", start_minute=590)
        line = self._make_line(self.ben)
        self._close()
        self.assertEqual(line.hours_id, own)
        self.assertEqual(own.session_id, self.session)

    def test_approved_entry_is_recognised_and_left_alone(self):
        own = self._make_hours(self.ben, 120, "approved", project_id=self.project.id)
        line = self._make_line(self.ben)
        self._close()
        self.assertRecordValues(line, [{"hours_id": own.id, "hours_recognised": True}])
        self.assertEqual(self._balances(self.ben), [120])
        self.session.with_user(self.coordinator).action_reopen("Wrong day")
        self.assertEqual(own.state, "approved")
        self.assertEqual(self._balances(self.ben), [120])

    def test_other_work_of_the_day_is_not_taken_for_the_session(self):
        other = self._make_hours(self.ben, 30, "submitted", start_minute=900)
        line = self._make_line(self.ben)
        self._close()
        self.assertNotEqual(line.hours_id, other)

    def test_logging_by_hand_what_the_register_holds_is_refused(self):
        self._make_line(self.ben)
        self._close()
        with self.assertRaisesRegex(UserError, "register already"):
            self._make_hours(self.ben, 60, session_id=self.session.id)
