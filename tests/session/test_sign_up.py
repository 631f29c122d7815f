"""Signing up: who may, for what, and what stands in the way."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError

from ..common import TODAY
from ..session_common import SessionCase

BEFORE = "2026-03-16 09:00:00"


class TestSignUp(SessionCase):
    now = BEFORE

    def test_member_signs_up(self):
        line = self.session.with_user(self.portal).sign_up(self.ann.partner_id)
        self.assertRecordValues(line.sudo(), [{"role": "attendee", "state": "signed_up"}])
        self.assertEqual(self.session.taken_count, 1)

    def test_over_the_external_api_a_person_is_a_number(self):
        line = self.session.with_user(self.portal).sign_up(self.ann.partner_id.id, "helper")
        self.assertEqual(line.sudo().partner_id, self.ann.partner_id)

    def test_member_signs_up_nobody_else(self):
        with self.assertRaises(AccessError):
            self.session.with_user(self.portal).sign_up(self.ben.partner_id)

    def test_coordinator_signs_up_somebody_offline(self):
        line = self.session.with_user(self.coordinator).sign_up(self.ben.partner_id, "helper")
        self.assertEqual(line.state, "signed_up")

    def test_coordinator_of_another_bank_does_not(self):
        with self.assertRaises(AccessError):
            self.session.with_user(self.coordinator2).sign_up(self.ben.partner_id)

    def test_only_professionals_sign_up_as_one(self):
        with self.assertRaisesRegex(AccessError, "professionals"):
            self.session.with_user(self.portal).sign_up(self.ann.partner_id, "professional")

    def test_twice_is_once(self):
        self.session.sign_up(self.ann.partner_id)
        with self.assertRaisesRegex(UserError, "already"):
            self.session.sign_up(self.ann.partner_id)

    def test_who_withdrew_can_come_back(self):
        line = self.session.sign_up(self.ann.partner_id)
        self.session.with_user(self.portal).withdraw(self.ann.partner_id)
        self.assertEqual(line.state, "withdrawn")
        self.assertEqual(self.session.sign_up(self.ann.partner_id, "helper"), line)
        self.assertRecordValues(line, [{"role": "helper", "state": "signed_up"}])

    def test_withdrawing_without_being_signed_up(self):
        with self.assertRaisesRegex(UserError, "not signed up"):
            self.session.with_user(self.portal).withdraw(self.ann.partner_id)

    def test_from_the_activity_whose_session_it_is(self):
        """The form that the activity opens names the activity to the register's lines as well."""
        line = [(0, 0, {"partner_id": self.ben.partner_id.id, "role": "attendee"})]
        opened = self.session.with_user(self.coordinator)
        opened.with_context(default_activity_id=self.activity.id).write({"attendance_ids": line})
        self.assertEqual(self.session.attendance_ids.activity_id, self.activity)
        other = self.activity.copy()
        line = [(0, 0, {"partner_id": self.cat.partner_id.id, "role": "attendee"})]
        with self.assertRaisesRegex(AccessError, "can't be typed in"):
            opened.with_context(default_activity_id=other.id).write({"attendance_ids": line})

    def test_not_a_member(self):
        stranger = self.env["res.partner"].create({"name": "Zoë Stranger"})
        with self.assertRaisesRegex(UserError, "Zoë Stranger is not a member of River Street"):
            self.session.sign_up(stranger)

    def test_paused_member(self):
        self.ann.action_pause()
        with self.assertRaisesRegex(UserError, "paused"):
            self.session.sign_up(self.ann.partner_id)

    def test_session_that_is_not_open(self):
        with self.assertRaisesRegex(UserError, "not open for sign-up yet"):
            self._make_session("draft").sign_up(self.ann.partner_id)
        self.session.action_cancel()
        with self.assertRaisesRegex(UserError, "cancelled"):
            self.session.sign_up(self.ann.partner_id)

    def test_past_session(self):
        with freeze_time("2026-03-18 12:30:00"), self.assertRaisesRegex(UserError, "is over"):
            self.session.sign_up(self.ann.partner_id)

    def test_closed_session(self):
        with freeze_time("2026-03-18 11:30:00"):
            self.session.action_close()
            with self.assertRaisesRegex(UserError, "closed"):
                self.session.sign_up(self.ann.partner_id)

    def test_nothing_half_done(self):
        stranger = self.env["res.partner"].create({"name": "Zoë Stranger"})
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.session.sign_up(stranger)
        self.assertFalse(self.session.attendance_ids)

    def test_clash_is_blocked(self):
        other = self._make_session(start="2026-03-18 11:00", stop="2026-03-18 13:00")
        self.session.sign_up(self.ann.partner_id)
        with self.assertRaisesRegex(UserError, "signed up for “Café shift”"):
            other.sign_up(self.ann.partner_id)

    def test_one_after_the_other_is_no_clash(self):
        other = self._make_session(start="2026-03-18 12:00", stop="2026-03-18 13:00")
        self.session.sign_up(self.ann.partner_id)
        self.assertEqual(other.sign_up(self.ann.partner_id).state, "signed_up")

    def test_coordinator_overrides_a_clash_and_it_is_logged(self):
        other = self._make_session(start="2026-03-18 11:00", stop="2026-03-18 13:00")
        self.session.sign_up(self.ann.partner_id)
        line = other.with_user(self.coordinator).sign_up(
            self.ann.partner_id, "helper", "She comes over at eleven"
        )
        self.assertEqual(line.clash_reason, "She comes over at eleven")
        self.assertIn("two places at a time", other.message_ids[0].body)
        self.assertNotIn("eleven", other.message_ids[0].body, "Everybody who reads the session reads this.")
        self.assertNotIn("Ann", other.message_ids[0].body)

    def test_member_does_not_override_a_clash(self):
        with self.assertRaises(AccessError):
            self.session.with_user(self.portal).sign_up(self.ann.partner_id, "helper", "I'll manage")

    def test_missing_check_blocks_helpers_and_not_attendees(self):
        check_type = self.env.ref("timebank_coproduction.check_type_food")
        self.activity.check_type_ids = check_type
        with self.assertRaisesRegex(UserError, "Food hygiene"):
            self.session.sign_up(self.ann.partner_id, "helper")
        self.assertEqual(self.session.sign_up(self.ann.partner_id).state, "signed_up")

    def test_helper_cannot_be_made_of_an_attendee_without_the_check(self):
        self.activity.check_type_ids = self.env.ref("timebank_coproduction.check_type_food")
        line = self.session.sign_up(self.ann.partner_id)
        with self.assertRaisesRegex(UserError, "Food hygiene"), self.env.cr.savepoint():
            line.with_user(self.coordinator).role = "helper"
        self.assertEqual(line.role, "attendee")

    def test_check_has_to_hold_on_the_day(self):
        check_type = self.env.ref("timebank_coproduction.check_type_food")
        self.activity.check_type_ids = check_type
        check = self.env["timebank.check"].create(
            {"partner_id": self.ann.partner_id.id, "type_id": check_type.id, "expires_on": "2026-03-17"}
        )
        with self.assertRaisesRegex(UserError, "in date"):
            self.session.sign_up(self.ann.partner_id, "helper")
        check.expires_on = TODAY
        self.assertEqual(self.session.sign_up(self.ann.partner_id, "helper").state, "signed_up")

    def test_other_people_stay_out_of_sight(self):
        self.session.sign_up(self.ann.partner_id)
        self.session.sign_up(self.ben.partner_id)
        seen = self.env["timebank.attendance"].with_user(self.portal).search([])
        self.assertEqual(seen.partner_id, self.portal.partner_id)

    def test_member_cannot_write_the_register(self):
        line = self.session.sign_up(self.ann.partner_id)
        with self.assertRaises(AccessError):
            line.with_user(self.portal).write({"present": True})
        with self.assertRaises(AccessError):
            self.env["timebank.attendance"].with_user(self.portal).create(
                {"session_id": self.session.id, "partner_id": self.ann.partner_id.id}
            )

    def test_mail_to_who_signed_up_and_wants_mails(self):
        self.ann.partner_id.email, self.ben.partner_id.email = "ann@example.org", "ben@example.org"
        self.ben.session_mails = False
        lines = self.session.sign_up(self.ann.partner_id) | self.session.sign_up(self.ben.partner_id)
        notices = self.env["timebank.session.notice"].search([("attendance_id", "in", lines.ids)])
        self.assertRecordValues(notices, [{"attendance_id": lines[0].id, "kind": "signed_up"}])

    def test_mails_are_sent_and_forgotten(self):
        self.ann.partner_id.email = "ann@example.org"
        self.activity.coordinator_id.email = "tb@example.org"
        line = self.session.sign_up(self.ann.partner_id)
        for kind in ("reminder", "place_freed", "cancelled", "thanks"):
            line._notify(kind)
        with self.enter_registry_test_mode():
            self.env.ref("timebank_coproduction.cron_session_notices").method_direct_trigger()
        mails = self.env["mail.mail"].search(
            [("model", "=", "timebank.attendance"), ("res_id", "=", line.id)]
        )
        self.assertEqual(len(mails), 5)
        self.assertTrue(all("/timebank/mails/" in mail.body_html for mail in mails))
        self.assertFalse(self.env["timebank.session.notice"].search([("attendance_id", "=", line.id)]))

    def test_reminded_once_two_days_before(self):
        self.ann.partner_id.email = "ann@example.org"
        line = self.session.sign_up(self.ann.partner_id)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE timebank_attendance SET create_date = '2026-03-01' WHERE id = %s", [line.id]
        )
        line.invalidate_recordset()
        reminders = [("attendance_id", "=", line.id), ("kind", "=", "reminder")]
        self.env["timebank.attendance"]._cron_remind()
        self.assertFalse(self.env["timebank.session.notice"].search(reminders))
        with freeze_time("2026-03-16 11:00:00"):
            for _round in range(2):
                self.env["timebank.attendance"]._cron_remind()
        self.assertEqual(len(self.env["timebank.session.notice"].search(reminders)), 1)
