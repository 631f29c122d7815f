from odoo import models


class ResPartner(models.Model):
    """A funder's grants."""

    _name = "res.partner"
    _inherit = ["res.partner", "timebank.grant.linked"]
    _grant_field = "funder_id"

    def _get_grant_defaults(self):
        return {"default_funder_id": self[:1].id}
