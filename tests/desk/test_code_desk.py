"""One desk for any code: what it is, what can be done with it, and nothing about other banks'."""

from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import TODAY
from ..rewards_common import RewardCase
from ..session_common import SessionCase


@tagged("post_install", "-at_install")
class TestCodeDesk(SessionCase, RewardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(f"{TODAY} 10:00:00"))
        cls.computer.write({"approval": "auto", "fulfilment": "code"})
        cls.claim = cls._make_claim(cls.ann, cls.computer, "approved")
        batch = cls.env["timebank.voucher.batch"].create({"scheme_id": cls.scheme.id, "quantity": 2})
        batch.action_issue()
        cls.voucher = batch.voucher_ids[0]
        cls.ann.action_new_card()

    def _at_desk(self, code, user=None):
        form = Form(self.env["timebank.code.desk"].with_user(user or self.coordinator))
        form.code = code
        return form

    def _next(self, action):
        return self.env["timebank.code.desk"].with_user(self.coordinator).browse(action["res_id"])

    def test_a_claim_is_handed_over_once(self):
        link = f"https://example.org/timebank/claim/{self.claim.code.lower()}"
        form = self._at_desk(link)
        self.assertEqual(form.title, "Refurbished computer for Ann Lee")
        self.assertTrue(form.can_use)
        after = self._next(form.save().action_hand_over())
        self.assertEqual(after.last_deed, "Handed over: Refurbished computer for Ann Lee.")
        self.assertFalse(after.code)
        self.assertEqual(self.claim.state, "fulfilled")
        again = self._at_desk(self.claim.code)
        self.assertIn("used already", again.problem)
        self.assertFalse(again.can_use)
        with self.assertRaisesRegex(UserError, "used already"):
            again.save().action_hand_over()

    def test_a_voucher_is_taken_in(self):
        form = self._at_desk(self.voucher.code.replace("-", " "))
        self.assertEqual(form.title, "Voucher of River Street: 1 hour")
        after = self._next(form.save().action_take_in())
        self.assertEqual(after.last_deed, "Handed in: 1 hour, spent here.")
        form = self._at_desk(self.voucher.batch_id.voucher_ids[1].code)
        form.account_id = self.ben.account_id
        before = self._balances(self.ben)[0]
        after = self._next(form.save().action_take_in())
        self.assertEqual(after.last_deed, "Handed in: 1 hour, onto Ben Okoro.")
        self.assertEqual(self._balances(self.ben), [before + 60])
        self.assertIn("handed in already", self._at_desk(self.voucher.code).problem)
        self.assertFalse(self.scheme.check_ledger())

    def test_a_card_signs_in_and_out(self):
        session = self._make_session(start=datetime(2026, 3, 18, 9), stop=datetime(2026, 3, 18, 12))
        form = self._at_desk(self.ann.card_code)
        self.assertEqual((form.title, form.session_id), ("Ann Lee", session))
        self.assertFalse(form.is_inside)
        after = self._next(form.save().action_sign_in())
        self.assertIn("Ann Lee is signed in", after.last_deed)
        line = session.attendance_ids.filtered(lambda one: one.partner_id == self.ann.partner_id)
        self.assertTrue(line._is_inside())
        form = self._at_desk(self.ann.card_code)
        self.assertTrue(form.is_inside)
        with freeze_time(f"{TODAY} 11:00:00"):
            form.save().action_sign_out()
        self.assertFalse(line._is_inside())
        action = form.save().action_open()
        self.assertEqual((action["res_model"], action["res_id"]), ("timebank.member", self.ann.id))

    def test_nothing_is_told_of_other_banks(self):
        """A code of another bank and one of nobody's are answered alike, and counted alike."""
        for code in (self.claim.code, self.voucher.code, self.ann.card_code, "AAAA-AAAA-AAAA"):
            form = self._at_desk(code, self.coordinator2)
            self.assertEqual(form.wrong, "That is no code of a time bank of yours: check what was typed.")
            self.assertFalse(form.title or form.detail or form.can_use)
            desk = form.save()
            for verb in ("action_hand_over", "action_take_in", "action_sign_in"):
                with self.assertRaisesRegex(UserError, "code first"):
                    getattr(desk, verb)()
        tried = self.env["timebank.code.attempt"].search([("source", "=", "tb_coordinator2")])
        self.assertEqual(tried.mapped("outcome"), ["unknown"] * 4)
        self.assertEqual(set(tried.mapped("what")), {"any"}, "nobody said of what the code was")
        self.assertEqual((self.claim.state, self.voucher.state), ("approved", "issued"))

    def test_guessing_is_limited_and_the_right_code_goes_through(self):
        for guess in range(10):
            self._at_desk(f"AAAA-AAAA-AAA{guess}")
        self.assertIn("Too many", self._at_desk("BBBB-BBBB-BBBB").wrong)
        self.assertTrue(self._at_desk(self.claim.code).can_use)

    @mute_logger("odoo.addons.base.models.ir_access")
    def test_for_coordinators_alone(self):
        for user in (self.portal, self.staff, self.finance):
            with self.assertRaises(AccessError):
                self.env["timebank.code.desk"].with_user(user).create({"code": self.claim.code})
        self.assertTrue(self._at_desk(self.claim.code, self.manager).can_use)
