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
    """The claims that a vendor bill pays for, and how far its lines are matched."""

    _inherit = "account.move"

    timebank_claim_count = fields.Integer(
        "Claims paid", compute="_compute_timebank_claim_count", compute_sudo=False, groups=FINANCE
    )

    timebank_line_count = fields.Integer(
        "Lines on grants", compute="_compute_timebank_line_count", compute_sudo=False, groups=FINANCE
    )
    timebank_matched_count = fields.Integer(
        "Lines matched", compute="_compute_timebank_line_count", compute_sudo=False, groups=FINANCE
    )

    @api.depends("state", "line_ids.analytic_distribution", "line_ids.account_id", "line_ids.product_id")
    @api.depends_context("uid")
    def _compute_timebank_line_count(self):
        """Posted lines that a grant pays for, looked up in the bills themselves, and those matched."""
        items = self.line_ids.filtered(lambda item: item.parent_state == "posted")
        grants = self._get_timebank_grants()
        matched = self.env["timebank.bill.line"].search(
            [("move_line_id", "in", items.ids), ("status", "=", "matched")]
        )
        done = {(line.grant_id.id, line.move_line_id.id) for line in matched}
        for move in self:
            charged = {
                (grant.id, item.id)
                for item in move.line_ids & items
                for grant in grants.filtered("analytic_account_id")
                if grant.analytic_account_id in item.distribution_analytic_account_ids
                and grant._counts_as_reward(item.account_id, item.product_id)
            }
            move.timebank_line_count = len(charged)
            move.timebank_matched_count = len(charged & done)

    def _get_timebank_grants(self):
        """The grants whose analytic accounts the lines of these bills carry."""
        accounts = self.line_ids.distribution_analytic_account_ids
        return self.env["timebank.grant"].search(
            [("analytic_account_id", "in", accounts.ids), ("state", "!=", "draft")]
        )

    def action_view_timebank_lines(self):
        """The lines of this bill that grants pay for, as the books say now, matched or not."""
        self.env["timebank.bill.line"]._follow(self._get_timebank_grants())
        return self.env["ir.actions.act_window"]._open_timebank(
            "timebank_bill_line_action", [("move_line_id", "in", self.line_ids.ids)]
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
