from odoo import api, models

from .hours_field import Hours


class IrFieldsConverter(models.AbstractModel):
    """Files bring time in the words in which people type it: the field itself reads them."""

    _inherit = "ir.fields.converter"

    @api.model
    def _str_to_float(self, model, field, value, savepoint):
        if isinstance(field, Hours):
            return value, []
        return super()._str_to_float(model, field, value, savepoint)
