from odoo import fields, models

from ..common.verb import verb


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    timebank_grant_plan_id = fields.Many2one(
        related="company_id.timebank_grant_plan_id", readonly=False, string="Analytic plan of grants"
    )

    @verb(single=True)
    def action_timebank_grant_plan(self):
        """Give grants an analytic plan of their own, and show the settings anew."""
        self.company_id._make_timebank_grant_plan()
        return {"type": "ir.actions.client", "tag": "reload"}
