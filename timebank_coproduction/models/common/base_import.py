from odoo import models

from .hours_field import Hours


class BaseImport(models.TransientModel):
    """Odoo makes numbers of a file's columns before they are loaded; time is read as it was written."""

    _inherit = "base_import.import"

    def _parse_float_from_data(self, data, index, name, options):
        if isinstance(self._get_column(name), Hours):
            return None
        return super()._parse_float_from_data(data, index, name, options)

    def _get_column(self, path):
        """The field that a column goes to, by its path such as ``request_ids/hours``."""
        *way, name = path.split("/")
        model = self.env[self.res_model]
        for step in way:
            model = self.env[model._fields[step].comodel_name]
        return model._fields.get(name)
