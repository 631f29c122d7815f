from odoo import fields, models
from odoo.tools import SQL


class TimebankRewardSpendReport(models.Model):
    """What rewards cost: a row for each claim committed, each bill matched and each bill without a claim."""

    _name = "timebank.reward.spend.report"
    _description = "Reward Spend"
    _auto = False
    _rec_name = "date"
    _order = "date desc"

    date = fields.Date(readonly=True)
    grant_id = fields.Many2one("timebank.grant", readonly=True)
    funder_id = fields.Many2one("res.partner", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    scheme_id = fields.Many2one("timebank.scheme", string="Time bank", readonly=True)
    reward_id = fields.Many2one("timebank.reward", readonly=True)
    supplier_id = fields.Many2one("res.partner", readonly=True)
    claim_count = fields.Integer("Claims", readonly=True)
    minutes = fields.Integer(readonly=True)
    committed_amount = fields.Monetary("Committed", readonly=True)
    billed_amount = fields.Monetary("Billed", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT 3 * r.id AS id, r.approved_on::date AS date, r.grant_id, g.funder_id, r.company_id,
                   c.currency_id, r.scheme_id, r.reward_id, w.supplier_id, 1 AS claim_count, r.minutes,
                   r.cost_amount AS committed_amount, 0.0 AS billed_amount
              FROM timebank_redemption r
              JOIN timebank_reward w ON w.id = r.reward_id
              JOIN res_company c ON c.id = r.company_id
              LEFT JOIN timebank_grant g ON g.id = r.grant_id
             WHERE r.state IN ('approved', 'fulfilled')
            UNION ALL
            SELECT 3 * m.id + 1, l.date, m.grant_id, g.funder_id, g.company_id, c.currency_id, r.scheme_id,
                   r.reward_id, l.partner_id, 0, 0, 0.0, m.amount
              FROM timebank_reward_match m
              JOIN timebank_bill_line l ON l.id = m.bill_line_id
              JOIN timebank_redemption r ON r.id = m.redemption_id
              JOIN timebank_grant g ON g.id = m.grant_id
              JOIN res_company c ON c.id = g.company_id
            UNION ALL
            SELECT 3 * l.id + 2, l.date, l.grant_id, g.funder_id, g.company_id, c.currency_id, NULL, NULL,
                   l.partner_id, 0, 0, 0.0, l.open_amount
              FROM timebank_bill_line l
              JOIN timebank_grant g ON g.id = l.grant_id
              JOIN res_company c ON c.id = g.company_id
             WHERE l.open_amount != 0
            """
        )
