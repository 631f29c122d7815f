from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

#: Account types that count as spending where a grant names no accounts of its own.
EXPENSES = ("expense", "expense_depreciation", "expense_direct_cost")

#: By which share of the budget the expected spending may miss it and still be on course.
OFF_COURSE = 0.1
#: Nothing is expected before one of so many equal parts of the grant's time has gone.
EARLY_PARTS = 10

MONEY = {"currency_field": "company_currency_id", "compute": "_compute_figures"}


class Spend(NamedTuple):
    """What one bill line or journal item costs a grant, in company currency; refunds are below zero."""

    grant_id: int
    move_line_id: int
    amount: float
    date: fields.Date


class TimebankGrant(models.Model):
    """A grant's figures: what the books, read and never written, say was spent, and what claims commit."""

    _inherit = "timebank.grant"

    # Where the reward budget stands, today or (context ``timebank_date``) on any day
    committed_amount = fields.Monetary("Committed", **MONEY)
    billed_amount = fields.Monetary("Billed", **MONEY)
    billed_matched_amount = fields.Monetary("Billed and matched", **MONEY)
    billed_unmatched_amount = fields.Monetary("Billed, not matched", **MONEY)
    unbilled_amount = fields.Monetary("Claimed, not billed", **MONEY)
    draft_amount = fields.Monetary("In draft bills", **MONEY)
    remaining_amount = fields.Monetary("Left", **MONEY)
    claim_count = fields.Integer("Number of claims", compute="_compute_figures")
    # On course?
    spent_percentage = fields.Float("Budget used (%)", compute="_compute_course", aggregator="avg")
    time_percentage = fields.Float("Time gone (%)", compute="_compute_course", aggregator="avg")
    expected_amount = fields.Monetary(
        "Expected by the end", currency_field="company_currency_id", compute="_compute_course"
    )
    used_up_on = fields.Date(
        "Used up on", compute="_compute_course", help="When the present pace reaches the budget."
    )
    course = fields.Selection(
        [
            ("early", "Too early to say"),
            ("on_course", "On course"),
            ("over", "Will run out"),
            ("under", "Will be left over"),
        ],
        compute="_compute_course",
    )

    @api.depends("reward_budget", "analytic_account_id", "reward_account_ids", "reward_product_ids")
    @api.depends_context("timebank_date")
    def _compute_figures(self):
        date = fields.Date.to_date(self.env.context.get("timebank_date"))
        spent = self._get_spend_totals(date_to=date)
        drafts = self._get_draft_spend()
        claims = self._get_claim_totals(date)
        for grant in self:
            count, committed, unbilled, matched = claims.get(grant._origin.id, (0, 0, 0, 0))
            grant.claim_count = count
            grant.committed_amount = committed
            grant.billed_amount = spent.get(grant, 0)
            grant.billed_matched_amount = matched
            grant.billed_unmatched_amount = grant.billed_amount - matched
            grant.unbilled_amount = unbilled
            grant.draft_amount = drafts.get(grant, 0)
            grant.remaining_amount = grant.reward_budget - grant.billed_amount - unbilled

    @api.depends("reward_budget", "date_start", "date_end")
    @api.depends_context("timebank_date")
    def _compute_course(self):
        """Spending so far, carried on at the same pace to the grant's end.

        Within ten per cent of the budget counts as on course; before a tenth of the time
        has gone nothing is said.
        """
        today = fields.Date.to_date(self.env.context.get("timebank_date")) or fields.Date.context_today(self)
        for grant in self:
            used = grant.billed_amount + grant.unbilled_amount
            budget = grant.reward_budget
            days = (grant.date_end - grant.date_start).days + 1 if grant.date_end and grant.date_start else 1
            gone = min(max((today - grant.date_start).days + 1, 0), days) if grant.date_start else 0
            grant.spent_percentage = 100 * used / budget if budget else 0
            grant.time_percentage = 100 * gone / days
            grant.expected_amount = used * days / gone if gone else 0
            grant.used_up_on = grant._get_day_used_up(days)
            if gone < days / EARLY_PARTS or not budget:
                grant.course = "early"
            elif grant.expected_amount > budget * (1 + OFF_COURSE):
                grant.course = "over"
            elif grant.expected_amount < budget * (1 - OFF_COURSE):
                grant.course = "under"
            else:
                grant.course = "on_course"

    def _get_spend_totals(self, date_from=None, date_to=None):
        """Posted spending on rewards per grant, as Odoo's analytic accounting has it.

        :param date_from: first accounting day, default ever
        :param date_to: last accounting day, default ever
        :return: dict of grant → amount in company currency, spending above zero
        """
        totals = dict.fromkeys(self, 0.0)
        by_product = self.filtered("reward_product_ids")
        for grants, kinds in (
            (self - by_product, ["general_account_id"]),
            (by_product, ["general_account_id", "product_id"]),
        ):
            for column, of_plan in grants._by_plan_column():
                of_account = {grant.analytic_account_id.id: grant for grant in of_plan}
                groups = self._analytic_lines()._read_group(
                    of_plan._get_spend_domain(column, date_from, date_to), [column, *kinds], ["amount:sum"]
                )
                # Only their type: an account's other fields are looked up with it otherwise.
                # sudo: the type decides what counts as spent; no account is shown.
                self.env["account.account"].sudo().union(*(group[1] for group in groups)).fetch(
                    ["account_type"]
                )
                for analytic, *kind, amount in groups:
                    grant = of_account[analytic.id]
                    if grant._counts_as_reward(*kind):
                        totals[grant] -= amount
        return {grant: grant.company_currency_id.round(total) for grant, total in totals.items()}

    def _get_spend_lines(self, date_from=None, date_to=None):
        """Posted spending on rewards, line by line of the books.

        :return: list of :class:`Spend`; an analytic entry without a journal item has
            ``move_line_id`` 0
        """
        lines, counts = [], {}
        for column, grants in self._by_plan_column():
            groups = self._analytic_lines()._read_group(
                grants._get_spend_domain(column, date_from, date_to),
                [column, "move_line_id", "general_account_id", "product_id", "date:day"],
                ["amount:sum"],
            )
            of_account = {grant.analytic_account_id.id: grant for grant in grants}
            for analytic, move_line, general, product, day, amount in groups:
                kind = (analytic.id, general.id, product.id)
                if kind not in counts:
                    grant = of_account[analytic.id]
                    rewards = grant._counts_as_reward(general, product)
                    counts[kind] = (grant.id, grant.company_currency_id) if rewards else None
                if counts[kind]:
                    grant_id, currency = counts[kind]
                    lines.append(Spend(grant_id, move_line.id or 0, currency.round(-amount), day))
        return lines

    def _get_draft_spend(self):
        """What draft bills would add once posted.

        :return: dict of grant → amount in company currency
        """
        totals = dict.fromkeys(self, 0.0)
        of_account = {grant.analytic_account_id.id: grant for grant in self if grant.analytic_account_id}
        if not of_account:
            return totals
        # sudo: totals for those who may read the grant, who need not read the bills.
        drafts = (
            self.env["account.move.line"]
            .sudo()
            .search_fetch(
                [("analytic_distribution", "in", list(of_account)), ("parent_state", "=", "draft")],
                ["analytic_distribution", "balance", "account_id", "product_id"],
            )
        )
        for line in drafts:
            for key, percentage in (line.analytic_distribution or {}).items():
                for analytic_id in map(int, key.split(",")):
                    grant = of_account.get(analytic_id)
                    if grant and grant._counts_as_reward(line.account_id, line.product_id):
                        totals[grant] += line.balance * percentage / 100
        return {grant: grant.company_currency_id.round(total) for grant, total in totals.items()}

    def _by_plan_column(self):
        """Pairs of a column of the analytic lines and the grants whose account is kept there."""
        # sudo: the plan only says in which column the grant's account is.
        return (
            (plan._column_name(), grants.with_env(self.env))
            for plan, grants in self.sudo()
            .filtered("analytic_account_id")
            .grouped(lambda grant: grant.analytic_account_id.root_plan_id)
            .items()
        )

    def _get_spend_domain(self, column, date_from=None, date_to=None):
        domain = Domain(column, "in", self.analytic_account_id.ids)
        if date_from:
            domain &= Domain("date", ">=", date_from)
        if date_to:
            domain &= Domain("date", "<=", date_to)
        return domain

    def _analytic_lines(self):
        # sudo: figures for those who may read the grant, who need not read the bills.
        return self.env["account.analytic.line"].sudo()

    def _counts_as_reward(self, general, product=None):
        """Whether an entry on this account, for this product, is spending on rewards.

        An analytic entry made by hand has no account; it counts, so that nothing charged
        to the grant can hide.
        """
        if general and self.reward_account_ids:
            if general not in self.reward_account_ids:
                return False
        elif general and general.account_type not in EXPENSES:
            return False
        return not (product and self.reward_product_ids and product not in self.reward_product_ids)

    # ------------------------------------------------------------
    # What the figures are made of besides the books: claims that stand, and the pace so far.
    # ------------------------------------------------------------

    def _refresh_figures(self):
        """Forget figures read earlier in the transaction: claims and bills change them unseen."""
        self.invalidate_recordset(
            [
                name
                for name, field in self._fields.items()
                if field.compute in ("_compute_figures", "_compute_course")
            ]
        )

    def _get_day_used_up(self, days):
        """The day on which spending at the present pace reaches the budget, if it ever does.

        :param int days: of the grant's whole period
        """
        if self.company_currency_id.compare_amounts(self.expected_amount, self.reward_budget) < 0:
            return False
        if not self.expected_amount:
            return False
        return fields.Date.add(self.date_start, days=int(days * self.reward_budget / self.expected_amount))

    def _get_claim_totals(self, date=None):
        """Claims standing on ``date`` (default today) and what is matched to them by then.

        :return: dict of grant id → (count, committed, not yet billed, matched)
        """
        if not self.ids:
            return {}
        self.env["timebank.redemption"].flush_model()
        self.env["timebank.reward.match"].flush_model()
        day = date or fields.Date.context_today(self)
        rows = self.env.execute_query(
            SQL(
                """
                WITH matched AS (
                    SELECT m.redemption_id, SUM(m.amount) AS amount
                      FROM timebank_reward_match m JOIN account_move_line l ON l.id = m.move_line_id
                     WHERE m.grant_id IN %(grants)s AND l.date <= %(day)s AND l.parent_state = 'posted'
                     GROUP BY m.redemption_id
                )
                SELECT r.grant_id, COUNT(*), SUM(r.cost_amount),
                       SUM(CASE WHEN r.billing_done THEN 0
                                ELSE GREATEST(r.cost_amount - COALESCE(matched.amount, 0), 0) END),
                       SUM(COALESCE(matched.amount, 0))
                  FROM timebank_redemption r LEFT JOIN matched ON matched.redemption_id = r.id
                 WHERE r.grant_id IN %(grants)s AND r.state IN ('approved', 'fulfilled')
                   AND r.approved_on::date <= %(day)s
                 GROUP BY r.grant_id
                """,
                grants=tuple(self.ids),
                day=day,
            )
        )
        return {grant_id: figures for grant_id, *figures in rows}

    # ------------------------------------------------------------
    # What a reconciliation asks of a grant
    # ------------------------------------------------------------

    def _get_analytic_spend(self, date_from, date_to):
        """Odoo's own balance of the grant's analytic account for a period, spending above zero."""
        self.ensure_one()
        total = 0.0
        for column, grant in self._by_plan_column():
            ((amount,),) = self._analytic_lines()._read_group(
                grant._get_spend_domain(column, date_from, date_to), [], ["amount:sum"]
            )
            total -= amount or 0
        return self.company_currency_id.round(total)

    def _get_exposure(self, date):
        """Credits that the grant's banks owed on ``date``, and what they would cost.

        At the average cost per credit of the claims approved in the year before.

        :return: minutes, amount in company currency
        """
        self.ensure_one()
        schemes = self.scheme_ids
        if not schemes:
            return 0, 0.0
        self.env.flush_all()
        ((minutes,),) = self.env.execute_query(
            SQL(
                """SELECT COALESCE(SUM(CASE WHEN t.from_account_id = s.operating_account_id THEN t.minutes
                                            ELSE -t.minutes END), 0)::int
                     FROM timebank_scheme s
                     JOIN timebank_transfer t
                       ON s.operating_account_id IN (t.from_account_id, t.to_account_id)
                    WHERE s.id IN %s AND t.date <= %s""",
                tuple(schemes.ids),
                date,
            )
        )
        # sudo: sums over all claims of the grant's banks; nobody is named
        ((cost, spent),) = (
            self.env["timebank.redemption"]
            .sudo()
            ._read_group(
                [
                    ("scheme_id", "in", schemes.ids),
                    ("state", "in", ("approved", "fulfilled")),
                    ("approved_on", ">", fields.Date.subtract(date, years=1)),
                    ("approved_on", "<", fields.Date.add(date, days=1)),
                ],
                [],
                ["cost_amount:sum", "minutes:sum"],
            )
        )
        return minutes, max(minutes, 0) * (cost or 0) / spent if spent else 0.0
