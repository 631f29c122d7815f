from odoo import api, fields, models

from ..tools import paper


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    timebank_paper_engine = fields.Selection(
        [("weasyprint", "WeasyPrint"), ("wkhtmltopdf", "wkhtmltopdf")],
        string="Papers are printed by",
        default="weasyprint",
        config_parameter="timebank_coproduction.paper_engine",
    )
    timebank_360giving_prefix = fields.Char(
        related="company_id.timebank_360giving_prefix", readonly=False, string="360Giving publisher prefix"
    )
    timebank_transfer_account_ids = fields.Many2many(
        related="company_id.timebank_transfer_account_ids", readonly=False, string="Transfers between funds"
    )
    timebank_without_weasyprint = fields.Boolean(compute="_compute_timebank_without_weasyprint")

    @api.depends_context("uid")
    def _compute_timebank_without_weasyprint(self):
        self.timebank_without_weasyprint = not paper.engine()
