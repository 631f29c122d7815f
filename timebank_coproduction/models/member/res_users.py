from odoo import fields, models
from odoo.exceptions import AccessDenied


class ResUsers(models.Model):
    _inherit = "res.users"

    is_timebank_seat = fields.Boolean(
        "With the rights of which people act for an organisation",
        readonly=True,
        copy=False,
        help="Nobody can sign in with it.",
    )

    def write(self, vals):
        """A login that is woken up is its contact's own, as any other: nobody has its rights unasked."""
        # sudo: only whether there is one is asked, of who may wake it up
        if vals.get("active") and any(self.sudo().mapped("is_timebank_seat")):
            vals = {**vals, "is_timebank_seat": False}
        result = super().write(vals)
        if {"active", "group_ids", "company_ids"} & vals.keys():
            self.env["timebank.deputy"]._tell_of_shut(self.partner_id)
        return result

    def unlink(self):
        people, deputies = self.partner_id, self.env["timebank.deputy"]
        result = super().unlink()
        deputies._tell_of_shut(people)
        return result

    def _check_credentials(self, credential, env):
        """A link from a mail stands for a password, of users of the portal alone. Whoever has a second
        factor is asked for it as ever. With a seat nobody signs in, by whatever.
        """
        if self.env.user.is_timebank_seat:
            raise AccessDenied()
        if credential["type"] != "timebank_link":
            return super()._check_credentials(credential, env)
        link = self.env["timebank.sign.in"]
        link._use(credential.get("token"), credential.get("browser"), self.env.user)
        return {"uid": self.env.user.id, "auth_method": "timebank_link", "mfa": "default"}
