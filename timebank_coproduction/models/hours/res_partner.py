from odoo import fields, models

from ..common.hours_field import hours_field
from ..common.verb import verb
from ..common.windows import open_list


class ResPartner(models.Model):
    """What a person gave and received."""

    _inherit = "res.partner"

    timebank_given_minutes = fields.Integer(compute="_compute_timebank_figures", compute_sudo=False)
    timebank_given_hours = hours_field("timebank_given_minutes", "Hours given", compute_sudo=False)
    timebank_received_minutes = fields.Integer(compute="_compute_timebank_figures", compute_sudo=False)
    timebank_received_hours = hours_field("timebank_received_minutes", "Hours received", compute_sudo=False)

    def _compute_timebank_figures(self):
        """Over the banks that the user may see."""
        members = self.env["timebank.member"].search([("partner_id", "in", self.ids)]).grouped("partner_id")
        for partner in self:
            mine = members.get(partner._origin, self.env["timebank.member"])
            partner.timebank_given_minutes = sum(mine.mapped("given_minutes"))
            partner.timebank_received_minutes = sum(mine.mapped("received_minutes"))

    @verb()
    def action_view_timebank_hours(self):
        """Everything that these people gave or received."""
        theirs = ["|", ("partner_id", "in", self.ids), ("receiver_id", "in", self.ids)]
        return open_list(self.env, "timebank_hours_action", theirs, {})
