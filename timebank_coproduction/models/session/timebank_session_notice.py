from odoo import api, fields, models

#: How many mails go out before the job saves what it has done.
BATCH = 50


class TimebankSessionNotice(models.Model):
    """A mail about a session that is to be sent: verbs add rows, a job sends them.

    So closing a register of hundreds doesn't wait for hundreds of mails.
    """

    _name = "timebank.session.notice"
    _description = "Mail About a Session, to Be Sent"
    _inherit = ["timebank.protected"]
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
                group.attendance_id._mail_people(f"timebank_coproduction.mail_session_{kind}")
            sent = len(notices)
            left = max(left - sent, 0)
            notices.unlink()
            if not self.env["ir.cron"]._commit_progress(sent, remaining=left):
                break
