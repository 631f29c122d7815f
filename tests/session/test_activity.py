"""From an idea to an activity, and how co-productive it is."""

from odoo.exceptions import AccessError, UserError, ValidationError

from ..session_common import SessionCase


class TestActivity(SessionCase):
    def _propose(self, user, **vals):
        return (
            self.env["timebank.activity"]
            .with_user(user)
            .create({"name": "History group", "scheme_id": self.scheme.id, **vals})
        )

    def test_anybody_proposes(self):
        for user in (self.portal, self.staff, self.coordinator):
            idea = self._propose(user).sudo()
            self.assertRecordValues(idea, [{"state": "idea", "proposer_id": user.partner_id.id}])

    def test_proposer_sees_and_edits_the_idea_until_it_is_planned(self):
        idea = self._propose(self.portal)
        idea.description = "Every other Monday"
        idea.sudo().action_plan()
        with self.assertRaises(AccessError):
            idea.name = "Something else"

    def test_proposal_decides_nothing(self):
        for vals in (
            {"state": "running"},
            {"attendee_effect": "credit"},
            {"proposer_id": self.ben.partner_id.id},
        ):
            with self.assertRaises(UserError):
                self._propose(self.portal, **vals)

    def test_others_do_not_see_an_idea(self):
        idea = self._propose(self.portal)
        self.assertNotIn(idea.id, self.env["timebank.activity"].with_user(self.portal2).search([]).ids)

    def test_on_the_board(self):
        activity = self._make_activity("Litter pick").with_user(self.coordinator)
        for verb, state in (
            ("action_plan", "planned"),
            ("action_start", "running"),
            ("action_finish", "done"),
        ):
            getattr(activity, verb)()
            self.assertEqual(activity.state, state)
        with self.assertRaisesRegex(UserError, "not open to it"):
            activity.action_plan()

    def test_not_done_while_sessions_are_to_come(self):
        with self.assertRaisesRegex(UserError, r"still has sessions to come \(1\)"):
            self.activity.action_finish()
        with self.assertRaisesRegex(UserError, r"still has sessions to come \(1\)"):
            self.activity.state = "done"

    def test_calling_off_cancels_the_sessions(self):
        self.activity.with_user(self.coordinator).action_cancel()
        self.assertEqual(self.session.state, "cancelled")
        self.assertEqual(self.activity.state, "cancelled")

    def test_project_of_the_bank(self):
        other = self.env["project.project"].create({"name": "Elsewhere"})
        with self.assertRaisesRegex(ValidationError, "does not serve"):
            self.activity.project_id = other

    def test_activity_with_sessions_is_not_deleted(self):
        with self.assertRaisesRegex(UserError, "archive it"):
            self.activity.unlink()

    def test_form_as_declared(self):
        self.activity.write({"planned_by": "professionals", "delivered_by": "professionals"})
        self.assertRecordValues(
            self.activity,
            [
                {
                    "coproduction_form": "professionals_professionals",
                    "is_coproductive": False,
                    "form_is_measured": False,
                }
            ],
        )

    def test_form_as_measured(self):
        self.scheme.approve_at_closing = True
        self.activity.write({"planned_by": "jointly", "delivered_by": "professionals"})
        self._make_line(self.cat, role="professional", minutes=60)
        self._make_line(self.ann, minutes=60)
        self.session.with_user(self.coordinator).action_close()
        self.assertRecordValues(
            self.activity,
            [
                {
                    "measured_delivered_by": "jointly",
                    "coproduction_form": "jointly_jointly",
                    "is_coproductive": True,
                    "form_is_measured": True,
                    "community_minutes": 60,
                    "community_share": 0.5,
                }
            ],
        )

    def test_hours_that_wait_are_not_measured(self):
        self._make_line(self.ann)
        self.session.with_user(self.coordinator).action_close()
        self.assertFalse(self.activity.measured_delivered_by)
