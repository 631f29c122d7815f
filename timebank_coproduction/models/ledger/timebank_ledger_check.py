from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL


class TimebankScheme(models.Model):
    """Proof that the books are as they should be."""

    _inherit = "timebank.scheme"

    def check_ledger(self):
        """Every invariant of the ledger that does not hold, in these banks (all, if none given).

        :return: list of dicts ``invariant`` (a short code), ``scheme_id``, ``message``,
            ``model`` and ``res_id``; empty when all is well
        :raises AccessError: for others than the banks' coordinators and finance, since a
            violation names accounts and what is on them
        """
        self.check_access("read")
        schemes = self or self.search([])
        if not self.env.user.has_group("timebank_coproduction.group_timebank_finance"):
            for scheme in schemes - schemes._run_by_user():
                raise AccessError(
                    self.env._("The ledger of %s is checked by its coordinators and by finance.", scheme.name)
                )
        # sudo: a check that saw only part of the ledger would prove nothing
        schemes = schemes.sudo()
        if not schemes:
            return []
        schemes.env.flush_all()
        violations = []
        for check in schemes._get_ledger_checks():
            violations += check()
        return violations

    def _get_ledger_checks(self):
        """The checks, each a method without arguments that returns violations."""
        return [
            self._check_sum_is_zero,
            self._check_balances,
            self._check_limits,
            *self._get_origin_checks(),
            lambda: self.env["timebank.seal"]._get_violations(self),
        ]

    def _violation(self, invariant, message, model, res_id):
        self.ensure_one()
        return {
            "invariant": invariant,
            "scheme_id": self.id,
            "message": f"{self.name}: {message}",
            "model": model,
            "res_id": res_id,
        }

    def _violations_of(self, invariant, model, rows, sentence):
        """``rows`` of (scheme id, record id, then what ``sentence`` takes)."""
        return [
            self.browse(scheme_id)._violation(invariant, sentence(*values), model, res_id)
            for scheme_id, res_id, *values in rows
        ]

    def _query(self, query, *args):
        return self.env.execute_query(SQL(query, *args))

    def _check_sum_is_zero(self):
        rows = self._query(
            """SELECT scheme_id, scheme_id, SUM(balance)
                 FROM (SELECT scheme_id, balance_minutes AS balance FROM timebank_account
                       UNION ALL
                       SELECT a.scheme_id, tail.minutes FROM timebank_account_tail tail
                         JOIN timebank_account a ON a.id = tail.account_id) part
                WHERE scheme_id IN %s GROUP BY scheme_id HAVING SUM(balance) != 0""",
            tuple(self.ids),
        )
        return self._violations_of(
            "sum",
            self._name,
            rows,
            lambda total: self.env._("all balances together make %s minutes instead of zero.", total),
        )

    def _check_balances(self):
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
            tuple(self.ids),
        )
        return self._violations_of(
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

    def _check_limits(self):
        rows = self._query(
            """SELECT a.scheme_id, a.id, a.name FROM timebank_account a
                 LEFT JOIN LATERAL (SELECT SUM(minutes) AS minutes FROM timebank_account_tail
                                     WHERE account_id = a.id) tail ON TRUE
                WHERE a.scheme_id IN %s AND a.kind != 'operating'
                  AND a.balance_minutes + COALESCE(tail.minutes, 0) < -a.credit_limit_minutes""",
            tuple(self.ids),
        )
        return self._violations_of(
            "limit",
            "timebank.account",
            rows,
            lambda name: self.env._("%s is further below zero than allowed.", name),
        )

    # Seals, and the nightly job
    def action_seal(self):
        """Seal all transfers that no seal covers yet.

        :return: the seals made, empty where nothing is new
        """
        self.check_access("write")
        seals = self.env["timebank.seal"]
        for scheme in self.sudo():  # sudo: a seal covers transfers that the user may not read
            seals |= scheme.env["timebank.seal"]._make(scheme)
        return seals.with_env(self.env)

    def action_check_ledger(self):
        """:meth:`check_ledger` as a button: tells what it found."""
        violations = self.check_ledger()
        if violations:
            message = "\n".join(violation["message"] for violation in violations[:10])
        else:
            message = self.env._("Every balance agrees with its transfers, and no seal is broken.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Ledger check"),
                "message": message,
                "type": "danger" if violations else "success",
                "sticky": bool(violations),
            },
        }

    @api.model
    def _cron_seal_and_check(self):
        """Nightly: fold the tails, seal, check, and tell the administrators what is wrong."""
        self.env["timebank.account.tail"]._fold()
        for scheme in self.search([]):
            self.env["timebank.seal"]._make(scheme)
            violations = scheme.check_ledger()
            if violations:
                scheme._raise_alarm(violations)

    def _raise_alarm(self, violations):
        """One open activity for each manager, however many nights it stays unsolved."""
        self.ensure_one()
        todo = "timebank_coproduction.mail_activity_ledger"
        note = self.env["ir.qweb"]._render(
            "timebank_coproduction.ledger_alarm", {"violations": violations[:50], "count": len(violations)}
        )
        managers = self.env.ref("timebank_coproduction.group_timebank_manager").all_user_ids
        told = self.activity_search([todo]).user_id
        for manager in managers.filtered(lambda user: self.company_id in user.company_ids) - told:
            self.activity_schedule(todo, note=note, user_id=manager.id)
