from itertools import count

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...tools import hash_chain
from ..common.figures import figures_over
from ..common.hours_field import hours_field
from ..common.verb import text, verb, whole
from ..common.windows import narrow_list
from ..common.words import say_day

GROUP = "timebank_coproduction.group_timebank_"

#: How many accounts a refusal, or violations a message, names at most,
MOST_NAMED = 10
#: and how many violations stand in the administrators' to-do.
MOST_IN_ALARM = 50


class TimebankScheme(models.Model):
    _name = "timebank.scheme"
    _description = "Time Bank"
    _inherit = ["timebank.protected", "mail.thread", "mail.activity.mixin"]
    _order = "name"
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "state",
            "operating_account_id",
            "pot_account_id",
            "sequence_id",
            "last_seal_id",
            "last_seal_number",
            "last_seal_hash",
        }
    )

    # Who and where
    name = fields.Char(required=True, tracking=True)
    code = fields.Char(
        required=True,
        default=lambda self: self._default_code(),
        help="A few letters that number this bank's transfers, such as RVR for River Street.",
    )
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("open", "Open"), ("closed", "Closed")], required=True, default="open", tracking=True
    )
    color = fields.Integer()
    logo = fields.Image(
        max_width=800,
        max_height=320,
        help="Printed on statements, vouchers, cards and letters. Empty means the company's logo.",
    )
    coordinator_ids = fields.Many2many(
        "res.users",
        string="Coordinators",
        domain=[("share", "=", False)],
        default=lambda self: self.env.user if self.env.user._is_internal() else False,
        help="The time brokers of this bank: they see its members and approve its hours.",
    )
    account_ids = fields.One2many("timebank.account", "scheme_id", string="Accounts")
    operating_account_id = fields.Many2one(
        "timebank.account",
        string="Operating account",
        readonly=True,
        copy=False,
        help="Issues credits and takes them back. Minus its balance is what the bank owes its members.",
    )
    pot_account_id = fields.Many2one(
        "timebank.account",
        string="Community pot",
        readonly=True,
        copy=False,
        help="Holds what members give to everybody.",
    )
    sequence_id = fields.Many2one("ir.sequence", readonly=True, copy=False, ondelete="restrict")
    last_seal_id = fields.Many2one("timebank.seal", readonly=True, copy=False, ondelete="restrict")
    last_seal_number = fields.Integer(readonly=True, copy=False, aggregator=None)
    last_seal_hash = fields.Char(readonly=True, copy=False)
    is_run_by_user = fields.Boolean(
        "I decide here",
        compute="_compute_is_run_by_user",
        search="_search_is_run_by_user",
        help="A manager decides for every time bank, a coordinator for those that name them.",
    )
    is_on_screen = fields.Boolean(
        "On my screens",
        compute="_compute_is_on_screen",
        search="_search_is_on_screen",
        help="Whoever runs banks works with those; everybody else sees what all of them do.",
    )
    # Figures
    outstanding_minutes = fields.Integer(compute="_compute_outstanding_minutes")
    outstanding_hours = hours_field("outstanding_minutes", "Credits outstanding")
    seal_count = fields.Integer("Seals", compute="_compute_seal_count")

    # Policy: limits
    credit_limit_minutes = fields.Integer("Credit limit in minutes", default=0, tracking=True)
    credit_limit_hours = hours_field(
        "credit_limit_minutes",
        "Credit limit",
        editable=True,
        help="How far below zero a member's balance may go.",
    )
    warn_limit_minutes = fields.Integer(default=0)
    warn_limit_hours = hours_field(
        "warn_limit_minutes",
        "Warn below zero by",
        editable=True,
        help="A member further below zero than this is shown in orange. The credit limit still holds.",
    )
    lock_date = fields.Date(
        "Books closed up to",
        tracking=True,
        help="Nothing dated on or before this day can be recorded or approved.",
    )
    # Policy: what happens to credits in time, and what they stand for
    expiry = fields.Selection(
        [("never", "Credits never expire"), ("to_pot", "Unused credits go to the community pot")],
        required=True,
        default="never",
        tracking=True,
    )
    expiry_months = fields.Integer(
        "Expire after (months)", default=24, help="After how many months without any movement on the account."
    )
    hour_value = fields.Monetary(
        "Value of an hour",
        help="What an hour would have cost, for the notes to the accounts only. It is never booked.",
    )

    _code_unique = models.UniqueIndex(
        "(company_id, code)", "Another time bank has that code: choose a different one."
    )
    _limits_positive = models.Constraint(
        "CHECK (credit_limit_minutes >= 0 AND warn_limit_minutes >= 0)",
        "Limits are zero or more: they say how far below zero a balance may go.",
    )
    _expiry_positive = models.Constraint(
        "CHECK (expiry_months > 0)",
        "Expiry takes at least one month.",
    )

    def _default_code(self, taken=()):
        """The first of TB1, TB2 and so on that is free, and not among those ``taken`` in this call."""
        # sudo: a code is unique in the company, over banks that the user may not read
        codes = {*self.sudo().search([]).mapped("code"), *taken}
        return next(code for number in count(1) if (code := f"TB{number}") not in codes)

    @api.depends("operating_account_id.balance_minutes")
    def _compute_outstanding_minutes(self):
        """Nothing for a bank whose accounts the user can't read: staff see all banks listed."""
        readable = self.operating_account_id._filtered_access("read")
        for scheme in self:
            scheme.outstanding_minutes = -(scheme.operating_account_id & readable).balance_minutes

    def _compute_seal_count(self):
        # sudo: a figure, as that of the page where banks are shown to all of the staff
        seals = self.env["timebank.seal"].sudo()
        for scheme, number in figures_over(self, seals, "scheme_id"):
            scheme.seal_count = number

    @api.constrains("credit_limit_minutes")
    def _check_no_account_beyond_limit(self):
        for scheme in self:
            # sudo: whoever may change the policy has to hear of every account it touches.
            beyond = (
                self.env["timebank.account"]
                .sudo()
                .search(
                    [
                        ("scheme_id", "=", scheme.id),
                        ("kind", "=", "member"),
                        ("has_own_limit", "=", False),
                        ("balance_minutes", "<", -scheme.credit_limit_minutes),
                    ],
                    limit=MOST_NAMED,
                )
            )
            if beyond:
                raise ValidationError(
                    self.env._(
                        "%(people)s would be below the new limit. Give them a limit of their own first.",
                        people=", ".join(beyond.mapped("name")),
                    )
                )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        taken = [vals.get("code") for vals in vals_list]
        for vals in vals_list:
            if not vals.get("code"):
                vals["code"] = self._default_code(taken)
                taken.append(vals["code"])
        schemes = super().create(vals_list)
        # sudo: a manager may open a bank without being allowed to make accounts or
        # sequences by hand; both are the bank's own and hold nothing yet.
        for scheme in schemes.sudo():
            scheme._open_books()
        self.env.registry.clear_cache()  # the record rules remember who coordinates which banks
        return schemes

    def write(self, vals):
        result = super().write(vals)
        if "coordinator_ids" in vals:
            self.env.registry.clear_cache()  # as above
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_only_unused(self):
        for scheme in self:
            if scheme._is_used():
                raise UserError(
                    self.env._("%s has members or transfers: close it instead of deleting it.", scheme.name)
                )

    def _is_used(self):
        """Whether anything has been done in the bank, so that it has to stay."""
        self.ensure_one()
        # sudo: any transfer counts, also one that the user may not read; none is shown
        transfers = self.env["timebank.transfer"].sudo()
        return bool(transfers.search_count([("scheme_id", "=", self.id)], limit=1))

    def unlink(self):
        self._unlink_only_unused()  # before its books are taken away
        # sudo: the bank may be deleted, and what it came with goes too: both are empty
        books = self.sudo()
        sequences, accounts = books.sequence_id, books.account_ids
        books._in_verb().write({"operating_account_id": False, "pot_account_id": False})
        accounts.unlink()
        result = super().unlink()
        sequences.unlink()
        return result

    def copy_data(self, default=None):
        return [
            {**vals, "name": self.env._("%s (copy)", scheme.name), "code": False, **(default or {})}
            for scheme, vals in zip(self, super().copy_data(default), strict=True)
        ]

    def _open_books(self):
        """Give a new bank its accounts and the numbering of its transfers."""
        self.ensure_one()
        operating, pot = self.env["timebank.account"].create(
            [
                {"scheme_id": self.id, "kind": "operating", "name": self.env._("%s: operating", self.name)},
                {"scheme_id": self.id, "kind": "pot", "name": self.env._("%s: community pot", self.name)},
            ]
        )
        sequence = self.env["ir.sequence"].create(
            {
                "name": self.env._("Transfers of %s", self.name),
                "code": f"timebank.transfer.{self.id}",
                "prefix": f"{self.code}/",
                "padding": 6,
                "company_id": self.company_id.id,
            }
        )
        self._in_verb().write(
            {
                "operating_account_id": operating.id,
                "pot_account_id": pot.id,
                "sequence_id": sequence.id,
            }
        )

    # Papers
    def _get_logo(self):
        """The logo that the bank's papers bear: its own or its company's, in base64; False if none."""
        self.ensure_one()
        return self.logo or self.company_id._get_timebank_logo()

    # Actions
    @verb()
    def action_close(self):
        """Close the bank: nothing can be recorded in it until it is opened again."""
        self.check_access("write")
        # sudo: who may close the bank was checked; its accounts follow it
        self.account_ids.sudo()._freeze_for_scheme()
        self._in_verb().write({"state": "closed"})

    @verb()
    def action_reopen(self):
        self.check_access("write")
        self._in_verb().write({"state": "open"})
        # sudo: who may open the bank was checked; its accounts follow it
        self.account_ids.sudo()._thaw_for_scheme()

    @verb(single=True)
    def action_view_accounts(self):
        return self._open_own("timebank_account_action")

    @verb(single=True)
    def action_view_transfers(self):
        return self._open_own("timebank_transfer_action")

    def _open_own(self, name):
        """The addon's window ``name``, showing this bank's records only."""
        self.ensure_one()
        context = {"default_scheme_id": self.id, "search_default_my_banks": False}
        return narrow_list(self.env, name, [("scheme_id", "=", self.id)], context)

    # ------------------------------------------------------------
    # Rules: the policy of the bank, asked by the models that obey it
    # ------------------------------------------------------------

    def _why_closed(self, date=None):
        """Why nothing can be recorded here for ``date``, or an empty string."""
        self.ensure_one()
        if self.state == "closed":
            return self.env._("%s is closed: open it again first.", self.name)
        if date and self.lock_date and date <= self.lock_date:
            return self.env._(
                "%(bank)s has closed its books up to %(day)s: use a later date.",
                bank=self.name,
                day=say_day(self.env, self.lock_date),
            )
        return ""

    # ------------------------------------------------------------
    # Which banks the user decides for, and which they work in. Every verb and form asks here.
    # ------------------------------------------------------------

    def _run_by_user(self):
        """Those of these banks that the user decides for.

        A manager decides for all of the companies that they work in, coordinators for their own.
        """
        if self.env.su:
            return self
        if self.env.user.has_group(GROUP + "manager"):
            # sudo: whether somebody decides for a bank is asked of banks they can't read, too.
            return self.filtered(lambda scheme: scheme.sudo().company_id in self.env.user.company_ids)
        return self._coordinated_by_user()

    @api.depends("coordinator_ids")
    @api.depends_context("uid")
    def _compute_is_run_by_user(self):
        run = self._run_by_user()
        for scheme in self:
            scheme.is_run_by_user = scheme in run

    def _search_is_run_by_user(self, operator, value):
        if operator != "in":
            return NotImplemented
        user = self.env.user
        if self.env.su or user.has_group(GROUP + "manager"):
            return fields.Domain.TRUE
        if user.has_group(GROUP + "coordinator"):
            return fields.Domain("coordinator_ids", "in", user.ids)
        return fields.Domain.FALSE

    @api.depends("coordinator_ids")
    @api.depends_context("uid")
    def _compute_is_on_screen(self):
        shown = self._run_by_user() if self.env.user.has_group(GROUP + "coordinator") else self
        for scheme in self:
            scheme.is_on_screen = scheme in shown

    def _search_is_on_screen(self, operator, value):
        if self.env.user.has_group(GROUP + "coordinator"):
            return self._search_is_run_by_user(operator, value)
        return fields.Domain.TRUE if operator == "in" else NotImplemented

    def _coordinated_by_user(self):
        """Those of these banks that have the user among their coordinators."""
        if not self.env.user.has_group(GROUP + "coordinator"):
            return self.browse()
        return self & self.env.user.coordinated_scheme_ids.with_env(self.env)

    def _joined_by_user(self):
        """Those of these banks that the user belongs to, without working in them."""
        return self.browse()

    @api.model
    def _get_usual(self):
        """The one open bank in which the user works: which they coordinate or, else, belong to.

        :return: a bank, or an empty recordset where there are several or none
        """
        schemes = self.search([("state", "=", "open")])
        choice = schemes._coordinated_by_user() or schemes._joined_by_user() or schemes
        return choice if len(choice) == 1 else self.browse()

    def _default_for_user(self):
        """What a form that starts from a record of these banks proposes: a dict of context, empty
        where it could be several."""
        mine = self._coordinated_by_user() or self
        return {"default_scheme_id": mine.id} if len(mine) == 1 else {}

    def _get_usual_or_first(self):
        """As :meth:`_get_usual`, or the first of several banks that the user coordinates."""
        return self._get_usual() or self.search([("coordinator_ids", "in", self.env.uid)], limit=1)

    # ------------------------------------------------------------
    # Proof: seals, the check of the ledger, and the nightly job
    # ------------------------------------------------------------

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
        if not self.env.user.has_group("timebank_coproduction.group_timebank_finance"):
            for scheme in schemes - schemes._run_by_user():
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
            message = "\n".join(violation["message"] for violation in violations[:MOST_NAMED])
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
        if scheme.env["timebank.seal"]._get_violations(scheme, up_to=number):
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

    @api.model
    def _cron_mail_anchors(self):
        """Monthly: send each bank's latest seal to finance, where no database's owner reaches it."""
        sealed = self.search([("last_seal_id", "!=", False)])
        sealed = sealed.filtered(lambda scheme: scheme._get_anchor_readers())
        if sealed:
            template = self.env.ref("timebank_coproduction.mail_template_anchor")
            template.send_mail_batch(sealed.ids)

    def _get_anchor_readers(self):
        """Who keeps the monthly mail: finance of the company or, where there is none, managers."""
        self.ensure_one()
        for role in ("finance", "manager"):
            users = self.env.ref(GROUP + role).sudo().all_user_ids  # sudo: a job asks who has which role
            users = users.filtered(lambda user: user.email and self.company_id in user.company_ids)
            if users:
                return users.partner_id
        return self.env["res.partner"]

    @api.model
    def _cron_seal_and_check(self):
        """Nightly: fold the tails, seal, check, and tell the administrators what is wrong."""
        self.env["timebank.account.tail"]._fold()
        for scheme in self.search([]):
            unsealed = self.env["timebank.seal"]._get_unsealed(scheme)  # before a new seal covers it
            self.env["timebank.seal"]._seal_unsealed(scheme)
            violations = unsealed + [found for found in scheme.check_ledger() if found not in unsealed]
            if violations:
                scheme._raise_alarm(violations)

    def _raise_alarm(self, violations):
        """One open to-do for each manager, however many nights it stays unsolved."""
        self.ensure_one()
        todo = "timebank_coproduction.mail_activity_ledger"
        note = self.env["ir.qweb"]._render(
            "timebank_coproduction.ledger_alarm",
            {"violations": violations[:MOST_IN_ALARM], "count": len(violations)},
        )
        managers = self.env.ref("timebank_coproduction.group_timebank_manager").all_user_ids
        told = self.activity_search([todo]).user_id
        for manager in managers.filtered(lambda user: self.company_id in user.company_ids) - told:
            self.activity_schedule(todo, note=note, user_id=manager.id)
