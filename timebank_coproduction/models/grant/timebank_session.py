from odoo import fields, models


class TimebankSession(models.Model):
    """For which grant's report a session counts."""

    _inherit = "timebank.session"

    grant_id = fields.Many2one(
        "timebank.grant", ondelete="restrict", index="btree_not_null", check_company=True
    )
