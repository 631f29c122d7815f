from odoo import fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    is_timebank_seat = fields.Boolean(
        "With the rights of which people act for an organisation",
        readonly=True,
        copy=False,
        help="Nobody can sign in with it.",
    )

    def _check_credentials(self, credential, env):
        """A link from a mail stands for a password, of users of the portal alone. Whoever has a second
        factor is asked for it as ever.
        """
        if credential["type"] != "timebank_link":
            return super()._check_credentials(credential, env)
        link = self.env["timebank.sign.in"]
        link._use(credential.get("token"), credential.get("browser"), self.env.user)
        return {"uid": self.env.user.id, "auth_method": "timebank_link", "mfa": "default"}
