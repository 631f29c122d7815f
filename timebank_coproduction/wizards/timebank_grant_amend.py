from odoo import api, fields, models

from ..models.common.verb import verb


class TimebankGrantAmend(models.TransientModel):
    """Ask what was agreed anew with the funder, and why."""

    _name = "timebank.grant.amend"
    _description = "Amend a Grant"

    grant_id = fields.Many2one(
        "timebank.grant", required=True, default=lambda self: self.env.context.get("active_id")
    )
    currency_id = fields.Many2one(related="grant_id.currency_id")
    date = fields.Date("Agreed on", required=True, default=fields.Date.context_today)
    amount = fields.Monetary(compute="_compute_terms", store=True, readonly=False)
    date_end = fields.Date("End", compute="_compute_terms", store=True, readonly=False, required=True)
    reward_percentage = fields.Float(
        "Share for rewards (%)", compute="_compute_terms", store=True, readonly=False
    )
    reason = fields.Char(required=True)

    @api.depends("grant_id")
    def _compute_terms(self):
        for wizard in self:
            wizard.amount = wizard.grant_id.amount
            wizard.date_end = wizard.grant_id.date_end
            wizard.reward_percentage = wizard.grant_id.reward_percentage

    @verb(single=True)
    def action_confirm(self):
        self.ensure_one()
        self.grant_id.action_amend(
            {"amount": self.amount, "date_end": self.date_end, "reward_percentage": self.reward_percentage},
            self.reason,
            self.date,
        )
        return {"type": "ir.actions.act_window_close"}
