from odoo import fields, models

from .personal import OURS


class TimebankLanguage(models.Model):
    _name = "timebank.language"
    _description = "Spoken or Signed Language"
    _inherit = ["timebank.protected"]
    _order = "sequence, name"
    _personal_fields = {
        "name": OURS,
    }

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)

    _name_unique = models.UniqueIndex("(name)", "That language is there already.")
