from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    timebank_full_time_hours = fields.Integer(
        related="company_id.timebank_full_time_hours", readonly=False, string="Hours of a full-time year"
    )
