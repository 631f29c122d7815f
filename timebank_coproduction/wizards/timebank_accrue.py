from odoo import api, fields, models
from odoo.fields import Command

from ..models.common.verb import verb
from ..models.common.windows import get_chosen, open_list


class TimebankAccrue(models.TransientModel):
    """Propose what of grants' claims is accrued at a year's end, and ask for the accounts.

    The journal and the account of what is owed are kept with the company, each grant's own with the grant.
    """

    _name = "timebank.accrue"
    _description = "Accrue Claims"
    _check_company_auto = True

    date = fields.Date("At the end of", required=True, default=lambda self: self._default_date())
    reversal_date = fields.Date("Taken back on", compute="_compute_reversal_date")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self._default_company())
    currency_id = fields.Many2one(related="company_id.currency_id")
    journal_id = fields.Many2one(
        "account.journal",
        required=True,
        compute="_compute_accounts",
        store=True,
        readonly=False,
        domain="[('type', '=', 'general'), ('company_id', '=', company_id)]",
    )
    liability_account_id = fields.Many2one(
        "account.account",
        string="Owed for what isn't billed",
        required=True,
        compute="_compute_accounts",
        store=True,
        readonly=False,
        check_company=True,
        domain="[('account_type', '=', 'liability_current')]",
    )
    line_ids = fields.One2many(
        "timebank.accrue.line", "wizard_id", string="Grants", default=lambda self: self._default_lines()
    )

    refusal = fields.Text("Why not", compute="_compute_refusal")

    @api.depends("date", "journal_id", "line_ids.grant_id", "line_ids.amount")
    def _compute_refusal(self):
        """Why nothing can be accrued like this, said before anything is filled in."""
        for wizard in self:
            lines = wizard.line_ids.filtered(
                lambda line: line.currency_id.compare_amounts(line.amount, 0) > 0
            )
            grants = lines.grant_id._origin
            if not self.env["account.move"].has_access("create"):
                wizard.refusal = grants._say_no_books()
            elif wizard.date and wizard.date > fields.Date.context_today(wizard):
                wizard.refusal = grants._say_not_over()
            elif wizard.date and not grants:
                wizard.refusal = grants._say_all_billed(wizard.date)
            else:
                sentences = [
                    sentence
                    for grant in grants
                    if wizard.date and (sentence := grant._why_not_accrue(wizard.date, wizard.journal_id))
                ]
                wizard.refusal = "\n".join(dict.fromkeys(sentences)) or False

    def _get_chosen(self):
        return get_chosen(self.env, "timebank.grant").filtered(lambda grant: grant.state != "draft")

    def _default_company(self):
        return self._get_chosen().company_id[:1] or self.env.company

    def _default_date(self):
        """The last day of the financial year before."""
        # sudo: when the company's year ends is no secret
        company = self._default_company().sudo()
        year = company.compute_fiscalyear_dates(fields.Date.context_today(self))
        return fields.Date.subtract(year["date_from"], days=1)

    def _default_lines(self):
        company = self._default_company()
        return [
            Command.create({"grant_id": grant.id})
            for grant in self._get_chosen().filtered(lambda grant: grant.company_id == company)
        ]

    @api.depends("date")
    def _compute_reversal_date(self):
        for wizard in self:
            wizard.reversal_date = wizard.date and fields.Date.add(wizard.date, days=1)

    @api.depends("company_id")
    def _compute_accounts(self):
        for wizard in self:
            # sudo: the accounts that were chosen the last time
            company = wizard.company_id.sudo()
            wizard.journal_id = company.timebank_accrual_journal_id.id
            wizard.liability_account_id = company.timebank_accrual_account_id.id

    @verb(single=True)
    def action_confirm(self):
        """Make the entries in draft, and keep the accounts for the next time.

        :return: the list of the accruals made
        """
        self.ensure_one()
        grants = self.line_ids.grant_id
        grants._check_finance()
        for line in self.line_ids:
            if line.account_id != line.grant_id.accrual_account_id:
                line.grant_id.accrual_account_id = line.account_id
        made = grants._accrue(self.date, self.journal_id, self.liability_account_id)
        # sudo: finance settles the company's accounts for this, and nothing else of it
        self.company_id.sudo().write(
            {
                "timebank_accrual_journal_id": self.journal_id.id,
                "timebank_accrual_account_id": self.liability_account_id.id,
            }
        )
        return open_list(self.env, "timebank_grant_accrual_action", [("id", "in", made.ids)], {})


class TimebankAccrueLine(models.TransientModel):
    _name = "timebank.accrue.line"
    _description = "Accrue a Grant's Claims"

    wizard_id = fields.Many2one("timebank.accrue", required=True, ondelete="cascade")
    grant_id = fields.Many2one("timebank.grant", required=True)
    company_id = fields.Many2one(related="grant_id.company_id")
    currency_id = fields.Many2one(related="grant_id.company_currency_id")
    claim_count = fields.Integer("Claims", compute="_compute_amounts")
    amount = fields.Monetary("To accrue", compute="_compute_amounts")
    unmatched_amount = fields.Monetary(
        "Billed, not matched",
        compute="_compute_amounts",
        help="Match these bills first: they may be for claims that would be accrued besides.",
    )
    account_id = fields.Many2one(
        "account.account",
        string="Spent on",
        compute="_compute_account_id",
        store=True,
        readonly=False,
        domain="[('account_type', 'in', ('expense', 'expense_depreciation', 'expense_direct_cost')),"
        " ('company_ids', 'in', company_id)]",
    )

    @api.depends("grant_id", "wizard_id.date")
    def _compute_amounts(self):
        for date, lines in self.grouped(lambda line: line.wizard_id.date).items():
            grants = lines.grant_id.with_context(timebank_date=date or False)
            found = grants._get_claims_to_accrue(date or None)
            for line in lines:
                grant = grants.filtered(lambda one, line=line: one == line.grant_id)
                claims = found.get(grant, [])
                line.claim_count = sum(row[1] for row in claims)
                line.amount = sum(row[2] for row in claims)
                line.unmatched_amount = grant.billed_unmatched_amount

    @api.depends("grant_id")
    def _compute_account_id(self):
        for line in self:
            accounts = line.grant_id.reward_account_ids
            line.account_id = line.grant_id.accrual_account_id or (accounts if len(accounts) == 1 else False)
