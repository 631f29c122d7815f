from odoo import models


class TimebankMerge(models.Model):
    """Claims of people who become one: what comes again is paid from the account that goes on."""

    _inherit = "timebank.merge"

    def _join_accounts(self, account, target, held):
        result = super()._join_accounts(account, target, held)
        # what was paid stays with the account that paid it; what is still to come doesn't
        dues = self.env["timebank.dues"].search([("account_id", "=", account.id)])
        drafts = [("account_id", "=", account.id), ("state", "=", "draft")]
        for rows in (dues, self.env["timebank.redemption"].search(drafts)):
            before = self._photograph_rows(rows)
            rows._update_rows({one.id: {"account_id": target.id} for one in rows})
            held["altered"] += self._compare_rows(before)
        return result
