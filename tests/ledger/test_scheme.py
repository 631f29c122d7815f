import ast

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import users
from odoo.tools import mute_logger

from ..common import TimebankCase


class TestScheme(TimebankCase):
    @users("tb_manager")
    def test_opening_a_bank(self):
        scheme = self.env["timebank.scheme"].create({"name": "Hill Top"})
        self.assertEqual(scheme.coordinator_ids, self.manager)
        self.assertEqual([scheme.operating_account_id.kind, scheme.pot_account_id.kind], ["operating", "pot"])
        self.assertEqual((scheme.state, scheme.outstanding_minutes), ("open", 0))
        self.assertTrue(scheme.code)
        self.assertEqual(scheme.check_ledger(), [])

    def test_only_managers_open_banks_and_set_policy(self):
        for user in (self.coordinator, self.finance, self.staff, self.portal):
            with self.assertRaises(AccessError):
                self.env["timebank.scheme"].with_user(user).create({"name": "Mine"})
            for vals in ({"credit_limit_minutes": 600}, {"approval": "trusted"}, {"lock_date": False}):
                with self.assertRaises(AccessError):
                    self._as(user, self.scheme).write(vals)
            for verb in ("action_close", "action_reopen", "action_seal"):
                with self.assertRaises(AccessError):
                    getattr(self._as(user, self.scheme), verb)()

    # Coordinators have the role of one
    def _name_without_role(self, *users):
        """As a bank may be from before that was asked."""
        field = self.env["timebank.scheme"]._fields["coordinator_ids"]
        for user in users:
            self._tamper(
                f"INSERT INTO {field.relation} ({field.column1}, {field.column2}) VALUES (%s, %s)",
                self.scheme.id,
                user.id,
            )
        self.env.registry.clear_cache()

    @users("tb_manager")
    def test_nobody_coordinates_without_the_role(self):
        scheme = self.scheme.with_env(self.env)
        with self.assertRefused("Stella Fox", "River Street", "role", error=ValidationError):
            scheme.coordinator_ids = [Command.link(self.staff.id)]
        with self.assertRefused("Finn Ward", "role", error=ValidationError):
            vals = {"name": "Hill Top", "coordinator_ids": [Command.set(self.finance.ids)]}
            self.env["timebank.scheme"].create(vals)
        with self.assertRefused("Stella Fox", "role", error=ValidationError):
            self.staff.sudo().coordinated_scheme_ids = [Command.link(scheme.id)]
        scheme.coordinator_ids = [Command.link(self.coordinator2.id)]
        self.assertIn(self.coordinator2, scheme.coordinator_ids)

    @users("tb_manager")
    def test_the_picker_offers_who_has_the_role(self):
        domain = self.env["timebank.scheme"].fields_get(["coordinator_ids"])["coordinator_ids"]["domain"]
        offered = self.env["res.users"].search(ast.literal_eval(domain))
        self.assertLessEqual(self.coordinator | self.coordinator2 | self.manager, offered)
        self.assertFalse((self.staff | self.finance | self.portal) & offered)

    def test_who_coordinates_without_the_role_is_not_asked(self):
        self.scheme.coordinator_ids = [Command.clear()]
        self._name_without_role(self.staff)
        self.assertEqual(self.scheme.coordinator_ids, self.staff)
        deciders = self.scheme._get_deciders(self.env["res.partner"])
        self.assertIn(self.manager, deciders)
        self.assertNotIn(self.staff, deciders)
        today = self.env["timebank.today"].with_user(self.manager).get_today()
        figures = {one["key"]: one for part in today["sections"] for one in part["figures"]}
        banks = self.env["timebank.scheme"].search(figures["without_coordinator"]["action"]["domain"])
        self.assertIn(self.scheme, banks)
        # what the bank was given before stands in nobody's way
        self._as(self.manager, self.scheme).name = "River Street and Mill Lane"

    def test_who_is_usual_is_asked_first_where_they_decide(self):
        nobody = self.env["res.partner"]
        for usual, first in (
            (self.manager, self.manager),
            (self.coordinator, self.coordinator),
            (self.coordinator2, self.coordinator),
            (self.staff, self.coordinator),
        ):
            with self.subTest(usual.name):
                self.assertEqual(self.scheme._get_deciders(nobody, usual)[:1], first)
        asked = self.scheme._get_deciders(self.manager.partner_id, self.manager)
        self.assertEqual(asked, self.coordinator)

    def test_codes_differ_within_a_company(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._make_scheme("Second", code=self.scheme.code)

    @users("tb_manager")
    def test_limits(self):
        scheme = self.scheme.with_env(self.env)
        scheme.credit_limit_hours = 2
        self.assertEqual(scheme.credit_limit_minutes, 120)
        self.assertEqual(self.ann.account_id.credit_limit_minutes, 120)
        self._post(self.ann.account_id, self.ben.account_id, 100)
        with self.assertRaises(ValidationError) as caught:
            scheme.credit_limit_minutes = 99
        self._check_sentence(str(caught.exception), "Ann Lee")
        scheme.invalidate_recordset()
        scheme.credit_limit_minutes = 100
        self.assertEqual(self.ann.account_id.available_minutes, 0)

    @mute_logger("odoo.sql_db")
    def test_limits_that_can_not_be(self):
        for vals in (
            {"warn_limit_minutes": -1},
            {"max_minutes_per_day": 0},
            {"max_minutes_per_day": 1441},
            {"voucher_months": 0},
            {"dormant_months": 0},
            {"expiry_months": 0},
        ):
            with self.subTest(vals=vals), self.assertRaises(IntegrityError):
                self.scheme.write(vals)
                self.env.flush_all()

    def test_own_limit_is_held_too(self):
        with self.assertRaises(ValidationError):
            self.scheme.credit_limit_minutes = -1
        self.scheme.invalidate_recordset()
        self.scheme.credit_limit_minutes = 100
        self._post(self.ann.account_id, self.ben.account_id, 50)
        with self.assertRaises(UserError):
            self._as(self.coordinator, self.ann.account_id).write(
                {"has_own_limit": True, "credit_limit_minutes": 49}
            )

    # Closing
    @users("tb_manager")
    def test_closing_freezes_and_reopening_thaws(self):
        self.ben.account_id.action_freeze()
        scheme = self.scheme.with_env(self.env)
        scheme.action_close()
        self.assertEqual(set(scheme.account_ids.mapped("state")), {"frozen"})
        scheme.action_close()
        scheme.action_reopen()
        self.assertEqual(self.ben.account_id.state, "frozen")  # was frozen before
        self.assertEqual(set((scheme.account_ids - self.ben.account_id).mapped("state")), {"open"})

    def test_the_banks_own_accounts_follow_the_bank(self):
        for verb in ("action_freeze", "action_close"):
            with self.assertRefused("close the bank instead"):
                getattr(self._as(self.manager, self.scheme.operating_account_id), verb)()

    def test_an_account_with_a_balance_stays(self):
        self._fund(self.ann, 5)
        with self.assertRefused("Ann Lee still has a balance"):
            self._as(self.coordinator, self.ann.account_id).action_close()
        with self.assertRefused("can't be deleted"):
            self._as(self.manager, self.ann.account_id).unlink()

    def test_only_pots_are_opened_by_hand(self):
        accounts = self._as(self.coordinator, self.env["timebank.account"])
        pot = accounts.create({"name": "Garden pot", "scheme_id": self.scheme.id})
        self.assertEqual((pot.kind, pot.balance_minutes, pot.credit_limit_minutes), ("pot", 0, 0))
        for kind in ("member", "operating", "voucher"):
            with self.assertRaises(UserError):
                accounts.create({"name": "x", "scheme_id": self.scheme.id, "kind": kind})
        with self.assertRaises(UserError):
            accounts.create({"name": "x", "scheme_id": self.scheme.id, "balance_minutes": 60})

    # Deleting and copying
    @users("tb_manager")
    def test_deleting_an_unused_bank(self):
        scheme = self.env["timebank.scheme"].create({"name": "Hill Top"})
        accounts, sequence = scheme.account_ids, scheme.sudo().sequence_id
        scheme.unlink()
        self.assertFalse(accounts.exists() or sequence.exists())
        with self.assertRefused("River Street was in use: close it instead of deleting it."):
            self.scheme.with_env(self.env).unlink()

    @users("tb_manager")
    def test_a_copy_is_a_new_bank(self):
        self._fund(self.ann, 60)
        scheme = self.scheme.with_env(self.env)
        scheme.lock_date = "2026-01-31"
        copy = scheme.copy()
        self.assertEqual(copy.name, "River Street (copy)")
        self.assertNotEqual(copy.code, scheme.code)
        self.assertFalse(copy.member_ids)
        self.assertFalse(copy.operating_account_id & scheme.operating_account_id)
        self.assertEqual((copy.outstanding_minutes, copy.last_seal_id.id), (0, False))
        self.assertEqual(scheme.copy({"name": "Sea Side"}).name, "Sea Side")
        self.assertEqual(len(set((scheme | copy).copy().mapped("code"))), 2)

    # Several banks, several companies
    def test_banks_of_others_are_listed_without_what_they_owe(self):
        self._fund(self.ann, 60)
        other = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator2.ids)])
        self._fund(self._make_member("Dan Moss", scheme=other), 30)
        both = self._as(self.coordinator, self.scheme | other)
        self.assertEqual(both.mapped("outstanding_minutes"), [60, 0])
        self.assertEqual(self._as(self.manager, both).mapped("outstanding_minutes"), [60, 30])

    def test_whoever_coordinates_is_obeyed_at_once(self):
        ann = self._as(self.coordinator2, self.ann)
        self.assertFalse(ann.has_access("read"))
        self.scheme.coordinator_ids |= self.coordinator2
        self.assertTrue(self._as(self.coordinator2, self.ann).has_access("read"))
        self.assertEqual(self.coordinator2.coordinated_scheme_ids, self.scheme)
        self.coordinator2.coordinated_scheme_ids = False
        self.assertFalse(self._as(self.coordinator2, self.ann).has_access("read"))

    def test_one_person_in_two_banks(self):
        other = self._make_scheme("Hill Top")
        twice = self._make_member(self.ann.partner_id, scheme=other)
        self._fund(self.ann, 60)
        self._fund(twice, 30)
        self.assertEqual(self._balances(self.ann, twice), [60, 30])
        partner = self._as(self.coordinator, self.ann.partner_id)
        self.assertEqual(partner.timebank_balance_minutes, 90)
        self.assertEqual(self.scheme.outstanding_minutes, 60)
        with self.assertRefused("different time banks"):
            self._post(self.ann.account_id, twice.account_id, 5)

    def test_the_day_is_shared_by_all_banks(self):
        twice = self._make_member(self.ann.partner_id, scheme=self._make_scheme("Hill Top"))
        self._make_hours(self.ann, 23 * 60)
        with self.assertRefused("Ann Lee would have 25:00 hours on that day; Hill Top allows 24:00."):
            self._make_hours(twice, 120)

    def test_a_bank_with_members_stays_with_its_company(self):
        company = self.env["res.company"].create({"name": "North Charity"})
        with self.assertRefused("River Street has members", self.env.company.name):
            self.scheme.company_id = company
        empty = self._make_scheme("Hill Top")
        empty.company_id = company
        self.assertEqual(empty.operating_account_id.company_id, company)

    def test_companies_do_not_see_each_other(self):
        company = self.env["res.company"].create({"name": "North Charity"})
        self.manager.company_ids = [Command.link(company.id)]
        north = self.env["timebank.scheme"].create(
            {"name": "North Street", "company_id": company.id, "project_ids": False}
        )
        schemes = self._as(self.manager, self.env["timebank.scheme"])
        self.assertNotIn(north, schemes.with_context(allowed_company_ids=self.env.company.ids).search([]))
        self.assertEqual(north, schemes.with_context(allowed_company_ids=company.ids).search([]))
        self.assertNotIn(north, self._as(self.finance, schemes).search([]))

    def test_figures(self):
        self._make_hours(self.ann, 60, "submitted")
        self._make_hours(self.ben, 90, "approved")
        scheme = self._as(self.coordinator, self.scheme)
        self.assertEqual(
            (scheme.member_count, scheme.to_approve_count, scheme.outstanding_hours), (4, 1, 1.5)
        )
        self._make_hours(self.ben, 45, "approved", project_id=self.project.id)
        project = self._as(self.coordinator, self.project)
        self.assertEqual((project.timebank_hours, project.timebank_people_count), (0.75, 1))
