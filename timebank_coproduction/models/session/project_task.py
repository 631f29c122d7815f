from odoo import fields, models

from ..common.hours_field import hours_of


class ProjectTask(models.Model):
    _inherit = "project.task"

    timebank_minutes = fields.Integer(compute="_compute_timebank_figures", compute_sudo=False)
    timebank_hours = hours_of("timebank_minutes", "Hours given", compute_sudo=False)
    timebank_session_count = fields.Integer(
        "Sessions", compute="_compute_timebank_figures", compute_sudo=False
    )

    def _compute_timebank_figures(self):
        hours = dict(
            self.env["timebank.hours"]._read_group(
                [("task_id", "in", self.ids), ("state", "=", "approved")], ["task_id"], ["minutes:sum"]
            )
        )
        sessions = dict(
            self.env["timebank.session"]._read_group(
                [("activity_id.task_id", "in", self.ids)], ["task_id"], ["__count"]
            )
        )
        for task in self:
            task.timebank_minutes = hours.get(task._origin, 0)
            task.timebank_session_count = sessions.get(task._origin, 0)

    def action_view_timebank_hours(self):
        """The hours given in this task; a new one starts from it."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("timebank_coproduction.timebank_hours_action")
        activities = self.env["timebank.activity"].search([("task_id", "=", self.id)])
        schemes = activities.scheme_id or self.project_id.timebank_scheme_ids
        return dict(
            action,
            domain=[("task_id", "=", self.id)],
            context={
                "default_task_id": self.id,
                "default_project_id": self.project_id.id,
                "default_description": self.name,
                **schemes._default_for_user(),
            },
        )

    def action_view_timebank_sessions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "timebank_coproduction.timebank_session_action"
        )
        return dict(action, domain=[("task_id", "=", self.id)], context={})
