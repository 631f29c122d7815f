from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.personal import THROUGH
from ..common.words import say_time


class TimebankAttendanceStretch(models.Model):
    """One stay of a person at a session, from coming in to going out."""

    _name = "timebank.attendance.stretch"
    _description = "Stretch of Attendance"
    _inherit = ["timebank.protected"]
    _order = "check_in, id"
    _personal_fields = {
        "attendance_id": THROUGH,
    }

    attendance_id = fields.Many2one(
        "timebank.attendance", string="Line of the register", required=True, ondelete="cascade", index=True
    )
    scheme_id = fields.Many2one(related="attendance_id.scheme_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="attendance_id.company_id", store=True, precompute=True)
    check_in = fields.Datetime("In", required=True, default=lambda self: fields.Datetime.now())
    check_out = fields.Datetime("Out", help="Empty: still there.")
    minutes = fields.Integer(compute="_compute_minutes", help="Within the times of the session.")

    _out_after_in = models.Constraint("CHECK (check_out >= check_in)", "Nobody leaves before they came.")

    @api.depends("check_in", "check_out", "attendance_id.session_id.start", "attendance_id.session_id.stop")
    def _compute_minutes(self):
        for one in self:
            session = one.attendance_id.session_id
            if not (one.check_in and one.check_out and session.start and session.stop):
                one.minutes = 0
                continue
            inside = min(one.check_out, session.stop) - max(one.check_in, session.start)
            one.minutes = max(round(inside.total_seconds() / 60), 0)

    @api.depends("check_in", "check_out", "attendance_id.session_id.tz")
    def _compute_display_name(self):
        for one in self:
            zone = one.attendance_id.session_id.tz
            come = say_time(one.check_in, zone) if one.check_in else ""
            gone = say_time(one.check_out, zone) if one.check_out else "…"
            one.display_name = f"{come}–{gone}" if come else ""

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        stretches = super().create(vals_list)
        stretches.attendance_id._follow_stretches(self._is_in_verb())
        return stretches

    def write(self, vals):
        if "attendance_id" in vals and any(one.attendance_id.id != vals["attendance_id"] for one in self):
            raise UserError(self.env._("A stretch stays on its line of the register."))
        result = super().write(vals)
        self.attendance_id._follow_stretches(self._is_in_verb())
        return result

    def unlink(self):
        lines, by_verb = self.attendance_id, self._is_in_verb()
        result = super().unlink()
        lines._follow_stretches(by_verb)
        return result
