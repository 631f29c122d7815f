from odoo import fields, models

from ..common.figures import figures_over
from ..common.verb import verb
from ..common.windows import open_list


class ProjectProject(models.Model):
    _inherit = "project.project"

    timebank_session_count = fields.Integer(
        "Sessions", compute="_compute_timebank_session_count", compute_sudo=False
    )

    def _compute_timebank_session_count(self):
        for project, count in figures_over(self, self.env["timebank.session"], "project_id"):
            project.timebank_session_count = count

    @verb()
    def action_view_timebank_sessions(self):
        return open_list(self.env, "timebank_session_action", [("project_id", "in", self.ids)], {})
