from odoo import models


class TimebankScheme(models.Model):
    """Proof that claims and their credits agree."""

    _inherit = "timebank.scheme"

    def _get_ledger_checks(self):
        return [*super()._get_ledger_checks(), self._check_claims_paid, self._check_stock]

    def _check_claims_paid(self):
        """A claim that stands has one unreversed transfer of its price; another has none."""
        rows = self._query(
            """SELECT c.scheme_id, c.id, c.minutes FROM timebank_redemption c
                 LEFT JOIN timebank_transfer t ON t.redemption_id = c.id
                 LEFT JOIN timebank_transfer r ON r.reversal_of_id = t.id
                WHERE c.scheme_id IN %s
                  AND ((c.state IN ('requested', 'approved', 'fulfilled') AND c.minutes > 0)
                           != (t.id IS NOT NULL AND r.id IS NULL)
                       OR (t.id IS NOT NULL AND (t.minutes != c.minutes OR t.scheme_id != c.scheme_id
                                                 OR t.from_account_id != c.account_id)))""",
            tuple(self.ids),
        )
        return self._violations_of(
            "origin",
            "timebank.redemption",
            rows,
            lambda minutes: self.env._("a claim of %s minutes and its credits don't agree.", minutes),
        )

    def _check_stock(self):
        rows = self._query(
            "SELECT scheme_id, id, stock FROM timebank_reward WHERE scheme_id IN %s AND stock < 0",
            tuple(self.ids),
        )
        return self._violations_of(
            "stock",
            "timebank.reward",
            rows,
            lambda stock: self.env._("the stock of a reward is %s.", stock),
        )
