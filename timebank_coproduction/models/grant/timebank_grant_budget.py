from odoo import api, fields, models
from odoo.tools import SQL

MONEY = {"compute": "_compute_actuals", "currency_field": "currency_id"}
UNALLOCATED = {"compute": "_compute_unallocated", "currency_field": "company_currency_id"}
#: What is in no line: its name, the grant's figure, and the lines'.
UNALLOCATED_FIGURES = (
    ("budget", "agreed_budget", "amount"),
    ("committed", "committed_amount", "committed_amount"),
    ("billed", "billed_amount", "billed_amount"),
    ("unbilled", "unbilled_amount", "unbilled_amount"),
    ("remaining", "remaining_amount", "remaining_amount"),
)


class TimebankGrantLineActual(models.AbstractModel):
    """What of a grant's spending on rewards belongs to a line of its budget, and what is left of it.

    A claim belongs to the first line that names its reward, or else its product, or else the account on
    which that product is spent. A bill that pays for a claim goes with the claim, where a line has it;
    any other spending goes by its product, or else its account. What no line names is told apart, so
    that the lines and what is in none of them add up to the grant's own figures.
    """

    _name = "timebank.grant.line.actual"
    _description = "Budget Line With What Was Spent"

    currency_id = fields.Many2one("res.currency")
    reward_ids = fields.Many2many("timebank.reward", string="Rewards")
    product_ids = fields.Many2many("product.product", string="Products")
    account_ids = fields.Many2many("account.account", string="Accounts")
    billed_amount = fields.Monetary("Spent", **MONEY)
    committed_amount = fields.Monetary("Committed", **MONEY)
    unbilled_amount = fields.Monetary("To bill", **MONEY)
    remaining_amount = fields.Monetary("Left", **MONEY)

    @api.depends("amount", "reward_ids", "product_ids", "account_ids")
    @api.depends_context("timebank_date")
    def _compute_actuals(self):
        figures = self.grant_id._get_budget_figures()
        for line in self:
            billed, committed, unbilled = figures.get(line.grant_id, {}).get(line._origin, (0, 0, 0))
            line.billed_amount = billed
            line.committed_amount = committed
            line.unbilled_amount = unbilled
            line.remaining_amount = line.amount - billed - unbilled

    def _find_line(self, **things):
        """The first of these lines that has one of what is given, by its field's name; or no line."""
        for name, thing in things.items():
            for line in self if thing else ():
                if thing in line[name]:
                    return line
        return self.browse()

    def _find_claims_line(self, reward, company):
        """The line that claims of ``reward`` belong to, or no line."""
        product = reward.product_id
        line = self._find_line(reward_ids=reward, product_ids=product)
        if line or not (product and self.account_ids):
            return line
        accounts = product.product_tmpl_id.with_company(company).get_product_accounts()
        return self._find_line(account_ids=accounts["expense"])


