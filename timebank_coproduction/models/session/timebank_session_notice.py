from odoo import api, fields, models, tools

from ...tools import codes

#: How many mails go out before the job saves what it has done.
BATCH = 50


class TimebankSessionNotice(models.Model):
    """A mail about a session that is to be sent: verbs add rows, a job sends them.

    So closing a register of hundreds doesn't wait for hundreds of mails.
    """

    _name = "timebank.session.notice"
    _description = "Mail About a Session, to Be Sent"
    _allow_sudo_commands = False

    attendance_id = fields.Many2one("timebank.attendance", required=True, ondelete="cascade", index=True)
    kind = fields.Selection(
        [
            ("signed_up", "Signed up"),
            ("reminder", "Reminder"),
            ("place_freed", "Place freed"),
            ("cancelled", "Cancelled"),
            ("thanks", "Thanks"),
        ],
        required=True,
    )

    _once = models.UniqueIndex("(attendance_id, kind)", "That mail is waiting to be sent already.")

    @api.model
    def _cron_send(self):
        """Send what waits, oldest first."""
        left = self.search_count([])
        while notices := self.search([], order="id", limit=BATCH):
            for kind, group in notices.grouped("kind").items():
                template = self.env.ref(
                    f"timebank_coproduction.mail_session_{kind}", raise_if_not_found=False
                )
                if template:
                    template.send_mail_batch(group.attendance_id.ids)
            sent = len(notices)
            left = max(left - sent, 0)
            notices.unlink()
            if not self.env["ir.cron"]._commit_progress(sent, remaining=left):
                break


class TimebankAttendance(models.Model):
    _inherit = "timebank.attendance"

    reminded = fields.Boolean(readonly=True, copy=False)

    def _notify(self, kind):
        """Have the mail ``kind`` sent to those with an address who want such mails."""
        if not self:
            return
        lines = self.sudo()  # sudo: mails are the bank's, whoever caused them
        readers = lines.env["timebank.member"]._read_group(
            [
                ("scheme_id", "in", lines.scheme_id.ids),
                ("partner_id", "in", lines.partner_id.ids),
                ("partner_id.email", "!=", False),
                ("session_mails", "=", True),
            ],
            ["scheme_id", "partner_id"],
        )
        if not readers:
            return
        readers = set(readers)
        wanting = lines.filtered(lambda one: (one.scheme_id, one.partner_id) in readers)
        # sudo: mails that the verb owes; its user has no right of their own to them
        notices = self.env["timebank.session.notice"].sudo()
        waiting = notices.search([("attendance_id", "in", wanting.ids), ("kind", "=", kind)]).attendance_id
        notices.create([{"attendance_id": one.id, "kind": kind} for one in wanting - waiting])
        # sudo: the job sends what is waiting; starting it early tells nothing
        self.env.ref("timebank_coproduction.cron_session_notices").sudo()._trigger()

    @api.model
    def _cron_remind(self):
        """Remind those signed up of what begins within two days."""
        now = fields.Datetime.now()
        lines = self.search(
            [
                ("state", "=", "signed_up"),
                ("reminded", "=", False),
                ("session_id.state", "=", "open"),
                ("start", ">", now),
                ("start", "<=", fields.Datetime.add(now, days=2)),
            ]
        )
        # Who has signed up within the last hours was told everything just then.
        recent = fields.Datetime.subtract(now, hours=12)
        lines.filtered(lambda one: one.create_date < recent)._notify("reminder")
        lines._through_door().write({"reminded": True})

    def _get_opt_out_url(self):
        """A link that switches these mails off, for the person of this line alone."""
        self.ensure_one()
        member = self._get_members().get((self.scheme_id.id, self.partner_id.id))
        if not member:
            return ""
        return f"{member.get_base_url()}/timebank/mails/{member.id}/{member._get_opt_out_code()}"

    def _get_claim_url(self):
        self.ensure_one()
        # sudo: for the mail to the person whose place it is
        return f"{self.get_base_url()}/timebank/place/{self.sudo().claim_code}"


class TimebankMember(models.Model):
    _inherit = "timebank.member"

    def _get_opt_out_code(self):
        self.ensure_one()
        return tools.hmac(self.env(su=True), "timebank-session-mails", self.id)[:32]

    @api.model
    @api.private
    def _find_by_opt_out(self, member_id, code):
        """The member whose mails a link switches off, or an empty recordset."""
        member = self.browse(member_id).exists()
        if member and codes.is_same(member._get_opt_out_code(), code):
            return member
        return self.browse()
