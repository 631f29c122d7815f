"""Whose day it is: that of the place where time is given."""

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form

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
            self.scheme.tz = "Pacific/Auckland"
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
            for here, there, day in (
                ("Pacific/Auckland", "Pacific/Auckland", "2026-05-10"),
                ("Europe/London", "Pacific/Auckland", "2026-05-10"),
                ("Pacific/Auckland", "Europe/London", "2026-05-09"),
            ):
                self.coordinator.tz, self.scheme.tz = here, there
                with self.subTest(here=here, there=there):
                    with self.assertRaisesRegex(ValidationError, "a day to come"):
                        self._log(day)

    def test_a_bank_has_its_own_day(self):
        """Whoever is at the screen: of what is typed, approved, asked for and issued."""
        with freeze_time(EVENING):
            self.coordinator.tz = "Europe/London"
            self.scheme.tz = "Pacific/Auckland"
            other = self._make_scheme("Other", coordinator_ids=self.scheme.coordinator_ids)
            self._make_member(self.ben.partner_id, scheme=other)
            self.assertEqual(other.tz, "UTC")
            self.assertEqual(
                [str(bank._today()) for bank in self.scheme | other], ["2026-05-09", "2026-05-08"]
            )
            self.assertEqual(self._log("2026-05-09", approve=True).tz, "Pacific/Auckland")
            entry = (
                self.env["timebank.hours"]
                .with_user(self.coordinator)
                .create({"scheme_id": self.scheme.id, "partner_id": self.ben.partner_id.id, "minutes": 30})
            )
            entry.scheme_id = other
            self.assertEqual(entry.tz, "UTC")
            again = self._log("2026-05-08").with_user(self.coordinator).copy({"minutes": 45})
            self.assertEqual(str(again.date), "2026-05-09")
            newcomer = self._make_member("New")
            self.assertEqual(str(newcomer.joined_on), "2026-05-09")

    def test_a_new_entry_has_the_day_of_its_bank(self):
        """As soon as the bank is chosen, and as long as nobody has typed another day."""
        with freeze_time(EVENING):
            self.coordinator.tz = "Europe/London"
            self.scheme.tz = "Pacific/Auckland"
            other = self._make_scheme("Other", coordinator_ids=self.scheme.coordinator_ids)
            for name in ("timebank.hours", "timebank.hours.entry"):
                with self.subTest(name):
                    form = Form(self.env[name].with_user(self.coordinator))
                    self.assertEqual(str(form.date), "2026-05-08")
                    form.scheme_id = self.scheme
                    self.assertEqual(str(form.date), "2026-05-09")
                    form.scheme_id = other
                    self.assertEqual(str(form.date), "2026-05-08")
                    form.date = "2026-05-07"
                    form.scheme_id = self.scheme
                    self.assertEqual(str(form.date), "2026-05-07")
            form = Form(self.env["timebank.hours"].with_user(self.coordinator))
            form.partner_id = self.ben.partner_id  # of one bank, which follows
            self.assertEqual((form.scheme_id, str(form.date)), (self.scheme, "2026-05-09"))
            form.hours = 1
            entry = form.save()
            self.assertEqual(str(entry.date), "2026-05-09")
            with Form(entry.with_user(self.coordinator)) as form:
                form.scheme_id = self.scheme
            self.assertEqual(str(entry.date), "2026-05-09")

    def test_jobs_go_by_the_clocks_of_each_bank(self):
        other = self._make_scheme("Other", tz="America/New_York")
        zones = {banks.env.tz.zone: banks for banks in self.env["timebank.scheme"]._by_zone()}
        self.assertEqual(zones["America/New_York"], other)
        self.assertIn(self.scheme, zones[self.scheme.tz])

    def test_the_zone_is_not_typed_in(self):
        entry = self._make_hours(self.ben, 60)
        with self.assertRaisesRegex(UserError, "can't be typed in"):
            entry.with_user(self.coordinator).tz = "Pacific/Auckland"

    def test_a_reversal_is_not_dated_before_what_it_reverses(self):
        with freeze_time(NIGHT):
            self.scheme.tz = "Europe/London"
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
