from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class TimebankSession(models.Model):
    """Signing up and withdrawing, for oneself or by the coordinator for somebody offline."""

    _inherit = "timebank.session"

    def sign_up(self, partner, role="attendee", clash_reason=None):
        """Put a person on the register, or on the waiting list when all places are taken.

        :param partner: a ``res.partner`` or its id
        :param str role: ``helper``, ``attendee`` or ``professional``
        :param str clash_reason: why this person may be in two places at a time; for
            coordinators only, and kept with the line
        :return: the ``timebank.attendance``, in state ``signed_up`` or ``waiting``
        :raises UserError: closed, past or cancelled session, no member, a missing check,
            a clash, or signed up already
        :raises AccessError: for somebody else, without being a coordinator
        """
        self.ensure_one()
        partner = self._as_partner(partner)
        session = self._act_for(partner, role, clash_reason)
        if session.stop <= fields.Datetime.now():
            raise UserError(self.env._("%s is over: add who was there to its register.", session._say()))
        session._pass_on_lapsed_offers()
        line = session._get_line(partner)
        if line.state in ("signed_up", "waiting", "attended"):
            raise UserError(
                self.env._(
                    "%(person)s is on the list of %(session)s already.",
                    person=partner.name,
                    session=session._say(),
                )
            )
        full = role == "attendee" and session.capacity and session.taken_count >= session.capacity
        vals = {
            "role": role,
            "state": "waiting" if full else "signed_up",
            "waiting_since": fields.Datetime.now() if full else False,
            "clash_reason": clash_reason,
        }
        line = session._put_on_list(line, partner, vals)
        if clash_reason:
            session._message_log(
                body=self.env._(
                    "%(person)s may be in two places at a time: %(reason)s",
                    person=partner.name,
                    reason=clash_reason,
                ),
                author_id=self.env.user.partner_id.id,
            )
        if not full:
            line._notify("signed_up")
        return line.with_env(self.env)

    def withdraw(self, partner):
        """Take a person off the list; the place goes to the first who waits.

        :param partner: a ``res.partner`` or its id
        :raises UserError: when they are not on it, or the session is over
        """
        self.ensure_one()
        partner = self._as_partner(partner)
        line = self._act_for(partner)._get_line(partner)
        if line.state not in ("signed_up", "waiting"):
            # sudo: the sentence names the session that the user chose
            raise UserError(
                self.env._(
                    "%(person)s is not signed up for %(session)s.",
                    person=partner.name,
                    session=self.sudo()._say(),
                )
            )
        line._withdraw()
        return True

    def _as_partner(self, partner):
        partner = self.env["res.partner"].browse(partner) if isinstance(partner, int) else partner
        partner.ensure_one()
        return partner.sudo()  # sudo: the name, for sentences; who may be named is checked next

    def _act_for(self, partner, role="attendee", clash_reason=None):
        """This session for changing its list in the name of ``partner``.

        :raises AccessError: unless it is the user, or the user runs that bank
        """
        self.check_access("read")
        session = self.sudo()  # sudo: members change their own line alone, which is checked here
        if self._is_run_by_user():
            return session
        if partner != self.env.user.partner_id:
            raise AccessError(self.env._("Only a coordinator can sign up or withdraw somebody else."))
        if clash_reason:
            raise AccessError(self.env._("Only a coordinator can allow two sessions at a time."))
        # sudo: only the user's own role is asked
        if role == "professional" and not self.env["timebank.member"].sudo().search_count(
            [("scheme_id", "=", session.scheme_id.id), ("partner_id", "=", partner.id), ("role", "=", role)]
        ):
            raise AccessError(self.env._("Only those who are members as professionals can sign up as one."))
        return session

    def _is_run_by_user(self):
        """Whether the user coordinates these sessions' banks."""
        # sudo: only whose banks these are is asked of sessions that the user may not read
        schemes = self.sudo().scheme_id.sudo(self.env.su)
        return schemes._run_by_user() == schemes

    def _put_on_list(self, line, partner, vals):
        """Write a person's line or make one, if they can join; nothing is left behind otherwise.

        :return: the line
        """
        with self.env.cr.savepoint():  # flushes: a place that somebody else has just taken shows here
            if line:
                line._through_door().write(vals)
            else:
                door = self.env["timebank.attendance"]._through_door()
                line = door.create({**vals, "session_id": self.id, "partner_id": partner.id}).with_env(
                    self.env
                )
            line._check_joining()
        return line

    def _get_line(self, partner):
        """This person's line, or an empty recordset."""
        return self.env["timebank.attendance"].search(
            [("session_id", "=", self.id), ("partner_id", "=", partner.id)], limit=1
        )
