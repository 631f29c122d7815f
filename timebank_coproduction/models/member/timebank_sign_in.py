import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessDenied
from odoo.tools import SQL, email_normalize

from ...tools import codes
from ..common.jobs import job
from ..common.personal import ABOUT, LOGIN, SECRET

#: For how long a link signs somebody in, from when it was asked for.
MINUTES = 15
#: How often a link is asked for within that time: for one mail address from one network address, and from
#: all; and from one network address for all. So nobody keeps a member out by asking in their stead.
MOST_FOR_ADDRESS, MOST_FROM_ALL, MOST_FROM_SOURCE = 3, 12, 30
#: How many mails go out before the job saves what it has done.
BATCH = 20


class TimebankSignIn(models.Model):
    """A link by mail that was asked for, which signs a member in once.

    Whoever asks only leaves a row: whether the address is somebody's is looked up by the job that sends
    the mail, so neither the answer nor the time it takes tells. What is in the mail and what is in the
    browser that asked is kept as a digest alone, and both are needed. Where an address is that of several
    members, such as of a couple, the mail has a link for each.
    """

    _name = "timebank.sign.in"
    _description = "Link to Sign In"
    _inherit = ["timebank.protected"]
    _rec_name = "address"
    _allow_sudo_commands = False
    _personal_fields = {"address": LOGIN, "user_id": ABOUT, "browser": SECRET, "token": SECRET}
    _goes_with_person = True

    address = fields.Char(required=True, readonly=True, index=True)
    user_id = fields.Many2one(
        "res.users", string="Signs in", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    browser = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    token = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    until = fields.Datetime("Works until", required=True, readonly=True)
    used_on = fields.Datetime("Used on", readonly=True)

    _waiting = models.Index("(id) WHERE token IS NULL")
    _token_unique = models.UniqueIndex("(token) WHERE token IS NOT NULL", "That link is taken.")

    @api.model
    def _is_on(self):
        """Whether any bank lets its members in by a link."""
        # sudo: only whether there is one is asked
        return bool(self.env["timebank.scheme"].sudo().search_count(self._get_banks_domain(), limit=1))

    def _get_banks_domain(self):
        return [("state", "=", "open"), ("mail_sign_in", "=", True)]

    @api.model
    def _ask(self, address, browser, source=""):
        """Have a link sent to an address, should it be a member's. The same is done for any address.

        :param str browser: what only the browser knows that asks
        :param str source: the network address that asks; what it asks for too often counts for no other
        """
        paces = self.env["timebank.pace"]
        if paces._count(f"sign in from {source}", address, MINUTES) > MOST_FOR_ADDRESS:
            return
        if paces._count("sign in", address, MINUTES) > MOST_FROM_ALL:
            return
        # sudo: anybody may ask
        self.sudo()._in_verb().create(
            {
                "address": address,
                "browser": codes.digest(browser),
                "until": fields.Datetime.now() + timedelta(minutes=MINUTES),
            }
        )
        self.env.ref("timebank_coproduction.cron_sign_in").sudo()._trigger()  # sudo: the job is ours

    @job
    def _cron_send(self):
        """Send the links that were asked for, and forget those that are nobody's."""
        waiting = self.search([("token", "=", False), ("used_on", "=", False)], order="id")
        self.env["timebank.job"]._in_parts([(type(self)._send_all, waiting)], BATCH)

    def _send_all(self):
        for link in self:
            link._send()

    def _send(self):
        users = self._get_users()
        if not users or self.until <= fields.Datetime.now():
            self.unlink()
            return
        others = self._in_verb().create(
            [{"address": self.address, "browser": self.browser, "until": self.until} for _other in users[1:]]
        )
        # the address is the database's own: what a request says of its host could lead anywhere
        links = [
            (user.name, f"{self.get_base_url()}/timebank/sign-in/{link._make_token(user)}")
            for link, user in zip(self | others, users, strict=True)
        ]
        template = self.env.ref("timebank_coproduction.mail_links_to_sign_in")
        template = template.with_context(timebank_links=links, timebank_lang=users[0].lang)
        template._send_to_members(self, {})
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _make_token(self, user):
        """What the link says that signs in ``user``; its digest is kept."""
        token = secrets.token_urlsafe(32)
        self._in_verb().write({"token": codes.digest(token), "user_id": user.id})
        return token

    def _mail_get_companies(self, default=False):
        """Whoever signs in is written to by the organisation whose member they are."""
        companies = super()._mail_get_companies(default)
        return {link.id: link._get_users()[:1].company_id or companies[link.id] for link in self}

    def _get_mail_button(self, mail, member):
        """Where several people have the address, the mail's text has a link for each."""
        links = self.env.context.get("timebank_links", ())
        return (self.env._("Sign in"), links[0][1]) if len(links) == 1 else None

    def _get_mail_reason(self, mail):
        """Nothing but what is usual."""
        return ""

    def _get_users(self):
        """Whom the link may sign in: members with a login of the portal and that mail address; once it is
        sent, one of them.
        """
        if not self:
            return self.env["res.users"]
        # sudo: whose address it is, for the job and for the browser that holds the key
        people = self.env["res.partner"].sudo().search([("email_normalized", "=", self.address)])
        members = self.env["timebank.member"].sudo()
        members = members.search(
            [
                ("partner_id", "in", people.ids),
                ("state", "in", ("active", "paused", "applicant")),
                ("scheme_id", "any", self._get_banks_domain()),
            ]
        )
        users = members.partner_id.user_ids.filtered("active")
        users = users.filtered(lambda user: user._is_portal() and not user._is_internal()).sorted("id")
        return users & self.user_id if self.token else users

    @api.model
    def _find(self, token, browser):
        """The link, if it works at this moment in this browser; else none."""
        now = fields.Datetime.now()
        # sudo: the mail's secret and the browser's together are the permission
        links = self.sudo().search(
            [("token", "=", codes.digest(token)), ("used_on", "=", False), ("until", ">", now)]
        )
        return links.filtered(lambda link: codes.is_same(link.browser, codes.digest(browser)))

    @api.model
    def _use(self, token, browser, user):
        """Use a link up for ``user``. Of two who do so at the same moment, one is refused.

        :raises AccessDenied: where it doesn't work here, or not for them
        """
        link = self._find(token, browser)
        if not link or user not in link._get_users():
            raise AccessDenied()
        now = fields.Datetime.now()
        used = self.env.execute_query(
            SQL(
                """UPDATE timebank_sign_in SET used_on = %s
                    WHERE id = %s AND used_on IS NULL AND until > %s RETURNING id""",
                now,
                link.id,
                now,
            )
        )
        if not used:
            raise AccessDenied()
        link.invalidate_recordset(["used_on"])

    @api.autovacuum
    def _gc_links(self):
        # sudo: a job of the database's own, over rows that nobody may remove
        self.sudo().search([("until", "<", fields.Datetime.now() - timedelta(days=1))]).unlink()


def read_address(text):
    """The mail address in what was typed, or an empty text."""
    return email_normalize(text or "") or ""
