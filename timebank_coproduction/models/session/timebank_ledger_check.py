from odoo import models


class TimebankLedgerCheck(models.AbstractModel):
    """What must hold between registers and the ledger."""

    _inherit = "timebank.ledger.check"

    def _get_violation_finders(self):
        return [*super()._get_violation_finders(), self._find_wrong_attendance, self._find_beyond_capacity]

    def _find_wrong_attendance(self, schemes):
        """Attendance that charged or credited has one unreversed transfer, of its minutes and direction."""
        rows = self._query(
            """SELECT a.scheme_id, a.id, p.name, s.name
                 FROM timebank_attendance a
                 JOIN timebank_session s ON s.id = a.session_id
                 JOIN res_partner p ON p.id = a.partner_id
                 LEFT JOIN LATERAL (
                     SELECT count(*) AS number, min(t.minutes) AS minutes, min(t.scheme_id) AS scheme_id,
                            bool_and(CASE a.effect WHEN 'charge' THEN f.partner_id = a.partner_id
                                                   ELSE g.partner_id = a.partner_id END) AS sided
                       FROM timebank_transfer t
                       JOIN timebank_account f ON f.id = t.from_account_id
                       JOIN timebank_account g ON g.id = t.to_account_id
                       LEFT JOIN timebank_transfer r ON r.reversal_of_id = t.id
                      WHERE t.attendance_id = a.id AND r.id IS NULL
                 ) moved ON TRUE
                WHERE a.scheme_id IN %s
                  AND (moved.number != (a.effect != 'none')::int
                       OR (moved.number = 1 AND (moved.minutes != a.effect_minutes
                           OR moved.scheme_id != a.scheme_id OR moved.sided IS NOT TRUE))
                       OR (a.effect != 'none' AND (a.settled_on IS NULL OR a.state != 'attended')))""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "origin",
            "timebank.attendance",
            rows,
            lambda person, session: self.env._(
                "the attendance of %(person)s at %(session)s and its credits don't agree.",
                person=person,
                session=session,
            ),
        )

    def _find_beyond_capacity(self, schemes):
        """No more places are taken than there are."""
        rows = self._query(
            """SELECT s.scheme_id, s.id, s.name, s.capacity, sum(1 + COALESCE(a.companions, 0))
                 FROM timebank_session s
                 JOIN timebank_attendance a ON a.session_id = s.id AND a.role = 'attendee'
                  AND (a.state IN ('signed_up', 'attended') OR a.offered_until IS NOT NULL)
                WHERE s.scheme_id IN %s AND s.capacity > 0
                GROUP BY s.id HAVING sum(1 + COALESCE(a.companions, 0)) > s.capacity""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "capacity",
            "timebank.session",
            rows,
            lambda name, capacity, taken: self.env._(
                "%(session)s has room for %(capacity)s, and %(taken)s places are taken.",
                session=name,
                capacity=capacity,
                taken=taken,
            ),
        )
