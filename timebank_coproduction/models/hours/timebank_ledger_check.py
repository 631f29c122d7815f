from odoo import models


class TimebankScheme(models.Model):
    """Proof that every transfer comes from somewhere, and that every hour led to its transfer."""

    _inherit = "timebank.scheme"

    def _get_origin_checks(self):
        return [
            self._check_hours_credited,
            self._check_reversals,
            self._check_sides,
            self._check_parties,
            self._check_makers,
        ]

    def _check_hours_credited(self):
        rows = self._query(
            """SELECT h.scheme_id, h.id, h.date::text, h.minutes FROM timebank_hours h
                 LEFT JOIN timebank_transfer t ON t.hours_id = h.id
                 LEFT JOIN timebank_transfer r ON r.reversal_of_id = t.id
                WHERE h.scheme_id IN %s
                  AND (((h.state = 'approved' AND h.earns_credit) != (t.id IS NOT NULL AND r.id IS NULL))
                       OR (t.id IS NOT NULL AND (t.minutes != h.minutes OR t.scheme_id != h.scheme_id)))""",
            tuple(self.ids),
        )
        return self._violations_of(
            "origin",
            "timebank.hours",
            rows,
            lambda date, minutes: self.env._(
                "the hours of %(date)s (%(minutes)s minutes) and their credits don't agree.",
                date=date,
                minutes=minutes,
            ),
        )

    def _check_reversals(self):
        rows = self._query(
            """SELECT r.scheme_id, r.id, r.name FROM timebank_transfer r
                 JOIN timebank_transfer t ON t.id = r.reversal_of_id
                WHERE r.scheme_id IN %s
                  AND (r.minutes != t.minutes OR r.from_account_id != t.to_account_id
                       OR r.to_account_id != t.from_account_id OR t.kind = 'reversal')""",
            tuple(self.ids),
        )
        return self._violations_of(
            "reversal",
            "timebank.transfer",
            rows,
            lambda name: self.env._("reversal %s is not the opposite of what it reverses.", name),
        )

    def _check_sides(self):
        """Both sides of a transfer are accounts of its own bank, and an origin is of its kind."""
        rows = self._query(
            """SELECT t.scheme_id, t.id, t.name FROM timebank_transfer t
                 LEFT JOIN timebank_account f ON f.id = t.from_account_id AND f.scheme_id = t.scheme_id
                 LEFT JOIN timebank_account g ON g.id = t.to_account_id AND g.scheme_id = t.scheme_id
                 LEFT JOIN timebank_hours h ON h.id = t.hours_id
                 LEFT JOIN timebank_transfer o ON o.id = t.reversal_of_id
                WHERE t.scheme_id IN %s
                  AND (f.id IS NULL OR g.id IS NULL OR t.minutes <= 0
                       OR (t.hours_id IS NOT NULL AND h.id IS NULL)
                       OR (t.reversal_of_id IS NOT NULL AND o.id IS NULL))""",
            tuple(self.ids),
        )
        return self._violations_of(
            "origin",
            "timebank.transfer",
            rows,
            lambda name: self.env._("transfer %s has lost an account or the record that it came from.", name),
        )

    def _check_parties(self):
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
            tuple(self.ids),
        )
        return self._violations_of(
            "origin",
            "timebank.transfer",
            rows,
            lambda name: self.env._("transfer %s went to or from somebody whose hours these are not.", name),
        )

    def _check_makers(self):
        """Every transfer came through the door: somebody made it, and its number was drawn."""
        rows = self._query(
            """SELECT t.scheme_id, t.id, t.name FROM timebank_transfer t
                 JOIN timebank_scheme s ON s.id = t.scheme_id
                 LEFT JOIN pg_sequences q ON q.schemaname = current_schema
                      AND q.sequencename = 'ir_sequence_' ||
                          lpad(s.sequence_id::text, GREATEST(3, length(s.sequence_id::text)), '0')
                WHERE t.scheme_id IN %s
                  AND (t.create_uid IS NULL OR t.create_date IS NULL
                       OR substring(t.name from '([0-9]+)$')::numeric > COALESCE(q.last_value, 0)
                          AND q.sequencename IS NOT NULL)""",
            tuple(self.ids),
        )
        return self._violations_of(
            "forged",
            "timebank.transfer",
            rows,
            lambda name: self.env._("transfer %s was not made by the time bank.", name),
        )
