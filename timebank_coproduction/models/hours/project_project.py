from odoo import api, fields, models
from odoo.fields import Domain

from ..common.figures import figures_over
from ..common.hours_field import hours_field
from ..common.verb import verb
from ..common.windows import open_list


class ProjectProject(models.Model):
    _inherit = "project.project"

    timebank_scheme_ids = fields.Many2many("timebank.scheme", string="Time banks")
    timebank_open_to_ids = fields.Many2many(
        "timebank.scheme",
        string="Time banks that record here",
        compute="_compute_timebank_open_to_ids",
        search="_search_timebank_open_to_ids",
        help="Those that serve the project, and those of its company that serve any.",
    )
    timebank_minutes = fields.Integer(compute="_compute_timebank_figures", compute_sudo=False)
    timebank_hours = hours_field("timebank_minutes", "Hours given", compute_sudo=False)
    timebank_people_count = fields.Integer(
        "People who gave time", compute="_compute_timebank_figures", compute_sudo=False
    )

    @api.depends("timebank_scheme_ids", "company_id")
    @api.depends_context("uid")
    def _compute_timebank_open_to_ids(self):
        banks = self.env["timebank.scheme"].search([])
        closed = {bank: bank._get_projects_not_served(self._origin) for bank in banks}
        for project in self:
            project.timebank_open_to_ids = banks.filtered(
                lambda bank, project=project._origin: project not in closed[bank]
            )

    def _search_timebank_open_to_ids(self, operator, value):
        if operator != "in":
            return NotImplemented
        if False in value:  # without any, or one of these
            every = self.env["timebank.scheme"].sudo().search([]).ids  # sudo: as below
            without = ~Domain("timebank_open_to_ids", "in", every)
            named = [one for one in value if one]
            return without | Domain("timebank_open_to_ids", "in", named) if named else without
        # sudo: which projects a bank serves, whoever can choose them; they are searched as the user
        banks = self.env["timebank.scheme"].sudo().browse(value).exists()
        of_any = banks.filtered(lambda bank: not bank.project_ids)
        return Domain("id", "in", banks.project_ids.ids) | Domain(
            "company_id", "in", [*of_any.company_id.ids, False] if of_any else []
        )

    def _compute_timebank_figures(self):
        approved = [("state", "=", "approved")]
        aggregates = ("minutes:sum", "partner_id:count_distinct")
        for project, minutes, people in figures_over(
            self, self.env["timebank.hours"], "project_id", approved, *aggregates
        ):
            project.timebank_minutes = minutes
            project.timebank_people_count = people

    @verb()
    def action_view_timebank_hours(self):
        return open_list(
            self.env,
            "timebank_hours_action",
            [("project_id", "in", self.ids)],
            {"default_project_id": self[:1].id, **self.timebank_scheme_ids._default_for_user()},
        )

    @verb()
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
