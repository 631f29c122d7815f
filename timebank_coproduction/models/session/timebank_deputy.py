from odoo import models

from ..common.verb import verb


class TimebankDeputy(models.Model):
    """Who acts for an organisation may know its PIN for the tablet."""

    _inherit = "timebank.deputy"

    @verb()
    def action_take_off(self):
        """The organisation's PIN goes with them: whoever else needs one is given a new one."""
        result = super().action_take_off()
        # sudo: whoever may take them off takes what they may know
        self.sudo().member_id.filtered("has_pin").action_end_pin()
        return result
