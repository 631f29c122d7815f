from odoo import models


class TimebankGrant(models.Model):
    """What the funder calls sustained involvement."""

    _name = "timebank.grant"
    _inherit = ["timebank.grant", "timebank.sustained"]
