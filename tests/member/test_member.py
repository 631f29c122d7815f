from dateutil.relativedelta import relativedelta
from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, users
from odoo.tools import mute_logger

from ..common import TODAY, TimebankCase


class TestMember(TimebankCase):
    def _apply(self, name="Dan Fry", **vals):
        partner = self.env["res.partner"].sudo().create({"name": name})
        return self.env["timebank.member"].create(
            {"partner_id": partner.id, "scheme_id": self.scheme.id, **vals}
        )

    @users("tb_coordinator")
    def test_a_call_says_where_no_number_is_known(self):
        for phone, said in (("0113 496 0001", "0113 496 0001"), (False, "no telephone number is known")):
            self.ann.partner_id.phone = phone
            [call] = self.ann._plan_calls(lambda one: "the picnic").values()
            self.assertIn(said, call.note)
            row = self.env["timebank.desk"]._read_call(call)
            self.assertEqual(row, (self.ann.name, phone or "", ""))

    def test_joining(self):
        member = self._apply()
        self.assertEqual((member.state, member.role, member.account_id.id), ("applicant", "volunteer", False))
        member.action_activate()
        account = member.account_id
        self.assertEqual((member.state, member.joined_on), ("active", TODAY))
        self.assertEqual(
            (account.name, account.kind, account.state, account.balance_minutes),
            ("Dan Fry", "member", "open", 0),
        )
        member.action_activate()
        self.assertEqual(member.account_id, account)

    @users("tb_coordinator")
    def test_joining_many_takes_as_many_queries_as_one(self):
        def activate(count):
            members = self.env["timebank.member"].union(
                *(self._apply(f"Person {number}") for number in range(count))
            )
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            members.action_activate()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        activate(1)
        few = activate(2)
        self.assertLessEqual(activate(40), few + 2)

    def test_the_day_of_joining_can_lie_back(self):
        member = self._make_member("Eve Long", joined_on=TODAY - relativedelta(years=1))
        self.assertEqual(member.joined_on, TODAY - relativedelta(years=1))

    @users("tb_coordinator")
    def test_pausing(self):
        member = self.ann.with_env(self.env)
        member.action_pause()
        self.assertEqual((member.state, member.account_id.state), ("paused", "open"))
        with self.assertRefused("active member"):
            member.action_pause()
        member.action_activate()
        self.assertEqual(member.state, "active")

    @users("tb_coordinator")
    def test_leaving_with_nothing_closes_the_account(self):
        member = self.ann.with_env(self.env)
        self._leave(member)
        self.assertEqual((member.state, member.left_on, member.account_id.state), ("left", TODAY, "closed"))
        with self.assertRefused("joined can leave"):
            self._leave(member)

    @users("tb_coordinator")
    def test_leaving_with_credits_freezes_them(self):
        self._fund(self.ann, 45)
        member = self.ann.with_env(self.env)
        self._leave(member)
        self.assertEqual((member.account_id.state, member.balance_minutes), ("frozen", 45))
        member.action_activate()
        self.assertEqual((member.state, member.left_on, member.account_id.state), ("active", False, "open"))
        self.assertEqual(member.balance_minutes, 45)

    def test_one_membership_for_a_person_and_bank(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._make_member(self.ann.partner_id)
        other = self._make_scheme("Hill Top")
        self.assertNotEqual(
            self._make_member(self.ann.partner_id, scheme=other).account_id, self.ann.account_id
        )

    def test_stays_the_same_person_in_the_same_bank(self):
        for vals in ({"partner_id": self.ben.partner_id.id}, {"scheme_id": self._make_scheme("Hill Top").id}):
            with self.assertRefused("stays the same person"):
                self._as(self.coordinator, self.ann).write(vals)
        applicant = self._apply()
        applicant.partner_id = self.env["res.partner"].create({"name": "Dana Fry"})
        self.assertEqual(applicant.name, "Dana Fry")

    def test_only_applicants_are_deleted(self):
        with self.assertRefused("Ann Lee has an account: use “Leave” instead of deleting."):
            self._as(self.coordinator, self.ann).unlink()
        self._as(self.coordinator, self._apply()).unlink()

    def test_a_contact_with_an_account_is_kept(self):
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.cat.partner_id.unlink()
            self.env.flush_all()

    def test_dates_in_order(self):
        self._leave(self.ann)
        with self.assertRaises(ValidationError) as caught:
            self.ann.joined_on = TODAY + relativedelta(days=1)
        self._check_sentence(str(caught.exception), "Ann Lee")

    def test_closed_bank_takes_nobody(self):
        member = self._apply()
        self.scheme.action_close()
        with self.assertRefused("River Street is closed"):
            self._as(self.coordinator, member).action_activate()

    def test_given_and_received(self):
        self._fund(self.ann, 500)
        self._make_hours(self.ben, 60, "approved")
        self._make_hours(self.ben, 30, "approved", receiver_id=self.ann.partner_id.id)
        self._make_hours(self.ben, 45, "submitted")
        self.env.invalidate_all()
        self.assertEqual((self.ben.given_minutes, self.ben.received_minutes), (90, 0))
        self.assertEqual((self.ann.given_hours, self.ann.received_hours), (0, 0.5))
        self.assertEqual(self.ben.partner_id.timebank_given_minutes, 90)

    def test_warning(self):
        self.scheme.write({"credit_limit_minutes": 120, "warn_limit_minutes": 60})
        self._post(self.ann.account_id, self.ben.account_id, 60)
        self.assertFalse(self.ann.below_warning)
        self._post(self.ann.account_id, self.ben.account_id, 1)
        self.env.invalidate_all()
        self.assertTrue(self.ann.below_warning)

    def test_an_organisation_is_shown_whole(self):
        """By its role or by what its contact is; a person never by more than they chose."""
        club = self.env["res.partner"].create({"name": "Sunday Supper Club", "is_company": True})
        club = self._make_member(club, "volunteer")
        for member in (self.agency, club):
            for choice in ("full", "initial", "first"):
                member.name_shown = choice
                self.assertEqual(
                    {member.shown_name, member._first_name(), member._door_name()}, {member.name}, choice
                )
            member.name_shown = "hidden"
            self.assertFalse(member.shown_name)
        self.assertEqual(self.cat.shown_name, "Cat E.")
        self.assertEqual(self.cat._first_name(), "Cat")
        club.partner_id.is_company = False
        club.name_shown = "initial"
        self.assertEqual(club.shown_name, "Sunday C.")

    @users("tb_coordinator")
    def test_a_coordinator_fills_in_the_form(self):
        partner = self.env["res.partner"].sudo().create({"name": "Dan Fry"})
        with Form(self.env["timebank.member"].with_context(default_scheme_id=self.scheme.id)) as form:
            form.partner_id = partner
            form.role = "beneficiary"
        self.assertEqual(form.record.scheme_id, self.scheme)

    def test_nobody_sets_their_own_terms(self):
        """Being a member of a bank that one coordinates, or of another, gives no more rights over oneself."""
        own = self._make_member(self.coordinator.partner_id)
        elsewhere = self._make_member(
            self.coordinator.partner_id, scheme=self._make_scheme("Hill Top", coordinator_ids=False)
        )
        for record, vals in (
            (elsewhere, {"trusted": True}),
            (elsewhere.account_id, {"has_own_limit": True, "credit_limit_minutes": 600}),
            (own, {"trusted": True}),
            (own.account_id, {"has_own_limit": True, "credit_limit_minutes": 600}),
        ):
            with self.subTest(record=record), self.assertRaises(UserError):
                self._as(self.coordinator, record).write(vals)
        with self.assertRaises(UserError):
            self._as(self.coordinator, elsewhere).action_pause()
