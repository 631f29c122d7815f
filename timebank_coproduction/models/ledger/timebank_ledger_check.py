from odoo import models
from odoo.tools import SQL

from ...tools.ledger_ddl import DIGEST_OF, FLOW_KINDS
from .timebank_seal import LONGEST_POSTING


class TimebankLedgerCheck(models.AbstractModel):
    """Proof that the books are as they should be. Asked by ``timebank.scheme.check_ledger()``.

    Each check is a method that takes the banks, with every right to read, and returns
    violations. A subject that moves credits adds its own in :meth:`_get_violation_finders`.
    """

    _name = "timebank.ledger.check"
    _description = "Check of the Ledger"

    def _get_violations(self, schemes):
        """Everything in the books of these banks that is not as it should be.

        :return: list of dicts, as :meth:`_prepare_violation` makes them; empty when all is well
        """
        self.env.flush_all()
        return [violation for check in self._get_violation_finders() for violation in check(schemes)]

    def _get_violation_finders(self):
        """The checks, in the order in which they are told: methods that take the banks."""
        return [
            self._find_books_not_at_zero,
            self._find_wrong_balances,
            self._find_beyond_limits,
            self._find_wrong_reversals,
            self._find_wrong_sides,
            self._find_without_maker,
            self._find_out_of_order,
            self._find_lost_numbers,
            self._find_wrong_books,
            self._find_wrong_kinds,
            self._find_altered_texts,
            self._find_altered_hours,
            self.env["timebank.seal"]._get_violations,
        ]

    def _prepare_violation(self, scheme, invariant, message, model, res_id):
        """:param str invariant: a short code"""
        return {
            "invariant": invariant,
            "scheme_id": scheme.id,
            "message": f"{scheme.name}: {message}",
            "model": model,
            "res_id": res_id,
        }

    def _prepare_violations(self, invariant, model, rows, sentence):
        """``rows`` of (scheme id, record id, then what ``sentence`` takes)."""
        schemes = self.env["timebank.scheme"]
        return [
            self._prepare_violation(schemes.browse(scheme_id), invariant, sentence(*values), model, res_id)
            for scheme_id, res_id, *values in rows
        ]

    def _query(self, query, *args, **kwargs):
        return self.env.execute_query(SQL(query, *args, **kwargs))

    def _find_books_not_at_zero(self, schemes):
        """What one account gained another lost."""
        rows = self._query(
            """SELECT scheme_id, scheme_id, SUM(balance)
                 FROM (SELECT scheme_id, balance_minutes AS balance FROM timebank_account
                       UNION ALL
                       SELECT a.scheme_id, tail.minutes FROM timebank_account_tail tail
                         JOIN timebank_account a ON a.id = tail.account_id) part
                WHERE scheme_id IN %s GROUP BY scheme_id HAVING SUM(balance) != 0""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "sum",
            schemes._name,
            rows,
            lambda total: self.env._("all balances together make %s minutes instead of zero.", total),
        )

    def _find_wrong_balances(self, schemes):
        """A balance is what its transfers make."""
        rows = self._query(
            """WITH moved AS (
                   SELECT account_id, SUM(minutes) AS minutes FROM (
                       SELECT to_account_id AS account_id, minutes FROM timebank_transfer
                       UNION ALL
                       SELECT from_account_id, -minutes FROM timebank_transfer) side
                    GROUP BY account_id
               ), tail AS (
                   SELECT account_id, SUM(minutes) AS minutes FROM timebank_account_tail GROUP BY account_id
               )
               SELECT a.scheme_id, a.id, a.name, a.balance_minutes + COALESCE(tail.minutes, 0),
                      COALESCE(moved.minutes, 0)
                 FROM timebank_account a
                 LEFT JOIN moved ON moved.account_id = a.id
                 LEFT JOIN tail ON tail.account_id = a.id
                WHERE a.scheme_id IN %s
                  AND a.balance_minutes + COALESCE(tail.minutes, 0) != COALESCE(moved.minutes, 0)""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "balance",
            "timebank.account",
            rows,
            lambda name, balance, moved: self.env._(
                "the balance of %(account)s is %(balance)s minutes, and its transfers make %(moved)s.",
                account=name,
                balance=balance,
                moved=moved,
            ),
        )

    def _find_beyond_limits(self, schemes):
        """Nobody is further below zero than allowed."""
        rows = self._query(
            """SELECT a.scheme_id, a.id, a.name FROM timebank_account a
                 LEFT JOIN LATERAL (SELECT SUM(minutes) AS minutes FROM timebank_account_tail
                                     WHERE account_id = a.id) tail ON TRUE
                WHERE a.scheme_id IN %s AND a.kind != 'operating'
                  AND a.balance_minutes + COALESCE(tail.minutes, 0) < -a.credit_limit_minutes""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "limit",
            "timebank.account",
            rows,
            lambda name: self.env._("%s is further below zero than allowed.", name),
        )

    def _find_wrong_reversals(self, schemes):
        """A reversal is the opposite of what it reverses."""
        rows = self._query(
            """SELECT r.scheme_id, r.id, r.name FROM timebank_transfer r
                 JOIN timebank_transfer t ON t.id = r.reversal_of_id
                WHERE r.scheme_id IN %s
                  AND (r.minutes != t.minutes OR r.from_account_id != t.to_account_id
                       OR r.to_account_id != t.from_account_id OR t.kind = 'reversal')""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "reversal",
            "timebank.transfer",
            rows,
            lambda name: self.env._("reversal %s is not the opposite of what it reverses.", name),
        )

    def _find_wrong_sides(self, schemes):
        """Both sides of a transfer are accounts of its own bank; what it reverses is there."""
        rows = self._query(
            """SELECT t.scheme_id, t.id, t.name FROM timebank_transfer t
                 LEFT JOIN timebank_account f ON f.id = t.from_account_id AND f.scheme_id = t.scheme_id
                 LEFT JOIN timebank_account g ON g.id = t.to_account_id AND g.scheme_id = t.scheme_id
                 LEFT JOIN timebank_transfer o ON o.id = t.reversal_of_id
                WHERE t.scheme_id IN %s
                  AND (f.id IS NULL OR g.id IS NULL OR t.minutes <= 0
                       OR (t.reversal_of_id IS NOT NULL AND o.id IS NULL))""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "origin",
            "timebank.transfer",
            rows,
            lambda name: self.env._("transfer %s has lost an account or the record that it came from.", name),
        )

    def _find_without_maker(self, schemes):
        """Every transfer was posted: somebody made it, and its number was drawn."""
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
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "forged",
            "timebank.transfer",
            rows,
            lambda name: self.env._("transfer %s was not made by the time bank.", name),
        )

    def _find_out_of_order(self, schemes):
        """Transfers are numbered, and stored, in the order in which they were made.

        Those posted at the same time can change places, others can't. A clock that was set back looks the
        same: from the books alone nobody can tell, so it is said, and nothing here can be made to ignore it.
        (Both windows grow from their start: one that shrinks would be added up anew for each transfer.)
        """
        rows = self._query(
            """WITH placed AS (
                   SELECT t.scheme_id, t.id, t.name, t.create_date,
                          MIN(t.create_date) OVER (
                              PARTITION BY t.scheme_id
                              ORDER BY CASE WHEN q.use_date_range THEN t.id
                                            ELSE substring(t.name from '([0-9]+)$')::numeric END DESC
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS numbered_later,
                          MAX(t.create_date) OVER (
                              PARTITION BY t.scheme_id ORDER BY t.id
                              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS stored_before
                     FROM timebank_transfer t
                     JOIN timebank_scheme s ON s.id = t.scheme_id
                     LEFT JOIN ir_sequence q ON q.id = s.sequence_id
                    WHERE t.scheme_id IN %(banks)s
               )
               SELECT scheme_id, id, name FROM placed
                WHERE create_date > numbered_later + %(posting)s::interval
                   OR create_date < stored_before - %(posting)s::interval""",
            banks=tuple(schemes.ids),
            posting=LONGEST_POSTING,
        )
        return self._prepare_violations(
            "forged",
            "timebank.transfer",
            rows,
            lambda name: self.env._(
                "transfer %s was put between others later on, or the server's clock was set back by more than"
                " 6 hours about when it was made: its administrator can tell from the server's own log.",
                name,
            ),
        )

    def _find_lost_numbers(self, schemes):
        """A bank has the sequence that numbers its transfers."""
        rows = self._query(
            """SELECT s.id, s.id FROM timebank_scheme s
                 LEFT JOIN ir_sequence i ON i.id = s.sequence_id
                 LEFT JOIN pg_sequences q ON q.schemaname = current_schema
                      AND q.sequencename = 'ir_sequence_' ||
                          lpad(s.sequence_id::text, GREATEST(3, length(s.sequence_id::text)), '0')
                WHERE s.id IN %s
                  AND (i.id IS NULL OR i.implementation = 'standard' AND q.sequencename IS NULL)""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "numbers",
            schemes._name,
            rows,
            lambda: self.env._("the numbering of its transfers was removed."),
        )

    def _find_wrong_books(self, schemes):
        """A bank issues from its own operating account, and only members go below zero."""
        rows = self._query(
            """SELECT s.id, s.id FROM timebank_scheme s
                 LEFT JOIN timebank_account o ON o.id = s.operating_account_id
                      AND o.scheme_id = s.id AND o.kind = 'operating'
                 LEFT JOIN timebank_account p ON p.id = s.pot_account_id
                      AND p.scheme_id = s.id AND p.kind = 'pot'
                WHERE s.id IN %s AND (o.id IS NULL OR p.id IS NULL)""",
            tuple(schemes.ids),
        )
        violations = self._prepare_violations(
            "account",
            schemes._name,
            rows,
            lambda: self.env._("its operating account, or its community pot, was replaced."),
        )
        rows = self._query(
            """SELECT scheme_id, id, name FROM timebank_account
                WHERE scheme_id IN %s AND kind != 'member' AND credit_limit_minutes != 0""",
            tuple(schemes.ids),
        )
        return violations + self._prepare_violations(
            "account",
            "timebank.account",
            rows,
            lambda name: self.env._("%s has a credit limit, as only members have.", name),
        )

    def _find_wrong_kinds(self, schemes):
        """Gifts are between people and pots; the bank itself opens balances and takes nothing for them."""
        rows = self._query(
            """SELECT t.scheme_id, t.id, t.name FROM timebank_transfer t
                 JOIN timebank_account f ON f.id = t.from_account_id
                 JOIN timebank_account g ON g.id = t.to_account_id
                WHERE t.scheme_id IN %(banks)s
                  AND CASE t.kind
                      WHEN 'gift' THEN f.kind IN %(flow)s OR g.kind IN %(flow)s
                      WHEN 'expiry' THEN f.kind != 'member' OR g.kind != 'pot'
                      WHEN 'opening' THEN 'operating' NOT IN (f.kind, g.kind)
                      WHEN 'voucher_issue' THEN g.kind != 'voucher'
                      WHEN 'voucher_return' THEN f.kind != 'voucher'
                      WHEN 'reversal' THEN FALSE
                      ELSE 'voucher' IN (f.kind, g.kind) END""",
            banks=tuple(schemes.ids),
            flow=FLOW_KINDS,
        )
        return self._prepare_violations(
            "origin",
            "timebank.transfer",
            rows,
            lambda name: self.env._("transfer %s is between accounts that its kind is never between.", name),
        )

    def _find_altered_hours(self, schemes):
        """What lists and sums show in hours is what moved in minutes, which alone is sealed."""
        rows = self._query(
            """SELECT scheme_id, id, name FROM timebank_transfer
                WHERE scheme_id IN %s AND abs(hours - minutes / 60.0) < 0.01 IS NOT TRUE""",
            tuple(schemes.ids),
        )
        return self._prepare_violations(
            "text",
            "timebank.transfer",
            rows,
            lambda name: self.env._("what transfer %s shows in hours isn't what it moved.", name),
        )

    def _find_altered_texts(self, schemes, up_to=None):
        """What stands on a transfer is what was written on it, or was erased as such.

        :param int up_to: only on transfers that seals up to this number cover
        """
        rows = self._query(
            f"""SELECT t.scheme_id, t.id, t.name FROM timebank_transfer t
                WHERE t.scheme_id IN %(banks)s
                  AND CASE WHEN t.memo IS NOT NULL
                      THEN {DIGEST_OF.format("t.memo_salt", "t.memo")} IS DISTINCT FROM t.memo_digest
                           OR t.memo_digest IS NULL OR t.memo_erased_on IS NOT NULL
                      ELSE (t.memo_digest IS NULL) != (t.memo_erased_on IS NULL) END
                  AND (%(up_to)s::int IS NULL OR EXISTS (
                      SELECT FROM timebank_seal_line l JOIN timebank_seal s ON s.id = l.seal_id
                       WHERE l.transfer_id = t.id AND s.number <= %(up_to)s))""",
            banks=tuple(schemes.ids),
            up_to=up_to,
        )
        return self._prepare_violations(
            "text",
            "timebank.transfer",
            rows,
            lambda name: self.env._("what was written on transfer %s was altered.", name),
        )
