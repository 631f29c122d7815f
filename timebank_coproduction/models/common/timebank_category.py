from odoo import fields, models

from .personal import OURS


class TimebankCategory(models.Model):
    _name = "timebank.category"
    _description = "Contribution Category"
    _inherit = ["timebank.protected"]
    _order = "sequence, name"
    _personal_fields = {
        "name": OURS,
        "description": OURS,
    }

    name = fields.Char(required=True, translate=True)
    description = fields.Char(translate=True, help="What counts, in a few words.")
    sequence = fields.Integer(default=10)
    color = fields.Integer()
    active = fields.Boolean(default=True)

    _name_unique = models.UniqueIndex("(name) WHERE active", "There is a category of that name.")
