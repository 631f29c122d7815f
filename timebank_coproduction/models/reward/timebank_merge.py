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

    def _follow_accounts(self, people):
        result = super()._follow_accounts(people)
        # sudo: whoever undoes it decides for the banks; a claim is whose account pays for it, but for a pot's
        for model in ("timebank.redemption", "timebank.dues"):
            rows = self.env[model].sudo().search([("partner_id", "in", people.ids)])
            for person, theirs in rows.grouped(lambda one: one.account_id.partner_id).items():
                if person in people:
                    wrong = theirs.filtered(lambda one, person=person: one.partner_id != person)
                    self._give_rows(wrong, rows._fields["partner_id"], person)
        return result
