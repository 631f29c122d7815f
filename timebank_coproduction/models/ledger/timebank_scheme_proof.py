from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import hash_chain
from ..common.jobs import job
from ..common.roles import get_managers
from ..common.verb import text, verb, whole
from .timebank_scheme import GROUP

ALARM = "timebank_coproduction.mail_activity_ledger"
#: How many violations a message names at most,
MOST_SAID = 10
#: and how many stand in the administrators' to-do.
MOST_IN_ALARM = 50


class TimebankScheme(models.Model):
    """Proof of a bank's ledger: its seals, the check, the nightly job, and what is written down outside."""

    _inherit = "timebank.scheme"

    can_check_ledger = fields.Boolean(compute="_compute_can_check_ledger")

    @api.depends("coordinator_ids")
    @api.depends_context("uid")
    def _compute_can_check_ledger(self):
        """The banks' coordinators and finance: what the check finds names accounts and what is on them."""
        all_banks = self.env.user.has_group(GROUP + "finance")
        run = self if all_banks else self._run_by_user()
        for scheme in self:
            scheme.can_check_ledger = scheme in run

    @verb()
    def action_seal_now(self):
        """:meth:`action_seal` as a button: tells what was sealed."""
        seals = self.action_seal()
        count = sum(seals.mapped("transfer_count"))
        if seals:
            message = self.env._("Transfers sealed: %s. Any later change to them will show.", count)
        else:
            message = self.env._("Every transfer was sealed already.")
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @verb(single=True)
    def action_view_seals(self):
        return self._open_own("timebank_seal_action")

    @verb()
    def check_ledger(self):
        """Every invariant of the ledger that does not hold, in these banks (all, if none given).

        :return: list of dicts ``invariant`` (a short code), ``scheme_id``, ``message``,
            ``model`` and ``res_id``; empty when all is well
        :raises AccessError: for others than the banks' coordinators and finance, since a
            violation names accounts and what is on them
        """
        self.check_access("read")
        schemes = self or self.search([])
        for scheme in schemes:
            if not scheme.can_check_ledger:
                raise AccessError(
                    self.env._("The ledger of %s is checked by its coordinators and by finance.", scheme.name)
                )
        # sudo: a check that saw only part of the ledger would prove nothing
        schemes = schemes.sudo()
        if not schemes:
            return []
        return schemes.env["timebank.ledger.check"]._get_violations(schemes)

    @verb()
    def action_seal(self):
        """Seal all transfers that no seal covers yet.

        :return: the seals made, empty where nothing is new
        """
        self.check_access("write")
        seals = self.env["timebank.seal"]
        for scheme in self.sudo():  # sudo: a seal covers transfers that the user may not read
            seals |= scheme.env["timebank.seal"]._seal_unsealed(scheme)
        return seals.with_env(self.env)

    @verb()
    def action_check_ledger(self):
        """:meth:`check_ledger` as a button: tells what it found."""
        violations = self.check_ledger()
        if violations:
            message = "\n".join(violation["message"] for violation in violations[:MOST_SAID])
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

    # What a database's owner could rewrite so that it fits is written down outside: the number and
    # the beginning of the hash of the latest seal, on papers and in a monthly mail.
    @verb(single=True, number=whole(1), hash=text())
    def verify(self, number, hash):
        """Whether the seal that somebody wrote down, or has on paper, is still there as it was.

        :param int number: the seal's number in this bank
        :param str hash: its hash or the first sixteen signs of it, with spaces or without
        :return: dict of ``stands`` (a boolean) and ``message`` (a sentence): the seal is there,
            follows from those before it, and every transfer under them is as it was
        :raises UserError: for what can't be a seal's number and hash
        """
        typed = hash_chain.read(hash)
        if not typed:
            raise UserError(
                self.env._(
                    "Give at least sixteen signs (0 to 9, a to f) of the hash, as they stand on paper."
                )
            )
        scheme = self.sudo()  # sudo: a proof needs all of the ledger; only whether it holds is told
        if not scheme._has_seal(number, typed):
            message = self.env._(
                "%(bank)s has no seal %(number)s with that hash: either it was copied wrongly, or"
                " somebody has changed the database since. Ask your administrator to compare with a backup.",
                bank=scheme.name,
                number=number,
            )
            return {"stands": False, "message": message}
        if scheme.env["timebank.seal"]._get_violations(scheme, up_to=number) or scheme.env[
            "timebank.ledger.check"
        ]._find_altered_texts(scheme, up_to=number):
            message = self.env._(
                "Seal %(number)s of %(bank)s is there, but what it covers is not as it was: somebody has"
                " changed the database. Ask your administrator to compare with a backup.",
                bank=scheme.name,
                number=number,
            )
            return {"stands": False, "message": message}
        message = self.env._(
            "Seal %(number)s of %(bank)s stands: every transfer up to it is as it was.",
            bank=scheme.name,
            number=number,
        )
        count, later = scheme.env["timebank.seal"]._get_proven_later(scheme, number)
        if count:
            message += " " + self.env._(
                "The text of %(count)s of them was erased since: what else they say is proven by seal"
                " %(later)s and those after it, so check one of these on paper as well.",
                count=count,
                later=later,
            )
        return {"stands": True, "message": message}

    def _has_seal(self, number, text):
        """Whether the bank has a seal of that number whose hash begins with ``text``."""
        self.ensure_one()
        seal = self.env["timebank.seal"].search([("scheme_id", "=", self.id), ("number", "=", number)])
        return bool(seal) and bool(text) and seal.hash.startswith(text)

    def _get_anchor(self):
        """The latest seal as it stands on papers, such as “Seal 12 · 0123 4567 89ab cdef”, or an
        empty string."""
        self.ensure_one()
        seal = self.sudo().last_seal_id.exists()  # sudo: its number and hash are meant for everybody
        if not seal:
            return ""
        return self.env._(
            "Seal %(number)s · %(hash)s", number=seal.number, hash=hash_chain.written(seal.hash)
        )

    @job
    def _cron_mail_anchors(self):
        """Monthly: send each bank's latest seal to finance, where no database's owner reaches it."""
        sealed = self.search([("last_seal_id", "!=", False)])
        sealed = sealed.filtered(lambda scheme: scheme._get_anchor_readers())
        self.env["timebank.job"]._in_parts([(type(self)._mail_anchors, sealed)], size=1, in_turn=True)

    def _mail_anchors(self):
        self._mail_people(
            "timebank_coproduction.mail_template_anchor", lambda scheme: scheme._get_anchor_readers()
        )

    def _get_anchor_readers(self):
        """Who keeps the monthly mail: finance of the company or, where there is none, managers."""
        self.ensure_one()
        for role in ("finance", "manager"):
            users = self.env.ref(GROUP + role).sudo().all_user_ids  # sudo: a job asks who has which role
            users = users.filtered(
                lambda user: user.partner_id._get_mailable() and self.company_id in user.company_ids
            )
            if users:
                return users.partner_id
        return self.env["res.partner"]

    @job
    def _cron_seal_and_check(self):
        """Nightly: fold the tails, seal, check, and tell the administrators what is wrong."""
        self.env["timebank.account.tail"]._fold()
        work = [(type(self)._seal_and_check, self.search([]))]
        self.env["timebank.job"]._in_parts(work, size=1, in_turn=True)

    def _seal_and_check(self):
        self.ensure_one()
        unsealed = self.env["timebank.seal"]._get_unsealed(self)  # before a new seal covers it
        self.env["timebank.seal"]._seal_unsealed(self)
        violations = unsealed + [found for found in self.check_ledger() if found not in unsealed]
        if violations:
            self._raise_alarm(violations)

    def _raise_alarm(self, violations):
        """One open to-do for each manager, however many nights it stays unsolved."""
        self.ensure_one()
        note = self.env["ir.qweb"]._render(
            "timebank_coproduction.ledger_alarm",
            {"violations": violations[:MOST_IN_ALARM], "count": len(violations)},
        )
        managers = get_managers(self.env, self.company_id)
        self._warn(ALARM, lambda _scheme: managers, note=lambda _scheme: note)
