"""Somebody whom a rule keeps from coming: the register asks, keeps the reason, and goes on with the rest."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form

from ..session_common import SessionCase


class TestSignUpAnyway(SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._make_session(name="Talk", start="2026-03-18 11:00", stop="2026-03-18 13:00")
        cls.session.sign_up(cls.ann.partner_id)
        cls.dora = cls._make_member("Dora Quist")
        cls.register = cls.other.with_user(cls.coordinator)

    def _save(self, *lines):
        """What a browser sends when the register is saved."""
        self.register.web_save(
            {"attendance_ids": [Command.create({"role": "attendee", **vals}) for vals in lines]}, {}
        )
        return self.other.attendance_ids.grouped("partner_id")

    def _line(self, member, **vals):
        return {"partner_id": member.partner_id.id, **vals}

    def test_one_who_is_elsewhere_holds_nobody_up(self):
        lines = self._save(self._line(self.ann), self._line(self.ben))
        ann, ben = lines[self.ann.partner_id], lines[self.ben.partner_id]
        self.assertEqual((ann.state, ben.state), ("waiting", "signed_up"))
        self.assertIn("Café shift", ann.obstacle)
        self.assertTrue(ann.may_waive)
        self.assertFalse(ann.may_sign_up)
        self.assertEqual(self.other.obstacle_count, 1)

    def test_who_is_ticked_off_was_there(self):
        lines = self._save(self._line(self.ann, present=True, hours=1), self._line(self.ben, present=True))
        self.assertEqual(set(self.other.attendance_ids.mapped("state")), {"attended"})
        self.assertEqual(lines[self.ann.partner_id].minutes, 60)

    def test_a_tick_counts_whatever_else_a_screen_sends(self):
        self._save(self._line(self.ann, present=True, state="signed_up"))
        self.assertEqual(self.other.attendance_ids.state, "attended")

    def test_signed_up_anyway_with_a_reason(self):
        line = self._save(self._line(self.ann))[self.ann.partner_id].with_user(self.coordinator)
        with self.assertRaisesRegex(UserError, "few words"):
            line.action_sign_up_anyway(" ")
        line.action_sign_up_anyway("Comes over at eleven")
        self.assertEqual((line.state, line.clash_reason), ("signed_up", "Comes over at eleven"))
        self.assertFalse(line.obstacle)
        self.assertNotIn("eleven", self.other.message_ids[0].body)

    def test_the_reason_can_be_typed_at_once(self):
        lines = self._save(
            self._line(self.ann, why_anyway="Comes over"), self._line(self.ben, why_anyway="?")
        )
        self.assertEqual(lines[self.ann.partner_id].state, "signed_up")
        self.assertEqual(lines[self.ann.partner_id].clash_reason, "Comes over")
        self.assertFalse(lines[self.ben.partner_id].clash_reason, "there was nothing to give a reason for")

    def test_or_later_in_the_line(self):
        line = self._save(self._line(self.ann))[self.ann.partner_id]
        self.register.web_save(
            {"attendance_ids": [Command.update(line.id, {"why_anyway": "Comes over"})]}, {}
        )
        self.assertEqual((line.state, line.clash_reason), ("signed_up", "Comes over"))

    def test_shown_while_it_is_typed(self):
        values = {"attendance_ids": [Command.create(self._line(self.ann, role="attendee"))]}
        lines = {"fields": {"obstacle": {}, "may_waive": {}, "partner_id": {}, "role": {}}}
        seen = self.register.onchange(
            values, ["attendance_ids"], {"attendance_ids": lines, "obstacle_count": {}}
        )["value"]
        self.assertEqual(seen["obstacle_count"], 1)
        self.assertFalse(self.other.attendance_ids)

    def test_nobody_is_let_off_a_check(self):
        self.activity.check_type_ids = self.env.ref("timebank_coproduction.check_type_food")
        lines = self._save(
            self._line(self.ben, role="helper", why_anyway="Is careful"),
            self._line(self.dora, role="helper", present=True),
            self._line(self.ann),
        )
        for member in (self.ben, self.dora):
            line = lines[member.partner_id].with_user(self.coordinator)
            self.assertEqual((line.state, line.minutes, line.clash_reason), ("waiting", 0, False))
            self.assertFalse(line.may_waive)
            with self.assertRaisesRegex(UserError, "Food hygiene"):
                line.action_sign_up_anyway("Is careful")
            with self.assertRaisesRegex(UserError, "Food hygiene"):
                line.action_sign_up()
        self._make_check(self.ben)
        line = lines[self.ben.partner_id].with_user(self.coordinator)
        self.env.invalidate_all()
        self.assertTrue(line.may_sign_up)
        line.action_sign_up()
        self.assertEqual(line.state, "signed_up")

    def _make_check(self, member):
        return self.env["timebank.check"].create(
            {
                "partner_id": member.partner_id.id,
                "type_id": self.env.ref("timebank_coproduction.check_type_food").id,
                "issued_on": "2026-01-01",
                "expires_on": "2027-01-01",
            }
        )

    def test_a_place_too_few_is_never_made(self):
        self.other.capacity = 1
        self.other.sign_up(self.ben.partner_id)
        line = self._save(self._line(self.ann))[self.ann.partner_id].with_user(self.coordinator)
        line.action_sign_up_anyway("Comes over at eleven")
        self.assertEqual((line.state, line.clash_reason), ("waiting", "Comes over at eleven"))
        with self.assertRaisesRegex(UserError, "waiting for a place"):
            line.action_sign_up()

    def test_a_free_place_is_not_kept_for_who_cannot_come(self):
        self.other.capacity = 1
        self.other.sign_up(self.ben.partner_id)
        self._save(self._line(self.ann))
        waiting = self.other.sign_up(self.dora.partner_id)
        self.other.withdraw(self.ben.partner_id)
        self.assertTrue(waiting.offered_until)
        self.assertFalse(self.other.attendance_ids.filtered(lambda one: one.offered_until) - waiting)

    def test_a_kept_place_is_taken_for_who_says_so_by_telephone(self):
        self.other.capacity = 1
        self.other.sign_up(self.ben.partner_id)
        waiting = self.other.sign_up(self.dora.partner_id).with_user(self.coordinator)
        self.other.withdraw(self.ben.partner_id)
        waiting.action_sign_up()
        self.assertEqual((waiting.state, waiting.offered_until), ("signed_up", False))

    def test_moved_onto_another(self):
        """Who was signed up before the session moved keeps the place, with a reason."""
        later = self._make_session(name="Late", start="2026-03-18 15:00", stop="2026-03-18 16:00")
        line = later.sign_up(self.ann.partner_id).with_user(self.coordinator)
        later.write({"start": "2026-03-18 11:30", "stop": "2026-03-18 12:30"})
        self.assertTrue(line.may_waive)
        line.action_sign_up_anyway("Only for the end")
        self.assertEqual((line.state, line.obstacle), ("signed_up", False))
        self.assertFalse(later.activity_ids)

    def test_what_was_accepted_is_that_clash_alone(self):
        """Moved onto yet another of hers it is listed again; beside the first it may be wherever that is."""
        line = self._save(self._line(self.ann))[self.ann.partner_id].with_user(self.coordinator)
        line.action_sign_up_anyway("Comes over at eleven")
        tea = self._make_session(name="Tea", start="2026-03-18 15:00", stop="2026-03-18 16:00")
        tea.sign_up(self.ann.partner_id)
        self.register.write({"start": "2026-03-18 15:30", "stop": "2026-03-18 16:30"})
        self.assertIn("Tea", line.obstacle)
        self.assertTrue(line.may_waive)
        self.assertFalse(line.why_anyway)  # to be given anew
        self.assertIn("Ann Lee", self.other.activity_ids.note)
        line.write({"why_anyway": "Pours the tea"})
        self.assertEqual((line.obstacle, line.clash_reason), (False, "Pours the tea"))
        self.register.write({"start": "2026-03-18 11:30", "stop": "2026-03-18 12:30"})
        self.assertFalse(line.obstacle)

    def test_another_session_beside_one_that_was_accepted(self):
        self.other.with_user(self.coordinator).sign_up(self.ann.partner_id, clash_reason="Comes over")
        walk = self._make_session(name="Walk", start="2026-03-18 12:30", stop="2026-03-18 14:00")
        with self.assertRaisesRegex(UserError, "Talk"):
            walk.sign_up(self.ann.partner_id)
        walk.write({"start": "2026-03-18 15:00", "stop": "2026-03-18 16:00"})
        walk.sign_up(self.ann.partner_id)
        walk.write({"start": "2026-03-18 12:30", "stop": "2026-03-18 14:00"})
        line = self.other._get_line(self.ann.partner_id)
        self.assertIn("Walk", line.obstacle)

    def test_signed_up_again_nothing_is_accepted_any_more(self):
        self.register.sign_up(self.ann.partner_id, clash_reason="Comes over")
        self.register.withdraw(self.ann.partner_id)
        with self.assertRaisesRegex(UserError, "Café shift"):
            self.register.sign_up(self.ann.partner_id)

    def test_nobody_accepts_a_clash_but_by_the_verb(self):
        line = self._save(self._line(self.ann))[self.ann.partner_id].with_user(self.coordinator)
        with self.assertRaises(AccessError):
            line.write({"clash_session_ids": [Command.link(self.session.id)]})

    def test_not_for_members_nor_other_banks(self):
        line = self._save(self._line(self.ann))[self.ann.partner_id]
        for user in (self.portal, self.coordinator2, self.finance):
            with self.assertRaises(AccessError):
                line.with_user(user).action_sign_up_anyway("I'll manage")

    def test_elsewhere_a_single_line_is_refused(self):
        """Only a register that is saved lets them wait."""
        with self.assertRaisesRegex(UserError, "at that time"):
            self.env["timebank.attendance"].with_user(self.coordinator).create(
                {"session_id": self.other.id, "partner_id": self.ann.partner_id.id}
            )

    def test_dialog_of_a_member(self):
        dialog = Form(
            self.env["timebank.sign.up"]
            .with_user(self.coordinator)
            .with_context(default_scheme_id=self.scheme.id, default_partner_id=self.ann.partner_id.id)
        )
        dialog.session_id = self.other
        self.assertTrue(dialog.may_waive)
        dialog.clash_reason = "Comes over"
        said = dialog.save().action_sign_up()
        self.assertIn("Ann Lee is signed up for “Talk”", said["params"]["text"])
        line = self.other.attendance_ids
        self.assertEqual((line.partner_id, line.clash_reason), (self.ann.partner_id, "Comes over"))
