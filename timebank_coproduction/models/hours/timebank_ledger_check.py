from odoo import models


class TimebankLedgerCheck(models.AbstractModel):
    """Proof that every hour led to its transfer, and that it went between the right people."""

    _inherit = "timebank.ledger.check"

    def _get_violation_finders(self):
        return [
            *super()._get_violation_finders(),
            self._find_wrong_hours,
            self._check_hours_known,
            self._find_wrong_parties,
        ]

    def _find_wrong_hours(self, schemes):
        """Approved hours that earn have one unreversed transfer of their minutes; others have none."""
        rows = self._query(
            """SELECT h.scheme_id, h.id, h.date::text, h.minutes FROM timebank_hours h
                 LEFT JOIN timebank_transfer t ON t.hours_id = h.id
                 LEFT JOIN timebank_transfer r ON r.reversal_of_id = t.id
                WHERE h.scheme_id IN %s
                  AND (((h.state = 'approved' AND h.earns_credit) != (t.id IS NOT NULL AND r.id IS NULL))
                       OR (t.id IS NOT NULL AND (t.minutes != h.minutes OR t.scheme_id != h.scheme_id)))""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "origin",
            "timebank.hours",
            rows,
            lambda date, minutes: self.env._(
                "the hours of %(date)s (%(minutes)s minutes) and their credits don't agree.",
                date=date,
                minutes=minutes,
            ),
        )

    def _check_hours_known(self, schemes):
        """The hours that a transfer names are there."""
        rows = self._query(
            """SELECT t.scheme_id, t.id, t.name FROM timebank_transfer t
                 LEFT JOIN timebank_hours h ON h.id = t.hours_id
                WHERE t.scheme_id IN %s AND t.hours_id IS NOT NULL AND h.id IS NULL""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "origin",
            "timebank.transfer",
            rows,
            lambda name: self.env._("transfer %s has lost an account or the record that it came from.", name),
        )

    def _find_wrong_parties(self, schemes):
        """Credits of hours went from who received the time, a pot or the bank to who gave it."""
        rows = self._query(
            """SELECT t.scheme_id, t.id, t.name FROM timebank_transfer t
                 JOIN timebank_hours h ON h.id = t.hours_id
                 JOIN timebank_account f ON f.id = t.from_account_id
                 JOIN timebank_account g ON g.id = t.to_account_id
                WHERE t.scheme_id IN %s
                  AND (g.kind != 'member' OR g.partner_id != h.partner_id
                       OR f.id != h.pot_id
                       OR f.kind != CASE WHEN h.pot_id IS NOT NULL THEN 'pot'
                                         WHEN h.receiver_id IS NULL THEN 'operating' ELSE 'member' END
                       OR f.partner_id != h.receiver_id AND h.pot_id IS NULL)""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "origin",
            "timebank.transfer",
            rows,
            lambda name: self.env._("transfer %s went to or from somebody whose hours these are not.", name),
        )
