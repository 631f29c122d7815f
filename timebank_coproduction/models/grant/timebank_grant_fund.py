from typing import NamedTuple

from odoo import models
from odoo.tools import SQL

from .timebank_grant_books import EXPENSES

INCOME = ("income", "income_other")


class Movement(NamedTuple):
    """A fund's movement in a period, in company currency; spending is above zero, and taken off."""

    opening: float = 0.0
    income: float = 0.0
    spending: float = 0.0
    transfers: float = 0.0
    closing: float = 0.0


class TimebankGrantFund(models.AbstractModel):
    """A grant's whole fund, as the notes to a charity's accounts show it: all that Odoo's books have on the
    grant's analytic account, whether or not it is spent on rewards, accruals too.

    - What stands on the company's accounts for transfers between funds is a transfer, as is what
      stands on an account of neither income nor expenses.
    - The rest is income or spending by the kind of its account. An entry made by hand has none: it is
      spending, as everywhere, and what it takes off, less spending.
    """

    _name = "timebank.grant.fund"
    _description = "Grant's Whole Fund"
    _inherit = ["timebank.grant.books"]

    def _get_fund_movement(self, date_from, date_to):
        """:return: dict of grant → :class:`Movement`"""
        rows = self._query_books(self._get_fund_query(date_from, date_to))
        found = {number: Movement(*map(float, amounts)) for number, *amounts in rows}
        return {grant: found.get(grant._origin.id, Movement()) for grant in self}

    def _has_entries(self, date_from, date_to):
        """Whether the books have anything of these funds in a period."""
        grants = self.sudo()  # sudo: no more than whether there is anything
        return bool(
            grants._query_books(
                SQL("SELECT 1 FROM %s posted LIMIT 1", grants._get_posted(date_from, date_to, accrued=None))
            )
        )

    def _get_fund_query(self, date_from, date_to):
        """One row for each of these grants: its id and the amounts of a :class:`Movement`."""
        transfers = self.env["res.company"]._fields["timebank_transfer_account_ids"]
        return SQL(
            """
            SELECT g.id,
                   COALESCE(SUM(e.amount) FILTER (WHERE e.date < %(first)s), 0) AS opening,
                   COALESCE(SUM(e.amount) FILTER (WHERE e.date >= %(first)s AND kind = 'income'), 0)
                       AS income,
                   COALESCE(-SUM(e.amount) FILTER (WHERE e.date >= %(first)s AND kind = 'spending'), 0)
                       AS spending,
                   COALESCE(SUM(e.amount) FILTER (WHERE e.date >= %(first)s AND kind = 'transfer'), 0)
                       AS transfers,
                   COALESCE(SUM(e.amount), 0) AS closing
              FROM timebank_grant g
              LEFT JOIN (
                SELECT a.account, a.company_id, a.date, -a.amount AS amount,
                       CASE WHEN t.company IS NOT NULL THEN 'transfer'
                            WHEN a.general_account_id IS NULL OR l.account_type IN %(expenses)s
                            THEN 'spending'
                            WHEN l.account_type IN %(income)s THEN 'income'
                            ELSE 'transfer' END AS kind
                  FROM %(entries)s a
                  LEFT JOIN account_account l ON l.id = a.general_account_id
                  LEFT JOIN (SELECT %(company)s AS company, %(account)s AS account FROM %(transfers)s) t
                    ON t.company = a.company_id AND t.account = a.general_account_id
              ) e ON e.account = g.analytic_account_id AND e.company_id = g.company_id
             WHERE g.id IN %(grants)s
             GROUP BY g.id
            """,
            first=date_from,
            expenses=EXPENSES,
            income=INCOME,
            entries=self._get_posted(None, date_to, accrued=None),
            company=SQL.identifier(transfers.column1),
            account=SQL.identifier(transfers.column2),
            transfers=SQL.identifier(transfers.relation),
            grants=self._ids_or_none(),
        )
