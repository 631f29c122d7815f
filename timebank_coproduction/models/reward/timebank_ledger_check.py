from odoo import models


class TimebankLedgerCheck(models.AbstractModel):
    """Proof that claims, vouchers and their credits agree."""

    _inherit = "timebank.ledger.check"

    def _get_violation_finders(self):
        return [
            *super()._get_violation_finders(),
            self._find_wrong_claims,
            self._find_invented_claims,
            self._find_wrong_stock,
            self._find_wrong_vouchers,
        ]

    def _find_wrong_claims(self, schemes):
        """A claim that stands has one unreversed transfer of its price; another has none."""
        rows = self._query(
            """SELECT c.scheme_id, c.id, c.minutes FROM timebank_redemption c
                 LEFT JOIN timebank_transfer t ON t.redemption_id = c.id
                 LEFT JOIN timebank_transfer r ON r.reversal_of_id = t.id
                WHERE c.scheme_id IN %s
                  AND ((c.state IN ('requested', 'approved', 'fulfilled') AND COALESCE(c.minutes, 1) > 0)
                           != (t.id IS NOT NULL AND r.id IS NULL)
                       OR (t.id IS NOT NULL AND (t.minutes != c.minutes OR t.scheme_id != c.scheme_id
                                                 OR t.from_account_id != c.account_id)))""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "origin",
            "timebank.redemption",
            rows,
            lambda minutes: self.env._("a claim of %s minutes and its credits don't agree.", minutes),
        )

    def _find_invented_claims(self, schemes):
        """A claim that stands was requested and decided on some day, at the price of its reward."""
        rows = self._query(
            """SELECT c.scheme_id, c.id, c.id FROM timebank_redemption c
                 JOIN timebank_reward r ON r.id = c.reward_id
                 LEFT JOIN timebank_account a ON a.id = c.account_id
                WHERE c.scheme_id IN %s AND c.state IN ('requested', 'approved', 'fulfilled')
                  AND (c.create_date IS NULL OR c.requested_on IS NULL
                       OR c.minutes IS NULL OR c.scheme_id != r.scheme_id
                       OR a.scheme_id IS DISTINCT FROM c.scheme_id
                       OR c.state != 'requested' AND c.approved_on IS NULL
                       OR c.create_date > r.priced_on + interval '1 hour'
                          AND c.minutes != r.minutes * c.quantity
                       OR c.create_date >= r.priced_on AND r.minutes > 0 AND r.is_free IS NOT TRUE
                          AND c.minutes = 0)""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "origin",
            "timebank.redemption",
            rows,
            lambda number: self.env._(
                "claim %s was not made by the time bank, or not at the price of its reward.", number
            ),
        )

    def _find_wrong_stock(self, schemes):
        """There are never fewer than none of a reward."""
        rows = self._query(
            "SELECT scheme_id, id, stock FROM timebank_reward WHERE scheme_id IN %s AND stock < 0",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "stock",
            "timebank.reward",
            rows,
            lambda stock: self.env._("the stock of a reward is %s.", stock),
        )

    def _find_wrong_vouchers(self, schemes):
        """What stands on the voucher account is what the vouchers in circulation are worth."""
        rows = self._query(
            """WITH moved AS (
                   SELECT account_id, SUM(minutes) AS minutes FROM timebank_account_tail GROUP BY account_id
               ), worth AS (
                   SELECT scheme_id, SUM(minutes) AS minutes FROM timebank_voucher
                    WHERE state = 'issued' GROUP BY scheme_id
               )
               SELECT s.id, s.id, COALESCE(a.balance_minutes, 0) + COALESCE(moved.minutes, 0),
                      COALESCE(worth.minutes, 0)
                 FROM timebank_scheme s
                 LEFT JOIN timebank_account a ON a.scheme_id = s.id AND a.kind = 'voucher'
                 LEFT JOIN moved ON moved.account_id = a.id
                 LEFT JOIN worth ON worth.scheme_id = s.id
                WHERE s.id IN %s
                  AND COALESCE(a.balance_minutes, 0) + COALESCE(moved.minutes, 0)
                      != COALESCE(worth.minutes, 0)""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "voucher",
            schemes._name,
            rows,
            lambda balance, worth: self.env._(
                "vouchers in circulation are worth %(worth)s minutes, and their account holds %(balance)s.",
                worth=worth,
                balance=balance,
            ),
        )
