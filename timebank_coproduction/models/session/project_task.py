from odoo import fields, models

from ..common.figures import figures_over
from ..common.hours_field import hours_field
from ..common.verb import verb
from ..common.windows import open_list


class ProjectTask(models.Model):
    _inherit = "project.task"

    timebank_minutes = fields.Integer(compute="_compute_timebank_figures", compute_sudo=False)
    timebank_hours = hours_field("timebank_minutes", "Hours given", compute_sudo=False)
    timebank_session_count = fields.Integer(
        "Sessions", compute="_compute_timebank_figures", compute_sudo=False
    )

    def _compute_timebank_figures(self):
        approved = [("state", "=", "approved")]
        for task, minutes in figures_over(
            self, self.env["timebank.hours"], "task_id", approved, "minutes:sum"
        ):
            task.timebank_minutes = minutes
        for task, count in figures_over(self, self.env["timebank.session"], "task_id"):
            task.timebank_session_count = count

    @verb(single=True)
    def action_view_timebank_hours(self):
        """The hours given in this task; a new one starts from it."""
        self.ensure_one()
        activities = self.env["timebank.activity"].search([("task_id", "=", self.id)])
        schemes = activities.scheme_id or self.project_id.timebank_scheme_ids
        return open_list(
            self.env,
            "timebank_hours_action",
            [("task_id", "=", self.id)],
            {
                "default_task_id": self.id,
                "default_project_id": self.project_id.id,
                "default_description": self.name,
                **schemes._default_for_user(),
            },
        )

    @verb(single=True)
    def action_view_timebank_sessions(self):
        self.ensure_one()
        return open_list(self.env, "timebank_session_action", [("task_id", "=", self.id)], {})
