from odoo import fields, models


class TimebankCodeAttempt(models.Model):
    _inherit = "timebank.code.attempt"

    what = fields.Selection(
        selection_add=[("link", "Link"), ("card", "Member card")],
        ondelete={"link": "cascade", "card": "cascade"},
    )
