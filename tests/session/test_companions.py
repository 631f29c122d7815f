"""People whom members bring along: each takes a place, and all of them get one or none."""

from datetime import timedelta

import psycopg2
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger

from ..session_common import AFTER, SessionCase


class TestCompanions(SessionCase):
    now = "2026-03-17 09:00:00"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea = cls._make_session(capacity=4, companions_allowed=2)

    def _sign_up(self, user, companions=0, **vals):
        session = self._as(user, self.tea)
        line = session.sign_up(user.partner_id.id, companions=companions, **vals)
        return line.with_env(self.env)

    def _figures(self):
        self.env.invalidate_all()
        return self.tea.taken_count, self.tea.places_left, self.tea.waiting_count, self.tea.register_count

    def test_each_takes_a_place(self):
        line = self._sign_up(self.portal, 2, companion_names="Mum, Bo")
        self.assertEqual((line.state, line.companions, line.companion_names), ("signed_up", 2, "Mum, Bo"))
        self.assertEqual(self._figures(), (3, 1, 0, 3))

    def test_all_or_none(self):
        first = self._sign_up(self.portal, 2)
        second = self._sign_up(self.portal2, 1)  # two people, and one place
        self.assertEqual((second.state, second.companions), ("waiting", 1))
        self.assertEqual(self._figures(), (3, 1, 2, 3))
        third = self.tea.sign_up(self.cat.partner_id)  # who comes alone takes it
        self.assertEqual(third.state, "signed_up")
        self._as(self.portal, self.tea).withdraw(self.portal.partner_id.id)
        self.assertEqual((first.state, first.companions), ("withdrawn", 0))
        self.assertTrue(second.offered_until)
        self.assertEqual(self._figures(), (3, 1, 2, 3))  # one, and two that are kept
        second.with_user(self.portal2).sudo().action_claim()
        self.assertEqual(self._figures(), (3, 1, 0, 3))

    def test_a_free_place_goes_to_the_first_whom_it_is_enough_for(self):
        self._sign_up(self.portal, 2)
        alone = self.tea.sign_up(self.cat.partner_id)
        pair = self._sign_up(self.portal2, 1)
        late = self.tea.sign_up(self.agency.partner_id)
        self.assertEqual((pair + late).mapped("state"), ["waiting", "waiting"])
        self.tea.withdraw(alone.partner_id)
        self.assertFalse(pair.offered_until)
        self.assertTrue(late.offered_until)

    def test_how_many(self):
        with self.assertRefused("Up to 2 people"):
            self._sign_up(self.portal, 3)
        with self.assertRefused("who helps brings nobody"):
            self._sign_up(self.portal, 1, role="helper")
        self.tea.companions_allowed = 0
        with self.assertRefused("nobody can be brought along"):
            self._sign_up(self.portal, 1)
        self.assertFalse(self.tea.has_companions)
        self.assertEqual(self.tea.sign_up(self.ann.partner_id, companions=3).companions, 3)
        self.assertTrue(self.tea.has_companions, "the register shows who is brought along all the same")
        with self.assertRefused("no room for so many"):
            self.tea.sign_up(self.ben.partner_id, companions=4)
        for wrong in (-1, "two", 1.5):
            with self.assertRaises(UserError):
                self._sign_up(self.portal2, wrong)

    def test_the_register_keeps_to_the_places(self):
        line = self._sign_up(self.portal, 1).with_user(self.coordinator)
        line.companions = 3
        self.assertEqual(self._figures(), (4, 0, 0, 4))
        with self.assertRefused("There are no places left"):
            line.companions = 4
        self.env.invalidate_all()
        waiting = self._make_line(self.cat, self.tea, "attendee", present=False, companions=1)
        self.assertEqual(waiting.state, "waiting")
        line.companions = 1
        self.assertTrue(waiting.offered_until)
        with self.assertRaisesRegex(UserError, "4 places of"):
            self.tea.capacity = 3
        with self.assertRaises(psycopg2.errors.CheckViolation), mute_logger("odoo.sql_db"):
            line.role = "helper"
            self.env.flush_all()

    @mute_logger("odoo.sql_db")
    def test_the_database_counts_them(self):
        line = self._sign_up(self.portal, 1)
        self.env.flush_all()
        with self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute("UPDATE timebank_attendance SET companions = 4 WHERE id = %s", [line.id])
            self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
        self.assertFalse(self.env["timebank.ledger.check"]._find_beyond_capacity(self.scheme))

    def test_who_they_are_is_for_whoever_runs_it(self):
        line = self._sign_up(self.portal, 1, companion_names="Mum")
        for user in (self.portal, self.finance, self.staff):
            with self.assertRaises(AccessError):
                self._as(user, line).read(["companion_names"])
        self.assertEqual(self._as(self.coordinator, line).companion_names, "Mum")
        other = new_test_user(self.env, "tb_other", groups="timebank_coproduction.group_timebank_coordinator")
        with self.assertRaises(AccessError):
            self._as(other, line).read(["companion_names"])

    def test_closing_credits_nobody_who_was_brought(self):
        self.activity.attendee_effect = "credit"
        self._sign_up(self.portal, 2, companion_names="Mum, Bo")
        line = self.tea.attendance_ids
        with freeze_time(AFTER):
            line.with_user(self.coordinator).present = True
            self.tea.with_user(self.coordinator).action_close()
        self.assertEqual((line.companions, line.companion_names), (2, False))
        self.assertEqual(line.minutes, self.tea.minutes)
        transfers = self.env["timebank.transfer"].search([("attendance_id", "=", line.id)])
        self.assertEqual(transfers.mapped("minutes"), [self.tea.minutes])

    def test_called_off_nobody_needs_their_names(self):
        line = self._sign_up(self.portal, 2, companion_names="Mum, Bo")
        self.tea.with_user(self.coordinator).action_cancel()
        self.assertEqual((line.companions, line.companion_names), (2, False))

    def test_the_banks_own_word(self):
        self.scheme.companions_allowed = 1
        self.assertEqual(self._make_session().companions_allowed, 1)
        self.assertEqual(self.tea.companions_allowed, 2)

    # A coordinator signs somebody up, from their own page
    def _dialog(self, member):
        dialogs = self.env["timebank.sign.up"].with_user(self.coordinator)
        values = {"default_scheme_id": self.scheme.id, "default_partner_id": member.partner_id.id}
        dialog = Form(dialogs.with_context(**values))
        dialog.session_id = self.tea
        return dialog

    def test_the_dialog_asks_who_comes_along(self):
        dialog = self._dialog(self.ann)
        dialog.companions, dialog.companion_names = 2, "Mum, Bo"
        self.assertFalse(dialog.is_full)
        dialog.save().action_sign_up()
        line = self.tea.attendance_ids
        self.assertEqual((line.state, line.companions, line.companion_names), ("signed_up", 2, "Mum, Bo"))
        dialog = self._dialog(self.ben)
        self.assertFalse(dialog.is_full)
        dialog.companions = 1  # two people, and one place
        self.assertTrue(dialog.is_full)
        dialog.save().action_sign_up()
        self.assertEqual((self.tea.attendance_ids - line).mapped("state"), ["waiting"])

    def test_in_the_dialog_helpers_bring_nobody(self):
        dialog = self._dialog(self.ann)
        dialog.companions, dialog.companion_names = 2, "Mum, Bo"
        dialog.role = "helper"
        self.assertEqual((dialog.companions, dialog.companion_names), (0, False))
        dialog.save().action_sign_up()
        self.assertEqual(self.tea.attendance_ids.companions, 0)

    def test_the_dialog_says_what_cannot_be(self):
        dialog = self._dialog(self.ann)
        dialog.companions = 4
        with self.assertRefused("no room for so many"):
            dialog.save().action_sign_up()
        dialog = self._dialog(self.ann)
        dialog.companions = -1
        with self.assertRaises(UserError):
            dialog.save().action_sign_up()
        self.assertFalse(self.tea.attendance_ids)

    # What they are told
    def _read(self, member, subject):
        """The text of the newest mail to somebody, by what its subject begins with."""
        with self.enter_registry_test_mode():
            self.env.ref("timebank_coproduction.cron_session_notices").method_direct_trigger()
        mails = self.env["mail.mail"].search([("subject", "=like", f"{subject}%")], order="id desc")
        return mails.filtered(lambda mail: member.partner_id in mail.recipient_ids)[:1].body_html or ""

    def test_mails_say_how_many_come_along(self):
        people = (self.ann | self.ben | self.cat).partner_id
        for person in people:
            person.email = f"{person.name.split()[0].lower()}@example.org"
        self._sign_up(self.portal, 2, companion_names="Mum, Bo")
        self.assertIn("2 people come with you.", self._read(self.ann, "You are signed up"))
        self._sign_up(self.portal2)
        self.assertIn("Hello Ben", self._read(self.ben, "You are signed up"))
        self.assertNotIn("come with you", self._read(self.ben, "You are signed up"))
        self.tea.sign_up(self.cat.partner_id, companions=1)
        self.assertFalse(self._read(self.cat, ""))
        self._as(self.portal, self.tea).withdraw(self.portal.partner_id.id)
        self.assertIn("One person comes with you.", self._read(self.cat, "A place for you"))
        self._sign_up(self.portal, 1)
        with freeze_time(self.tea.start - timedelta(hours=20)):
            self.env["timebank.attendance"]._cron_remind()
        self.assertNotIn("come with you", self._read(self.ben, "Coming up"))
