from odoo import models

from .timebank_member_pages import INVITED_TO


class PortalWizardUser(models.TransientModel):
    _inherit = "portal.wizard.user"

    def _compute_user_id(self):
        """An organisation that gets a login of its own gets one that somebody can sign in with."""
        result = super()._compute_user_id()
        for line in self.filtered("user_id.is_timebank_seat"):
            users = line.partner_id.with_context(active_test=False).user_ids
            line.user_id = users.filtered(lambda user: not user.is_timebank_seat)[:1]
        return result

    def _send_email(self):
        """Who is invited to the pages of a member gets a mail like all others to members."""
        member = self.env.context.get(INVITED_TO)
        if not isinstance(member, models.BaseModel):
            return super()._send_email()
        # sudo: who has just got a login gets the link with which they choose their password
        self.partner_id.sudo().signup_prepare()
        member._mail_invitation(self.partner_id)
        return True
