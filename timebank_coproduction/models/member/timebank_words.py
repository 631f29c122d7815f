from odoo import fields, models

from ..common.personal import THROUGH


class TimebankWords(models.Model):
    """Notes on a member."""

    _inherit = "timebank.words"
    _personal_fields = {
        "member_id": THROUGH,
    }

    member_id = fields.Many2one("timebank.member", readonly=True, ondelete="cascade", index="btree_not_null")

    _member_once = models.UniqueIndex(
        "(member_id, field_name) WHERE member_id IS NOT NULL AND active",
        "There are such notes on that member already.",
    )

    def _get_about(self, record):
        return record.partner_id if record._name == "timebank.member" else super()._get_about(record)
