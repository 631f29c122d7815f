from odoo import fields, models
from odoo.tools import SQL


class TimebankDecisionReport(models.Model):
    """Decided by whom: for the trustees, who let what go to whom.

    A row for each movement of credits that a person decided on, and each claim that one
    approved. What the bank's own rules decide, and what people do with credits of their
    own, is left out.
    """

    _name = "timebank.decision.report"
    _inherit = "timebank.queried"
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
        """Whether the two decide for each other is asked of each row that is shown alone, of the few accounts
        and claims of the one who decided: both are found by their indexes.
        """
        return SQL(
            """
            SELECT t.id, t.date, t.scheme_id, s.company_id, t.id AS transfer_id, t.minutes,
                   t.minutes / 60.0 AS hours,
                   CASE WHEN t.hours_id IS NOT NULL THEN 'hours'
                        WHEN t.redemption_id IS NOT NULL THEN 'claim'
                        WHEN t.kind IN ('attend', 'gift', 'reversal') THEN t.kind
                        WHEN t.kind = 'voucher_return' THEN 'voucher'
                        ELSE 'other' END AS what,
                   u.id AS decider_id,
                   CASE WHEN t.redemption_id IS NOT NULL THEN c.partner_id
                        ELSE target.partner_id END AS partner_id,
                   CASE WHEN t.redemption_id IS NOT NULL THEN t.from_account_id
                        ELSE t.to_account_id END AS account_id,
                   EXISTS (
                       SELECT 1
                         FROM timebank_account a
                         JOIN timebank_transfer o ON o.to_account_id = a.id
                         JOIN timebank_account giver ON giver.id = o.from_account_id
                         LEFT JOIN timebank_hours oh ON oh.id = o.hours_id
                         JOIN res_users ou
                           ON ou.id = CASE WHEN o.hours_id IS NOT NULL THEN oh.approver_id
                                           ELSE o.create_uid END
                        WHERE a.partner_id = u.partner_id AND a.scheme_id = t.scheme_id
                          AND a.kind IN ('member', 'pot') AND o.redemption_id IS NULL
                          AND giver.partner_id IS DISTINCT FROM ou.partner_id
                          AND ou.id != u.id
                          AND ou.partner_id = CASE WHEN t.redemption_id IS NOT NULL THEN c.partner_id
                                                   ELSE target.partner_id END
                   ) OR EXISTS (
                       SELECT 1
                         FROM timebank_redemption oc
                         JOIN timebank_transfer o ON o.redemption_id = oc.id
                         JOIN res_users ou ON ou.id = oc.approver_id
                        WHERE oc.partner_id = u.partner_id AND o.scheme_id = t.scheme_id
                          AND o.hours_id IS NULL AND ou.id != u.id
                          AND ou.partner_id = CASE WHEN t.redemption_id IS NOT NULL THEN c.partner_id
                                                   ELSE target.partner_id END
                   ) AS is_mutual
              FROM timebank_transfer t
              JOIN timebank_scheme s ON s.id = t.scheme_id
              JOIN timebank_account source ON source.id = t.from_account_id
              JOIN timebank_account target ON target.id = t.to_account_id
              LEFT JOIN timebank_hours h ON h.id = t.hours_id
              LEFT JOIN timebank_redemption c ON c.id = t.redemption_id
              JOIN res_users u
                ON u.id = CASE WHEN t.hours_id IS NOT NULL THEN h.approver_id
                               WHEN t.redemption_id IS NOT NULL THEN c.approver_id
                               ELSE t.create_uid END
             WHERE (t.redemption_id IS NOT NULL OR target.kind IN ('member', 'pot'))
               AND (t.redemption_id IS NOT NULL AND t.hours_id IS NULL
                    OR source.partner_id IS DISTINCT FROM u.partner_id)
            """
        )
