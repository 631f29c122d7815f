"""Sessions where the clocks change, and in other zones than those who work on them."""

from freezegun import freeze_time

from ..session_common import SessionCase


class TestClocks(SessionCase):
    def _make_night(self, start, stop, **vals):
        return self._make_session(start=start, stop=stop, tz="Europe/London", **vals)

    def _wall(self, session):
        return [f"{session._local(moment):%d %b %H:%M}" for moment in (session.start, session.stop)]

    def test_a_weekly_night_over_the_change_keeps_its_time_on_the_wall(self):
        for first, hours in (("2026-03-21", 7), ("2026-10-17", 9)):
            offset = 0 if hours == 7 else 1
            night = self._make_night(
                f"{first} {22 - offset}:00:00", f"{first[:8]}{int(first[8:]) + 1} 0{6 - offset}:00:00"
            )
            self.assertEqual(night.minutes, 480)
            over, after = night.action_repeat("weekly", count=3)
            for session in (over, after):
                self.assertEqual([text[7:] for text in self._wall(session)], ["22:00", "06:00"])
            self.assertEqual((over.minutes, after.minutes), (hours * 60, 480))

    def test_applied_to_later_ones_it_keeps_its_time_on_the_wall(self):
        night = self._make_night("2026-03-21 20:00:00", "2026-03-21 22:00:00")
        (over,) = night.action_repeat("weekly", count=2)
        night.write({"start": "2026-03-21 22:00:00", "stop": "2026-03-22 06:00:00"})
        night.action_apply_to_later()
        self.assertEqual(self._wall(over), ["28 Mar 22:00", "29 Mar 06:00"])

    def test_a_whole_day_stays_within_24_hours(self):
        day = self._make_night("2026-10-17 09:00:00", "2026-10-18 09:00:00")
        (over,) = day.action_repeat("weekly", count=2)
        self.assertEqual(over.minutes, 24 * 60)

    def test_times_that_the_clocks_leave_out_or_show_twice(self):
        for start, stop, day, minutes in (
            ("2026-03-22 01:10:00", "2026-03-22 01:40:00", "2026-03-29", 30),
            ("2026-03-22 00:30:00", "2026-03-22 01:30:00", "2026-03-29", 60),
            ("2026-10-17 23:30:00", "2026-10-18 00:30:00", "2026-10-25", 60),
        ):
            session = self._make_night(start, stop)
            (over,) = session.action_repeat("weekly", count=2)
            self.assertEqual((str(over.date), over.minutes), (day, minutes))

    def test_a_session_is_where_its_bank_is(self):
        """Whoever makes it; a place of its own stays."""
        self.coordinator.tz, self.scheme.tz = "Europe/London", "Pacific/Auckland"
        sessions = self.env["timebank.session"].with_user(self.coordinator)
        vals = {
            "activity_id": self.activity.id,
            "start": "2026-05-08 19:00:00",
            "stop": "2026-05-08 20:00:00",
        }
        session = sessions.create(vals)
        self.assertEqual((session.tz, str(session.date)), ("Pacific/Auckland", "2026-05-09"))
        abroad = sessions.create({**vals, "tz": "America/New_York"})
        abroad.activity_id = self._make_activity("Another")
        self.assertEqual((abroad.tz, str(abroad.date)), ("America/New_York", "2026-05-08"))

    def test_a_session_elsewhere_says_when_it_is_there(self):
        session = self._make_session(tz="Pacific/Auckland")
        there = session.with_context(tz="Europe/London").local_time
        self.assertEqual(there, "Wednesday 18 March 2026, 23:00–01:00 (Pacific/Auckland)")
        self.assertFalse(session.with_context(tz="Pacific/Auckland").local_time)

    def test_a_session_in_auckland_is_closed_from_london_and_from_nowhere(self):
        for zone in ("Europe/London", False):
            self.coordinator.tz = zone
            with freeze_time("2026-05-08 20:00:00"):
                session = self._make_session(
                    start="2026-05-08 18:00:00", stop="2026-05-08 19:30:00", tz="Pacific/Auckland"
                )
                line = self._make_line(self.ben, session)
                self.assertIs(session.with_user(self.coordinator).action_close(), True)
                self.assertEqual(str(line.hours_id.date), "2026-05-09")
                self.assertFalse(line.problem)
                own = self._make_hours(
                    self.ann, 30, date="2026-05-09", session_id=session.id, state="submitted"
                )
                own.with_user(self.coordinator).action_approve()
                self.assertEqual(own.state, "approved")
                own.with_user(self.manager).action_reverse("Once is enough")
                session.with_user(self.coordinator).action_reopen("Once more")
