from odoo import api, fields, models
from odoo.exceptions import AccessDenied

from ..common.marks import Mark

#: While somebody signs up.
_SIGNING_UP = Mark("timebank_signing_up")


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

    def _action_reset_password(self, signup_type="reset"):
        """Who is a member, and has no other login than the portal's, gets a mail like others to members."""
        if self.env.context.get("install_mode") or self.env.context.get("import_file"):
            return None
        members = {user: user._get_told_membership() for user in self}
        others = self.filtered(lambda user: not members[user])
        result = super(ResUsers, others)._action_reset_password(signup_type=signup_type) if others else None
        mail = "mail_password" if signup_type == "reset" else "mail_invitation"
        for user in self - others:
            # sudo: as Odoo does it, for whoever asked; the link goes to the login's own mailbox alone
            user.partner_id.sudo().signup_prepare(signup_type=signup_type)
            members[user]._mail_of_login(mail, user.partner_id)
        return result or {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"message": self.env._("A mail with a link was sent."), "sticky": False},
        }

    @api.model
    def signup(self, values, token=None):
        return super(ResUsers, _SIGNING_UP.put_on(self)).signup(values, token)

    def _notify_security_setting_update(self, *args, **kwargs):
        """Whose first password it is gets a mail about that, and no alarm beside it."""
        told = self.browse()
        if _SIGNING_UP.is_on(self):
            told = self.filtered(lambda user: not user.login_date and user._get_told_membership())
        users = super(ResUsers, self - told)
        return users._notify_security_setting_update(*args, **kwargs) if self - told else None

    def _get_told_membership(self):
        """The membership, their own or an organisation's for which they act, whose bank writes to this user
        about the login: none for staff, and for whom no mail reaches.
        """
        self.ensure_one()
        # sudo: which it is, for a mail to the login's own mailbox
        user = self.sudo()
        members = user.env["timebank.member"]
        if not user.active or user._is_internal() or not user._is_portal() or user.is_timebank_seat:
            return members
        if user.partner_id not in user.partner_id._get_mailable():
            return members
        own = members.with_user(user)._get_own_for_pages()
        return members.browse(own[0].id) if own else members

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
