"""Intake: a conversation that starts from what a person can do."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, tagged
from odoo.tools import mute_logger

from ..exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestIntake(ExchangeCase):
    def intake(self, user=None, **vals):
        return (
            self.env["timebank.intake"]
            .with_user(user or self.coordinator)
            .create({"scheme_id": self.scheme.id, **vals})
        )

    def test_from_skills_to_member(self):
        baking = self.env.ref("timebank_coproduction.skill_baking")
        tools = self.env.ref("timebank_coproduction.skill_tools")
        intake = self.intake(
            skill_ids=[Command.set((self.archery | tools).ids)],
            interest_ids=[Command.set(baking.ids)],
            need_ids=[Command.create({"skill_id": baking.id, "hours": 1.5})],
            name="Dai Archer",
            phone="01248 333333",
            share_phone=True,
        )
        action = intake.action_finish()
        member = self.env["timebank.member"].browse(action["res_id"])
        self.assertEqual((member.name, member.state), ("Dai Archer", "active"))
        self.assertEqual(member.offer_ids.skill_id, self.archery | tools)
        self.assertEqual(set(member.offer_ids.mapped("kind")), {"skill", "equipment"})
        self.assertEqual(set(member.offer_ids.mapped("state")), {"published"})
        self.assertEqual((member.request_ids.minutes, member.request_ids.state), (90, "published"))
        self.assertEqual(member.interest_ids, baking)
        self.assertTrue(member.share_phone)

    def test_whoever_waited_shows_at_once(self):
        wish = self._make_request(self.ann)
        intake = self.intake(skill_ids=[Command.set(self.archery.ids)], name="Dai Archer")
        action = intake.action_finish()
        introduction = self.env["timebank.introduction"].search(action["domain"])
        self.assertEqual((introduction.request_id, introduction.state), (wish, "suggested"))

    def test_words_become_skills(self):
        intake = self.intake(words="bow and arrow, Childminding, juggling with fire")
        intake.action_next()
        self.assertEqual(
            intake.skill_ids,
            self.archery | self.env.ref("timebank_coproduction.skill_babysitting"),
        )
        self.assertEqual(intake.words, "juggling with fire")
        self.assertEqual(intake.step, "when")
        intake.action_back()
        intake.action_back()
        self.assertEqual(intake.step, "can")

    def test_whom_it_may_be_shows_while_it_is_typed(self):
        """Before anything is pressed; what is chosen among them is asked for at the end."""
        self.ann.partner_id.phone = "0113 496 0001"
        with Form(self.intake(step="who")) as form:
            self.assertFalse(form.double_text)
            form.name = "ann lee"
            form.phone = "0113 4960001"
            self.assertIn(f"{self.ann.name} · 0113 496 0001", form.double_text)
            self.assertIn("the same telephone number", form.double_text)
            self.assertFalse(form.double_ids[:])
            form.partner_id = self.ann.partner_id
            self.assertFalse(form.double_text, "they have said who it is")

    def test_what_is_no_telephone_number_is_refused(self):
        """By the rule of the page on which people ask to join."""
        for typed in ("abc", "12", "ring my sister"):
            intake = self.intake(name="Dai Archer", phone=typed, says_later=True)
            with self.subTest(typed), self.assertRefused(f"“{typed}” is no telephone number"):
                intake.action_finish()

    def test_somebody_known(self):
        """A member already: nothing twice, nothing lost."""
        self._make_offer(self.ann)
        welsh = self.env.ref("timebank_coproduction.language_welsh")
        self.ann.language_ids = welsh
        english = self.env.ref("timebank_coproduction.language_english")
        intake = self.intake(
            partner_id=self.ann.partner_id.id,
            skill_ids=[Command.set(self.archery.ids)],
            language_ids=[Command.set(english.ids)],
        )
        intake.action_finish()
        self.assertEqual(len(self.ann.offer_ids), 1)
        self.assertEqual(self.ann.language_ids, welsh | english)

    def test_what_is_said_of_somebody_known_and_differs(self):
        """It isn't taken over, as others may rely on what stands there; nor is it lost."""
        self.ann.partner_id.write({"phone": "0113 496 0001", "zip": "LS1 1AA"})
        intake = self.intake(
            partner_id=self.ann.partner_id.id,
            phone="0113 496 <0002>",
            zip="LS1 1AA",
            skill_ids=[Command.set(self.archery.ids)],
        )
        intake.action_finish()
        self.assertEqual(self.ann.partner_id.phone, "0113 496 0001")
        [todo] = self.ann.activity_ids
        self.assertEqual(todo.user_id, self.coordinator)
        self.assertIn("0113 496 &lt;0002&gt;", todo.note)
        self.assertNotIn("LS1 1AA", todo.note)

    def test_what_is_no_mail_address(self):
        intake = self.intake(skill_ids=[Command.set(self.archery.ids)], name="Dai Archer")
        intake.email = "name at example"
        with self.assertRefused("“name at example”", "leave it empty"):
            intake.action_finish()
        intake.email = "dai@example.org"
        intake.action_finish()

    def test_refused(self):
        with self.assertRaisesRegex(UserError, "their name"):
            self.intake(skill_ids=[Command.set(self.archery.ids)]).action_finish()
        with self.assertRaisesRegex(UserError, "at least one thing"):
            self.intake(name="Nobody").action_finish()
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            self.intake(user=self.staff)


@tagged("post_install", "-at_install")
class TestIntakeScreen(HttpCase, ExchangeCase):
    frozen = False

    def test_intake_in_a_browser(self):
        self._make_request(self.ann)
        self.start_tour("/odoo/timebank-desk", "timebank_intake_tour", login="tb_coordinator")
        member = self.env["timebank.member"].search([("name", "=", "Dai Archer")])
        baking = self.env.ref("timebank_coproduction.skill_baking")
        self.assertEqual(member.offer_ids.skill_id, self.archery | baking)
        self.assertEqual(member.own_words, "telling jokes")
        self.assertEqual(len(member.availability_ids), 1)
