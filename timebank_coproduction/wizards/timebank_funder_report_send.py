from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import open_dialog, tell
from ..models.evidence.timebank_funder_report_link import DAYS


class TimebankFunderReportSend(models.TransientModel):
    """Ask to whom a report goes: by a link in a mail, by a link that is copied, or in another way."""

    _name = "timebank.funder.report.send"
    _description = "Send a Funder's Report"

    report_id = fields.Many2one("timebank.funder.report", required=True, readonly=True, ondelete="cascade")
    state = fields.Selection(related="report_id.state")
    way = fields.Selection(
        lambda self: self._get_ways(),
        required=True,
        default="mail",
    )
    email = fields.Char(
        "To",
        compute="_compute_email",
        store=True,
        readonly=False,
        precompute=True,
        help="Where the last report to this funder went; else the funder's contact.",
    )
    until = fields.Date(
        "Works until",
        required=True,
        compute="_compute_until",
        store=True,
        readonly=False,
        precompute=True,
    )
    address = fields.Char("The link", readonly=True, help="It is shown once: only a digest of it is kept.")

    @api.model
    def _get_ways(self):
        """How it can go: what was sent already, by another link alone."""
        ways = [("mail", self.env._("A link, by mail")), ("link", self.env._("A link to copy"))]
        if not self.env.context.get("timebank_sent"):
            ways.append(("none", self.env._("Neither: I hand the paper over")))
        return ways

    @api.depends("report_id")
    def _compute_email(self):
        for dialog in self:
            # sudo: the address of the funder whose report it is
            funder = dialog.report_id.sudo().funder_id
            # of the links that the user may read
            before = self.env["timebank.funder.report.link"].search(
                [
                    ("report_id.grant_id.funder_id", "in", funder.ids),
                    ("sent_to", "like", "@"),
                    ("withdrawn_on", "=", False),
                ],
                limit=1,
            )
            dialog.email = before.sent_to or funder.email

    @api.depends("report_id")
    def _compute_until(self):
        for dialog in self:
            dialog.until = fields.Date.add(dialog.report_id._today(), days=DAYS)

    @verb(single=True)
    def action_confirm(self):
        """Send it, and make the link that was asked for.

        :return: the dialog again, with a link to copy; else an action that closes it
        :raises UserError: as ``timebank.funder.report.action_send`` does
        """
        self.ensure_one()
        report = self.report_id
        address = self.email or ""
        if self.way == "mail":
            address = self.env["timebank.funder.report.link"]._read_address(address)
        if report.state == "sent" and self.way == "none":
            raise UserError(
                self.env._("“%s” was sent already: choose how another link to it goes.", report.display_name)
            )
        if report.state == "agreed":
            report.action_send(address if self.way == "mail" else "", self.until)
        elif self.way == "mail":
            report.action_make_link(address, self.until)
        if self.way == "link":
            link = report._make_link("", self.until)
            self.sudo().address = link.env.context["timebank_address"]  # sudo: of one's own dialog
            return open_dialog(self, self.env._("Link to the report"))
        if self.way == "mail":
            return tell(
                self.env._(
                    "“%(report)s” was sent to %(address)s.", report=report.display_name, address=address
                )
            )
        return tell(self.env._("“%s” is kept as it was sent.", report.display_name))
