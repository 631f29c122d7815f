from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.personal import KEPT


class ResUsers(models.Model):
    _inherit = "res.users"
    _personal_fields = {
        "coordinated_scheme_ids": KEPT,
    }

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
        if "company_ids" in vals:
            self._refuse_leaving_banks()
        return result

    def _refuse_leaving_banks(self):
        """:raises UserError: for coordinators of a bank in a company that they no longer work in"""
        # sudo: banks of companies that the administrator doesn't work in count, too
        schemes = self.env["timebank.scheme"].sudo().search([("coordinator_ids", "in", self.ids)])
        for scheme in schemes:
            for user in scheme.coordinator_ids & self:
                if scheme.company_id not in user.company_ids:
                    raise UserError(
                        self.env._(
                            "%(person)s coordinates %(bank)s, of %(company)s: take them off its coordinators"
                            " first.",
                            person=user.name,
                            bank=scheme.name,
                            company=scheme.company_id.name,
                        )
                    )

    @api.ondelete(at_uninstall=True)
    def _unlink_no_makers_of_transfers(self):
        """A transfer says for good who made it."""
        # sudo: any transfer counts, also one that the administrator may not read; none is shown
        made = self.env["timebank.transfer"].sudo().search([("create_uid", "in", self.ids)], limit=1)
        if made:
            raise UserError(
                self.env._(
                    "%s has moved time credits, and the ledger keeps who did: archive the user instead of"
                    " deleting it.",
                    made.create_uid.name,
                )
            )
