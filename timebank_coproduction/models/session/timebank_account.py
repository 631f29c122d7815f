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
        """Not who shows their name to nobody, unless they know each other."""
        nameable = super()._get_nameable(name, records, vals_list)
        if name != "to_account_id" or not nameable:
            return nameable
        people = nameable.partner_id
        seen = self.env["timebank.hours"]._get_shown(people)
        return nameable.filtered(lambda account: account.kind != "member" or account.partner_id in seen)
