"""Archived contacts and archived coordinators: nothing of a bank is left behind with them."""

from odoo.exceptions import RedirectWarning, UserError
from odoo.fields import Command
from odoo.tests import freeze_time

from ..common import TODAY, TimebankCase


@freeze_time(TODAY)
class TestArchiving(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        keepers = cls.env.ref("base.group_partner_manager")
        for user in (cls.coordinator, cls.coordinator2, cls.staff, cls.manager):
            user.group_ids |= keepers
        cls.scheme.coordinator_ids = cls.coordinator

    # Contacts
    def test_a_member_is_no_archived_contact(self):
        person = self.cat.partner_id
        with self.assertRaises(RedirectWarning) as caught:
            person.with_user(self.coordinator).action_archive()
        sentence, action, button, *_context = caught.exception.args
        self._check_sentence(
            sentence, "Cat Evans is a member of River Street", "pause the membership, or end it"
        )
        self.assertEqual((action["res_model"], action["res_id"]), ("timebank.member", self.cat.id))
        self.assertEqual(button, "Open the membership")
        self.assertTrue(person.active)
        both = person | self.agency.partner_id
        with self.assertRaises(RedirectWarning) as caught:
            both.with_user(self.manager).write({"active": False})
        self.assertEqual(caught.exception.args[1]["domain"], [("id", "in", (self.cat | self.agency).ids)])

    def test_who_doesn_t_run_the_bank_is_told_whom_to_ask(self):
        for user in (self.coordinator2, self.staff):
            with self.assertRefused("Cat Evans is a member of River Street", "Ask Cora Hart"):
                self.cat.partner_id.with_user(user).action_archive()

    def test_once_the_membership_is_paused_or_ended(self):
        self.cat.with_user(self.coordinator).action_pause()
        self.cat.partner_id.with_user(self.coordinator).action_archive()
        self.assertFalse(self.cat.partner_id.active)
        self._leave(self.agency)
        self.agency.partner_id.with_user(self.coordinator).action_archive()
        self.assertFalse(self.agency.partner_id.active)

    def test_who_comes_back_takes_up_the_old_account(self):
        self._fund(self.cat, 90)
        account = self.cat.account_id
        self._leave(self.cat)
        self.cat.partner_id.action_archive()
        self.cat.with_user(self.coordinator).action_activate()
        self.assertEqual((self.cat.state, self.cat.partner_id.active), ("active", True))
        self.assertEqual((self.cat.account_id, account.balance_minutes, account.state), (account, 90, "open"))

    def test_whose_contact_was_archived_is_found_when_they_come_back(self):
        self.cat.partner_id.phone = "0113 496 0042"
        self._fund(self.cat, 90)
        self._leave(self.cat)
        self.cat.partner_id.action_archive()
        intake = self.env["timebank.intake"].with_user(self.coordinator)
        intake = intake.create(
            {"scheme_id": self.scheme.id, "name": "cat evans", "phone": "01134960042", "says_later": True}
        )
        intake.action_finish()
        self.assertEqual(intake.double_ids, self.cat.partner_id)
        intake.double_id = self.cat.partner_id
        intake.action_finish()
        self.assertEqual((self.cat.state, self.cat.partner_id.active), ("active", True))
        self.assertEqual(self.cat.account_id.balance_minutes, 90)

    # Coordinators
    def _todos_of(self, user):
        return self.env["mail.activity"].search(
            [("user_id", "=", user.id), ("res_model", "=like", "timebank.%")]
        )

    def test_to_dos_go_to_the_next_coordinator(self):
        self.scheme.coordinator_ids |= self.coordinator2
        hours = self._make_hours(self.ann, state="submitted")
        self.cat.activity_schedule("mail.mail_activity_data_todo", user_id=self.coordinator.id)
        self.scheme.activity_schedule("mail.mail_activity_data_todo", user_id=self.coordinator.id)
        self.assertEqual(hours.sudo().todo_id.user_id, self.coordinator)
        todos = self._todos_of(self.coordinator)
        self.assertEqual(len(todos), 3)
        self.coordinator.action_archive()
        self.assertEqual(todos.exists().mapped("user_id"), self.coordinator2)
        self.assertEqual(len(todos.exists()), 3)
        hours.with_user(self.coordinator2).action_approve()
        self.assertEqual(len(self._todos_of(self.coordinator2)), 2)

    def test_not_to_whom_it_concerns(self):
        second = self._make_member(self.coordinator2.partner_id)
        self.scheme.coordinator_ids |= self.coordinator2
        hours = self._make_hours(second, state="submitted")
        self.assertEqual(hours.sudo().todo_id.user_id, self.coordinator)
        self.coordinator.write({"active": False})
        self.assertIn(
            self.env.ref("timebank_coproduction.group_timebank_manager"),
            hours.sudo().todo_id.user_id.all_group_ids,
        )
        self.assertNotEqual(hours.sudo().todo_id.user_id, self.coordinator2)

    def _figure(self):
        today = self.env["timebank.today"].with_user(self.manager).get_today()
        figures = {figure["key"]: figure for section in today["sections"] for figure in section["figures"]}
        figure = figures.get("without_coordinator")
        return self.env["timebank.scheme"].search(figure["action"]["domain"]) if figure else figure

    def test_a_bank_without_an_active_coordinator_warns_the_managers(self):
        self.env["timebank.scheme"].search([("id", "!=", self.scheme.id)]).coordinator_ids = [
            Command.set(self.coordinator2.ids)
        ]
        self.assertIsNone(self._figure())
        hours = self._make_hours(self.ann, state="submitted")
        self.coordinator.action_archive()
        self.assertEqual(self._figure(), self.scheme)
        self.assertTrue(
            hours.sudo().todo_id.user_id.has_group("timebank_coproduction.group_timebank_manager")
        )
        self.scheme.coordinator_ids |= self.coordinator2
        self.assertIsNone(self._figure())
        self.scheme.coordinator_ids -= self.coordinator2
        self.assertEqual(self._figure(), self.scheme)
        self.coordinator.action_unarchive()
        self.assertIsNone(self._figure())

    def test_a_user_who_may_not_archive_hands_nothing_on(self):
        self._make_hours(self.ann, state="submitted")
        with self.assertRaises(UserError):
            self.coordinator.with_user(self.staff).action_archive()
        self.assertTrue(self._todos_of(self.coordinator))
