from odoo import api, fields, models

from ..models.common.verb import verb
from ..models.common.windows import get_chosen


class TimebankClaimCost(models.TransientModel):
    """Ask what a claim will cost after all, how far its bills may be above that, and why."""

    _name = "timebank.claim.cost"
    _description = "Change the Expected Cost of Claims"

    redemption_id = fields.Many2one(
        "timebank.redemption",
        required=True,
        default=lambda self: get_chosen(self.env, "timebank.redemption")[:1],
    )
    currency_id = fields.Many2one(related="redemption_id.currency_id")
    cost_amount = fields.Monetary(
        "Expected cost", compute="_compute_amounts", store=True, readonly=False, currency_field="currency_id"
    )
    tolerance_amount = fields.Monetary(
        "Tolerance",
        compute="_compute_amounts",
        store=True,
        readonly=False,
        currency_field="currency_id",
        help="By how much the bills may exceed the expected cost.",
    )
    is_tolerance_set = fields.Boolean("Another tolerance than usual")
    beyond_budget = fields.Boolean(
        "Beyond the budget", help="Allow it although the grant has not enough left."
    )
    reason = fields.Char(required=True)

    @api.depends("redemption_id")
    def _compute_amounts(self):
        for wizard in self:
            wizard.cost_amount = wizard.redemption_id.cost_amount
            wizard.tolerance_amount = wizard.redemption_id.tolerance_amount

    @verb(single=True)
    def action_confirm(self):
        """:return: closes the dialog"""
        self.ensure_one()
        claim = self.redemption_id
        if claim.currency_id.compare_amounts(self.cost_amount, claim.cost_amount):
            claim.action_set_cost(self.cost_amount, self.reason, self.beyond_budget)
        if self.is_tolerance_set:
            claim.action_set_tolerance(self.tolerance_amount, self.reason)
        return {"type": "ir.actions.act_window_close"}
