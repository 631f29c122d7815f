from odoo import models


class TimebankLedgerCheck(models.AbstractModel):
    """Proof that claims and bills keep what is matched of them."""

    _inherit = "timebank.ledger.check"

    def _get_violation_finders(self):
        return [
            *super()._get_violation_finders(),
            self._find_wrongly_matched_claims,
            self._find_wrongly_matched_lines,
            self._find_beyond_bill_lines,
            self._find_wrong_shares,
            self._find_lost_anchors,
            self._find_altered_signatures,
        ]

    def _find_wrongly_matched_claims(self, schemes):
        """What is matched to a claim is kept right, and within its cost and tolerance."""
        rows = self._query(
            """SELECT r.scheme_id, r.id, r.id FROM timebank_redemption r
                 LEFT JOIN (SELECT redemption_id, SUM(amount) AS amount FROM timebank_reward_match
                             GROUP BY redemption_id) m ON m.redemption_id = r.id
                WHERE r.scheme_id IN %s
                  AND (COALESCE(m.amount, 0) != COALESCE(r.matched_amount, 0)
                       OR COALESCE(m.amount, 0) > r.cost_amount + COALESCE(r.tolerance_amount, 0)
                       OR COALESCE(m.amount, 0) < 0)""",
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
               HAVING COALESCE(l.matched_amount, 0)
                      != (SELECT SUM(amount) FROM timebank_reward_match WHERE bill_line_id = l.id)""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "matched",
            "timebank.bill.line",
            rows,
            lambda number: self.env._("bill line %s keeps another sum of matches than it has.", number),
        )

    def _find_beyond_bill_lines(self, schemes):
        """No more is matched of a bill line than was charged to the grant when it was matched."""
        rows = self._query(
            """SELECT MIN(r.scheme_id), l.id, l.id FROM timebank_bill_line l
                 JOIN timebank_reward_match m ON m.bill_line_id = l.id
                 JOIN timebank_redemption r ON r.id = m.redemption_id
                GROUP BY l.id
               HAVING ARRAY_AGG(r.scheme_id) && %s::int[]
                  AND (SUM(m.amount) > GREATEST(MAX(COALESCE(m.charged_amount, l.share_amount)), 0)
                    OR SUM(m.amount) < LEAST(MIN(COALESCE(m.charged_amount, l.share_amount)), 0))""",
            schemes.ids,
        )
        return self._prepare_violations(
            "matched",
            "timebank.bill.line",
            rows,
            lambda number: self.env._("bill line %s has more matched to it than it is for.", number),
        )

    def _find_wrong_shares(self, schemes):
        """The parts of a claim that grants share are its cost, and its first grant pays one of them."""
        rows = self._query(
            """SELECT r.scheme_id, r.id, r.id FROM timebank_redemption r
                 JOIN timebank_claim_share s ON s.redemption_id = r.id
                WHERE r.scheme_id IN %s
                GROUP BY r.id HAVING SUM(s.amount) != r.cost_amount
                    OR COUNT(*) FILTER (WHERE s.grant_id = r.grant_id AND s.is_rest) != 1""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "matched",
            "timebank.redemption",
            rows,
            lambda number: self.env._("the grants' parts of claim %s are not its cost.", number),
        )

    def _find_lost_anchors(self, schemes):
        """The seals that signed reconciliations name are still there, as they were."""
        reconciliations = self.env["timebank.reconciliation"].search(
            [("grant_id.scheme_ids", "in", schemes.ids), ("anchors", "!=", False)]
        )
        violations = []
        for reconciliation in reconciliations:
            for anchor in reconciliation._get_anchors():
                scheme = schemes.filtered(lambda bank, anchor=anchor: bank.id == anchor["scheme_id"])
                if scheme and not scheme._has_seal(anchor["number"], anchor["hash"]):
                    violations.append(
                        self._prepare_violation(
                            scheme,
                            "sealed",
                            self.env._(
                                "seal %(number)s is no longer the one that stands on “%(paper)s”.",
                                number=anchor["number"],
                                paper=reconciliation.display_name,
                            ),
                            reconciliation._name,
                            reconciliation.id,
                        )
                    )
        return violations

    def _find_altered_signatures(self, schemes):
        """What two people signed is as they signed it, but for words that were erased as such."""
        reconciliations = self.env["timebank.reconciliation"].search(
            [("grant_id.scheme_ids", "in", schemes.ids), ("state", "!=", "draft")]
        )
        return [
            self._prepare_violation(
                (reconciliation.grant_id.scheme_ids & schemes)[:1],
                "signed",
                self.env._("what was signed as “%s” was altered.", reconciliation.display_name),
                reconciliation._name,
                reconciliation.id,
            )
            for reconciliation in reconciliations
            if not reconciliation.is_intact
        ]
