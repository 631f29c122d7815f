from odoo import fields, models
from odoo.tools import SQL


class TimebankDecisionReport(models.Model):
    """Decided by whom: for the trustees, who let what go to whom.

    A row for each movement of credits that a person decided on, and each claim that one
    approved. What the bank's own rules decide, and what people do with credits of their
    own, is left out.
    """

    _name = "timebank.decision.report"
    _description = "Decided by Whom"
    _auto = False
    _rec_name = "date"
    _order = "date desc, id desc"

    date = fields.Date(readonly=True)
    scheme_id = fields.Many2one("timebank.scheme", string="Time bank", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    what = fields.Selection(
        [
            ("hours", "Hours approved"),
            ("claim", "Claim approved"),
            ("attend", "Register closed"),
            ("gift", "Gift in somebody's name"),
            ("voucher", "Vouchers handed in"),
            ("reversal", "Put back"),
            ("other", "Other"),
        ],
        readonly=True,
    )
    decider_id = fields.Many2one("res.users", string="Decided by", readonly=True)
    partner_id = fields.Many2one("res.partner", string="For whom", readonly=True)
    account_id = fields.Many2one("timebank.account", readonly=True)
    transfer_id = fields.Many2one("timebank.transfer", readonly=True)
    minutes = fields.Integer(readonly=True)
    hours = fields.Float(readonly=True)
    is_mutual = fields.Boolean(
        "For each other", readonly=True, help="Each of the two has decided on something for the other."
    )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH decided AS (
                SELECT t.id, t.date, t.scheme_id, s.company_id, t.id AS transfer_id, t.minutes,
                       t.minutes / 60.0 AS hours,
                       CASE WHEN t.hours_id IS NOT NULL THEN 'hours'
                            WHEN t.redemption_id IS NOT NULL THEN 'claim'
                            WHEN t.kind IN ('attend', 'gift', 'reversal') THEN t.kind
                            WHEN t.kind = 'voucher_return' THEN 'voucher'
                            ELSE 'other' END AS what,
                       CASE WHEN t.hours_id IS NOT NULL THEN h.approver_id
                            WHEN t.redemption_id IS NOT NULL THEN c.approver_id
                            ELSE t.create_uid END AS decider_id,
                       CASE WHEN t.redemption_id IS NOT NULL THEN c.partner_id
                            ELSE target.partner_id END AS partner_id,
                       CASE WHEN t.redemption_id IS NOT NULL THEN t.from_account_id
                            ELSE t.to_account_id END AS account_id,
                       source.partner_id AS giver_id
                  FROM timebank_transfer t
                  JOIN timebank_scheme s ON s.id = t.scheme_id
                  JOIN timebank_account source ON source.id = t.from_account_id
                  JOIN timebank_account target ON target.id = t.to_account_id
                  LEFT JOIN timebank_hours h ON h.id = t.hours_id
                  LEFT JOIN timebank_redemption c ON c.id = t.redemption_id
                 WHERE t.redemption_id IS NOT NULL OR target.kind IN ('member', 'pot')
            ), by_people AS (
                SELECT decided.*, u.partner_id AS decider_partner_id
                  FROM decided
                  JOIN res_users u ON u.id = decided.decider_id
                 WHERE decided.giver_id IS DISTINCT FROM u.partner_id OR what = 'claim'
            )
            SELECT one.id, one.date, one.scheme_id, one.company_id, one.what, one.decider_id, one.partner_id,
                   one.account_id, one.transfer_id, one.minutes, one.hours,
                   EXISTS (
                       SELECT 1 FROM by_people other
                        WHERE other.scheme_id = one.scheme_id
                          AND other.decider_partner_id = one.partner_id
                          AND other.partner_id = one.decider_partner_id
                          AND other.decider_id != one.decider_id
                   ) AS is_mutual
              FROM by_people one
            """
        )
