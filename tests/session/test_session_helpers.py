"""As many helpers as are wanted, and what happens when one of them withdraws late."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError

from ..session_common import SessionCase

BEFORE = "2026-03-16 09:00:00"
#: Two hours before the session.
LATE = "2026-03-18 08:00:00"


class TestHelpersWanted(SessionCase):
    now = BEFORE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session.write({"helpers_wanted": 1, "helpers_limited": True})
        cls.dan = cls._make_member("Dan")

    def _sign_up(self, *members, role="helper"):
        lines = self.env["timebank.attendance"]
        for member in members:
            lines |= self.session.with_user(self.coordinator).sign_up(member.partner_id, role)
        return lines.with_env(self.env)

    def test_beyond_the_number_wanted_helpers_wait(self):
        lines = self._sign_up(self.ann, self.ben, self.dan)
        self.assertEqual(lines.mapped("state"), ["signed_up", "waiting", "waiting"])
        self.assertEqual(self.session.helper_count, 1)

    def test_unless_the_session_says_so_all_are_welcome(self):
        self.session.helpers_limited = False
        self.assertEqual(set(self._sign_up(self.ann, self.ben).mapped("state")), {"signed_up"})

    def test_the_activity_says_it_for_its_new_sessions(self):
        self.assertFalse(self._make_session().helpers_limited)
        self.activity.helpers_limited = True
        self.assertTrue(self._make_session().helpers_limited)

    def test_a_helpers_place_goes_to_the_next_helper(self):
        self.session.capacity = 1
        self._sign_up(self.dan, self._make_member("Eve"), role="attendee")
        first, second = self._sign_up(self.ann, self.ben)
        self.session.with_user(self.coordinator).withdraw(first.partner_id)
        self.assertTrue(second.offered_until)
        self.assertEqual(self.session.attendance_ids.filtered("offered_until"), second)
        second.with_user(self.coordinator).action_claim()
        self.assertRecordValues(self.session, [{"helper_count": 1, "helper_shortage": 0}])

    def test_who_is_missing_is_urgent_a_week_before(self):
        for days, soon in ((42, False), (8, False), (7, True), (1, True)):
            start = fields.Datetime.add(fields.Datetime.now(), days=days)
            session = self._make_session(
                start=start, stop=fields.Datetime.add(start, hours=1), helpers_wanted=1, helpers_limited=True
            )
            self.assertEqual(session.needs_helpers_soon, soon, days)
            session.sign_up(self.ann.partner_id, "helper")
            self.assertFalse(session.needs_helpers_soon)

    def test_attendees_take_no_helpers_place(self):
        self._sign_up(self.ann)
        self.assertEqual(self._sign_up(self.ben, role="attendee").state, "signed_up")

    def test_wanting_more_moves_the_list(self):
        _first, second = self._sign_up(self.ann, self.ben)
        self.session.with_user(self.coordinator).helpers_wanted = 2
        self.assertTrue(second.offered_until)

    def test_wanting_fewer_than_there_are_is_refused(self):
        self.session.helpers_wanted = 2
        self._sign_up(self.ann, self.ben)
        with self.assertRaisesRegex(UserError, "2 helpers are signed up"):
            self.session.helpers_wanted = 1
        self.session.write({"helpers_limited": False, "helpers_wanted": 1})
        with self.assertRaisesRegex(UserError, "2 helpers are signed up"):
            self.session.helpers_limited = True

    def test_on_the_register_they_wait_as_well(self):
        self._sign_up(self.ann)
        self.session.with_user(self.coordinator).write(
            {
                "attendance_ids": [
                    (0, 0, {"partner_id": self.ben.partner_id.id, "role": "helper", "present": False})
                ]
            }
        )
        self.assertEqual(self.session.attendance_ids.sorted("id")[-1].state, "waiting")
        attendee = self._sign_up(self.dan, role="attendee")
        with self.assertRaisesRegex(UserError, "as many helpers as are wanted"):
            attendee.with_user(self.coordinator).role = "helper"

    def test_who_is_free_then_can_be_asked(self):
        """Those free in its part of the week, who aren't on its register yet: opened from its form."""
        slots = self.env["timebank.availability"]
        begin = self.session._local(self.session.start)
        then = slots.search([("weekday", "=", str(begin.weekday())), ("part", "=", "1")])
        self.assertEqual(begin.hour, 10)
        (self.ann | self.ben | self.dan).availability_ids = then
        self.dan.availability_ids = slots.search([("weekday", "=", str(begin.weekday())), ("part", "=", "2")])
        self._sign_up(self.ann)
        action = self.session.with_user(self.coordinator).action_view_free()
        self.assertEqual(action["context"]["search_default_availability_ids"], then.ids)
        members = self.env["timebank.member"].with_user(self.coordinator)
        found = members.search([*action["domain"], ("availability_ids", "in", then.ids)])
        self.assertEqual(found, self.ben)
        later = timedelta(hours=8)
        self.session.write({"start": self.session.start + later, "stop": self.session.stop + later})
        evening = slots.search([("weekday", "=", str(begin.weekday())), ("part", "=", "3")])
        action = self.session.action_view_free()
        self.assertEqual(action["context"]["search_default_availability_ids"], evening.ids)


