from odoo import fields, models


class TimebankHours(models.Model):
    """For which grant's report an entry counts."""

    _inherit = "timebank.hours"

    grant_id = fields.Many2one(
        "timebank.grant", ondelete="restrict", index="btree_not_null", check_company=True, copy=False
    )
