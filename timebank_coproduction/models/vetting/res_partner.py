from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    timebank_check_ids = fields.One2many(
        "timebank.check",
        "partner_id",
        string="Checks",
        groups="timebank_coproduction.group_timebank_coordinator",
    )
