from odoo import fields, models
from odoo.tools import SQL

from ..models.common.days import read_day
from ..models.common.verb import verb


class TimebankFundMovement(models.Model):
    """The movement of each grant's fund in a period, and in the same time a year before.

    The period stands in the context: ``timebank_from`` and ``timebank_to``, by default the year so far.
    """

    _name = "timebank.fund.movement"
    _inherit = "timebank.queried"
    _description = "Fund Movement"
    _auto = False
    _rec_name = "grant_id"
    _order = "restriction, grant_id, id"

    grant_id = fields.Many2one("timebank.grant", readonly=True)
    funder_id = fields.Many2one("res.partner", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    restriction = fields.Selection(
        lambda self: self.env["timebank.grant"]._fields["restriction"]._description_selection(self.env),
        readonly=True,
    )
    opening_amount = fields.Monetary("Brought forward", readonly=True)
    income_amount = fields.Monetary("Income", readonly=True)
    spending_amount = fields.Monetary("Spending", readonly=True, help="Taken off.")
    transfer_amount = fields.Monetary("Transfers", readonly=True)
    closing_amount = fields.Monetary("Carried forward", readonly=True)
    before_opening_amount = fields.Monetary("Brought forward, year before", readonly=True)
    before_income_amount = fields.Monetary("Income, year before", readonly=True)
    before_spending_amount = fields.Monetary("Spending, year before", readonly=True)
    before_transfer_amount = fields.Monetary("Transfers, year before", readonly=True)
    before_closing_amount = fields.Monetary("Carried forward, year before", readonly=True)

    @property
    def _table_query(self):
        # sudo: amounts of every grant; whose rows a user reads, the record rules of this report say
        grants = self.env["timebank.grant"].sudo().search([("state", "!=", "draft")])
        first, last = self._get_period()
        return SQL(
            """
            SELECT g.id, g.id AS grant_id, g.funder_id, g.company_id, c.currency_id, g.restriction,
                   now.opening AS opening_amount, now.income AS income_amount,
                   now.spending AS spending_amount, now.transfers AS transfer_amount,
                   now.closing AS closing_amount,
                   before.opening AS before_opening_amount, before.income AS before_income_amount,
                   before.spending AS before_spending_amount, before.transfers AS before_transfer_amount,
                   before.closing AS before_closing_amount
              FROM timebank_grant g
              JOIN res_company c ON c.id = g.company_id
              JOIN (%(now)s) now ON now.id = g.id
              JOIN (%(before)s) before ON before.id = g.id
            """,
            now=grants._get_fund_query(first, last),
            before=grants._get_fund_query(
                fields.Date.subtract(first, years=1), fields.Date.subtract(last, years=1)
            ),
        )

    def _get_period(self):
        """:return: the first and the last day"""
        context = self.env.context
        first, last = context.get("timebank_from"), context.get("timebank_to")
        if first and last:
            return read_day(self.env, "from", first), read_day(self.env, "to", last)
        # sudo: when the company's year ends is no secret
        year = self.env.company.sudo().compute_fiscalyear_dates(fields.Date.context_today(self))
        return year["date_from"], fields.Date.context_today(self)

    @verb(single=True)
    def action_view_items(self):
        """The analytic items of the fund up to the period's end, by date."""
        self.ensure_one()
        # sudo: the column of the grant's account; the items are read by their own rules
        account = self.grant_id.sudo().analytic_account_id
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "analytic.account_analytic_line_action_entries"
        )
        _first, last = self._get_period()
        return {
            **action,
            "domain": [
                (account.root_plan_id._column_name(), "=", account.id),
                ("company_id", "=", self.company_id.id),
                ("date", "<=", last),
            ],
            "context": {},
        }