class TimebankGrantBudgeted(models.AbstractModel):
    """A grant whose budget has lines, and what is in none of them."""

    _name = "timebank.grant.budgeted"
    _description = "Grant With Budget Lines"
    _inherit = ["timebank.grant.books"]

    company_currency_id = fields.Many2one("res.currency")

    unallocated_budget = fields.Monetary("Budget in no line", **UNALLOCATED)
    unallocated_billed = fields.Monetary("Spent in no line", **UNALLOCATED)
    unallocated_committed = fields.Monetary("Committed in no line", **UNALLOCATED)
    unallocated_unbilled = fields.Monetary("To bill in no line", **UNALLOCATED)
    unallocated_remaining = fields.Monetary("Left in no line", **UNALLOCATED)

    @api.depends("agreed_budget", "billed_amount", "budget_line_ids.amount", "budget_line_ids.billed_amount")
    @api.depends_context("timebank_date")
    def _compute_unallocated(self):
        """The grant's figures less those of its lines, which a form asks for anyway."""
        for grant in self:
            lines, rounded = grant.budget_line_ids, grant.company_currency_id.round
            grant.update(
                {
                    f"unallocated_{name}": rounded(grant[whole] - sum(lines.mapped(part)))
                    for name, whole, part in UNALLOCATED_FIGURES
                }
            )

    def _get_budget_figures(self):
        """What is spent, committed and to be billed for each budget line, at the day of the figures.

        :return: dict of grant → dict of budget line, or no line → (spent, committed, to bill)
        """
        date = self._get_figures_date()
        figures = {grant: {} for grant in self}
        grants = {grant._origin.id: grant for grant in self}
        # sudo: by rewards, products and accounts that the reader need not be able to open
        env = self.sudo().env

        def add(grant, line, *amounts):
            before = figures[grant].get(line, (0, 0, 0))
            currency = grant.company_currency_id
            figures[grant][line] = tuple(
                currency.round(a + float(b)) for a, b in zip(before, amounts, strict=True)
            )

        for grant_id, reward_id, account_id, product_id, amount in self._get_budget_spend(date):
            grant = grants[grant_id]
            lines = grant.sudo().budget_line_ids._origin
            line = lines._find_claims_line(env["timebank.reward"].browse(reward_id or ()), grant.company_id)
            line = line or lines._find_line(
                product_ids=env["product.product"].browse(product_id or ()),
                account_ids=env["account.account"].browse(account_id or ()),
            )
            add(grant, line.with_env(self.env), amount, 0, 0)
        for grant_id, reward_id, committed, unbilled in self._get_budget_claims(date):
            grant = grants[grant_id]
            lines = grant.sudo().budget_line_ids._origin
            line = lines._find_claims_line(env["timebank.reward"].browse(reward_id), grant.company_id)
            add(grant, line.with_env(self.env), 0, committed, unbilled)
        return figures

    def _get_budget_spend(self, date=None):
        """Spending on rewards by what budget lines may name.

        :return: rows of grant id, the reward of the claim that a bill pays for, or None, and the id of
            the account and of the product, or None, and the amount in company currency
        """
        return self._query_books(
            SQL(
                """
                WITH spend AS MATERIALIZED (
                    SELECT grant_id, item, general_account_id AS account, product_id AS product,
                           SUM(amount) AS amount
                      FROM (%(spend)s) s GROUP BY grant_id, item, general_account_id, product_id
                ), paid AS MATERIALIZED (
                    SELECT p.grant_id, p.reward_id, i.account, i.product, p.amount
                      FROM (SELECT m.grant_id, m.move_line_id AS item, r.reward_id, SUM(m.pays) AS amount
                              FROM (%(matches)s) m JOIN timebank_redemption r ON r.id = m.redemption_id
                             GROUP BY m.grant_id, m.move_line_id, r.reward_id) p
                      JOIN (SELECT DISTINCT ON (grant_id, item) grant_id, item, account, product
                              FROM spend ORDER BY grant_id, item, account, product) i
                        ON i.grant_id = p.grant_id AND i.item = p.item
                )
                SELECT grant_id, reward_id, account, product, SUM(amount)
                  FROM (SELECT grant_id, NULL::int AS reward_id, account, product, amount FROM spend
                        UNION ALL SELECT grant_id, NULL, account, product, -amount FROM paid
                        UNION ALL SELECT grant_id, reward_id, account, product, amount FROM paid) parts
                 GROUP BY grant_id, reward_id, account, product HAVING SUM(amount) != 0
                 ORDER BY grant_id, reward_id, account, product
                """,
                spend=self._get_spend_query(self._get_posted(None, date), SQL("grant_id, item")),
                matches=self._get_match_query(date),
            )
        )

    def _get_budget_claims(self, date=None):
        """Claims by their rewards: rows of grant id, reward id, committed and to bill."""
        return self._query_books(
            SQL(
                """SELECT grant_id, reward_id, SUM(committed), SUM(unbilled) FROM (%s) claims
                    GROUP BY grant_id, reward_id ORDER BY grant_id, reward_id""",
                self._get_claims_query(date),
            )
        )
