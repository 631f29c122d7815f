from odoo import api, fields, models

#: Who sees that there are grants.
SEES_GRANTS = (
    "timebank_coproduction.group_timebank_coordinator,"
    "timebank_coproduction.group_timebank_finance,"
    "timebank_coproduction.group_timebank_manager"
)
FINANCE = "timebank_coproduction.group_timebank_finance"


class ResPartner(models.Model):
    """A funder's grants."""

    _inherit = "res.partner"

    timebank_grant_ids = fields.One2many("timebank.grant", "funder_id", groups=SEES_GRANTS)
    timebank_grant_count = fields.Integer(
        "Grants", compute="_compute_timebank_grant_count", compute_sudo=False, groups=SEES_GRANTS
    )

    @api.depends("timebank_grant_ids")
    @api.depends_context("uid")
    def _compute_timebank_grant_count(self):
        counts = self.env["timebank.grant"]._read_group(
            [("funder_id", "in", self.ids)], ["funder_id"], ["__count"]
        )
        counts = {partner.id: count for partner, count in counts}
        for partner in self:
            partner.timebank_grant_count = counts.get(partner._origin.id, 0)

    def action_view_timebank_grants(self):
        """The grants that this partner funds, closed ones too."""
        return self.env["timebank.grant"]._action_where(
            [("funder_id", "in", self.ids)], {"default_funder_id": self[:1].id}
        )


class ProjectProject(models.Model):
    """The grants that serve a project."""

    _inherit = "project.project"

    timebank_grant_ids = fields.Many2many("timebank.grant", groups=SEES_GRANTS)
    timebank_grant_count = fields.Integer(
        "Grants", compute="_compute_timebank_grant_count", compute_sudo=False, groups=SEES_GRANTS
    )

    @api.depends("timebank_grant_ids")
    @api.depends_context("uid")
    def _compute_timebank_grant_count(self):
        counts = self.env["timebank.grant"]._read_group(
            [("project_ids", "in", self.ids)], ["project_ids"], ["__count"]
        )
        counts = {project.id: count for project, count in counts}
        for project in self:
            project.timebank_grant_count = counts.get(project._origin.id, 0)

    def action_view_timebank_grants(self):
        """The grants that serve this project, closed ones too."""
        return self.env["timebank.grant"]._action_where([("project_ids", "in", self.ids)])


class TimebankGrant(models.Model):
    _inherit = "timebank.grant"

    @api.model
    def _action_where(self, domain, context=None):
        action = self.env["ir.actions.act_window"]._for_xml_id("timebank_coproduction.timebank_grant_action")
        return dict(action, domain=domain, context=context or {})


class AccountMove(models.Model):
    """The claims that a vendor bill pays for."""

    _inherit = "account.move"

    timebank_claim_count = fields.Integer(
        "Claims paid", compute="_compute_timebank_claim_count", compute_sudo=False, groups=FINANCE
    )

    @api.depends("line_ids")
    @api.depends_context("uid")
    def _compute_timebank_claim_count(self):
        counts = dict.fromkeys(self.ids, 0)
        groups = self.env["timebank.reward.match"]._read_group(
            [("move_line_id.move_id", "in", self.ids)], ["move_line_id"], ["redemption_id:count_distinct"]
        )
        for line, count in groups:
            counts[line.sudo().move_id.id] += count  # sudo: only which bill the line is of
        for move in self:
            move.timebank_claim_count = counts.get(move._origin.id, 0)

    def action_view_timebank_claims(self):
        """The claims matched with this bill's lines."""
        matches = self.env["timebank.reward.match"].search([("move_line_id.move_id", "in", self.ids)])
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "timebank_coproduction.timebank_redemption_action"
        )
        return dict(action, domain=[("id", "in", matches.redemption_id.ids)], context={})
