from odoo import models
from odoo.exceptions import AccessError

#: What a reward costs and who pays for it: all that finance changes in it.
PRICE = frozenset(
    {"minutes", "hours", "cash_price", "expected_cost", "supplier_id", "product_id", "grant_ids"}
)
#: Talking about a reward doesn't change it.
CHATTER = ("message_", "activity_", "website_message_")


class TimebankReward(models.Model):
    """Who changes what in a reward: its bank's coordinators all of it, finance the price."""

    _inherit = "timebank.reward"

    def _check_content(self, vals):
        """:raises AccessError: where finance changes more than the price, the cost and the grants"""
        content = {name for name in vals if not name.startswith(CHATTER)}
        if content - PRICE and not self._is_door_open():
            self._check_run_by_user()

    def _check_run_by_user(self):
        """:raises AccessError: for rewards of banks that the user doesn't decide for"""
        self.check_access("write")
        schemes = self.scheme_id
        for scheme in schemes - schemes._run_by_user():
            raise AccessError(
                self.env._(
                    "Only a coordinator of %s can do that. Finance sets the price, the cost and the grants.",
                    scheme.name,
                )
            )
