from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.shares import split_by
from ..common.days import read_day
from ..common.verb import verb
from ..common.windows import open_form, open_list
from .timebank_claim_share import claim_parts
from .timebank_grant_books import claim_day

#: By which share of the budget the expected spending may miss it and still be on course.
COURSE_MARGIN = 0.1
#: Nothing is expected before one of so many equal parts of the grant's time has gone.
EARLY_PARTS = 10

#: What claims and bills change unseen.
FIGURES = (
    "_compute_figures",
    "_compute_course",
    "_compute_own",
    "_compute_paid",
    "_compute_unallocated",
    "_compute_accrued",
)

MONEY = {"currency_field": "company_currency_id", "compute": "_compute_figures"}


class TimebankGrant(models.Model):
    """A grant's figures: what the books, read and never written, say was spent, and what claims commit."""

    _inherit = "timebank.grant"

    # Where the reward budget stands: with all that is in the books by now, whatever its day; or
    # (context ``timebank_date``) by the end of a day. One rule for bills, claims, matches and terms alike.
    figures_date = fields.Date("Figures at", compute="_compute_agreed_budget")
    agreed_budget = fields.Monetary(
        "Reward budget as agreed",
        currency_field="company_currency_id",
        compute="_compute_agreed_budget",
        help="What was agreed with the funder by the day of the figures.",
    )
    committed_amount = fields.Monetary(
        "Committed", help="What approved claims on the grant cost, whether billed or not.", **MONEY
    )
    billed_amount = fields.Monetary("Billed", **MONEY)
    billed_matched_amount = fields.Monetary("Billed and matched", **MONEY)
    billed_unmatched_amount = fields.Monetary("Billed, not matched", **MONEY)
    unbilled_amount = fields.Monetary("Claimed, not billed", **MONEY)
    draft_amount = fields.Monetary("In draft bills", **MONEY)
    remaining_amount = fields.Monetary("Left", **MONEY)
    claim_count = fields.Integer("Number of claims", compute="_compute_figures")
    # Bought in advance
    prepayment_ids = fields.One2many(
        "timebank.prepayment",
        "grant_id",
        string="Rewards in advance",
        groups="timebank_coproduction.group_timebank_finance,timebank_coproduction.group_timebank_manager",
    )
    prepaid_amount = fields.Monetary(
        "Paid in advance, left",
        compute="_compute_prepaid_amount",
        compute_sudo=True,
        currency_field="company_currency_id",
        help="Of what was billed and not matched: rewards bought in advance that no claim has used yet.",
    )
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

    @api.depends("reward_budget", "amount", "rate", "reward_percentage", "amendment_ids")
    @api.depends_context("timebank_date")
    def _compute_agreed_budget(self):
        date = self._get_figures_date()
        for grant in self:
            grant.figures_date = date
            grant.agreed_budget = grant._get_budget_on(date) if date else grant.reward_budget

    @api.depends("agreed_budget", "analytic_account_id", "reward_account_ids", "reward_product_ids")
    @api.depends_context("timebank_date")
    def _compute_figures(self):
        date = self._get_figures_date()
        spent = self._get_spend_totals(date_to=date)
        drafts = self._get_draft_spend(date)
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
            grant.remaining_amount = grant.agreed_budget - grant.billed_amount - unbilled

    @api.depends("agreed_budget", "date_start", "date_end")
    @api.depends_context("timebank_date")
    def _compute_course(self):
        """Spending so far, carried on at the same pace to the grant's end.

        Within ten per cent of the budget counts as on course; before a tenth of the time
        has gone nothing is said.
        """
        today = self._get_figures_date() or fields.Date.context_today(self)
        for grant in self:
            used = grant.billed_amount + grant.unbilled_amount
            budget = grant.agreed_budget
            days = (grant.date_end - grant.date_start).days + 1 if grant.date_end and grant.date_start else 1
            gone = min(max((today - grant.date_start).days + 1, 0), days) if grant.date_start else 0
            grant.spent_percentage = 100 * used / budget if budget else 0
            grant.time_percentage = 100 * gone / days
            grant.expected_amount = used * days / gone if gone else 0
            grant.used_up_on = grant._get_day_used_up(days)
            if gone < days / EARLY_PARTS or not budget:
                grant.course = "early"
            elif grant.expected_amount > budget * (1 + COURSE_MARGIN):
                grant.course = "over"
            elif grant.expected_amount < budget * (1 - COURSE_MARGIN):
                grant.course = "under"
            else:
                grant.course = "on_course"

    # ------------------------------------------------------------
    # What the figures are made of besides the books: claims that stand, and the pace so far.
    # ------------------------------------------------------------

    def _refresh_figures(self):
        """Forget figures read earlier in the transaction: claims and bills change them unseen."""
        self.invalidate_recordset([name for name, field in self._fields.items() if field.compute in FIGURES])

    def _get_figures_date(self):
        """The day at whose end figures are told, or False for what is in the books by now.

        :raises UserError: for a context that holds no day
        """
        date = self.env.context.get("timebank_date")
        return read_day(self.env, "timebank_date", date) if date else False

    def _get_left_now(self):
        """What may be committed still, whatever day somebody's screen shows figures at."""
        return self.with_context(timebank_date=False).remaining_amount

    def _get_budget_on(self, date):
        """What may buy rewards by what was agreed by that day, in company currency."""
        terms, currency = self._get_terms_on(date), self.company_currency_id
        award = currency.round(terms["amount"] * self.rate)
        return currency.round(award * terms["reward_percentage"] / 100)

    def _get_day_used_up(self, days):
        """The day on which spending at the present pace reaches the budget, if it ever does.

        :param int days: of the grant's whole period
        """
        if self.company_currency_id.compare_amounts(self.expected_amount, self.agreed_budget) < 0:
            return False
        if not self.expected_amount:
            return False
        return fields.Date.add(self.date_start, days=int(days * self.agreed_budget / self.expected_amount))

    def _get_claims_query(self, date=None):
        """Claims that stand, each grant's part of each: all, or those up to the end of ``date``.

        :return: a query of ``grant_id``, ``id``, ``reward_id``, what it ``committed``, what of that is
            ``unbilled`` yet, and what is ``matched``
        """
        for model in ("timebank.redemption", "timebank.claim.share", "timebank.reward.match"):
            self.env[model].flush_model()
        return SQL(
            """
            SELECT r.grant_id, r.id, r.reward_id, r.cost_amount AS committed,
                   CASE WHEN r.billing_done THEN 0
                        ELSE GREATEST(r.cost_amount - COALESCE(paid.amount, 0), 0) END AS unbilled,
                   COALESCE(paid.amount, 0) AS matched
              FROM %(parts)s
              LEFT JOIN (SELECT grant_id, redemption_id, SUM(pays) AS amount FROM (%(matches)s) m
                          GROUP BY grant_id, redemption_id) paid
                ON paid.redemption_id = r.id AND paid.grant_id = r.grant_id
             WHERE r.grant_id IN %(grants)s AND r.state IN ('approved', 'fulfilled') %(standing)s
            """,
            matches=self._get_match_query(date),
            parts=claim_parts("r"),
            grants=self._ids_or_none(),
            standing=SQL("AND %s <= %s", claim_day(self.env, "r"), date) if date else SQL(),
        )

    def _get_claim_totals(self, date=None):
        """Claims that stand and what bills pay of them: all, or those up to the end of ``date``.

        :return: dict of grant id → (count, committed, not yet billed, matched)
        """
        rows = self._query_books(
            SQL(
                """SELECT grant_id, COUNT(*), SUM(committed), SUM(unbilled), SUM(matched)
                     FROM (%s) claims GROUP BY grant_id""",
                self._get_claims_query(date),
            )
        )
        return {grant_id: (count, *map(float, amounts)) for grant_id, count, *amounts in rows}

    @verb(single=True)
    def action_view_now(self):
        """The grant with all that is in the books by now, from figures at a date."""
        self.ensure_one()
        return open_form(self, context={"timebank_date": False})

    # ------------------------------------------------------------
    # What a reconciliation asks of a grant
    # ------------------------------------------------------------

    def _get_exposure(self, date):
        """The grant's part of the credits that its banks owed on ``date``, and what they would cost.

        At the bank's average cost per credit of the claims approved in the year before. Each bank's
        whole is shared out over the grants that serve it on that day, in proportion to their
        reward budgets, so that no credit is shown twice.

        :return: minutes, amount in company currency
        """
        self.ensure_one()
        minutes, amount = 0, 0.0
        for scheme in self.scheme_ids:
            owed, cost = self._get_bank_exposure(scheme, date)
            sharing = self._get_grants_sharing(scheme, date)
            weights = [self._to_minor_units(grant.reward_budget) for grant in sharing]
            if not any(weights):
                weights = [1] * len(sharing)
            if self in sharing:
                place = sharing.ids.index(self.id)
                minutes += split_by(owed, weights)[place]
                amount += split_by(self._to_minor_units(cost), weights)[place]
        return minutes, amount / 10**self.company_currency_id.decimal_places

    def _get_grants_sharing(self, scheme, date):
        """The grants, in the order of their ids, that pay for a bank's rewards on that day."""
        # sudo: how many share decides; none of them is shown
        return self.sudo().search(
            [
                ("scheme_ids", "in", scheme.ids),
                ("company_id", "=", self.company_id.id),
                ("state", "!=", "draft"),
                ("date_start", "<=", date),
                ("date_end", ">=", date),
            ],
            order="id",
        )

    def _get_bank_exposure(self, scheme, date):
        """Credits that a bank owed on ``date`` and what they would cost: minutes, amount."""
        self.env.flush_all()
        ((minutes,),) = self.env.execute_query(
            SQL(
                """SELECT COALESCE(SUM(CASE WHEN t.from_account_id = s.operating_account_id THEN t.minutes
                                            ELSE -t.minutes END), 0)::int
                     FROM timebank_scheme s
                     JOIN timebank_transfer t
                       ON s.operating_account_id IN (t.from_account_id, t.to_account_id)
                    WHERE s.id = %s AND t.date <= %s""",
                scheme.id,
                date,
            )
        )
        ((cost, spent),) = self.env.execute_query(
            SQL(
                """SELECT COALESCE(SUM(cost_amount), 0)::float, COALESCE(SUM(minutes), 0)
                     FROM timebank_redemption r
                    WHERE scheme_id = %(bank)s AND state IN ('approved', 'fulfilled')
                      AND %(day)s > %(year_before)s AND %(day)s <= %(date)s""",
                bank=scheme.id,
                day=claim_day(self.env, "r"),
                year_before=fields.Date.subtract(date, years=1),
                date=date,
            )
        )
        return minutes, max(minutes, 0) * cost / spent if spent else 0.0

    # ------------------------------------------------------------
    # What is paid in advance, and not used yet
    # ------------------------------------------------------------

    @api.depends("prepayment_ids.left_amount")
    @api.depends_context("timebank_date")
    def _compute_prepaid_amount(self):
        date = self._get_figures_date()
        for grant in self:
            paid = grant.prepayment_ids.filtered(lambda one: not date or one.date <= date)
            grant.prepaid_amount = sum(paid.mapped("left_amount"))

    @verb()
    def action_view_prepayments(self):
        """What these grants have paid for in advance."""
        return open_list(self.env, "timebank_prepayment_action", [("grant_id", "in", self.ids)], {})
