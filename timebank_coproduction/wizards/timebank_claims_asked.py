from odoo import api, fields, models


class TimebankClaimsAsked(models.AbstractModel):
    """A dialog about the claims that were chosen, all of one organisation, which asks why."""

    _name = "timebank.claims.asked"
    _description = "Dialog about Claims"

    redemption_ids = fields.Many2many(
        "timebank.redemption", string="Claims", default=lambda self: self.env.context.get("active_ids")
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    beyond_budget = fields.Boolean(
        "Beyond the budget", help="Allow it although the grant has not enough left."
    )
    reason = fields.Char(required=True)

    @api.depends("redemption_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.redemption_ids[:1].company_id or self.env.company
