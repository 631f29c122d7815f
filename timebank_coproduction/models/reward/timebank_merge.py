from odoo import models


class TimebankMerge(models.Model):
    """Claims of people who become one: what comes again is paid from the account that goes on."""

    _inherit = "timebank.merge"

    def _join_accounts(self, account, target):
        result = super()._join_accounts(account, target)
        # what was paid stays with the account that paid it; what is still to come doesn't
        dues = self.env["timebank.dues"].search([("account_id", "=", account.id)])
        dues._update_rows({one.id: {"account_id": target.id} for one in dues})
        drafts = [("account_id", "=", account.id), ("state", "=", "draft")]
        claims = self.env["timebank.redemption"].search(drafts)
        claims._update_rows({one.id: {"account_id": target.id} for one in claims})
        return result
