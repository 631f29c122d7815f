from odoo import fields, models


class TimebankHours(models.Model):
    """Which request and which meeting an entry comes from."""

    _inherit = "timebank.hours"

    request_id = fields.Many2one(
        "timebank.request", ondelete="restrict", index="btree_not_null", check_company=True
    )
    introduction_id = fields.Many2one(
        "timebank.introduction", readonly=True, copy=False, ondelete="restrict", index="btree_not_null"
    )

    _introduction_once = models.UniqueIndex(
        """(introduction_id, receiver_id)
           WHERE introduction_id IS NOT NULL AND state NOT IN ('refused', 'reversed')""",
        "The hours of this meeting have been handed in already.",
    )
