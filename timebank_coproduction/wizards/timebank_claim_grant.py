from odoo import fields, models

from ..models.common.verb import verb
from ..models.common.windows import get_chosen


class TimebankClaimGrant(models.TransientModel):
    """Charge claims to another grant, or to the organisation's own funds."""

    _name = "timebank.claim.grant"
    _description = "Charge Claims to a Grant"

    grant_id = fields.Many2one(
        "timebank.grant", domain=[("state", "=", "open")], help="Empty means the organisation's own funds."
    )
    reason = fields.Char(help="Needed where the grant's budget would not allow it.")

    @verb(single=True)
    def action_confirm(self):
        """:return: closes the dialog"""
        self.ensure_one()
        claims = get_chosen(self.env, "timebank.redemption")
        claims.action_set_grant(self.grant_id, self.reason)
        return {"type": "ir.actions.act_window_close"}
