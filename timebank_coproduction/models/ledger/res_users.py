from odoo import api, fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    #: What the record rules ask: a list of ids, so that PostgreSQL walks an index in the order
    #: of a list and stops after a page, however many banks there are and however long the ledger.
    coordinated_scheme_ids = fields.Many2many("timebank.scheme", string="Coordinates")

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        if any("coordinated_scheme_ids" in vals for vals in vals_list):
            self.env.registry.clear_cache()
        return users

    def write(self, vals):
        result = super().write(vals)
        if "coordinated_scheme_ids" in vals:
            self.env.registry.clear_cache()
        return result
