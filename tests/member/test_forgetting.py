"""Somebody is forgotten: what they were is erased, and the books stay as they are."""

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import users

from ..common import TODAY
from .test_personal_data import PersonalCase


class TestForgetting(PersonalCase):
    def _forget(self, member=None, user=None, reason="Asked by letter"):
        return (member or self.ann).with_user(user or self.manager).action_forget(reason)

    def _end(self, member=None):
        """They leave with nothing on the account."""
        self._leave(
            (member or self.ann).with_user(self.coordinator), credit_to="bank", debt_by="bank", reason="Moved"
        )

    def test_nothing_is_left_and_the_books_stay(self):
        self._end()
        before = self._figures()
        self._forget()
        self.assertEqual(self._figures(), before)
        self.assertFalse(self.scheme.check_ledger())
        person = self.ann.partner_id
        self.assertTrue(person.name.startswith("Former member "))
        self.assertEqual(
            (person.street, person.phone, person.email, person.active), (False, False, False, False)
        )
        self.assertEqual((self.ann.name, self.ann.account_id.name), (person.name, person.name))
        self.assertFalse(self.hours.description)
        self.assertFalse(self.file.exists())
        self.assertFalse(self.portal.active)
        self.assertNotIn("tb_member", self.portal.login)
        self.assertFalse(self.env["timebank.words"].search([("member_id", "=", self.ann.id)]))

    def _figures(self):
        self.env.flush_all()
        accounts = self.env["timebank.account"].search([], order="id")
        hours = self.env["timebank.hours"].search([])
        return (
            accounts.mapped("balance_minutes"),
            hours.mapped(lambda one: (one.id, one.minutes, one.state, one.partner_id.id)),
            self.env["timebank.transfer"].search_count([]),
        )

    def test_it_is_noted_without_saying_who(self):
        self._end()
        self._forget(reason="Ann Lee asked for it")
        erasure = self.env["timebank.erasure"].search([])
        self.assertEqual(erasure.reason, "(name) asked for it")
        self.assertEqual((erasure.user_id, erasure.with_contact), (self.manager, True))
        self.assertIn("Hours", erasure.erased)
        self.assertNotIn("Ann", f"{erasure.read()}")

    def test_who_has_not_left_or_has_something_open(self):
        with self.assertRaisesRegex(UserError, "Ann Lee has not left"):
            self._forget()
        self._leave(self.ann.with_user(self.coordinator), reason="Moved")  # what is left stays
        with self.assertRaisesRegex(UserError, "On the account: 0:30 hours"):
            self._forget()
        self.assertFalse(self.ann.forgotten_on)
        self.assertEqual(self.ann.name, "Ann Lee")

    def test_who_may(self):
        self._end()
        with self.assertRaisesRegex(AccessError, "a manager does it"):
            self._forget(user=self.coordinator)
        for user in (self.finance, self.staff, self.portal, self.coordinator2):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._forget(user=user)
        with self.assertRaisesRegex(UserError, "Say why"):
            self._forget(reason=" ")

    def test_whom_others_know_stays_and_the_books_name_nobody(self):
        """A task names the contact: it stays as it is, and what the bank keeps is a former member's."""
        self.env["project.task"].create({"name": "Ramp", "partner_id": self.ann.partner_id.id})
        contact = self.ann.partner_id
        self._end()
        self._forget()
        self.assertEqual((contact.name, contact.street, contact.active), ("Ann Lee", "7 Mill Lane", True))
        self.assertTrue(self.portal.active)
        pseudonym = self.ann.partner_id
        self.assertNotEqual(pseudonym, contact)
        self.assertTrue(pseudonym.name.startswith("Former member "))
        self.assertEqual(self.hours.receiver_id, pseudonym)
        self.assertEqual(self.ann.account_id.partner_id, pseudonym)
        self.assertEqual((self.ann.name, self.ann.account_id.name), (pseudonym.name, pseudonym.name))
        self.assertFalse(self.scheme.check_ledger())

    def test_of_two_banks_one_forgets(self):
        hill = self._make_scheme("Hill Top")
        there = self._make_member(self.ann.partner_id, scheme=hill)
        self.env["timebank.check"].create(
            {
                "partner_id": self.ann.partner_id.id,
                "type_id": self.env["timebank.check.type"].search([], limit=1).id,
            }
        )
        given = self._make_hours(there, description="Weeding at Hill Top", state="approved")
        self._end()
        self._forget()
        self.assertEqual((there.name, there.partner_id.street), ("Ann Lee", "7 Mill Lane"))
        self.assertEqual((given.description, given.partner_id), ("Weeding at Hill Top", there.partner_id))
        self.assertTrue(there.partner_id.timebank_check_ids)
        self.assertNotEqual(self.ann.partner_id, there.partner_id)
        self.assertFalse(self.hours.description)
        # and then the other
        self._leave(there.with_user(self.coordinator), credit_to="bank", reason="Moved")
        contact = there.partner_id
        self._forget(there)
        self.assertTrue(contact.name.startswith("Former member "))
        self.assertFalse(contact.timebank_check_ids)

    def test_an_application_goes_whole(self):
        person = self.env["res.partner"].create({"name": "Zoe Quick", "email": "zoe@example.com"})
        member = self.env["timebank.member"].create({"partner_id": person.id, "scheme_id": self.scheme.id})
        self._forget(member)
        self.assertFalse(member.exists())
        self.assertEqual((person.email, person.active), (False, False))

    def test_nobody_comes_back_from_that(self):
        self._end()
        self._forget()
        with self.assertRaisesRegex(UserError, "add them anew"):
            self.ann.with_user(self.coordinator).action_activate()
        with self.assertRaisesRegex(UserError, "forgotten already"):
            self._forget()

    def test_their_name_in_notes_about_others(self):
        self.scheme._message_log(body="Ann Lee and Ben Okoro keep the keys")
        self.env.flush_all()
        self._end()
        self._forget()
        body = self.env["mail.message"].search([("model", "=", "timebank.scheme")]).mapped("body")
        self.assertNotIn("Ann Lee", str(body))
        self.assertIn("Ben Okoro keep the keys", str(body))

    def test_many_at_once(self):
        self._end()
        with self.assertRaises(UserError):
            self._forget(self.ben)
        result = self._forget(self.ann | self.ben)
        self.assertEqual(result["res_model"], "timebank.outcome")
        self.assertTrue(self.ann.forgotten_on)
        self.assertFalse(self.ben.forgotten_on)


