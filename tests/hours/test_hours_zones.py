"""Whose day it is: that of the place where time is given."""

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError

from ..common import TimebankCase

#: Eight in the evening in London, and nine in the morning of the ninth in Auckland.
EVENING = "2026-05-08 19:00:00"
#: One in the morning of the ninth in London, and still the eighth in New York.
NIGHT = "2026-05-09 00:30:00"


class TestZones(TimebankCase):
    def _log(self, day, approve=False, user=None):
        """An hour of Ben's on that day, as the coordinator writes it down."""
        hours = self.env["timebank.hours"].with_user(user or self.coordinator)
        entry = hours.create(self._hours_vals(self.ben, 60, date=day))
        entry.action_submit()
        if approve:
            entry.action_approve()
        return entry.with_env(self.env)

    def test_what_was_given_there_today_is_approved_anywhere(self):
        with freeze_time(EVENING):
            self.coordinator.tz = "Pacific/Auckland"
            entry = self._log("2026-05-09")
            self.assertEqual(entry.tz, "Pacific/Auckland")
            for zone in ("Europe/London", False):
                self.manager.tz = zone
                with self.cr.savepoint() as savepoint:
                    entry.with_user(self.manager).action_approve()
                    self.assertEqual(entry.state, "approved")
                    savepoint.rollback()
                    entry.invalidate_recordset()

    def test_tomorrow_is_tomorrow_everywhere(self):
        with freeze_time(EVENING):
            self.coordinator.tz = "Pacific/Auckland"
            with self.assertRaisesRegex(ValidationError, "a day to come"):
                self._log("2026-05-10")
            self.manager.tz = "Europe/London"
            with self.assertRaisesRegex(ValidationError, "a day to come"):
                self._log("2026-05-09", user=self.manager)

    def test_the_zone_is_not_typed_in(self):
        entry = self._make_hours(self.ben, 60)
        with self.assertRaisesRegex(UserError, "can't be typed in"):
            entry.with_user(self.coordinator).tz = "Pacific/Auckland"

    def test_a_reversal_is_not_dated_before_what_it_reverses(self):
        with freeze_time(NIGHT):
            self.coordinator.tz = "Europe/London"
            entry = self._log("2026-05-09", approve=True)
            self.manager.tz = "America/New_York"
            entry.with_user(self.manager).action_reverse("A mistake")
            self.assertRecordValues(
                entry.transfer_ids | entry.transfer_ids.reversal_ids,
                [{"date": entry.date}, {"date": entry.date}],
            )
        self.assertFalse(self.scheme.check_ledger())

    def test_a_later_reversal_is_of_its_own_day(self):
        with freeze_time(NIGHT):
            entry = self._log("2026-05-09", approve=True)
        with freeze_time("2026-05-20 12:00:00"):
            entry.with_user(self.manager).action_reverse("A mistake")
        self.assertEqual(str(entry.transfer_ids.reversal_ids.date), "2026-05-20")
