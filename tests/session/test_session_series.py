"""Series of sessions."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form

from ..session_common import SessionCase


class TestSeries(SessionCase):
    def test_weekly(self):
        later = self.session.action_repeat("weekly", count=3)
        self.assertEqual([str(day) for day in later.mapped("date")], ["2026-03-25", "2026-04-01"])
        self.assertEqual(set(later.mapped("state")), {"open"})
        self.assertEqual((self.session | later).series_id, self.session)

    def test_same_time_of_day_when_the_clocks_change(self):
        session = self._make_session(tz="Europe/London")
        later = session.action_repeat("fortnightly", until="2026-04-15")
        self.assertEqual([str(one.start) for one in later], ["2026-04-01 09:00:00", "2026-04-15 09:00:00"])

    def test_given_days_are_left_out(self):
        later = self.session.action_repeat("weekly", count=3, skip_dates=["2026-03-25"])
        self.assertEqual([str(day) for day in later.mapped("date")], ["2026-04-01", "2026-04-08"])

    def test_bad_series(self):
        for arguments, sentence in (
            ({}, "until when"),
            ({"count": 5000}, "208 sessions at most"),
            ({"until": "2100-01-01"}, "208 sessions at most"),
            ({"until": "2026-03-01"}, "ends after it begins"),
            ({"count": 1}, "nothing to repeat"),
        ):
            with self.assertRaisesRegex(UserError, sentence):
                self.session.action_repeat("weekly", **arguments)
        with self.assertRaisesRegex(UserError, "how often"):
            self.session.action_repeat("hourly", count=2)
        self.assertEqual(self.activity.session_ids, self.session)

    def test_later_sessions_are_changed_together(self):
        first, second = self.session.action_repeat("weekly", count=3)
        first.write(
            {
                "location": "Church hall",
                "start": "2026-03-25 14:00",
                "stop": "2026-03-25 15:00",
                "capacity": 8,
            }
        )
        first.action_apply_to_later()
        self.assertRecordValues(second, [{"location": "Church hall", "capacity": 8, "minutes": 60}])
        self.assertEqual(str(second.start), "2026-04-01 14:00:00")
        self.assertFalse(self.session.location)

    def test_one_is_changed_alone(self):
        first, second = self.session.action_repeat("weekly", count=3)
        first.location = "Church hall"
        self.assertFalse(second.location)

    def test_later_session_with_too_many_people_is_told(self):
        first, second = self.session.action_repeat("weekly", count=3)
        second.sign_up(self.ann.partner_id)
        second.sign_up(self.ben.partner_id)
        first.capacity = 1
        outcome = first.action_apply_to_later()
        self.assertEqual(outcome["context"]["timebank_refusals"][0]["id"], second.id)
        self.assertEqual(second.capacity, 0)

    def test_later_sessions_are_cancelled_together(self):
        first, second = self.session.action_repeat("weekly", count=3)
        first.action_cancel_later()
        self.assertEqual((self.session | first | second).mapped("state"), ["open", "cancelled", "cancelled"])

    def test_repeating_again_fills_the_gaps_alone(self):
        self.session.action_repeat("weekly", count=3)
        self.assertEqual(len(self.session.action_repeat("weekly", count=4)), 1)

    def test_wizard(self):
        action = self.session.with_user(self.coordinator).action_repeat()
        model = self.env[action["res_model"]].with_user(self.coordinator).with_context(action["context"])
        with Form(model) as form:
            form.count = 4
            form.frequency = "fortnightly"
        wizard = form.record
        wizard.skip_ids = [Command.create({"date": "2026-04-01"})]
        wizard.action_repeat()
        self.assertEqual(self.session.series_count, 4)
        self.assertNotIn("2026-04-01", [str(session.date) for session in self.activity.session_ids])
