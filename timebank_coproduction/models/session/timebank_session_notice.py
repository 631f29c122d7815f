from odoo import fields, models

from ..common.jobs import job
from ..common.personal import OURS, THROUGH

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
    _personal_fields = {
        "attendance_id": THROUGH,
        "tz": OURS,
        "location": OURS,
    }
    _goes_with_person = True

    attendance_id = fields.Many2one("timebank.attendance", required=True, ondelete="cascade", index=True)
    kind = fields.Selection(
        [
            ("signed_up", "Signed up"),
            ("reminder", "Reminder"),
            ("place_freed", "Place freed"),
            ("moved", "Moved"),
            ("cancelled", "Cancelled"),
            ("on_again", "On again"),
            ("thanks", "Thanks"),
        ],
        required=True,
    )
    # What the person was told before a session was moved, however often it is until they are told anew
    start = fields.Datetime("Began")
    stop = fields.Datetime("Ended")
    tz = fields.Char("Time zone")
    location = fields.Char("Was at")

    _once = models.UniqueIndex("(attendance_id, kind)", "That mail is waiting to be sent already.")

    def _is_undone(self):
        """Whether a session that was moved is where and when it was before."""
        self.ensure_one()
        now = self.attendance_id.session_id._get_time_and_place()
        return self.kind == "moved" and all(self[name] == now[name] for name in now)

    @job
    def _cron_send(self):
        """Send what waits, oldest first."""
        self.env["timebank.job"]._in_parts([(type(self)._send, self.search([], order="id"))], BATCH)

    def _send(self):
        for kind, group in self.grouped("kind").items():
            group.attendance_id._mail_people(f"timebank_coproduction.mail_session_{kind}")
        self.unlink()
