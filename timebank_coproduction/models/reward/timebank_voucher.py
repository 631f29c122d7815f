from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ...tools import codes, qr, voucher_ddl
from ..common.hours_field import hours_field
from ..common.jobs import job
from ..common.personal import NAMED, OURS
from ..common.verb import many, record, text, verb
from ..common.words import say_hours


class TimebankVoucher(models.Model):
    """One paper note. Whoever holds it can hand it in, once.

    The bank sees what flows out on notes and back in, not who gave which note to whom:
    a note remembers the day it came back, neither the account that it went to nor who
    took it in, and a transfer remembers how many came, not which.
    """

    _name = "timebank.voucher"
    _description = "Voucher"
    _inherit = ["timebank.of.bank", "timebank.protected", "timebank.verbs"]
    _order = "id"
    _rec_name = "code"
    _verbs_with_reason = frozenset({"action_cancel"})
    _log_access = False
    _allow_sudo_commands = False
    _personal_fields = {
        "batch_id": NAMED,
        "code": OURS,
    }

    batch_id = fields.Many2one(
        "timebank.voucher.batch", required=True, readonly=True, ondelete="restrict", index=True
    )
    scheme_id = fields.Many2one(
        "timebank.scheme", string="Time bank", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    code = fields.Char(required=True, readonly=True)
    minutes = fields.Integer(required=True, readonly=True)
    hours = hours_field("minutes", "Worth", aggregator=None)
    expires_on = fields.Date("Valid until", readonly=True)
    state = fields.Selection(
        [
            ("issued", "Still out"),
            ("returned", "Handed in"),
            ("cancelled", "Cancelled"),
            ("expired", "Expired"),
        ],
        required=True,
        readonly=True,
        index=True,
    )
    number = fields.Integer(
        "No.", compute="_compute_number", aggregator=None, help="Which of its batch it is, as printed on it."
    )
    ended_on = fields.Date("Handed in or ended on", readonly=True)

    _code_unique = models.UniqueIndex("(code)", "That code is taken.")
    _worth_something = models.Constraint("CHECK (minutes > 0)", "A voucher is worth at least one minute.")
    _ended_when = models.Constraint(
        "CHECK ((state = 'issued') = (ended_on IS NULL))", "A voucher that came back says when."
    )
    _expiring = models.Index("(expires_on) WHERE state = 'issued'")

    @verb()
    def init(self):
        self.env.registry.post_init(self.env.cr.execute, voucher_ddl.CREATE)

    @api.depends("batch_id")
    def _compute_number(self):
        """Vouchers are numbered in the order in which their batch made them."""
        numbers = dict(
            self.env.execute_query(
                SQL(
                    """SELECT id, row_number() OVER (PARTITION BY batch_id ORDER BY id)
                         FROM timebank_voucher WHERE batch_id IN %s""",
                    tuple(self.batch_id.ids) or (0,),
                )
            )
        )
        for voucher in self:
            voucher.number = numbers.get(voucher.id, 0)

    # CRUD: batches make them, and the verbs end them in SQL
    @api.model_create_multi
    def create(self, vals_list):  # pylint: disable=method-required-super
        raise AccessError(self.env._("Vouchers are issued as a batch."))

    def write(self, vals):  # pylint: disable=method-required-super
        raise AccessError(self.env._("A voucher is handed in or cancelled, and never changed."))

    # At uninstallation too, which a context from outside can claim; the hook empties the table itself.
    @api.ondelete(at_uninstall=True)
    def _unlink_never(self):
        raise AccessError(self.env._("A voucher is never removed: cancel it instead."))

    def _say_worth(self):
        """What it is worth, for the sheet."""
        return say_hours(self.env, self.minutes)

    def _get_qr(self):
        """The code as a picture, for the sheet."""
        self.ensure_one()
        return Markup(qr.svg(self.code))

    # ------------------------------------------------------------
    # How vouchers come back: handed in, lost, or too late. Each time credits move, once.
    # ------------------------------------------------------------

    @api.model
    @verb(code=text(), account=record("timebank.account", seen=False))
    def redeem(self, code, account):
        """Hand in one voucher.

        :param str code: as printed, typed or scanned
        :param account: the ``timebank.account`` (or its id) that gets the credits: a
            member's, a pot, or the bank's operating account where it was spent at the desk
        :return: the minutes it was worth
        :raises UserError: the code can't be used, or the account isn't the user's to fill
        """
        minutes, refusals = self.redeem_many([code], account)
        if refusals:
            raise UserError(refusals[0]["reason"])
        return minutes

    @api.model
    @verb(code_list=many(text()), account=record("timebank.account", seen=False))
    def redeem_many(self, code_list, account):
        """Hand in vouchers, those that can be, with one transfer for all of them.

        :param list code_list: as printed, typed or scanned
        :return: a pair of the minutes that came in, and a list of dicts ``code``, ``reason``
        :raises UserError: the account isn't the user's to fill, or too many wrong codes
        """
        # sudo: whose account may be filled is answered in a sentence; codes are a right by themselves.
        account = self.env["timebank.account"].sudo().browse(int(account)).exists()
        at_desk = self._check_target(account)
        source = self.env.user.login
        attempts = self.env["timebank.code.attempt"]
        if not at_desk and attempts._is_blocked(source):
            raise UserError(
                self.env._("Too many codes were wrong. Wait a quarter of an hour, then try again.")
            )
        # sudo: the code on the note is the permission
        found = self.sudo()._lock_by_codes(code_list)
        taken, refusals = self.sudo().browse(), []
        for typed in code_list:
            voucher = found.get(codes.normalise(typed), self.browse())
            outcome = "used" if voucher in taken else voucher._get_outcome(account.scheme_id)
            if outcome == "accepted":
                taken |= voucher
            else:
                attempts._note_attempt("voucher", source, outcome, account.scheme_id)
                refusals.append({"code": typed, "reason": self._get_sentence(outcome, at_desk)})
        memo = self.env._("1 voucher handed in")
        if len(taken) > 1:
            memo = self.env._("%s vouchers handed in", len(taken))
        taken._return_value("returned", account, memo)
        return sum(taken.mapped("minutes")), refusals

    @verb(reason=text())
    def action_cancel(self, reason):
        """Take vouchers out of circulation that were lost or spoiled. Their value goes where the policy says.

        :param str reason: why, in a few words
        :raises UserError: without a reason, or when none of them is still out
        """
        self.check_access("read")
        reason = self._require_reason(reason)
        refusals = self._get_refusals_by_state("issued", self.env._("Voucher %s is not out any more."))
        refusals |= (self - self.browse(refusals))._get_refusals_to_run()
        vouchers = self._raise_or_list(refusals)
        # sudo: the coordinators of a bank end its vouchers, which nobody may write to.
        vouchers.sudo()._end_vouchers("cancelled", reason)
        return self._tell(refusals, self.env._("cancelled"))

    @job
    def _cron_expire(self):
        """Nightly: end the vouchers whose last day has passed."""
        work = []
        for banks in self.env["timebank.scheme"]._by_zone():
            today = fields.Date.context_today(banks)
            # sudo: a job of the database's own
            late = self.sudo().search(
                [("state", "=", "issued"), ("expires_on", "<", today), ("scheme_id", "in", banks.ids)]
            )
            work.append((type(self)._run_out, late))
        self.env["timebank.job"]._in_parts(work)

    def _run_out(self):
        self._end_vouchers("expired", self.env._("vouchers expired"))

    # Rules
    def _check_target(self, account):
        """:return: whether the user hands in at the desk of the bank, rather than for themselves
        :raises UserError: the account can't be filled by this user
        """
        if not account:
            raise UserError(self.env._("Choose the account that gets the credits."))
        user, scheme = self.env.user, account.scheme_id
        at_desk = bool(scheme.sudo(self.env.su)._run_by_user())
        if account.kind == "voucher" or (account.kind == "operating" and not at_desk):
            raise UserError(self.env._("Vouchers are handed in to a member's account or a pot."))
        if not at_desk and user.partner_id not in (account.partner_id | account.holder_ids):
            raise UserError(
                self.env._("You can hand in vouchers for your own account, or for a pot that you hold.")
            )
        return at_desk

    def _get_outcome(self, scheme):
        """What handing in this voucher (or none) comes to, as a ``timebank.code.attempt`` names it."""
        if not self:
            return "unknown"
        if self.scheme_id != scheme:
            return "elsewhere"
        if self.state == "issued":
            late = self.expires_on and self.expires_on < self.scheme_id._today()
            return "expired" if late else "accepted"
        return {"returned": "used", "cancelled": "ended", "expired": "expired"}[self.state]

    def _get_sentence(self, outcome, at_desk):
        """Staff are told what is wrong with a voucher; others only that it can't be used."""
        if not at_desk:
            return self.env._("This code can't be used. Check it, or ask at the desk.")
        return {
            "unknown": self.env._("There is no voucher with this code: check what was typed."),
            "elsewhere": self.env._("This voucher belongs to another time bank."),
            "used": self.env._("This voucher was handed in already."),
            "expired": self.env._("This voucher is too old."),
            "ended": self.env._("This voucher was cancelled, so somebody had reported it lost."),
        }[outcome]

    # Moving
    def _lock_by_codes(self, code_list):
        """The vouchers of these codes, locked until the end of the transaction: dict of code → voucher.

        In the order of their ids, so that two desks with the same notes can't deadlock.
        """
        wanted = tuple({code for code in map(codes.normalise, code_list) if code})
        if not wanted:
            return {}
        rows = self._lock_rows(where=SQL("code IN %s", wanted), whole=True)
        vouchers = self.browse(voucher_id for (voucher_id,) in rows)
        vouchers.invalidate_recordset()
        return {voucher.code: voucher for voucher in vouchers}

    def _end_vouchers(self, state, memo):
        """Give the value of vouchers back as the policy of their bank says, one transfer for each account."""
        self._lock_by_codes(self.mapped("code"))
        for account, vouchers in self.grouped(lambda voucher: voucher._get_return_account()).items():
            vouchers._return_value(state, account, memo)

    def _call_in(self, memo):
        """End those of these vouchers of one batch that are still out, for whoever paid for them.

        :return: those that were
        """
        self._lock_by_codes(self.mapped("code"))
        out = self.filtered(lambda voucher: voucher.state == "issued")
        out._return_value("cancelled", out._get_payer(), memo)
        return out

    def _get_payer(self):
        """The account that paid for these vouchers of one batch, or the bank's where it takes nothing."""
        account = self.batch_id._get_issuer()
        return account if account.state == "open" else self.scheme_id.operating_account_id

    def _get_return_account(self):
        """The account that gets what a lost or expired voucher was worth."""
        scheme = self.scheme_id
        account = {
            "issuer": self._get_payer(),
            "pot": scheme.pot_account_id,
            "bank": scheme.operating_account_id,
        }[scheme.voucher_value]
        return account if account.state == "open" else scheme.operating_account_id

    def _return_value(self, state, account, memo):
        """End these vouchers of one bank, and move what they are worth to ``account``."""
        if not self:
            return
        self.env["timebank.transfer"]._post(
            [
                {
                    "from_account_id": self.scheme_id._get_voucher_account().id,
                    "to_account_id": account.id,
                    "minutes": sum(self.mapped("minutes")),
                    "kind": "voucher_return",
                    "memo": memo,
                }
            ]
        )
        self.env.cr.execute(
            SQL(
                "UPDATE timebank_voucher SET state = %s, ended_on = %s WHERE id IN %s",
                state,
                self.scheme_id._today(),
                tuple(self.ids),
            )
        )
        self.invalidate_recordset(["state", "ended_on"])
