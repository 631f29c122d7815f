from odoo import fields, models

from ..common.personal import OURS


class ResCompany(models.Model):
    _inherit = "res.company"
    _personal_fields = {
        "timebank_360giving_prefix": OURS,
    }

    timebank_360giving_prefix = fields.Char(
        "360Giving publisher prefix",
        help="What the identifiers of published awards begin with: 360G-example.",
    )
