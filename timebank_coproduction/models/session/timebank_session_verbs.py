from odoo import fields, models


class TimebankSession(models.Model):
    """Opening, cancelling, and what stands in their way."""

    _inherit = "timebank.session"

    has_begun = fields.Boolean(compute="_compute_time_passed")
    is_over = fields.Boolean(compute="_compute_time_passed")

    def _compute_time_passed(self):
        now = fields.Datetime.now()
        for session in self:
            session.has_begun = bool(session.start) and session.start <= now
            session.is_over = bool(session.stop) and session.stop <= now

    def action_open(self):
        """Let people sign up.

        :return: ``True``, or an action listing what could not be opened, and why
        """
        self.check_access("write")
        refusals = self._get_refusals_to_open()
        sessions = self._raise_or_list(refusals)
        sessions._through_door().write({"state": "open"})
        # An activity with open sessions is under way.
        sessions.activity_id.filtered(
            lambda activity: activity.state in ("idea", "planned")
        ).state = "running"
        return self._tell(refusals, self.env._("opened"))

    def action_cancel(self):
        """Call sessions off; those signed up or waiting get a mail.

        :return: ``True``, or an action listing what could not be cancelled, and why
        """
        self.check_access("write")
        refusals = self._get_refusals_by_session_state(
            ("draft", "open"), self.env._("%s is over: it can be re-opened, not cancelled.")
        )
        refusals.update(self.filtered(lambda session: session.id not in refusals)._get_refusals_if_settled())
        sessions = self._raise_or_list(refusals)
        sessions._through_door().write({"state": "cancelled"})
        concerned = sessions.attendance_ids.filtered(lambda one: one.state in ("signed_up", "waiting"))
        concerned._through_door().write({"offered_until": False})
        concerned._notify("cancelled")
        return self._tell(refusals, self.env._("cancelled"))

    def action_draft(self):
        """Take a cancelled session up again; those who had signed up still are."""
        self.check_access("write")
        refusals = self._get_refusals_by_session_state(("cancelled",), self.env._("%s is not cancelled."))
        self._raise_or_list(refusals)._through_door().write({"state": "draft"})
        return self._tell(refusals, self.env._("taken up"))

    def action_view_register(self):
        """The register as a list of its own: tick, type minutes, save once."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "timebank_coproduction.timebank_attendance_register_action"
        )
        return dict(
            action,
            display_name=self.with_context(show_day=True).display_name,
            domain=[("session_id", "=", self.id)],
            context={"default_session_id": self.id, "register": True},
        )

    def _get_refusals_to_open(self):
        refusals = self._get_refusals_by_session_state(("draft",), self.env._("%s is not a draft."))
        for session in self:
            if session.id in refusals:
                continue
            # sudo: the bank's state and lock date are asked, whoever may read them
            closed = session.scheme_id.sudo()._why_closed(session.date)
            if closed:
                refusals[session.id] = closed
            elif session.activity_id.state in ("done", "cancelled"):
                refusals[session.id] = self.env._(
                    "“%s” has ended: start the activity again first.", session.activity_id.name
                )
        return refusals

    def _get_refusals_by_session_state(self, states, sentence):
        return {session.id: sentence % session._say() for session in self if session.state not in states}

    def _get_refusals_if_settled(self):
        settled = self.attendance_ids.filtered("settled_on").session_id
        return {
            session.id: self.env._("Some of %s has been logged already: close it instead.", session._say())
            for session in self & settled
        }
