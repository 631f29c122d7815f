from odoo import fields, models

from ..common.hours_field import hours_of


class TimebankActivity(models.Model):
    """What the board and the form show of an activity's sessions and hours."""

    _inherit = "timebank.activity"

    session_count = fields.Integer("Number of sessions", compute="_compute_session_figures")
    helper_shortage = fields.Integer("Helpers missing", compute="_compute_session_figures")
    next_session_on = fields.Date("Next session", compute="_compute_session_figures")
    given_minutes = fields.Integer(compute="_compute_given_minutes")
    given_hours = hours_of("given_minutes", "Hours given")

    def _compute_session_figures(self):
        """Two grouped queries, over the sessions that the user may see."""
        sessions, mine = self.env["timebank.session"], [("activity_id", "in", self.ids)]
        counts = dict(
            sessions._read_group([*mine, ("state", "!=", "cancelled")], ["activity_id"], ["__count"])
        )
        to_come = [*mine, ("state", "in", ("draft", "open")), ("stop", ">=", fields.Datetime.now())]
        coming = {
            activity: (missing, first)
            for activity, missing, first in sessions._read_group(
                to_come, ["activity_id"], ["helper_shortage:sum", "date:min"]
            )
        }
        for activity in self:
            activity.session_count = counts.get(activity._origin, 0)
            activity.helper_shortage, activity.next_session_on = coming.get(activity._origin, (0, False))

    def _compute_given_minutes(self):
        for activity in self:
            activity.given_minutes = activity.community_minutes + activity.professional_minutes

    def action_view_sessions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "timebank_coproduction.timebank_session_action"
        )
        return dict(
            action,
            domain=[("activity_id", "=", self.id)],
            context={"default_activity_id": self.id, "show_shortage": True},
        )

    def action_view_hours(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("timebank_coproduction.timebank_hours_action")
        return dict(
            action,
            domain=[("activity_id", "=", self.id)],
            context={
                "default_activity_id": self.id,
                "default_scheme_id": self.scheme_id.id,
                "default_project_id": self.project_id.id,
            },
        )
