from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

#: How long before a session people can sign in, and after it sign out.
EARLY = timedelta(hours=2)
GRACE = timedelta(minutes=15)


class TimebankSession(models.Model):
    """At the door: in and out."""

    _inherit = "timebank.session"

    def check_in(self, partner, role=None):
        """Sign a person in. Who wasn't signed up is added, while there are places.

        :param partner: a ``res.partner`` or its id
        :param str role: for who wasn't signed up; attendee unless said otherwise
        :return: the ``timebank.attendance``
        :raises UserError: too early or late, no member, no places, logged already
        """
        self.ensure_one()
        partner = self._as_partner(partner)
        session = self._at_the_door()
        now = fields.Datetime.now()
        if not session.start - EARLY <= now <= session.stop + GRACE:
            raise UserError(self.env._("%s is not on now.", session._say()))
        line = session._get_line(partner)
        if line.state == "attended" and line.check_in and not line.check_out:
            return line.with_env(self.env)
        vals = {
            "state": "attended",
            "check_in": line.check_in or now,
            "check_out": False,
            "forgot_check_out": False,
        }
        if line.settled_on:
            raise UserError(self.env._("“%s” has been logged already.", line.display_name))
        if line:
            vals |= {"offered_until": False, "claim_code": False}
        else:
            vals["role"] = role or "attendee"
        line = session._put_on_list(line, partner, vals)
        return line.with_env(self.env)

    def check_out(self, partner):
        """Sign a person out; the minutes are those spent within the session's times.

        :return: the ``timebank.attendance``
        :raises UserError: when they didn't sign in
        """
        self.ensure_one()
        partner = self._as_partner(partner)
        session = self._at_the_door()
        line = session._get_line(partner)
        if line.state != "attended" or not line.check_in or line.settled_on:
            raise UserError(self.env._("%s has not signed in.", partner.name))
        line._sign_out(max(fields.Datetime.now(), line.check_in))
        return line.with_env(self.env)

    def _at_the_door(self):
        """This session for signing in and out; :raises AccessError: for others than its coordinators."""
        self.check_access("read")
        if not self._is_run_by_user():
            raise AccessError(self.env._("Only a coordinator signs people in."))
        session = self.sudo()  # sudo: who may do it was checked just now
        if session.state != "open":
            raise UserError(
                session.env["timebank.attendance"].new({"session_id": session.id})._why_not_open()
            )
        return session

    @api.model
    def _cron_sign_out(self):
        """Sign out at the end of the session who forgot to; the coordinator finds them listed."""
        over = fields.Datetime.now() - GRACE
        self.env["timebank.attendance"].search(
            [
                ("state", "=", "attended"),
                ("check_in", "!=", False),
                ("check_out", "=", False),
                ("settled_on", "=", False),
                ("session_id.stop", "<=", over),
            ]
        )._sign_out_at_end()


class TimebankAttendance(models.Model):
    _inherit = "timebank.attendance"

    def _sign_out(self, moment):
        self.ensure_one()
        self._through_door().write(
            {"check_out": moment, "minutes": self._minutes_between(self.check_in, moment)}
        )

    def _sign_out_at_end(self):
        """Close the lines of those who are still in, as of the end of their session.

        A time that the coordinator has typed in already is left as it is.
        """
        for one in self:
            if one.state != "attended" or not one.check_in or one.check_out:
                continue
            stop = max(one.session_id.stop, one.check_in)
            one._through_door().write(
                {
                    "check_out": stop,
                    "forgot_check_out": True,
                    "minutes": one.minutes or one._minutes_between(one.check_in, stop),
                }
            )

    def _minutes_between(self, start, stop):
        """Whole minutes of that stretch within the session, at least one."""
        session = self.session_id
        inside = min(stop, session.stop) - max(start, session.start)
        return max(round(inside.total_seconds() / 60), 1)
