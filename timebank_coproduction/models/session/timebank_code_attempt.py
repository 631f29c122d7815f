from odoo import fields, models


class TimebankCodeAttempt(models.Model):
    _inherit = "timebank.code.attempt"

    what = fields.Selection(
        selection_add=[("card", "Member card")],
        ondelete={"card": "cascade"},
    )
