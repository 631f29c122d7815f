from odoo import fields, models

from ..common.personal import THROUGH


class TimebankWords(models.Model):
    """Why somebody may be in two places at a time, was let off, or could not be logged."""

    _inherit = "timebank.words"
    _personal_fields = {
        "attendance_id": THROUGH,
    }

    attendance_id = fields.Many2one(
        "timebank.attendance", readonly=True, ondelete="cascade", index="btree_not_null"
    )

    _attendance_once = models.UniqueIndex(
        "(attendance_id, field_name) WHERE attendance_id IS NOT NULL AND active",
        "There are such words about that line already.",
    )

    def _get_about(self, record):
        return record.partner_id if record._name == "timebank.attendance" else super()._get_about(record)
