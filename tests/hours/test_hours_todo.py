"""What asks a coordinator to decide, and what tells of the decision."""

from odoo.fields import Command

from odoo.addons.timebank_coproduction.models.ledger.timebank_verbs import NOTE_EACH

from ..common import TimebankCase


class TestTodo(TimebankCase):
    def _todos(self, user=None):
        domain = [
            ("res_model", "=", "timebank.hours"),
            ("user_id", "=", (user or self.coordinator).id),
        ]
        return self.env["mail.activity"].search(domain)

    def test_one_for_a_batch_closed_by_the_last_decision(self):
        entries = self.env["timebank.hours"].create(
            [self._hours_vals(self.ann, minutes) for minutes in (10, 20, 30)]
        )
        self._as(self.portal, entries).action_submit()
        todo = self._todos()
        self.assertEqual(len(todo), 1)
        self.assertEqual(todo.summary, "3 to approve, 1:00 hours")
        entries[:2].with_user(self.coordinator).action_approve()
        self.assertEqual(self._todos(), todo)
        entries[2:].with_user(self.coordinator).action_refuse("Which day?")
        self.assertFalse(self._todos())

    def test_one_for_each_coordinator(self):
        other = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator2.ids)])
        guest = self._make_member("Dee Ray", scheme=other)
        entries = self._make_hours(self.ann) | self._make_hours(guest)
        entries.action_submit()
        self.assertEqual((len(self._todos()), len(self._todos(self.coordinator2))), (1, 1))

    def test_goes_to_somebody_who_took_no_part(self):
        me = self._make_member(self.coordinator.partner_id)
        self._make_hours(me, state="submitted")
        self.assertFalse(self._todos())
        self.scheme.coordinator_ids |= self.coordinator2
        self._make_hours(me, 61, "submitted")
        self.assertEqual(len(self._todos(self.coordinator2)), 1)

    def test_goes_to_the_projects_manager(self):
        self.scheme.coordinator_ids |= self.coordinator2
        self.project.user_id = self.coordinator2
        self._make_hours(self.ann, state="submitted", project_id=self.project.id)
        self.assertEqual(len(self._todos(self.coordinator2)), 1)

    def test_a_large_batch_leaves_one_note(self):
        members = [self._make_member(f"Person {number}") for number in range(NOTE_EACH + 1)]
        entries = self.env["timebank.hours"].create([self._hours_vals(member) for member in members])
        entries.action_submit()
        entries.with_user(self.coordinator).action_approve()
        self.assertIn("Approved: 51 entries, 51:00 hours.", self.scheme.message_ids[0].body)
        self.assertFalse(any("Approved" in (body or "") for body in entries.message_ids.mapped("body")))
