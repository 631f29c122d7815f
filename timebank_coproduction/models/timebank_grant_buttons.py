from odoo import api, fields, models

#: Who sees that there are grants.
SEES_GRANTS = (
    "timebank_coproduction.group_timebank_coordinator,"
    "timebank_coproduction.group_timebank_finance,"
    "timebank_coproduction.group_timebank_manager"
)
FINANCE = "timebank_coproduction.group_timebank_finance"


class TimebankGrantLinked(models.AbstractModel):
    """Whatever has grants: how many the reader may see, and the way to them.

    A model that inherits this says in ``_grant_field`` which field of the grant names it.
    """

    _name = "timebank.grant.linked"
    _description = "Has Grants"

    _grant_field = None

    timebank_grant_count = fields.Integer(
        "Grants", compute="_compute_timebank_grant_count", compute_sudo=False, groups=SEES_GRANTS
    )

    @api.depends_context("uid")
    def _compute_timebank_grant_count(self):
        counts = dict(
            self.env["timebank.grant"]._read_group(
                [(self._grant_field, "in", self.ids)], [self._grant_field], ["__count"]
            )
        )
        for record in self:
            record.timebank_grant_count = counts.get(record._origin, 0)

    def action_view_timebank_grants(self):
        """The grants that name these, closed ones too."""
        return self.env["ir.actions.act_window"]._open_timebank(
            "timebank_grant_action", [(self._grant_field, "in", self.ids)], **self._get_grant_defaults()
        )

    def _get_grant_defaults(self):
        """What a new grant begins with on that list."""
        return {}


class ResPartner(models.Model):
    """A funder's grants."""

    _name = "res.partner"
    _inherit = ["res.partner", "timebank.grant.linked"]

    _grant_field = "funder_id"

    def _get_grant_defaults(self):
        return {"default_funder_id": self[:1].id}


class ProjectProject(models.Model):
    """The grants that serve a project."""

    _name = "project.project"
    _inherit = ["project.project", "timebank.grant.linked"]

    _grant_field = "project_ids"


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
        return self.env["ir.actions.act_window"]._open_timebank(
            "timebank_redemption_action", [("id", "in", matches.redemption_id.ids)]
        )
