from odoo import models


class TimebankLedgerCheck(models.AbstractModel):
    """Proof that claims and bills keep what is matched of them."""

    _inherit = "timebank.ledger.check"

    def _get_violation_finders(self):
        return [
            *super()._get_violation_finders(),
            self._find_wrongly_matched_claims,
            self._find_wrongly_matched_lines,
        ]

    def _find_wrongly_matched_claims(self, schemes):
        """What is matched to a claim is kept right, and within its cost and tolerance."""
        rows = self._query(
            """SELECT r.scheme_id, r.id, r.id FROM timebank_redemption r
                 LEFT JOIN (SELECT redemption_id, SUM(amount) AS amount FROM timebank_reward_match
                             GROUP BY redemption_id) m ON m.redemption_id = r.id
                WHERE r.scheme_id IN %s
                  AND (ABS(COALESCE(m.amount, 0) - COALESCE(r.matched_amount, 0)) > 0.004
                       OR COALESCE(m.amount, 0) > r.cost_amount + COALESCE(r.tolerance_amount, 0) + 0.004
                       OR COALESCE(m.amount, 0) < -0.004)""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "matched",
            "timebank.redemption",
            rows,
            lambda number: self.env._(
                "claim %s has more, or less, matched to it than its bills say.", number
            ),
        )

    def _find_wrongly_matched_lines(self, schemes):
        """What is matched of a bill line is kept right."""
        rows = self._query(
            """SELECT r.scheme_id, l.id, l.id FROM timebank_bill_line l
                 JOIN timebank_reward_match m ON m.bill_line_id = l.id
                 JOIN timebank_redemption r ON r.id = m.redemption_id
                WHERE r.scheme_id IN %s
                GROUP BY r.scheme_id, l.id
               HAVING ABS(COALESCE(l.matched_amount, 0)
                          - (SELECT SUM(amount) FROM timebank_reward_match
                              WHERE bill_line_id = l.id)) > 0.004""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "matched",
            "timebank.bill.line",
            rows,
            lambda number: self.env._("bill line %s keeps another sum of matches than it has.", number),
        )
