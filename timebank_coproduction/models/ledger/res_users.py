from odoo import api, models
from odoo.exceptions import UserError


class ResUsers(models.Model):
    _inherit = "res.users"

    def write(self, vals):
        result = super().write(vals)
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
