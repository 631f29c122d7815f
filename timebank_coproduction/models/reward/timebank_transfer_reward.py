from odoo import fields, models


class TimebankTransfer(models.Model):
    """Credits spent on rewards."""

    _inherit = "timebank.transfer"

    redemption_id = fields.Many2one("timebank.redemption", "Claim", readonly=True, ondelete="restrict")

    _redemption_has_origin = models.Constraint(
        "CHECK ((kind = 'redeem') = (redemption_id IS NOT NULL))",
        "Credits are spent on a reward by a claim.",
    )
    _redemption_once = models.UniqueIndex(
        "(redemption_id) WHERE redemption_id IS NOT NULL", "This claim has been paid already."
    )

    def _get_origin(self):
        return super()._get_origin() or self.redemption_id