class TestLateWithdrawal(SessionCase):
    now = LATE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session.helpers_wanted = 1
        cls.helper = cls.session.sign_up(cls.ann.partner_id, "helper")

    def _withdraw(self, user=None):
        self.session.with_user(user or self.portal).withdraw(self.ann.partner_id)

    def _get_todos(self):
        todo = self.env.ref("timebank_coproduction.mail_activity_helpers")
        return self.session.activity_ids.filtered(lambda one: one.activity_type_id == todo)

    def test_the_only_helper_withdraws_two_hours_before(self):
        self._withdraw()
        todo = self._get_todos()
        self.assertRecordValues(todo, [{"user_id": self.coordinator.id, "date_deadline": self.session.date}])
        self.assertIn(self.ann.name, todo.summary)

    def test_it_is_done_once_another_helper_stands_on_the_register(self):
        """As a line of their own, or as one who had signed up to take part."""
        for line in (None, self.session.sign_up(self.ben.partner_id)):
            self._withdraw()
            self.assertTrue(self._get_todos())
            if line:
                line.with_user(self.coordinator).role = "helper"
            else:
                line = self.env["timebank.attendance"].with_user(self.coordinator)
                line = line.create(
                    {
                        "session_id": self.session.id,
                        "partner_id": self._make_member("Eve").partner_id.id,
                        "role": "helper",
                    }
                )
            self.assertFalse(self._get_todos())
            line.action_withdraw()
            self.session.sign_up(self.ann.partner_id, "helper")

    def test_the_only_helper_counts_where_no_number_was_wanted(self):
        self.session.helpers_wanted = 0
        self._withdraw()
        self.assertTrue(self._get_todos())

    def test_there_are_enough_without_them(self):
        self.session.sign_up(self.ben.partner_id, "helper")
        self._withdraw()
        self.assertFalse(self._get_todos())

    def test_in_good_time_the_board_is_enough(self):
        with freeze_time("2026-03-10 09:00:00"):
            self._withdraw()
        self.assertFalse(self._get_todos())

    def test_who_runs_it_and_does_it_knows(self):
        self._withdraw(self.coordinator)
        self.assertFalse(self._get_todos())

    def test_an_attendee_can_withdraw_any_time(self):
        self.helper.role = "attendee"
        self._withdraw()
        self.assertFalse(self._get_todos())

    def test_it_is_done_when_somebody_else_comes(self):
        self._withdraw()
        self.session.with_user(self.coordinator).sign_up(self.ben.partner_id, "helper")
        self.assertFalse(self._get_todos())

    def test_it_is_over_with_the_session(self):
        self._withdraw()
        self.session.with_user(self.coordinator).action_cancel()
        self.assertFalse(self._get_todos())
