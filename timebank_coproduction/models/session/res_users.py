from odoo import models
from odoo.exceptions import UserError
from odoo.tools import email_normalize

from .timebank_member_tablet import LOGIN


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        """Who came by the tablet alone, and is invited to the portal now, signs in by their mail address."""
        if vals.get("active") and "login" not in vals:
            for user in self.filtered(lambda user: user._is_for_tablet()):
                login = email_normalize(user.email or "")
                if not login:
                    raise UserError(
                        self.env._("Give %s a mail address first: it is what they sign in with.", user.name)
                    )
                user.login = login
        return super().write(vals)

    def _is_for_tablet(self):
        """Whether nobody can sign in by it: it is there for pages on the tablet alone."""
        self.ensure_one()
        return not self.active and self.login.startswith(LOGIN)
