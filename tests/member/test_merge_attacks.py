"""Nobody gains anything by merging, undoing or forgetting that isn't theirs, and nothing said is lost."""

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.timebank_coproduction.models.common.personal import WORDS, fields_of

from ..common import TODAY
from ..erasing_common import find_in_database
from ..merging_common import MergingCase

MERGING = "base.partner.merge.automatic.wizard"


class TestMergeAttacks(MergingCase):
    def _apply(self, name, **vals):
        person = self.env["res.partner"].create({"name": name})
        vals |= {"partner_id": person.id, "scheme_id": self.scheme.id, "applied_on": TODAY}
        return self.env["timebank.member"]._in_verb().create(vals)._out_of_verb()

    def test_an_applicants_words_are_kept(self):
        """All that somebody said in words of their own, whichever contact stays."""
        words = [field for field in fields_of(self.eva, WORDS) if field.store and field.type == "char"]
        self.assertIn("own_words", [field.name for field in words])
        applicant = self._apply("Eva Grey-Hall", **{field.name: f"New {field.name}" for field in words})
        self.eva.own_words = "Knitting"
        before = self._picture()
        for kept, gone in ((self.eva, applicant), (applicant, self.eva)):
            with self.subTest(kept=kept.name), self._undone():
                merge = self._merge(kept.partner_id, gone.partner_id)
                for field in words:
                    self.assertIn(f"New {field.name}", self.eva[field.name])
                self.assertEqual(self.eva.own_words, "Knitting · New own_words")
                self.assertEqual(self.eva.applied_on.date(), TODAY)
                self._undo(merge)
                self._check_same(before)

    def test_a_telephone_number_that_goes_is_noted(self):
        applicant = self._apply("Eva Grey-Hall")
        applicant.partner_id.phone, self.eva.partner_id.phone = "0113 496 0999", "0113 496 0111"
        merge = self._merge(self.eva.partner_id, applicant.partner_id)
        self.assertEqual(self.eva.phone, "0113 496 0111")
        self.assertIn("Not taken over: 0113 496 0999", str(self.eva.message_ids[0].body))
        self._undo(merge)
        applicant.with_user(self.manager).action_forget("Asked by letter")
        self.env.flush_all()
        for word in ("0113 496 0999", "Eva Grey-Hall"):
            self.assertEqual(find_in_database(self.env, word), [])

    def test_names_from_before_are_found_where_they_were_noted(self):
        """Who was one with another, and then became one with a third, is forgotten as that one."""
        third = self._make_member("Gwen Oldfield")
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
        self._undo(merge)
        self.scheme._message_log(body="Eva Gray and Ben Okoro keep the keys")
        again = self.env["timebank.member"].search([("name", "=", "Eva Gray")])
        self._merge(third.partner_id, again.partner_id)
        self._leave(third.with_user(self.coordinator), credit_to="bank", reason="Moved")
        third.with_user(self.manager).action_forget("Asked by letter")
        self.env.flush_all()
        for name in ("Eva Gray", "Gwen Oldfield"):
            self.assertEqual(find_in_database(self.env, name), [])

    def test_a_no_to_mails_holds(self):
        for name in self.eva._get_mail_switches():
            with self.subTest(name), self._undone():
                self.eva2[name] = False
                before = self._picture()
                merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
                self.assertFalse(self.eva[name])
                self._undo(merge)
                self._check_same(before)

    def test_what_others_may_see_does_not_widen(self):
        self.eva2.write({"share_email": True, "share_phone": True, "name_shown": "full", "trusted": True})
        self._merge(self.eva.partner_id, self.eva2.partner_id)
        self.assertFalse(self.eva.share_email or self.eva.share_phone or self.eva.trusted)
        self.assertEqual(self.eva.name_shown, "initial")

    def test_no_credit_is_gained(self):
        """Limits aren't added up, a gift between the two is none, and a debt goes along."""
        for member in (self.eva, self.eva2):
            member.account_id._in_verb().write({"credit_limit_minutes": 60})
        self._fund(self.eva, 30)
        self._post(self.eva.account_id, self.eva2.account_id, 80, kind="gift", memo="Thanks")
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
        self.assertEqual((self.eva.balance_minutes, self.eva.account_id.credit_limit_minutes), (30, 60))
        with self.assertRaises(UserError):
            self._post(self.eva.account_id, self.ben.account_id, 91)
        self._post(self.eva.account_id, self.ben.account_id, 90)
        with self.assertRefused("has spent"):
            self._undo(merge)
        self.assertEqual(self._balances(self.eva), [-60])

    def test_together_further_below_zero_than_one_may_be(self):
        for member in (self.eva, self.eva2):
            member.account_id._in_verb().write({"credit_limit_minutes": 60})
            self._post(member.account_id, self.ben.account_id, 40)
        with self.assertRefused("further below zero"):
            self._merge(self.eva.partner_id, self.eva2.partner_id)

    def test_who_was_forgotten_is_nobody_again(self):
        """Nor does somebody become one with them, who could then never be forgotten."""
        self._leave(self.eva2.with_user(self.coordinator), credit_to="bank", reason="Moved")
        self.eva2.with_user(self.manager).action_forget("Asked by letter")
        self._leave(self.eva.with_user(self.coordinator), credit_to="bank", reason="Moved")
        somebody = self.env["res.partner"].create({"name": "Somebody"})
        for one, other in (
            (self.eva.partner_id, self.eva2.partner_id),
            (self.eva2.partner_id, self.eva.partner_id),
            (somebody, self.eva2.partner_id),
            (self.eva2.partner_id, somebody),
        ):
            with self.assertRefused("forgotten"):
                self._merge(one, other)
        self.eva.with_user(self.manager).action_forget("Asked by letter")

    def test_nobody_has_themselves_forgotten(self):
        own = self._make_member(self.manager.partner_id)
        self._leave(own.with_user(self.coordinator), credit_to="bank", reason="Moved")
        with self.assertRefused("Nobody has themselves forgotten"):
            own.with_user(self.manager).action_forget("Nothing to see")
        other = new_test_user(
            self.env, "tb_manager2", groups="timebank_coproduction.group_timebank_manager", name="Max Hill"
        )
        own.with_user(other).action_forget("Asked by letter")
        self.assertTrue(own.forgotten_on)

    def test_logins_that_work_here_and_companies_stay_apart(self):
        """Said before anything happens; whoever manages logins may."""
        self.eva.partner_id.email = self.staff.partner_id.email = "both@example.com"
        for kept, gone in (
            (self.eva.partner_id, self.staff.partner_id),
            (self.staff.partner_id, self.eva.partner_id),
        ):
            with self.assertRefused("Stella Fox signs in to work here"):
                self._merge(kept, gone)
            self.assertIn("an administrator", self.told)
        company = self.env.company.partner_id
        self.eva.partner_id.email = company.email
        for kept, gone in ((self.eva.partner_id, company), (company, self.eva.partner_id)):
            with self.assertRefused("goes by"):
                self._merge(kept, gone)
        self.eva.partner_id.email = "both@example.com"
        self.manager.group_ids |= self.env.ref("base.group_erp_manager")
        self._merge(self.eva.partner_id, self.staff.partner_id, user=self.manager)
        self.assertEqual(self.staff.partner_id, self.eva.partner_id)

    def test_contacts_that_one_cannot_read(self):
        """By a call: neither merged, nor told of."""
        company = self.env["res.company"].create({"name": "Elsewhere Ltd"})
        hidden = self.env["res.partner"].create({"name": "Hidden Person", "company_id": company.id})
        for kept, gone in ((self.eva.partner_id, hidden), (hidden, self.eva.partner_id)):
            with self.assertRaises(UserError) as caught:
                self._merge(kept, gone)
            self.assertNotIn("Hidden Person", str(caught.exception))
        self.assertTrue(hidden.exists())

    def test_others_neither_merge_nor_undo(self):
        """Who is in another bank, works here without a role, is a member, or has applied."""
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
        applicant = new_test_user(self.env, "tb_applicant", groups="base.group_portal", name="Abe Ng")
        self.env["timebank.member"].create(
            {"partner_id": applicant.partner_id.id, "scheme_id": self.scheme.id}
        )
        third = self._make_member("E. Grey")
        hill = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator2.ids)])
        self.assertTrue(hill)
        for user in (self.coordinator2, self.staff, self.finance, self.portal, applicant):
            for adds in ("", "base.group_partner_manager"):
                if adds and not user.share:
                    user.group_ids |= self.env.ref(adds)
                with self.subTest(user=user.name, adds=adds):
                    with self.assertRaises(UserError):
                        self._merge(self.eva.partner_id, third.partner_id, user=user)
                    with self.assertRaises(UserError):
                        self._undo(merge, user=user)
                    with self.assertRaises(UserError):
                        third.with_user(user).get_personal_data()
                    with self.assertRaises(UserError):
                        third.with_user(user).action_forget("Gone")
        self.assertTrue(third.partner_id.exists())
        self.assertEqual(merge.state, "done")

    def test_three_with_a_company_and_its_people(self):
        """Whoever belongs to one of them belongs to the one that stays; no credit is lost or made."""
        trust = self.env["res.partner"].create({"name": "Eva Grey Ltd", "is_company": True})
        inside = self.env["res.partner"].create({"name": "Ida Fell", "parent_id": trust.id})
        ida = self._make_member(inside)
        for number, member in enumerate((self.eva, self.eva2, ida)):
            self._fund(member, 10 * (number + 1))
        before = self._picture()
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id, trust)
        self.assertEqual(inside.parent_id, self.eva.partner_id)
        self.assertEqual(self._balances(self.eva, ida), [30, 30])
        self._undo(merge)
        self._check_same(before)
        with self.assertRaises(UserError):
            self._merge(trust, inside, self.eva.partner_id)
