from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    timebank_360giving_prefix = fields.Char(
        "360Giving publisher prefix",
        help="What the identifiers of published awards begin with: 360G-example.",
    )
