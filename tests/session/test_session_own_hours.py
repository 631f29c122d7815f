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


class TestOwnHoursInPart(ClosingCase):
    """Approved entries of a part of what the register says: everything counts once."""

    now = "2026-03-19 12:00:00"

    def _close_with(self, start="2026-03-18 10:00", stop="2026-03-18 14:00", entries=(), **line):
        """Ben's line of the register of that session, closed after his own entries were approved.

        :param entries: pairs of minutes and other values of an entry
        """
        for minutes, vals in entries:
            self._make_hours(self.ben, minutes, "approved", **vals)
        session = self._make_session(start=start, stop=stop)
        line = self._make_line(self.ben, session, **line)
        self.assertIs(self._close(session), True)
        if line.hours_id.state == "submitted":
            line.hours_id.with_user(self.coordinator).action_approve()
        self.assertFalse(self.scheme.check_ledger())
        return line

    def test_an_hour_within_the_session(self):
        for start, begins in ((600, 660), (780, 600), (660, -1)):
            with self.subTest(start=start), self.cr.savepoint() as savepoint:
                line = self._close_with(entries=[(60, {"start_minute": start})])
                self.assertEqual(self._balances(self.ben), [240])
                self.assertRecordValues(line.hours_id, [{"minutes": 180, "start_minute": begins}])
                self.assertFalse(line.hours_recognised)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_over_midnight_the_entry_is_of_the_next_day(self):
        self._close_with(
            "2026-03-18 22:00", "2026-03-19 02:00", [(120, {"date": "2026-03-19", "start_minute": 0})]
        )
        self.assertEqual(self._balances(self.ben), [240])

    def test_over_midnight_the_entry_is_of_the_day_before(self):
        self._close_with(
            "2026-03-18 01:00", "2026-03-18 03:00", [(180, {"date": "2026-03-17", "start_minute": 1380})]
        )
        self.assertEqual(self._balances(self.ben), [240])  # from eleven until three

    def test_several_entries_that_make_up_the_whole(self):
        line = self._close_with(entries=[(60, {"start_minute": 600}), (180, {"start_minute": 660})])
        self.assertTrue(line.hours_recognised)
        self.assertEqual(self._balances(self.ben), [240])

    def test_an_entry_that_goes_on_beyond_the_session(self):
        self._close_with(entries=[(120, {"start_minute": 780})])
        self.assertEqual(self._balances(self.ben), [300])  # from ten until three

    def test_an_entry_without_a_time_of_day_for_the_session(self):
        session = self._make_session(start="2026-03-18 10:00", stop="2026-03-18 14:00")
        self._make_hours(self.ben, 60, "approved", session_id=session.id)
        line = self._make_line(self.ben, session)
        self._close(session)
        self.assertEqual(line.hours_id.minutes, 180)

    def test_beside_the_stretches_it_is_other_time(self):
        line = self._close_with(
            entries=[(60, {"start_minute": 600})],
            check_in="2026-03-18 12:00:00",
            check_out="2026-03-18 14:00:00",
        )
        self.assertEqual(line.hours_id.minutes, 120)
        self.assertEqual(self._balances(self.ben), [180])

    def test_one_entry_over_two_sessions(self):
        self._make_hours(self.ben, 240, "approved", start_minute=600)
        sessions = self._make_session() | self._make_session(
            start="2026-03-18 12:00", stop="2026-03-18 14:00"
        )
        for session in sessions:
            self._make_line(self.ben, session)
            self._close(session)
        self.assertEqual(self._balances(self.ben), [240])

    def test_opened_again_and_closed_it_is_the_same(self):
        line = self._close_with(entries=[(60, {"start_minute": 600})])
        session = line.session_id.with_user(self.coordinator)
        session.action_reopen("Once more")
        self.assertEqual(self._balances(self.ben), [60])
        self._close(session)
        self.assertEqual(line.hours_id.minutes, 180)

    def test_an_entry_approved_after_closing_is_told(self):
        own = self._make_hours(self.ben, 120, "submitted", date="2026-03-19", start_minute=0)
        self._close_with("2026-03-18 22:00", "2026-03-19 02:00")
        with self.assertRaisesRegex(UserError, "on its register already"):
            own.with_user(self.coordinator).action_approve()
        self.assertEqual(self._balances(self.ben), [240])
