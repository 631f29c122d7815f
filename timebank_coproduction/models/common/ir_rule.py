from odoo import api, models
from odoo.fields import Domain


class IrRule(models.Model):
    _inherit = "ir.rule"

    @api.model
    def _compute_domain(self, model_name, mode="read"):
        """The addon's dialogs, and their lines, are their creator's: nobody else's, whatever their role.

        Said here for all of them, so that the next dialog needs no rule of its own.
        """
        domain = super()._compute_domain(model_name, mode)
        model = self.env[model_name]
        if model._transient and model._original_module == "timebank_coproduction" and not self.env.su:
            domain = (Domain(domain) & Domain("create_uid", "=", self.env.uid)).optimize(model)
        return domain
