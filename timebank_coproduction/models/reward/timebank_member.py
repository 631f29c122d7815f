from odoo import models

from ..common.verb import verb
from ..common.windows import open_form


class TimebankMember(models.Model):
    """Claims from the member's own page."""

    _inherit = "timebank.member"

    @verb(single=True)
    def action_claim(self):
        """:return: the action of a new claim for this member"""
        self.ensure_one()
        context = {
            "default_partner_id": self.partner_id.id,
            "default_account_id": self.account_id.id,
            "timebank_bank": self.scheme_id.id,
        }
        return open_form(self.env["timebank.redemption"], name=self.env._("New claim"), context=context)
