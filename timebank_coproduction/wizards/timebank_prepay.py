from odoo import api, fields, models

from ..models.common.verb import verb
from ..models.common.windows import get_chosen


class TimebankPrepay(models.TransientModel):
    """Ask what a bill line bought in advance, and how many."""

    _name = "timebank.prepay"
    _description = "Rewards Bought in Advance"

    bill_line_id = fields.Many2one(
        "timebank.bill.line",
        required=True,
        default=lambda self: get_chosen(self.env, "timebank.bill.line")[:1],
    )
    company_id = fields.Many2one(related="bill_line_id.company_id")
    currency_id = fields.Many2one(related="bill_line_id.currency_id")
    share_amount = fields.Monetary(related="bill_line_id.share_amount")
    reward_id = fields.Many2one(
        "timebank.reward",
        required=True,
        compute="_compute_suggestion",
        store=True,
        readonly=False,
        domain="[('company_id', '=', company_id), ('expected_cost', '>', 0)]",
    )
    quantity = fields.Integer(
        "How many", required=True, compute="_compute_suggestion", store=True, readonly=False
    )
    piece_amount = fields.Monetary(
        "Each", compute="_compute_piece_amount", help="What each costs a claim that uses it."
    )

    @api.depends("bill_line_id")
    def _compute_suggestion(self):
        """The supplier's reward with the line's product, and the line's quantity."""
        for wizard in self:
            line = wizard.bill_line_id
            rewards = self.env["timebank.reward"].search(
                [("supplier_id", "=", line.partner_id.id), ("company_id", "=", line.company_id.id)]
            )
            same = rewards.filtered(lambda reward, line=line: reward.product_id == line.product_id)
            wizard.reward_id = (same or rewards)[:1]
            wizard.quantity = round(line.quantity)

    @api.depends("quantity", "share_amount")
    def _compute_piece_amount(self):
        for wizard in self:
            wizard.piece_amount = wizard.share_amount / wizard.quantity if wizard.quantity > 0 else 0

    @verb(single=True)
    def action_confirm(self):
        """:return: closes the dialog"""
        self.ensure_one()
        self.bill_line_id.action_prepaid(self.reward_id.id, self.quantity)
        return {"type": "ir.actions.act_window_close"}
