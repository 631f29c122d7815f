from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import spans
from ...tools.minutes import to_hours
from .timebank_attendance import FROM_STRETCHES


class TimebankAttendance(models.Model):
    """How long somebody was there: a line has as many stretches as it takes."""

    _inherit = "timebank.attendance"

    stretch_ids = fields.One2many("timebank.attendance.stretch", "attendance_id", string="Stretches")
    stretches = fields.Char("When", compute="_compute_stretches", help="From when until when, each time.")

    @api.depends("stretch_ids.check_in", "stretch_ids.check_out", "session_id.tz", "forgot_check_out")
    def _compute_stretches(self):
        for one in self:
            said = ", ".join(stretch.display_name for stretch in one.stretch_ids)
            if said and one.forgot_check_out:
                said = self.env._("%s (didn't sign out)", said)
            one.stretches = said or False

    @api.onchange("stretch_ids")
    def _onchange_stretches(self):
        """The time that they add up to, while they are typed."""
        if self.stretch_ids:
            self.present = True
            self.hours = to_hours(self._sum_stretches())

    def _sum_stretches(self):
        """Whole minutes of all that have ended, at least one, and no more than the session has."""
        self.ensure_one()
        ended = self.stretch_ids.filtered("check_out")
        total = min(sum(ended.mapped("minutes")), self.session_id.minutes)
        return max(total, 1) if ended else 0

    def _get_spans(self):
        """When this person was there, as far as is known, by the clocks of the place.

        :return: pairs of minutes after the beginning of the session's day
        """
        self.ensure_one()
        session = self.session_id
        whole = [(session.start, session.stop)]
        ended = self.stretch_ids.filtered("check_out")
        if ended and self.minutes == self._sum_stretches():
            whole = [(max(one.check_in, session.start), min(one.check_out, session.stop)) for one in ended]
        minute = session._wall_minute
        return spans.merged((minute(start), minute(stop)) for start, stop in whole)

    def _follow_stretches(self, by_verb=False):
        """Have these lines say when their first stretch began, their last one ended, and the sum.

        :param bool by_verb: whether the stretches were changed by a verb, and not by hand
        :raises UserError: by hand, on lines that can't be changed, or for two stretches at a time
        """
        if not by_verb:
            self.check_access("write")
            self._raise_refusals(self._get_refusals_to_edit({}))
        for one in self:
            stretches = one.stretch_ids.sorted("check_in")
            for first, second in zip(stretches, stretches[1:], strict=False):
                if not first.check_out or second.check_in < first.check_out:
                    raise UserError(
                        self.env._(
                            "%(person)s can't be there twice at a time: %(first)s and %(second)s overlap.",
                            person=one.partner_id.name,
                            first=first.display_name,
                            second=second.display_name,
                        )
                    )
            vals = {"check_in": False, "check_out": False}
            if stretches:
                vals = {"check_in": stretches[0].check_in, "check_out": stretches[-1].check_out}
                if not by_verb:
                    vals |= {"state": "attended", "minutes": one._sum_stretches(), "forgot_check_out": False}
            if not stretches and one.state == "attended" and not one.minutes:
                vals["minutes"] = one.session_id.minutes
            FROM_STRETCHES.put_on(one._in_verb()).write(vals)
        if not by_verb:
            self._check_joining()

    def _put_stretch(self, check_in, check_out):
        """Have these lines one stretch, or none, instead of those that they have."""
        self.stretch_ids._in_verb().unlink()
        if check_in:
            self.env["timebank.attendance.stretch"]._in_verb().create(
                [
                    {"attendance_id": one.id, "check_in": check_in, "check_out": check_out or False}
                    for one in self
                ]
            )

    def _take_times(self, vals):
        """Times that were written on these lines themselves are those of their only stretch."""
        for times, lines in self.grouped(lambda one: (one.check_in, one.check_out)).items():
            lines._put_stretch(*times)
        for one in self if "minutes" not in vals else ():
            if one.check_out:
                one._in_verb().write({"minutes": one._sum_stretches()})

    # ------------------------------------------------------------
    # At the door: in and out
    # ------------------------------------------------------------

    def _is_inside(self):
        """Whether this person has come in and not gone out yet."""
        return self.state == "attended" and bool(self.check_in) and not self.check_out

    def _sign_in(self, moment):
        """Begin a stretch."""
        self.ensure_one()
        self.env["timebank.attendance.stretch"]._in_verb().create(
            {"attendance_id": self.id, "check_in": moment}
        )
        self._in_verb().write({"forgot_check_out": False})

    def _sign_out(self, moment):
        """End the stretch that is open; the line has the sum of all."""
        self.ensure_one()
        inside = self.stretch_ids.filtered(lambda one: not one.check_out)
        inside._in_verb().write({"check_out": max(moment, inside.check_in)})
        self._in_verb().write({"minutes": self._sum_stretches()})

    def _sign_out_at_end(self):
        """Close the lines of those who are still in, as of the end of their session.

        A time that the coordinator has typed in already is left as it is.
        """
        for one in self:
            if not one._is_inside():
                continue
            typed = one.minutes if one.minutes != one._sum_stretches() else 0
            one._sign_out(one.session_id.stop)
            one._in_verb().write({"forgot_check_out": True, "minutes": typed or one.minutes})

    def _moved_within(self, span):
        """Whether this person went in or out no longer ago than ``span``."""
        last = self.check_out or self.stretch_ids.sorted("check_in")[-1:].check_in
        return bool(last) and self.state == "attended" and fields.Datetime.now() - last <= span