class TestRetention(PersonalCase):
    def _rule(self, kind):
        return self.env["timebank.retention"].search(
            [("scheme_id", "=", self.scheme.id), ("kind", "=", kind)]
        )

    def test_a_new_bank_has_a_line_of_every_kind(self):
        rules = self.env["timebank.retention"].search([("scheme_id", "=", self.scheme.id)])
        kinds = [kind for kind, _label in rules._fields["kind"]._description_selection(self.env)]
        self.assertEqual(sorted(rules.mapped("kind")), sorted(kinds))
        for rule in rules:
            with self.subTest(kind=rule.kind):
                self.assertTrue(rule.is_on and rule.months and rule.reason and rule.what_goes)
                self.assertFalse(rule._find_due())

    def test_the_list_erases_nothing_and_the_night_does(self):
        self._leave(self.ann.with_user(self.coordinator), credit_to="bank", debt_by="bank", reason="Moved")
        rule = self._rule("former")
        with freeze_time(TODAY + relativedelta(months=24)):
            self.assertFalse(rule._find_due())
        with freeze_time(TODAY + relativedelta(months=24, days=1)):
            action = rule.with_user(self.coordinator).action_list_due()
            lines = self.env["timebank.retention.due"].search(action["domain"])
            self.assertEqual(lines.mapped("name"), ["Ann Lee"])
            self.assertIn("kept for 24 months", lines.why)
            self.assertEqual(self.ann.name, "Ann Lee")
            rule.is_on = False
            with self.enter_registry_test_mode():
                self.env.ref("timebank_coproduction.cron_retention").method_direct_trigger()
            self.assertEqual(self.ann.name, "Ann Lee")
            rule.is_on = True
            with self.enter_registry_test_mode():
                self.env.ref("timebank_coproduction.cron_retention").method_direct_trigger()
        self.env.invalidate_all()
        self.assertTrue(self.ann.name.startswith("Former member"))
        self.assertFalse(self.env["timebank.erasure"].search([]).user_id)
        self.assertFalse(self.scheme.check_ledger())

    def test_words_go_and_what_counts_stays(self):
        transfer = self.hours.transfer_ids
        self.assertTrue(transfer.memo)
        with freeze_time(TODAY + relativedelta(months=84, days=2)):
            for kind in ("entry", "transfer"):
                rule = self._rule(kind)
                due = rule._find_due()
                self.assertIn(self.hours if kind == "entry" else transfer, due)
                rule._erase(due)
                self.assertFalse(rule._find_due())
        self.assertFalse(self.hours.description or transfer.memo)
        self.assertEqual((self.hours.minutes, transfer.minutes), (60, 60))
        self.assertFalse(self.scheme.check_ledger())

    @users("tb_coordinator")
    def test_a_coordinator_reads_and_a_manager_decides(self):
        rule = self._rule("former").with_env(self.env)
        self.assertEqual(rule.months, 24)
        with self.assertRaises(AccessError):
            rule.months = 1
        rule.with_user(self.manager).months = 12
        self.assertEqual(rule.months, 12)
