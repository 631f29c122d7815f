from odoo import fields, models


class ProjectProject(models.Model):
    _inherit = "project.project"

    timebank_session_count = fields.Integer(
        "Sessions", compute="_compute_timebank_session_count", compute_sudo=False
    )

    def _compute_timebank_session_count(self):
        counts = dict(
            self.env["timebank.session"]._read_group(
                [("project_id", "in", self.ids)], ["project_id"], ["__count"]
            )
        )
        for project in self:
            project.timebank_session_count = counts.get(project._origin, 0)

    def action_view_timebank_sessions(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "timebank_coproduction.timebank_session_action"
        )
        return dict(action, domain=[("project_id", "in", self.ids)], context={})
