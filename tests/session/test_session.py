"""Sessions: times, places, opening and cancelling."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..session_common import START, SessionCase


class TestSession(SessionCase):
    def test_made_from_the_fields_named(self):
        session = self.env["timebank.session"].create(
            {"activity_id": self.activity.id, "start": "2026-03-20 10:00", "stop": "2026-03-20 11:00"}
        )
        self.assertRecordValues(
            session,
            [
                {
                    "state": "draft",
                    "name": "Café shift",
                    "capacity": 0,
                    "helpers_wanted": 0,
                    "project_id": self.project.id,
                }
            ],
        )

    def test_ends_after_it_begins(self):
        for stop in ("2026-03-18 10:00", "2026-03-18 09:00"):
            with self.assertRaisesRegex(UserError, "ends after it begins"):
                self._make_session(stop=stop)
        with self.assertRaisesRegex(UserError, "ends after it begins"):
            self.session.stop = START

    def test_does_not_last_for_days(self):
        with self.assertRaisesRegex(UserError, "24 hours at most"):
            self._make_session(stop="2026-03-20 10:00")

    def test_missing_times(self):
        with self.assertRaisesRegex(UserError, "begins and ends"):
            self._make_session(stop=False)

    def test_day_is_the_day_at_the_place(self):
        session = self._make_session(start="2026-03-18 23:30", stop="2026-03-19 01:00", tz="Europe/Berlin")
        self.assertEqual(str(session.date), "2026-03-19")

    def test_state_changes_by_verbs_alone(self):
        for user in (self.coordinator, self.manager):
            with self.assertRaises(AccessError):
                self.session.with_user(user).state = "done"

    def test_opening_sets_the_activity_running(self):
        self.assertEqual(self.activity.state, "running")

    def test_activity_that_ended_opens_no_session(self):
        self.session.action_cancel()
        self.activity.action_finish()
        self.session.action_draft()
        with self.assertRaisesRegex(UserError, "has ended"):
            self.session.action_open()

    def test_shortage_of_helpers(self):
        self.session.helpers_wanted = 2
        self.assertEqual(self.session.helper_shortage, 2)
        self.session.sign_up(self.ben.partner_id, "helper")
        self.assertEqual(self.session.helper_shortage, 1)
        self.session.action_close()
        self.assertEqual(self.session.helper_shortage, 0)

    def test_closed_session_is_not_moved(self):
        self.session.action_close()
        with self.assertRaisesRegex(UserError, "is over"):
            self.session.stop = "2026-03-18 13:00"

    def test_session_with_people_is_not_deleted(self):
        self.session.sign_up(self.ben.partner_id)
        with self.assertRaisesRegex(UserError, "cancel it instead"):
            self.session.unlink()

    def test_session_partly_logged_is_not_cancelled(self):
        self._make_line(self.ben).action_log()
        with self.assertRaisesRegex(UserError, "logged already"):
            self.session.action_cancel()

    def test_who_sees_what(self):
        draft = self._make_session("draft")
        for user, seen in (
            (self.portal, self.session),
            (self.staff, self.session),
            (self.finance, self.session | draft),
            (self.coordinator, self.session | draft),
            (self.coordinator2, self.session),
            (self.manager, self.session | draft),
        ):
            found = (
                self.env["timebank.session"].with_user(user).search([("activity_id", "=", self.activity.id)])
            )
            self.assertEqual(found.sudo(), seen.sudo(), user.login)

    def test_members_of_another_bank_see_nothing(self):
        other = self._make_scheme("Hill Top", coordinator_ids=[])
        activity = self._make_activity("Elsewhere", scheme_id=other.id)
        session = self._make_session(activity_id=activity.id)
        for user in (self.portal, self.coordinator):
            found = self.env["timebank.session"].with_user(user).search([("activity_id", "=", activity.id)])
            self.assertEqual(found.sudo(), session if user == self.coordinator else session.browse())

    def test_task_and_project_show_their_sessions_and_hours(self):
        task = self.env["project.task"].create({"name": "Run the café", "project_id": self.project.id})
        self.activity.task_id = task
        self.scheme.approve_at_closing = True
        self._make_line(self.ben)
        self.session.with_user(self.coordinator).action_close()
        self.assertRecordValues(task, [{"timebank_minutes": 120, "timebank_session_count": 1}])
        elsewhere = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator2.ids)])
        self.project.timebank_scheme_ids = elsewhere | self.scheme
        as_coordinator = {"default_scheme_id": self.scheme.id}
        for record, user, proposed in (
            (task, self.manager, as_coordinator),
            (self.project, self.coordinator, as_coordinator),
            (self.project, self.manager, {}),
        ):
            context = record.with_user(user).action_view_timebank_hours()["context"]
            self.assertEqual({k: v for k, v in context.items() if k == "default_scheme_id"}, proposed)
        self.assertEqual(self.project.timebank_session_count, 1)
