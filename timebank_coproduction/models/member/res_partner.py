from odoo import fields, models

from ..common.hours_field import hours_field
from ..common.verb import verb
from ..common.windows import open_list


class ResPartner(models.Model):
    """The memberships of a person, and what they have to spend."""

    _inherit = "res.partner"

    timebank_member_ids = fields.One2many("timebank.member", "partner_id", string="Time banks")
    timebank_balance_minutes = fields.Integer(compute="_compute_timebank_balance", compute_sudo=False)
    timebank_balance_hours = hours_field("timebank_balance_minutes", "Time credits", compute_sudo=False)

    def _compute_timebank_balance(self):
        """Over the banks that the user may see."""
        members = self.env["timebank.member"].search([("partner_id", "in", self.ids)]).grouped("partner_id")
        for partner in self:
            mine = members.get(partner._origin, self.env["timebank.member"])
            partner.timebank_balance_minutes = sum(mine.mapped("balance_minutes"))

    @verb()
    def action_view_timebank_statement(self):
        """What moved on these people's own accounts."""
        own = [("account_id", "in", self.timebank_member_ids.account_id.ids)]
        return open_list(self.env, "timebank_statement_line_action", own)
