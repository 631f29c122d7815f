from odoo import models

from .companies import MOVES, company_by_record, refuse_moved


class Base(models.AbstractModel):
    """What holds for whatever the addon's models name."""

    _inherit = "base"

    def write(self, vals):
        if MOVES.isdisjoint(vals) or self._name.startswith(("timebank.", "ir.", "mail.")):
            return super().write(vals)
        before = company_by_record(self)
        result = super().write(vals)
        if before:
            refuse_moved(self, before)
        return result
