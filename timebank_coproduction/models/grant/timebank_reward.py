from odoo import api, fields, models

from ..reward.timebank_reward import STAFF


class TimebankReward(models.Model):
    """Which grants may pay for a reward."""

    _inherit = "timebank.reward"

    grant_ids = fields.Many2many(
        "timebank.grant",
        string="Grants",
        check_company=True,
        groups=STAFF,
        help="Which grants may pay for it. Empty means any open grant of the bank.",
    )

    prepayment_ids = fields.One2many(
        "timebank.prepayment",
        "reward_id",
        string="Bought in advance",
        groups="timebank_coproduction.group_timebank_finance,timebank_coproduction.group_timebank_manager",
    )
    prepaid_quantity = fields.Integer(
        "Paid in advance, left",
        compute="_compute_prepaid",
        compute_sudo=True,
        groups=STAFF,
        help="Bought in advance by grants: claims use these up first.",
    )
    prepaid_amount = fields.Monetary("Worth", compute="_compute_prepaid", compute_sudo=True, groups=STAFF)

    @api.depends("prepayment_ids.left_quantity")
    def _compute_prepaid(self):
        for reward in self:
            reward.prepaid_quantity = sum(reward.prepayment_ids.mapped("left_quantity"))
            reward.prepaid_amount = sum(reward.prepayment_ids.mapped("left_amount"))

    @property
    def _price_fields(self):
        return super()._price_fields | {"grant_ids"}
