from odoo import fields, models

from ..common.personal import NAMED


class TimebankTransfer(models.Model):
    """Attendance as the origin of a transfer."""

    _inherit = "timebank.transfer"
    _personal_fields = {
        "attendance_id": NAMED,
    }

    # Found by _attendance_once, which begins with it.
    attendance_id = fields.Many2one("timebank.attendance", readonly=True, ondelete="restrict")
    attendance_no = fields.Integer(
        readonly=True,
        default=None,
        help="How often this attendance had been logged by then: each reversal starts another.",
    )

    _attend_has_origin = models.Constraint(
        "CHECK ((kind = 'attend') = (attendance_id IS NOT NULL))", "Attendance credits come from a register."
    )
    _attendance_once = models.UniqueIndex(
        "(attendance_id, attendance_no) WHERE attendance_id IS NOT NULL",
        "This attendance has been charged or credited already.",
    )

    @property
    def _sealed_columns(self):
        return super()._sealed_columns | {"attendance_id", "attendance_no"}

    def _get_origin(self):
        return super()._get_origin() or self.attendance_id
