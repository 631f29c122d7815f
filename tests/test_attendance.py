"""Signing up: who may, for what, and what stands in the way."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError

from .common import TODAY
from .session_common import NOW, SessionCase

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
        self.assertIn("She comes over at eleven", other.message_ids[0].body)

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


class TestWaitingList(SessionCase):
    now = BEFORE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session.capacity = 1
        cls.dan, cls.eve = cls._make_member("Dan"), cls._make_member("Eve")
        cls.first = cls.session.sign_up(cls.ann.partner_id)
        cls.second = cls.session.sign_up(cls.ben.partner_id)
        cls.third = cls.session.sign_up(cls.dan.partner_id)

    def test_beyond_the_places_people_wait(self):
        self.assertEqual(
            (self.first | self.second | self.third).mapped("state"), ["signed_up", "waiting", "waiting"]
        )
        self.assertRecordValues(self.session, [{"taken_count": 1, "waiting_count": 2, "places_left": 0}])

    def test_helpers_take_no_place(self):
        self.assertEqual(self.session.sign_up(self.eve.partner_id, "helper").state, "signed_up")

    def test_freed_place_is_kept_for_the_first(self):
        self.ben.partner_id.email = "ben@example.org"
        self.session.with_user(self.portal).withdraw(self.ann.partner_id)
        self.assertTrue(self.second.offered_until)
        self.assertFalse(self.third.offered_until)
        self.assertEqual(self.session.taken_count, 1)
        notice = self.env["timebank.session.notice"].search([("attendance_id", "=", self.second.id)])
        self.assertEqual(notice.kind, "place_freed")

    def test_kept_place_is_not_free_for_others(self):
        self.session.withdraw(self.ann.partner_id)
        self.assertEqual(self.session.sign_up(self.eve.partner_id).state, "waiting")

    def test_claiming(self):
        self.session.with_user(self.coordinator).withdraw(self.ann.partner_id)
        self.second.with_user(self.coordinator).action_claim()
        self.assertRecordValues(
            self.second, [{"state": "signed_up", "offered_until": False, "claim_code": False}]
        )
        self.assertEqual(self.session.taken_count, 1)

    def test_claim_runs_out_and_the_next_is_asked(self):
        self.session.withdraw(self.ann.partner_id)
        with freeze_time("2026-03-17 09:00:01"):
            with self.assertRaisesRegex(UserError, "not kept any more"):
                self.second.action_claim()
            self.env["timebank.session"]._cron_move_waiting_lists()
            self.assertEqual(self.second.state, "withdrawn")
            self.assertTrue(self.third.offered_until)

    def test_who_waits_without_an_offer_cannot_claim(self):
        with self.assertRaises(UserError):
            self.second.action_claim()

    def test_offer_ends_when_the_session_begins(self):
        with freeze_time("2026-03-18 08:00:00"):
            self.session.withdraw(self.ann.partner_id)
            self.assertEqual(self.second.offered_until, self.session.start)

    def test_more_places_move_the_list(self):
        self.session.with_user(self.coordinator).capacity = 3
        self.assertTrue(self.second.offered_until)
        self.assertTrue(self.third.offered_until)

    def test_fewer_places_than_taken_is_refused(self):
        self.session.capacity = 2
        with self.assertRaisesRegex(UserError, "2 places"):
            self.session.capacity = 1

    def test_register_cannot_overfill_either(self):
        with self.assertRaisesRegex(UserError, "no places left"):
            self._make_line(self.eve, role="attendee", present=False)

    def test_attendee_cannot_be_made_of_a_helper_when_full(self):
        helper = self.session.sign_up(self.eve.partner_id, "helper")
        with self.assertRaisesRegex(UserError, "no places left"), self.env.cr.savepoint():
            helper.with_user(self.coordinator).role = "attendee"

    def test_after_the_beginning_nobody_is_asked(self):
        with freeze_time(NOW):
            self.first.present = False
            self.first.state = "absent"
            self.assertFalse(self.second.offered_until)

    def test_cancelling_tells_everybody(self):
        for member in (self.ann, self.ben):
            member.partner_id.email = "member@example.org"
        self.env["timebank.session.notice"].search([]).unlink()
        self.session.action_cancel()
        notices = self.env["timebank.session.notice"].search([])
        self.assertEqual(notices.attendance_id, self.first | self.second)


class TestRegister(SessionCase):
    def test_ticking_off_gives_the_length_of_the_session(self):
        line = self._make_line(self.ben, present=False)
        line.with_user(self.coordinator).present = True
        self.assertRecordValues(line, [{"state": "attended", "minutes": 120}])

    def test_minutes_are_typed_in_hours(self):
        line = self._make_line(self.ben, present=False)
        line.write({"present": True, "hours": 1.25})
        self.assertEqual(line.minutes, 75)

    def test_unticking(self):
        line = self._make_line(self.ben)
        line.present = False
        self.assertRecordValues(line, [{"state": "signed_up", "minutes": 0}])

    def test_nobody_is_there_for_longer_than_the_session(self):
        with self.assertRaisesRegex(UserError, "longer than the session, 2:00"):
            self._make_line(self.ben, minutes=121)

    def test_session_cannot_be_cut_below_the_register(self):
        self._make_line(self.ben)
        with self.assertRaisesRegex(UserError, "longer than the session"):
            self.session.stop = "2026-03-18 11:00:00"

    def test_hundred_people_in_one_save(self):
        members = [self._make_member(f"Person {number}") for number in range(100)]
        self.session.with_user(self.coordinator).write(
            {
                "attendance_ids": [
                    (
                        0,
                        0,
                        {"partner_id": member.partner_id.id, "role": "helper", "present": True, "hours": 1},
                    )
                    for member in members
                ]
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        lines = self.session.attendance_ids
        before = self.env.cr.sql_log_count
        self.session.with_user(self.coordinator).write(
            {"attendance_ids": [(1, line.id, {"hours": 1.5 + line.id % 3 / 10}) for line in lines]}
        )
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 40)
        self.assertEqual(self.session.helper_count, 100)

    def test_person_stays(self):
        line = self._make_line(self.ben)
        with self.assertRaisesRegex(UserError, "add another line"):
            line.partner_id = self.ann.partner_id

    def test_protected_fields(self):
        line = self._make_line(self.ben)
        for vals in ({"settled_on": NOW}, {"effect": "credit"}, {"offered_until": NOW}, {"problem": False}):
            with self.assertRaises(UserError):
                line.write(vals)
        for state in ("waiting", "withdrawn"):
            with self.assertRaises(UserError):
                line.state = state


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
