from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.paging import number_in
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

    @api.model
    @api.private
    def _read_choice(self, number):
        """The category that was chosen in a form, by its number as text; none where nothing was.

        :raises UserError: for what isn't on the list
        """
        if not number:
            return self.browse()
        found = self.browse(number_in(number))
        if not found.exists().active:
            raise UserError(self.env._("Choose one of the list."))
        return found
