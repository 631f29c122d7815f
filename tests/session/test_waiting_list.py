"""When all places are taken: who waits, and who moves up."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form

from ..session_common import NOW, SessionCase

BEFORE = "2026-03-16 09:00:00"


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

    def test_closing_before_the_end_says_so(self):
        said = "goes on until"
        with freeze_time(self.session.stop - timedelta(minutes=30)):
            self.assertIn(said, self.session._explain("action_close"))
        self.session.invalidate_recordset(["is_over"])
        with freeze_time(self.session.stop + timedelta(minutes=1)):
            self.assertNotIn(said, self.session._explain("action_close"))

    @freeze_time("2026-03-18 12:05:00")
    def test_closing_says_who_waits(self):
        asking = self.session.with_user(self.coordinator).action_ask_to_close()
        dialog = (
            self.env["timebank.reason"].with_user(self.coordinator).with_context(asking["context"]).create({})
        )
        self.assertFalse(dialog.takes_reason)
        self.assertIn(
            f"Still waiting for a place in {self.session._say()}: Ben Okoro, Dan.", dialog.explanation
        )
        self.assertEqual(dialog.action_confirm()["params"]["text"], "“Café shift”: closed.")
        self.assertEqual((self.second | self.third).mapped("state"), ["waiting", "waiting"])
        self.assertFalse((self.second | self.third).transfer_ids)

    def test_asking_to_close_says_why_it_can_t(self):
        with self.assertRaisesRegex(UserError, "has not begun yet"):
            self.session.with_user(self.coordinator).action_ask_to_close()

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
        """Who is added to a full session waits; who is there can't be put into no place."""
        line = self._make_line(self.eve, role="attendee", present=False)
        self.assertEqual((line.state, line.waiting_since), ("waiting", fields.Datetime.now()))
        self.assertFalse(line.offered_until)
        line.unlink()
        with (
            self.assertRaisesRegex(UserError, "no places left.*Switch off “Here”.*wait"),
            self.env.cr.savepoint(),
        ):
            self._make_line(self.eve, role="attendee", present=True)

    def test_the_form_shows_that_who_is_added_will_wait(self):
        with freeze_time(NOW), Form(self.session.with_user(self.coordinator)) as form:
            with form.attendance_ids.new() as line:
                self.assertEqual(line.role, "attendee")
                line.partner_id = self.eve.partner_id
                self.assertEqual((line.state, line.present, line.can_tick), ("waiting", False, False))
                line.role = "helper"
                self.assertEqual((line.state, line.can_tick), ("signed_up", True))
                line.role = "attendee"
        self.assertEqual(self.session._get_line(self.eve.partner_id).state, "waiting")

    def test_who_waits_and_has_come_is_ticked_where_a_place_is_there(self):
        """At the door one who is signed up doesn't come, and one who waits does."""
        self.assertFalse(self.second.can_tick)
        with freeze_time(NOW):
            self.second.invalidate_recordset()
            self.assertFalse(self.second.with_user(self.coordinator).can_tick)  # no place
            self.first.with_user(self.coordinator).action_withdraw()
            waiting = self.second.with_user(self.coordinator)
            self.assertTrue(waiting.can_tick)
            waiting.write({"present": False})  # there and back again
            self.assertEqual(waiting.state, "waiting")
            waiting.write({"present": True})
            self.assertEqual((waiting.state, waiting.minutes), ("attended", self.session.minutes))

    def test_a_kept_place_is_used_up_by_who_comes(self):
        self.first.with_user(self.coordinator).action_withdraw()
        self.assertTrue(self.second.offered_until)
        with freeze_time(NOW):
            self.second.with_user(self.coordinator).write({"present": True})
        self.assertEqual((self.second.state, self.second.offered_until), ("attended", False))

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
