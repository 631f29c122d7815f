from odoo import api, fields, models

from ..common.words import say_span

#: How many days before it begins people are reminded of a session,
REMIND_DAYS = 2
#: and for how many hours after they signed up they need no reminder.
JUST_TOLD_HOURS = 12

#: Mails that people wait for, who are rung where no mail reaches them.
RUNG = frozenset({"place_freed", "cancelled", "moved"})


class TimebankAttendance(models.Model):
    """What people on a register are told by mail, or by telephone where no mail reaches them."""

    _inherit = "timebank.attendance"

    def _notify(self, kind, **what):
        """Have the mail ``kind`` sent to those who want such mails; whoever it can't reach is rung
        about what they wait for.

        :param what: further values of the ``timebank.session.notice``
        """
        if not self:
            return
        lines = self.sudo()  # sudo: mails are the bank's, whoever caused them
        readers = lines.env["timebank.member"]._read_group(
            [
                ("scheme_id", "in", lines.scheme_id.ids),
                ("partner_id", "in", lines.partner_id.ids),
                ("session_mails", "=", True),
            ],
            ["scheme_id", "partner_id"],
        )
        if not readers:
            return
        readers = {(scheme.id, partner.id) for scheme, partner in readers}
        keys = zip(lines.ids, lines._get_columns("scheme_id", "partner_id"), strict=True)
        wanting = lines.browse(line_id for line_id, key in keys if key in readers)
        mailable = wanting.partner_id._get_mailable()
        to_ring = wanting.filtered(lambda one: one.partner_id not in mailable)
        wanting -= to_ring
        if kind in RUNG:
            to_ring._plan_calls(lambda one: one._say_call(kind))
        if not wanting:
            return
        # sudo: mails that the verb owes; its user has no right of their own to them
        notices = self.env["timebank.session.notice"].sudo()
        waiting = notices.search([("attendance_id", "in", wanting.ids), ("kind", "=", kind)]).attendance_id
        notices.create([{"attendance_id": one.id, "kind": kind, **what} for one in wanting - waiting])
        # sudo: the job sends what is waiting; starting it early tells nothing
        self.env.ref("timebank_coproduction.cron_session_notices").sudo()._trigger()

    def _say_call(self, kind):
        """What somebody is rung about, whom the mail ``kind`` can't reach."""
        session = self.session_id._say()
        return {
            "place_freed": self.env._("a place that is free for them: %s", session),
            "cancelled": self.env._("what doesn't take place: %s", session),
            "moved": self.env._("what has moved: %s", session),
        }[kind]

    def _get_call_place(self):
        """The session's, where whoever runs it looks."""
        return self.session_id

    def _get_broker(self):
        # sudo: who runs a session is no secret
        return self.sudo().session_id.coordinator_id or super()._get_broker()

    @api.model
    def _cron_remind(self):
        """Remind those signed up of what begins soon."""
        now = fields.Datetime.now()
        lines = self.search(
            [
                ("state", "=", "signed_up"),
                ("reminded", "=", False),
                ("session_id.state", "=", "open"),
                ("start", ">", now),
                ("start", "<=", fields.Datetime.add(now, days=REMIND_DAYS)),
            ]
        )
        # Who has signed up within the last hours was told everything just then.
        recent = fields.Datetime.subtract(now, hours=JUST_TOLD_HOURS)
        lines.filtered(lambda one: one.create_date < recent)._notify("reminder")
        lines._in_verb().write({"reminded": True})

    def _get_opt_out_url(self):
        """A link that switches these mails off, for the person of this line alone."""
        self.ensure_one()
        member = self._get_members().get((self.scheme_id.id, self.partner_id.id))
        if not member:
            return ""
        return f"{member.get_base_url()}/timebank/mails/{member.id}/{member._get_opt_out_code()}"

    def _get_place_url(self):
        self.ensure_one()
        # sudo: for the mail to the person whose place it is
        return f"{self.get_base_url()}/timebank/place/{self.sudo().claim_code}"

    # ------------------------------------------------------------
    # That their session has moved
    # ------------------------------------------------------------

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
