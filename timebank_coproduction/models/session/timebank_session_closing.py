from odoo import api, fields, models


class TimebankSession(models.Model):
    """Closing the register, and opening it again."""

    _inherit = "timebank.session"

    problem_count = fields.Integer("To decide", compute="_compute_problem_count")

    def _compute_problem_count(self):
        counts = dict(
            self.env["timebank.attendance"]._read_group(
                [("session_id", "in", self.ids), ("problem", "!=", False)], ["session_id"], ["__count"]
            )
        )
        for session in self:
            session.problem_count = counts.get(session._origin, 0)

    def action_close(self):
        """Turn the register into hours and credits. Closing twice does nothing more.

        Who was signed up and not ticked off was absent. Who can't be charged, or whose
        hours can't be recorded, is listed for the coordinator to decide.

        :return: ``True``, or an action listing sessions and lines that need a decision
        :raises UserError: when a single session can't be closed
        """
        self.check_access("write")
        sessions = self.filtered(lambda session: session.state != "done")
        refusals = sessions._get_refusals_to_close()
        sessions = sessions._raise_or_list(refusals)
        if not sessions:
            return True
        lines = sessions.attendance_ids
        lines.filtered(lambda one: one.state == "signed_up")._through_door().write({"state": "absent"})
        # sudo: nobody may read a claim link, whoever makes it useless
        lines.sudo().filtered("offered_until")._through_door().write(
            {"offered_until": False, "claim_code": False}
        )
        problems = lines._settle()
        sessions._through_door().write(
            {"state": "done", "closed_on": fields.Datetime.now(), "closed_by_id": self.env.user.id}
        )
        sessions._thank(lines)
        sessions._ask_to_decide(problems)
        if problems:
            return self.env["timebank.outcome"]._show(
                lines.filtered("settled_on") | lines.browse(problems), self.env._("logged"), problems
            )
        return self._tell(refusals, self.env._("closed"))

    def action_reopen(self, reason):
        """Open the register again: hours and credits are reversed, then it can be closed anew.

        Who has spent the credits in the meantime keeps them, and is listed.

        :param str reason: why; kept with every reversal
        :return: ``True``, or an action listing lines that stay logged, and why
        """
        self.check_access("write")
        reason = self._checked_reason(reason)
        refusals = self._get_refusals_by_session_state(("done",), self.env._("%s is not closed."))
        sessions = self._raise_or_list(refusals)
        lines = sessions.attendance_ids
        lines.filtered("problem")._through_door().write({"problem": False})
        problems = lines._unsettle(reason)
        sessions._through_door().write({"state": "open", "closed_on": False, "closed_by_id": False})
        sessions._close_todos()
        sessions._message_log_batch(
            bodies={session.id: self.env._("Re-opened: %s", reason) for session in sessions}
        )
        if problems:
            return self.env["timebank.outcome"]._show(lines, self.env._("undone"), problems)
        return self._tell(refusals, self.env._("re-opened"))

    def _get_refusals_to_close(self):
        refusals = self._get_refusals_by_session_state(
            ("open", "done"), self.env._("%s was not open: there is nothing to close.")
        )
        now = fields.Datetime.now()
        for session in self:
            if session.id in refusals:
                continue
            if session.start > now:
                refusals[session.id] = self.env._("%s has not begun yet.", session._say())
            else:
                # sudo: the bank's state and lock date are asked, whoever may read them
                closed = session.scheme_id.sudo()._why_closed(session.date)
                if closed:
                    refusals[session.id] = closed
        return refusals

    def _ask_to_decide(self, problems):
        """One activity on each session with lines that could not be logged."""
        lines = self.env["timebank.attendance"].browse(problems)
        for session, undecided in lines.grouped("session_id").items():
            session.activity_schedule(
                "timebank_coproduction.mail_activity_decide",
                summary=self.env._("%s people could not be logged", len(undecided)),
                note="<br/>".join(problems[one.id] for one in undecided[:20]),
                user_id=(session.coordinator_id or self.env.user).id,
            )

    def _close_todos(self):
        """Done, as far as nothing is left to decide."""
        settled = self.filtered(lambda session: not session.problem_count)
        settled.activity_feedback(["timebank_coproduction.mail_activity_decide"])

    @api.model
    def _thank(self, lines):
        """Mails of thanks to those who helped, once their hours are approved."""
        lines.search(
            [("id", "in", lines.ids), ("settled_on", "!=", False), ("hours_id.state", "=", "approved")]
        )._notify("thanks")
