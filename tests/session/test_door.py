"""Signing in and out at the door."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError

from ..session_common import NOW, SessionCase


class TestDoor(SessionCase):
    def test_in_and_out(self):
        with freeze_time("2026-03-18 10:10:00"):
            line = self.session.with_user(self.coordinator).check_in(self.ben.partner_id, "helper")
        with freeze_time("2026-03-18 11:40:00"):
            self.session.with_user(self.coordinator).check_out(self.ben.partner_id)
        self.assertRecordValues(line, [{"state": "attended", "minutes": 90, "role": "helper"}])

    def test_only_time_within_the_session_counts(self):
        with freeze_time("2026-03-18 09:30:00"):
            line = self.session.check_in(self.ben.partner_id)
        with freeze_time("2026-03-18 12:10:00"):
            self.session.check_out(self.ben.partner_id)
        self.assertEqual(line.minutes, 120)

    def test_who_forgot_to_sign_out_is_signed_out_and_listed(self):
        with freeze_time("2026-03-18 10:30:00"):
            line = self.session.check_in(self.ben.partner_id)
        with freeze_time("2026-03-18 12:16:00"):
            self.env["timebank.session"]._cron_sign_out()
        self.assertRecordValues(
            line, [{"forgot_check_out": True, "minutes": 90, "check_out": self.session.stop}]
        )

    def test_closing_signs_out_as_well(self):
        with freeze_time("2026-03-18 10:30:00"):
            line = self.session.check_in(self.ben.partner_id, "helper")
        with freeze_time("2026-03-18 12:05:00"):
            self.session.action_close()
        self.assertRecordValues(line, [{"forgot_check_out": True, "minutes": 90}])
        self.assertEqual(line.hours_id.minutes, 90)

    def test_too_early_and_too_late(self):
        for moment in ("2026-03-18 07:00:00", "2026-03-18 13:00:00"):
            with freeze_time(moment), self.assertRaisesRegex(UserError, "not on now"):
                self.session.check_in(self.ben.partner_id)

    def test_signing_out_without_signing_in(self):
        with freeze_time(NOW), self.assertRaisesRegex(UserError, "not signed in"):
            self.session.check_out(self.ben.partner_id)

    def test_full_is_full_at_the_door_too(self):
        with freeze_time(NOW):
            self.session.capacity = 1
            self.session.check_in(self.ann.partner_id)
            with self.assertRaisesRegex(UserError, "no places left"), self.env.cr.savepoint():
                self.session.check_in(self.ben.partner_id)

    def test_members_do_not_sign_themselves_in(self):
        with freeze_time(NOW), self.assertRaises(AccessError):
            self.session.with_user(self.portal).check_in(self.ann.partner_id)
