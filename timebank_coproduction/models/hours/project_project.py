from odoo import fields, models

from ..common.hours_field import hours_of


class ProjectProject(models.Model):
    _inherit = "project.project"

    timebank_scheme_ids = fields.Many2many("timebank.scheme", string="Time banks")
    timebank_minutes = fields.Integer(compute="_compute_timebank_figures", compute_sudo=False)
    timebank_hours = hours_of("timebank_minutes", "Hours given", compute_sudo=False)
    timebank_people_count = fields.Integer(
        "People who gave time", compute="_compute_timebank_figures", compute_sudo=False
    )

    def _compute_timebank_figures(self):
        groups = self.env["timebank.hours"]._read_group(
            [("project_id", "in", self.ids), ("state", "=", "approved")],
            ["project_id"],
            ["minutes:sum", "partner_id:count_distinct"],
        )
        figures = {project: (minutes, people) for project, minutes, people in groups}
        for project in self:
            minutes, people = figures.get(project._origin, (0, 0))
            project.timebank_minutes = minutes
            project.timebank_people_count = people

    def action_view_timebank_hours(self):
        action = self.env["ir.actions.act_window"]._for_xml_id("timebank_coproduction.timebank_hours_action")
        return dict(
            action,
            domain=[("project_id", "in", self.ids)],
            context={"default_project_id": self[:1].id, **self.timebank_scheme_ids._default_for_user()},
        )

    def action_view_timebank_people(self):
        """The contacts who gave time in these projects."""
        approved = self.env["timebank.hours"].search(
            [("project_id", "in", self.ids), ("state", "=", "approved")]
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("People who gave time"),
            "res_model": "res.partner",
            "view_mode": "kanban,list,form",
            "domain": [("id", "in", approved.partner_id.ids)],
        }
