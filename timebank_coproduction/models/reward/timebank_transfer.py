from odoo import fields, models
from odoo.exceptions import UserError

from ..common.personal import NAMED
from ..common.verb import text, verb


class TimebankTransfer(models.Model):
    """Credits that leave on paper vouchers, and come back."""

    _inherit = "timebank.transfer"
    _personal_fields = {
        "redemption_id": NAMED,
        "voucher_batch_id": NAMED,
    }

    voucher_batch_id = fields.Many2one(
        "timebank.voucher.batch", "Vouchers", readonly=True, ondelete="restrict"
    )

    # Credits spent on rewards, found by _redemption_once.
    redemption_id = fields.Many2one("timebank.redemption", "Claim", readonly=True, ondelete="restrict")

    _vouchers_have_origin = models.Constraint(
        "CHECK ((kind = 'voucher_issue') = (voucher_batch_id IS NOT NULL))",
        "Vouchers are issued as a batch.",
    )
    _vouchers_once = models.UniqueIndex(
        "(voucher_batch_id) WHERE voucher_batch_id IS NOT NULL", "These vouchers have been issued already."
    )
    _redemption_has_origin = models.Constraint(
        "CHECK ((kind = 'redeem') = (redemption_id IS NOT NULL))",
        "Credits are spent on a reward by a claim.",
    )
    _redemption_once = models.UniqueIndex(
        "(redemption_id) WHERE redemption_id IS NOT NULL", "This claim has been paid already."
    )

    @property
    def _sealed_columns(self):
        return super()._sealed_columns | {"redemption_id", "voucher_batch_id"}

    @verb(reason=text())
    def action_reverse(self, reason):
        if any(transfer.kind == "voucher_return" for transfer in self):
            raise UserError(
                self.env._("Vouchers that came back are spent: issue new ones, or make a gift, instead.")
            )
        return super().action_reverse(reason)

    def _get_origin(self):
        return super()._get_origin() or self.voucher_batch_id or self.redemption_id
