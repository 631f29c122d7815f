from odoo import fields, models

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

    @property
    def _price_fields(self):
        return super()._price_fields | {"grant_ids"}
