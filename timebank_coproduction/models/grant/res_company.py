from odoo import fields, models

from ..common.personal import OURS


class ResCompany(models.Model):
    _inherit = "res.company"
    _personal_fields = {
        "timebank_360giving_prefix": OURS,
    }

    timebank_360giving_prefix = fields.Char(
        "360Giving publisher prefix",
        help="What the identifiers of published awards begin with: 360G-example.",
    )
    # Asked for when claims are accrued, and kept
    timebank_accrual_journal_id = fields.Many2one("account.journal", string="Journal for accruals")
    timebank_accrual_account_id = fields.Many2one("account.account", string="Owed for what isn't billed")
    timebank_transfer_account_ids = fields.Many2many(
        "account.account",
        # of its own: the usual name is that of the table of which company has which account
        relation="timebank_transfer_account_rel",
        column1="company_id",
        column2="account_id",
        string="Transfers between funds",
        help="What stands on these accounts is a transfer in a fund's movement, and no income or spending.",
    )
    timebank_grant_plan_id = fields.Many2one(
        "account.analytic.plan",
        "Analytic plan of grants",
        ondelete="set null",
        help="Where the accounts of new grants are made, so that a bill line can carry its project and its"
        " grant at 100 % each. Accounts made before stay where they are.",
    )

    def _make_timebank_grant_plan(self):
        """Give these companies' grants a plan of their own, which all share. Odoo adds its column at once."""
        # sudo: the addon's own settings, which administrators alone open
        companies = self.sudo()
        plan = companies.search([("timebank_grant_plan_id", "!=", False)], limit=1).timebank_grant_plan_id
        if not plan:
            plan = plan.create({"name": self.env._("Grants")})
        companies.timebank_grant_plan_id = plan
