import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, email_normalize

from ...tools import codes
from ..common.personal import OURS, SECRET
from ..common.verb import verb
from ..common.words import say_day

#: For how many days a link works where nobody says until when, and at most.
DAYS, MOST_DAYS = 90, 730


class TimebankFunderReportLink(models.Model):
    """A link to a report that was sent: it ends, and can be withdrawn. Only a digest of it is kept."""

    _name = "timebank.funder.report.link"
    _description = "Link to a Funder's Report"
    _inherit = ["timebank.protected"]
    _order = "id desc"
    _rec_name = "sent_to"
    _allow_sudo_commands = False
    _personal_fields = {"token": SECRET, "sent_to": OURS}

    report_id = fields.Many2one(
        "timebank.funder.report", required=True, readonly=True, ondelete="cascade", index=True
    )
    sent_to = fields.Char("Sent to", readonly=True)
    way = fields.Char("Given to", compute="_compute_way")
    token = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    until = fields.Date("Works until", required=True, readonly=True)
    opened_count = fields.Integer("Opened", readonly=True, default=0, aggregator=None, help="How many times.")
    last_opened_on = fields.Datetime("Last opened", readonly=True)
    withdrawn_on = fields.Datetime("Withdrawn", readonly=True)

    _token_unique = models.UniqueIndex("(token)", "That link is taken.")

    @api.depends("sent_to")
    @api.depends_context("lang")
    def _compute_way(self):
        for link in self:
            link.way = link.sent_to or self.env._("Copied, to be handed on")

    @api.model
    def _read_address(self, typed):
        """:raises UserError: for what is no mail address"""
        address = email_normalize(typed)
        if not address:
            raise UserError(self.env._("“%s” is no mail address.", typed))
        return address

    def _make(self, report, sent_to="", until=None):
        """A new link to a report that was sent.

        :return: the link, with its address in the context as ``timebank_address``
        :raises UserError: for a day that has gone, or lies too far ahead
        """
        today = report._today()
        until = until or fields.Date.add(today, days=DAYS)
        if not today <= until <= fields.Date.add(today, days=MOST_DAYS):
            raise UserError(self.env._("A link works until a day within the next two years: choose another."))
        token = secrets.token_urlsafe(32)
        # sudo: who may send the report was asked; a link is made here alone
        link = (
            self.sudo()
            ._in_verb()
            .create(
                {"report_id": report.id, "sent_to": sent_to, "until": until, "token": codes.digest(token)}
            )
        )
        address = f"{link.get_base_url()}/timebank/report/{token}"
        return link.with_context(timebank_address=address)

    def _mail(self, address):
        """Send the link by mail, in the language in which the report is read."""
        lang = self.report_id._get_lang()
        report = self.report_id.with_context(lang=lang)
        company = report.company_id
        words = {"organisation": company.name, "report": report.display_name}
        values = {
            "report": report,
            "link": self.with_context(lang=lang),
            "address": self.env.context["timebank_address"],
        }
        # sudo: the mail of a report that the user sends
        self.env["mail.mail"].sudo().create(
            {
                "subject": report.env._("%(organisation)s: %(report)s", **words),
                "email_to": address,
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "body_html": report.env["ir.qweb"]._render(
                    "timebank_coproduction.funder_report_mail", values
                ),
                "auto_delete": True,
            }
        )
        report._message_log(
            body=self.env._(
                "A link that works until %(day)s was sent to %(address)s.",
                day=say_day(self.env, self.until),
                address=address,
            ),
            author_id=self.env.user.partner_id.id,
        )

    @verb()
    def action_withdraw(self):
        """Let these links lead nowhere from now on.

        :raises AccessError: for who may not send the report
        """
        for link in self:
            if not self.env.su and not link.report_id._is_run_by_user():
                raise AccessError(self.env._("A coordinator of its time banks withdraws it, or a manager."))
        # sudo: who may was asked
        self.sudo().filtered(lambda link: not link.withdrawn_on)._in_verb().write(
            {"withdrawn_on": fields.Datetime.now()}
        )
        return True

    @api.model
    def _find(self, token):
        """The link that works at this moment; else none."""
        # sudo: the token, which only its reader was sent, is the permission
        found = self.sudo().search(
            [
                ("token", "=", codes.digest(token)),
                ("withdrawn_on", "=", False),
                ("report_id.state", "=", "sent"),
            ]
        )
        return found.filtered(lambda link: link.until >= link.report_id._today())

    def _note_opened(self):
        """Count an opening; of two at once, both."""
        self.env.cr.execute(
            SQL(
                """UPDATE timebank_funder_report_link SET opened_count = opened_count + 1, last_opened_on = %s
                    WHERE id = %s""",
                fields.Datetime.now(),
                self.id,
            )
        )
        self.invalidate_recordset(["opened_count", "last_opened_on"], flush=False)
