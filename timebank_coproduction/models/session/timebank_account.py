from odoo import api, models


class TimebankAccount(models.Model):
    """Whose account it is, told to other members as far as each of them shows it."""

    _inherit = "timebank.account"

    @api.depends_context("uid")
    def _compute_display_name(self):
        super()._compute_display_name()
        if not self.env.su or not self.env.user._is_portal():
            return
        for account in self:
            if account.kind == "member" and account.partner_id:
                account.display_name = account.partner_id.display_name

    def _get_nameable(self, name, records, vals_list):
        """Not who shows their name to nobody, unless they know each other, nor who doesn't take part at
        present, nor a pot of others; but to whoever runs the bank.
        """
        nameable = super()._get_nameable(name, records, vals_list)
        if name != "to_account_id" or not nameable:
            return nameable
        # sudo: of which banks they are, and who takes part, for who may not see whose account it is
        run = self.env["timebank.scheme"].browse(nameable.sudo().scheme_id.ids)._run_by_user()
        taking_part = (
            self.env["timebank.member"]
            .sudo()
            .search([("account_id", "in", nameable.ids), ("state", "=", "active")])
        )
        people = self.env["timebank.hours"]._get_shown(nameable.partner_id)
        members, me = taking_part.account_id, self.env.user.partner_id

        def can_be_named(account):
            if account.scheme_id.id in run.ids:
                return account.kind != "member" or account.partner_id in people
            if account.kind == "pot":
                to_all = account.open_to_all or account.scheme_id.pot_account_id == account
                return to_all or me in account.holder_ids
            return account.kind != "member" or (account in members and account.partner_id in people)

        return nameable.filtered(can_be_named)
