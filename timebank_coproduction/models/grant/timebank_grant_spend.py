from typing import NamedTuple

from odoo import fields, models
from odoo.fields import Domain

#: Account types that count as spending where a grant names no accounts of its own.
EXPENSES = ("expense", "expense_depreciation", "expense_direct_cost")


class Spend(NamedTuple):
    """What one bill line or journal item costs a grant, in company currency; refunds are below zero."""

    grant_id: int
    move_line_id: int
    amount: float
    date: fields.Date


class TimebankGrant(models.Model):
    """What the books say was spent: posted analytic lines, read and never written."""

    _inherit = "timebank.grant"

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
