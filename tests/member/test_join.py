"""Contacts become members, many at once, in the bank that their coordinator works in."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time

from ..common import TODAY, TimebankCase


@freeze_time(TODAY)
class TestJoin(TimebankCase):
    """From contacts to members."""

    def _join(self, partners, user=None, **vals):
        wizard = self.env["timebank.join"].with_user(user or self.coordinator)
        return wizard.create(
            {
                "scheme_id": self.scheme.id,
                "partner_ids": [Command.set(partners.ids)],
                **vals,
            }
        ).action_join()

    def test_contacts_join_and_are_accepted_at_once(self):
        people = self.env["res.partner"].create([{"name": "Dot Hill"}, {"name": "Eli Ward"}])
        self._join(people | self.ann.partner_id)
        members = people.timebank_member_ids
        self.assertEqual(members.mapped("state"), ["active", "active"])
        self.assertTrue(all(member.account_id for member in members))
        self.assertEqual(len(self.ann.partner_id.timebank_member_ids), 1)

    def test_contacts_can_wait_as_applicants(self):
        person = self.env["res.partner"].create({"name": "Dot Hill"})
        action = self._join(person, accept=False)
        self.assertEqual(person.timebank_member_ids.state, "applicant")
        self.assertEqual(action["res_id"], person.timebank_member_ids.id)

    def test_members_don_t_join_twice(self):
        with self.assertRaisesRegex(UserError, "already"):
            self._join(self.ann.partner_id | self.ben.partner_id)

    def test_who_were_members_before_are_named_and_come_back(self):
        self.ann.action_pause()
        self._leave(self.ben)
        partners = self.ann.partner_id | self.ben.partner_id
        with self.assertRefused("Ann Lee is paused", "Ben Okoro left on", "Welcome them back"):
            self._join(partners)
        person = self.env["res.partner"].create({"name": "Dot Hill"})
        with Form(self.env["timebank.join"].with_user(self.coordinator)) as form:
            form.scheme_id = self.scheme
            form.partner_ids.add(person)
            self.assertFalse(form.former_text)
            form.partner_ids.add(self.ben.partner_id)
            self.assertIn("Ben Okoro left on", form.former_text)
        form.record.action_join()
        self.assertEqual((person.timebank_member_ids.state, self.ben.state), ("active", "left"))
        self._join(partners, welcome_back=True)
        self.assertEqual((self.ann | self.ben).mapped("state"), ["active", "active"])

    def test_nobody_joins_a_bank_of_others(self):
        person = self.env["res.partner"].create({"name": "Dot Hill"})
        with self.assertRaises(AccessError):
            self._join(person, user=self.coordinator2)

    def test_figures_of_contacts_and_projects(self):
        self._make_hours(self.ann, 90, state="approved", project_id=self.project.id)
        partner = self.ann.partner_id.with_user(self.coordinator)
        self.assertEqual((partner.timebank_balance_hours, partner.timebank_given_hours), (1.5, 1.5))
        lines = self.env["timebank.statement.line"].search(partner.action_view_timebank_statement()["domain"])
        self.assertEqual(lines.minutes, 90)
        project = self.project.with_user(self.coordinator)
        self.assertEqual((project.timebank_hours, project.timebank_people_count), (1.5, 1))
        people = self.env["res.partner"].search(project.action_view_timebank_people()["domain"])
        self.assertEqual(people, self.ann.partner_id)


@freeze_time(TODAY)
class TestUsualBank(TimebankCase):
    """Which bank a new record starts in."""

    def test_the_one_that_the_user_works_in(self):
        other = self._make_scheme("Hillside", coordinator_ids=[Command.set(self.coordinator2.ids)])
        self._make_member(self.staff.partner_id, scheme=other)
        for user, scheme in (
            (self.coordinator, self.scheme),
            (self.coordinator2, other),
            (self.staff, other),
            (self.portal, self.scheme),
        ):
            self.assertEqual(
                self.env["timebank.scheme"].with_user(user)._get_usual(),
                scheme,
                user.login,
            )

    def test_none_where_it_could_be_several(self):
        self._make_scheme("Hillside")
        self.assertFalse(self.env["timebank.scheme"].with_user(self.coordinator)._get_usual())
