"""Contacts with all that a bank can know of them become one, one after the other, and are as before again."""

from odoo.fields import Command

from ..erasing_common import find_in_database
from ..merging_common import MergingCase


class TestMergeChains(MergingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._prepare_filling()
        cls.third = cls._make_member("E. Grey")
        cls.hill = cls._make_scheme("Hill Top")

    def _get_own_schemes(self):
        return self.scheme | self.hill

    def _total(self, *members):
        return sum(self._balances(*members))

    def test_all_that_somebody_can_have(self):
        """With all of it on both sides: it is one person's, and then each has their own again."""
        self._fill_up(self.eva, 1)
        self._fill_up(self.eva2, 2)
        before, total = self._picture(), self._total(self.eva, self.eva2)
        for kept, gone in ((self.eva, self.eva2), (self.eva2, self.eva)):
            with self.subTest(kept=kept.name), self._undone():
                person = kept.partner_id
                merge = self._merge(person, gone.partner_id)
                member = self.env["timebank.member"].search(
                    [("partner_id", "=", person.id), ("scheme_id", "=", self.scheme.id)]
                )
                self.assertEqual(member.balance_minutes, total)
                self.assertEqual(member.given_minutes, 240)
                self.assertEqual(member.received_minutes, 30)
                for model, number in (
                    ("timebank.redemption", 8),
                    ("timebank.offer", 2),
                    ("timebank.request", 2),
                    ("timebank.attendance", 2),
                    ("timebank.check", 2),
                ):
                    rows = self.env[model].search([("partner_id", "=", person.id)])
                    self.assertEqual(len(rows), number, model)
                self._undo(merge)
                self._check_same(before)

    def test_a_chain_is_undone_from_its_end(self):
        for number, member in enumerate((self.eva, self.eva2, self.third)):
            self._fill_up(member, number + 1)
        before, total = self._picture(), self._total(self.eva, self.eva2, self.third)
        people = [member.partner_id for member in (self.eva, self.eva2, self.third)]
        first = self._merge(people[1], people[0])
        between = self._picture()
        second = self._merge(people[2], people[1])
        member = self.env["timebank.member"].search(
            [("partner_id", "=", people[2].id), ("scheme_id", "=", self.scheme.id)]
        )
        self.assertEqual(member.balance_minutes, total)
        with self.assertRefused("E. Grey was merged again since: undo that first"):
            self._undo(first)
        self._undo(second)
        self._check_same(between)
        self._undo(first)
        self._check_same(before)
        with self.assertRefused("undone already"):
            self._undo(second)

    def test_what_is_put_right_on_the_way(self):
        """An hour of the first that is taken back after the second merge is the first's loss."""
        hours = self._make_hours(self.eva, 90, "approved")
        for number, member in enumerate((self.eva, self.eva2, self.third)):
            self._fund(member, 30 * (number + 1))
        people = [member.partner_id for member in (self.eva, self.eva2, self.third)]
        numbers = [member.id for member in (self.eva, self.eva2, self.third)]
        first = self._merge(people[1], people[0])
        self.assertEqual(self.eva2.balance_minutes, 180)
        second = self._merge(people[2], people[1])
        self.assertEqual(self.third.balance_minutes, 270)
        hours.with_user(self.coordinator).action_reverse("Not given")
        self.assertEqual(self.third.balance_minutes, 180)
        self._undo(second)
        members = self.env["timebank.member"].browse(numbers)
        self.assertEqual(members[1:].mapped("balance_minutes"), [90, 90])
        self._undo(first)
        self.assertEqual(members.mapped("balance_minutes"), [30, 60, 90])

    def test_two_pairs_become_one(self):
        """Each pair was one already: what of it is undone goes backwards, too."""
        for number, member in enumerate((self.eva, self.eva2, self.third)):
            self._fund(member, 30 * (number + 1))
        fourth = self._make_member("Eva G.")
        before = self._picture()
        first = self._merge(self.eva.partner_id, self.eva2.partner_id)
        second = self._merge(fourth.partner_id, self.third.partner_id)
        between = self._picture()
        last = self._merge(self.eva.partner_id, fourth.partner_id)
        self.assertEqual(self.eva.balance_minutes, 180)
        for merge in (first, second):
            with self.assertRefused("was merged again since: undo that first"):
                self._undo(merge)
        self._undo(last)
        self._check_same(between)
        self._undo(first)
        self._undo(second)
        self._check_same(before)

    def test_known_in_two_banks(self):
        """One bank knows each of them, or both banks know both."""
        there = self._make_member(self.eva2.partner_id, scheme=self.hill)
        self._fund(there, 45)
        for both in (False, True):
            with self.subTest(both=both), self._undone():
                if both:
                    self._fund(self._make_member(self.eva.partner_id, scheme=self.hill), 60)
                before = self._picture()
                person = self.eva.partner_id
                merge = self._merge(person, self.eva2.partner_id)
                self.assertEqual(len(person.timebank_member_ids), 2)
                self.assertEqual(
                    sum(person.timebank_member_ids.mapped("balance_minutes")), 105 if both else 45
                )
                self.assertEqual(merge.scheme_ids, self.scheme | self.hill)
                self._undo(merge)
                self._check_same(before)

    def test_in_only_one_of_the_banks_one_has_no_say(self):
        self._make_member(self.eva2.partner_id, scheme=self.hill)
        self.hill.coordinator_ids = self.coordinator2
        with self.assertRefused("you don't decide for"):
            self._merge(self.eva.partner_id, self.eva2.partner_id)

    def test_applicants(self):
        """Whoever has joined stays; of two applications, one."""
        person = self.env["res.partner"].create({"name": "Eva Grey-Hall"})
        applicant = self.env["timebank.member"].create({"partner_id": person.id, "scheme_id": self.scheme.id})
        self._fund(self.eva, 30)
        before = self._picture()
        for kept, gone in ((self.eva.partner_id, person), (person, self.eva.partner_id)):
            with self.subTest(kept=kept.name), self._undone():
                merge = self._merge(kept, gone)
                self.assertEqual(self.eva.partner_id, kept)
                self.assertEqual((self.eva.state, self.eva.balance_minutes), ("active", 30))
                self.assertFalse(applicant.exists())
                self._undo(merge)
                self._check_same(before)
        other = self.env["res.partner"].create({"name": "E. Hall"})
        self.env["timebank.member"].create({"partner_id": other.id, "scheme_id": self.scheme.id})
        before = self._picture()
        merge = self._merge(person, other)
        self.assertEqual(person.timebank_member_ids, applicant)
        self._undo(merge)
        self._check_same(before)

    def test_organisations_with_people(self):
        """Two records of one organisation, each with somebody who is a member themselves."""
        agency = self.agency.partner_id
        agency.is_company = True
        double = self.env["res.partner"].create({"name": "Harbor Trust", "is_company": True})
        member = self._make_member(double, "organisation")
        self._fund(member, 60)
        self.eva.partner_id.parent_id = agency
        self.eva2.partner_id.parent_id = double
        before = self._picture()
        merge = self._merge(agency, double)
        self.assertEqual(agency.child_ids, self.eva.partner_id | self.eva2.partner_id)
        self.assertEqual(self.agency.balance_minutes, 60)
        self._undo(merge)
        self._check_same(before)

    def test_a_login_goes_with_them(self):
        """Whose contact goes signs in as before, and sees what is theirs."""
        self._fund(self.eva, 30)
        self.eva.partner_id.email = self.ann.partner_id.email
        merge = self._merge(self.eva.partner_id, self.ann.partner_id)
        self.assertEqual(self.portal.partner_id, self.eva.partner_id)
        seen = self.env["timebank.member"].with_user(self.portal).search([])
        self.assertEqual(seen.balance_minutes, 630)
        self._undo(merge)
        self.assertEqual(self.portal.partner_id.name, "Ann Lee")
        self.assertEqual(self.portal.partner_id.timebank_member_ids.balance_minutes, 600)

    def test_of_another_company(self):
        """A contact of one company never comes to hold what is another's."""
        company = self.env["res.company"].create({"name": "Elsewhere Ltd"})
        for user in (self.env.user, self.manager, self.coordinator):
            user.company_ids |= company
        env = self.env(context=dict(self.env.context, allowed_company_ids=(self.env.company | company).ids))
        bank = env["timebank.scheme"].create(
            {
                "name": "Far Away",
                "company_id": company.id,
                "coordinator_ids": [Command.set(self.coordinator.ids)],
            }
        )
        person = env["res.partner"].create({"name": "Eva Grey", "company_id": company.id})
        self._make_member(person, scheme=bank)
        self.eva.partner_id.company_id = self.env.company
        for kept, gone in ((self.eva.partner_id, person), (person, self.eva.partner_id)):
            with self.assertRefused("Eva Grey belongs to", "Elsewhere Ltd"):
                self._merge(kept, gone)

    def test_who_was_merged_is_forgotten(self):
        """Of either of the contacts nothing is left, whichever stayed, and whatever came between."""
        for left_before in (False, True):
            for kept, gone in ((self.eva, self.eva2), (self.eva2, self.eva)):
                with self.subTest(kept=kept.name, left_before=left_before), self._undone():
                    names = [kept.name, gone.name]
                    if left_before:
                        self._leave(gone)
                    self._make_hours(gone, 30, description=f"With {gone.name}")
                    self._merge(kept.partner_id, gone.partner_id)
                    member = kept.partner_id.timebank_member_ids
                    self.env["timebank.hours"].search([("partner_id", "=", kept.partner_id.id)]).unlink()
                    self._leave(member.with_user(self.coordinator), credit_to="bank", reason="Moved")
                    member.with_user(self.manager).action_forget("Asked by letter")
                    self.env.flush_all()
                    for name in names:
                        self.assertEqual(find_in_database(self.env, name), [])

    def test_what_others_wrote_is_in_no_copy(self):
        """What is kept for undoing holds nothing of a third person, who may be forgotten meanwhile."""
        self._make_hours(self.third, 5, receiver_id=self.eva2.partner_id.id, description="Xylophone lesson")
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
        self.assertNotIn("Xylophone", str(merge.photograph))
        self.env["timebank.hours"].search([("description", "=", "Xylophone lesson")]).unlink()
        self._undo(merge)
        self.assertFalse(self.env["timebank.hours"].search([("description", "=", "Xylophone lesson")]))

    def test_what_was_decided_since_is_whose_account_it_went_to(self):
        """Whichever membership went on: hours, claims and places are where their credits are, or will be."""
        waiting = self._make_hours(self.eva2, 50, "submitted")
        mine = self._make_hours(self.eva, 55, "submitted")
        for kept, gone in ((self.eva, self.eva2), (self.eva2, self.eva)):
            for pauses in (False, True):
                with self.subTest(kept=kept.name, pauses=pauses), self._undone():
                    if pauses:
                        kept.action_pause()
                    person = kept.partner_id
                    merge = self._merge(person, gone.partner_id)
                    (waiting | mine).with_user(self.coordinator).action_approve()
                    member = self.env["timebank.member"].search(
                        [("partner_id", "=", person.id), ("scheme_id", "=", self.scheme.id)]
                    )
                    self._make_hours(member, 20, "approved")
                    claim = self._make_claim(member, self.coffee, "approved")
                    self._undo(merge)
                    self.assertEqual(claim.partner_id, claim.account_id.partner_id)
                    members = self.env["timebank.member"].search([("name", "in", ("Eva Grey", "Eva Gray"))])
                    self.assertEqual(sum(members.mapped("given_minutes")), 125)
                    self.assertEqual(sum(members.mapped("balance_minutes")), 120)
                    for one in members:
                        self.assertEqual(
                            one.balance_minutes,
                            one.given_minutes - 5 * (claim.partner_id == one.partner_id),
                        )

    def test_what_was_recorded_since_goes_with_the_membership(self):
        """A contact that is in no bank any more leaves nothing behind in one."""
        contact = self.env["res.partner"].create({"name": "Eva G."})
        merge = self._merge(contact, self.eva.partner_id)
        hours = self._make_hours(self.eva, 20, "approved")
        later = self._make_hours(self.eva, 25, "submitted")
        offer = self._make_offer(self.eva)
        self._undo(merge)
        person = self.eva.partner_id
        self.assertNotEqual(person, contact)
        for row in (hours, later, offer):
            self.assertEqual(row.partner_id, person)
        later.with_user(self.coordinator).action_approve()
        self.assertEqual((self.eva.balance_minutes, self.eva.given_minutes), (45, 45))
