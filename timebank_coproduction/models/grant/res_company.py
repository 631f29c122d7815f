from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

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
