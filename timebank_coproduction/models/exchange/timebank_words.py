from odoo import fields, models

from ..common.personal import THROUGH


class TimebankWords(models.Model):
    """Why an introduction came to nothing."""

    _inherit = "timebank.words"
    _personal_fields = {
        "introduction_id": THROUGH,
    }

    introduction_id = fields.Many2one(
        "timebank.introduction", readonly=True, ondelete="cascade", index="btree_not_null"
    )

    _introduction_once = models.UniqueIndex(
        "(introduction_id, field_name) WHERE introduction_id IS NOT NULL AND active",
        "There are such words about that introduction already.",
    )

    def _get_about(self, record):
        if record._name != "timebank.introduction":
            return super()._get_about(record)
        return record.giver_id | record.receiver_id | record.group_partner_ids
