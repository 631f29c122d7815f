from odoo import api, fields, models

from ..common.words import say_span


class TimebankAttendance(models.Model):
    """What a move of their session means for those on its register."""

    _inherit = "timebank.attendance"

    obstacle = fields.Char(
        "Can't come",
        compute="_compute_obstacle",
        help="Why this person can't come at the time at which the session is now.",
    )

    @api.depends("state", "role", "partner_id", "session_id.start", "session_id.stop", "session_id.state")
    def _compute_obstacle(self):
        coming = self.filtered(
            lambda one: one.state in ("signed_up", "waiting") and one.session_id.state == "open"
        )
        coming = coming.sudo()  # sudo: as at sign-up, everybody's checks and sessions are looked at
        missing, clashes = coming._get_missing_checks(), coming._get_clashes()
        (self - coming.sudo(False)).obstacle = False
        for one in coming:
            one.obstacle = one._why_not_checked(missing) or one._why_clash(clashes) or False

    def _tell_move(self, before):
        """Have those on these lines of one session told that it was moved.

        Who waits for the news of an earlier move is told once, of both; who was told
        nothing of a move that has been undone is told nothing at all.

        :param dict before: the session's time and place until now
        """
        # sudo: the verb's own mails; its user has no right of their own to them
        pending = (
            self.env["timebank.session.notice"]
            .sudo()
            .search([("attendance_id", "in", self.ids), ("kind", "=", "moved")])
        )
        undone = pending.filtered(lambda notice: notice._is_undone())
        untouched = undone.attendance_id
        undone.unlink()
        if before["start"] != self.session_id.start:
            self._in_verb().write({"reminded": False})
        (self - untouched)._notify("moved", **before)

    def _get_move(self):
        """The news of a move that this line's person is being told."""
        self.ensure_one()
        # sudo: for the mail to the person whose line it is
        return (
            self.env["timebank.session.notice"]
            .sudo()
            .search([("attendance_id", "=", self.id), ("kind", "=", "moved")], limit=1)
        )

    def _say_when_before(self):
        """Day and time at which the session was to be, for the mail that says that it was moved."""
        move = self._get_move()
        return say_span(self.env, move.start, move.stop, move.tz) if move else ""

    def _say_where_before(self):
        return self._get_move().location or ""
