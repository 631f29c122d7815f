from odoo import models


class PortalWizardUser(models.TransientModel):
    _inherit = "portal.wizard.user"

    def _compute_user_id(self):
        """An organisation that gets a login of its own gets one that somebody can sign in with."""
        result = super()._compute_user_id()
        for line in self.filtered("user_id.is_timebank_seat"):
            users = line.partner_id.with_context(active_test=False).user_ids
            line.user_id = users.filtered(lambda user: not user.is_timebank_seat)[:1]
        return result
