from odoo import api, fields, models
from odoo.tools import SQL

#: What Odoo writes when it learns of payments.
READ = {
    "account.move": ["state"],
    "account.move.line": ["balance", "account_id", "move_id"],
    "account.partial.reconcile": ["amount", "max_date", "debit_move_id", "credit_move_id"],
    "account.payment": ["state", "date", "move_id", "amount_company_currency_signed"],
}


class TimebankGrantPaid(models.AbstractModel):
    """What of the spending on rewards is paid, by what is reconciled with the bills.

    Of a bill that is paid in part each line is paid in part. A credit note that is set against its bill
    pays both: of the two together nothing is owed. A payment that Odoo keeps without an entry counts once
    it is sent. What no supplier is owed for, such as an expense straight from the bank or an entry made
    by hand, is paid.
    """

    _name = "timebank.grant.paid"
    _description = "What a Grant Has Paid"
    _inherit = ["timebank.grant.books"]

    company_currency_id = fields.Many2one("res.currency")
    paid_amount = fields.Monetary(
        "Paid", compute="_compute_paid", currency_field="company_currency_id", help="Of what is billed."
    )
    unpaid_amount = fields.Monetary(
        "Still to pay",
        compute="_compute_paid",
        currency_field="company_currency_id",
        help="Of what is billed, what its suppliers are still owed.",
    )

    @api.depends("billed_amount")
    @api.depends_context("timebank_date")
    def _compute_paid(self):
        owed = dict.fromkeys(self._origin.ids, 0.0)
        for (grant_id, _item), amount in self._get_unpaid(self._get_figures_date()).items():
            owed[grant_id] += amount
        for grant in self:
            grant.unpaid_amount = grant.company_currency_id.round(owed.get(grant._origin.id, 0))
            grant.paid_amount = grant.billed_amount - grant.unpaid_amount

    def _get_unpaid(self, date=None, items=None):
        """What is still owed of the spending on rewards, bill line by bill line.

        :param date: by what was paid up to that day, default by all that is reconciled
        :param items: of these ``account.move.line`` only, default all
        :return: dict of (grant id, journal item id) → amount in company currency
        """
        for model, names in READ.items():
            self.env[model].flush_model(names)
        until = SQL("AND %s <= %s", SQL.identifier("p", "max_date"), date) if date else SQL()
        only = SQL("IN %s", tuple(items._origin.ids) or (0,)) if items is not None else None
        rows = self._query_books(
            SQL(
                """
                WITH share AS MATERIALIZED (
                    SELECT s.grant_id, s.item, i.move_id, u.rounding, SUM(s.amount) AS amount
                      FROM (%(spend)s) s
                      JOIN account_move_line i ON i.id = s.item
                      JOIN timebank_grant g ON g.id = s.grant_id
                      JOIN res_company c ON c.id = g.company_id
                      JOIN res_currency u ON u.id = c.currency_id
                     GROUP BY s.grant_id, s.item, i.move_id, u.rounding
                ), owed AS (
                    SELECT d.move_id, SUM(d.balance) AS due,
                           SUM(d.balance
                               + COALESCE((SELECT SUM(p.amount) FROM account_partial_reconcile p
                                            WHERE p.credit_move_id = d.id %(until)s), 0)
                               - COALESCE((SELECT SUM(p.amount) FROM account_partial_reconcile p
                                            WHERE p.debit_move_id = d.id %(until)s), 0)) AS open
                      FROM account_move_line d
                      JOIN account_account a ON a.id = d.account_id
                     WHERE d.move_id IN (SELECT move_id FROM share)
                       AND a.account_type IN ('liability_payable', 'asset_receivable')
                     GROUP BY d.move_id HAVING SUM(d.balance) != 0
                ), sent AS (
                    SELECT x.invoice_id AS move_id,
                           SUM(ABS(y.amount_company_currency_signed)) FILTER (WHERE y.state = 'in_process')
                               AS under_way,
                           SUM(ABS(y.amount_company_currency_signed)) AS amount
                      FROM account_move__account_payment x
                      JOIN account_payment y ON y.id = x.payment_id
                     WHERE x.invoice_id IN (SELECT move_id FROM share) AND y.move_id IS NULL
                       AND y.state IN ('in_process', 'paid') %(sent_until)s
                     GROUP BY x.invoice_id
                )
                SELECT s.grant_id, s.item,
                       ROUND(s.amount * GREATEST(
                                 ABS(o.open) - COALESCE(
                                     CASE WHEN o.open = o.due THEN t.amount ELSE t.under_way END, 0), 0)
                             / ABS(o.due)
                             / s.rounding) * s.rounding
                  FROM share s
                  JOIN owed o ON o.move_id = s.move_id
                  LEFT JOIN sent t ON t.move_id = s.move_id
                 WHERE o.open != 0
                """,
                spend=self._get_lines_query(self._get_posted(None, date), only),
                until=until,
                sent_until=SQL("AND y.date <= %s", date) if date else SQL(),
            )
        )
        return {(grant_id, item): float(amount) for grant_id, item, amount in rows if amount}
