from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    timebank_page_shell = fields.Selection(related="company_id.timebank_page_shell", readonly=False)
