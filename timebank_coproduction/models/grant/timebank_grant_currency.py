from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL


class Own(NamedTuple):
    """A grant's figures in its own currency; ``difference`` is in the company's."""

    budget: float = 0.0
    billed: float = 0.0
    unbilled: float = 0.0
    left: float = 0.0
    difference: float = 0.0


class TimebankGrantCurrency(models.AbstractModel):
    """A grant awarded in another currency than the company's: its figures in both.

    The rule, here and nowhere else:

    - The budget is the award's share for rewards, in the grant's currency.
    - What was spent on a day is converted at Odoo's rate of that accounting day, a day's sum rounded
      to the grant's currency; what is claimed and not billed at the rate of the day that is asked about.
    - In the company's currency the budget stays what it was at the award's rate. What is left in the
      grant's currency is worth more or less than that by now: the *exchange difference*, a figure
      of its own and in no other.
    """

    _name = "timebank.grant.currency"
    _description = "A Grant's Own Currency"

    # the grant's own fields, by which the amounts below are shown
    currency_id = fields.Many2one("res.currency")
    company_currency_id = fields.Many2one("res.currency")

    is_foreign = fields.Boolean("In another currency", compute="_compute_own")
    own_budget = fields.Monetary("Reward budget, in its currency", compute="_compute_own")
    own_billed = fields.Monetary("Billed, in its currency", compute="_compute_own")
    own_unbilled = fields.Monetary("Claimed, not billed, in its currency", compute="_compute_own")
    own_remaining = fields.Monetary("Left, in its currency", compute="_compute_own")
    exchange_amount = fields.Monetary(
        "Exchange difference",
        compute="_compute_own",
        currency_field="company_currency_id",
        help="What is left in the grant's currency, at the day's rate, less that at the award's.",
    )

    @api.depends("currency_id", "company_currency_id")
    @api.depends_context("timebank_date")
    def _compute_own(self):
        date = self._get_figures_date()
        own = self._get_own(date)
        for grant in self:
            figures = own.get(grant)
            grant.is_foreign = bool(figures)
            figures = figures or Own(
                grant.agreed_budget, grant.billed_amount, grant.unbilled_amount, grant.remaining_amount
            )
            grant.own_budget = figures.budget
            grant.own_billed = figures.billed
            grant.own_unbilled = figures.unbilled
            grant.own_remaining = figures.left
            grant.exchange_amount = figures.difference

    def _get_own(self, date=None, budget=None):
        """The figures of these grants in their own currency, those that have another than the company.

        :param date: the last accounting day, default all that is in the books, at today's rate
        :param budget: the reward budget in company currency at the award's rate, default as agreed by then
        :return: dict of grant → :class:`Own`
        """
        abroad = self.filtered(lambda grant: grant.currency_id != grant.company_currency_id)
        if not abroad:
            return {}
        spent = {}
        for grant_id, day, amount in abroad._query_books(
            SQL(
                "SELECT grant_id, date, SUM(amount) FROM (%s) spend GROUP BY grant_id, date",
                abroad._get_lines_query(abroad._get_posted(None, date)),
            )
        ):
            spent.setdefault(grant_id, []).append((day, float(amount)))
        own = {}
        for grant in abroad.with_context(timebank_date=date):
            own[grant.with_env(self.env)] = grant._convert(spent.get(grant._origin.id, []), date, budget)
        return own

    def _convert(self, spent, date, budget):
        self.ensure_one()
        currency, home = self.currency_id, self.company_currency_id
        rate = self._get_own_rate(date or fields.Date.context_today(self))
        at_home = self.agreed_budget if budget is None else budget
        whole = currency.round(self.amount * self.reward_percentage / 100)
        if home.compare_amounts(at_home, self.reward_budget):
            whole = currency.round(at_home / self.rate) if self.rate else 0
        billed = sum(currency.round(amount * self._get_own_rate(day)) for day, amount in spent)
        unbilled = currency.round(self.unbilled_amount * rate)
        left = currency.round(whole - billed - unbilled)
        left_at_home = at_home - sum(amount for _day, amount in spent) - self.unbilled_amount
        difference = home.round(left / rate - left_at_home) if rate else 0
        return Own(whole, currency.round(billed), unbilled, left, difference)

    def _get_own_rate(self, day):
        """What one unit of the company's currency is worth in the grant's on a day, as Odoo has it."""
        return self.env["res.currency"]._get_conversion_rate(
            self.company_currency_id, self.currency_id, self.company_id, day
        )
