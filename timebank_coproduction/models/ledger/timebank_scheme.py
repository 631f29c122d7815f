from itertools import count

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.minutes import DAY
from ..common.figures import figures_over
from ..common.hours_field import hours_of
from ..common.windows import narrow_list
from ..common.words import say_day

GROUP = "timebank_coproduction.group_timebank_"

#: How many accounts a refusal names at most.
MOST_NAMED = 10


class TimebankScheme(models.Model):
    _name = "timebank.scheme"
    _description = "Time Bank"
    _inherit = ["timebank.protected", "mail.thread", "mail.activity.mixin"]
    _order = "name"
    _check_company_auto = True
    _protected_fields = frozenset(
        {"state", "operating_account_id", "pot_account_id", "sequence_id", "last_seal_id"}
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
    coordinator_ids = fields.Many2many(
        "res.users",
        string="Coordinators",
        domain=[("share", "=", False)],
        default=lambda self: self.env.user if self.env.user._is_internal() else False,
        help="The time brokers of this bank: they see its members and approve its hours.",
    )
    project_ids = fields.Many2many(
        "project.project",
        string="Projects",
        check_company=True,
        help="Time given in these projects can be recorded in this bank. Empty means any project.",
    )
    member_ids = fields.One2many("timebank.member", "scheme_id", string="Members")
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
    sequence_id = fields.Many2one("ir.sequence", readonly=True, copy=False)
    last_seal_id = fields.Many2one("timebank.seal", readonly=True, copy=False, ondelete="restrict")
    # Figures
    member_count = fields.Integer("Number of members", compute="_compute_member_count")
    to_approve_count = fields.Integer("Hours to approve", compute="_compute_to_approve_count")
    outstanding_minutes = fields.Integer(compute="_compute_outstanding_minutes")
    outstanding_hours = hours_of("outstanding_minutes", "Credits outstanding")

    # The policy of a bank: its own rules, asked by the models that obey them.
    # Limits
    credit_limit_minutes = fields.Integer("Credit limit in minutes", default=0, tracking=True)
    credit_limit_hours = hours_of(
        "credit_limit_minutes",
        "Credit limit",
        editable=True,
        help="How far below zero a member's balance may go.",
    )
    warn_limit_minutes = fields.Integer(default=0)
    warn_limit_hours = hours_of(
        "warn_limit_minutes",
        "Warn below zero by",
        editable=True,
        help="A member further below zero than this is shown in orange. The credit limit still holds.",
    )
    max_minutes_per_day = fields.Integer(default=DAY)
    max_hours_per_day = hours_of(
        "max_minutes_per_day",
        "Most hours a day",
        editable=True,
        help="What one person can have recorded for one day, all entries together.",
    )
    lock_date = fields.Date(
        "Books closed up to",
        tracking=True,
        help="Nothing dated on or before this day can be recorded or approved.",
    )
    # Approval
    approval = fields.Selection(
        [
            ("always", "A coordinator approves every entry"),
            ("over_limit", "A coordinator approves longer entries"),
            ("trusted", "Entries of trusted members need no approval"),
        ],
        required=True,
        default="always",
        tracking=True,
        help="Time that another member pays for is always approved by a coordinator.",
    )
    approval_over_minutes = fields.Integer(default=60)
    approval_over_hours = hours_of(
        "approval_over_minutes",
        "Approve entries over",
        editable=True,
        help="Entries of up to this long are approved at once.",
    )
    # What earns, and what it buys
    credit_professionals = fields.Boolean(
        "Professionals earn credits",
        tracking=True,
        help="Let paid staff earn credits too. Their hours are recorded either way.",
    )
    allow_goods_rewards = fields.Boolean(
        string="Allow goods, vouchers and cash-like rewards",
        tracking=True,
        help="Benefits rules may see them otherwise than services. Take advice before switching this on.",
    )
    voucher_months = fields.Integer(
        "Vouchers last (months)", default=12, help="For how many months a paper voucher can be handed in."
    )
    dormant_months = fields.Integer(
        "Dormant after (months)",
        default=6,
        help="After how many months without movement a member counts as dormant.",
    )
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

    # The seals of a bank, as its page shows them.
    seal_count = fields.Integer("Seals", compute="_compute_seal_count")

    _code_unique = models.UniqueIndex(
        "(company_id, code)", "Another time bank has that code: choose a different one."
    )
    _limits_positive = models.Constraint(
        "CHECK (credit_limit_minutes >= 0 AND warn_limit_minutes >= 0 AND approval_over_minutes >= 0)",
        "Limits are zero or more: they say how far below zero a balance may go.",
    )
    _max_per_day = models.Constraint(
        f"CHECK (max_minutes_per_day BETWEEN 1 AND {DAY})",
        "The most hours a day lie between one minute and 24 hours.",
    )
    _months_positive = models.Constraint(
        "CHECK (voucher_months > 0 AND dormant_months > 0 AND expiry_months > 0)",
        "Vouchers, dormancy and expiry take at least one month.",
    )

    def _default_code(self, taken=()):
        """The first of TB1, TB2 and so on that is free, and not among those ``taken`` in this call."""
        # sudo: a code is unique in the company, over banks that the user may not read
        codes = {*self.sudo().search([]).mapped("code"), *taken}
        return next(code for number in count(1) if (code := f"TB{number}") not in codes)

    @api.depends("member_ids.state")
    def _compute_member_count(self):
        members, active = self.env["timebank.member"], [("state", "=", "active")]
        for scheme, number in figures_over(self, members, "scheme_id", active):
            scheme.member_count = number

    def _compute_to_approve_count(self):
        hours, waiting = self.env["timebank.hours"], [("state", "=", "submitted")]
        for scheme, number in figures_over(self, hours, "scheme_id", waiting):
            scheme.to_approve_count = number

    @api.depends("operating_account_id.balance_minutes")
    def _compute_outstanding_minutes(self):
        for scheme in self:
            scheme.outstanding_minutes = -scheme.operating_account_id.balance_minutes

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
        return schemes

    def write(self, vals):
        if "company_id" in vals:
            moved = self.filtered(lambda scheme: scheme.company_id.id != vals["company_id"])
            if moved.member_ids:
                raise UserError(
                    self.env._(
                        "%(bank)s has members: it stays with %(company)s.",
                        bank=moved[0].name,
                        company=moved[0].company_id.name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        for scheme in self:
            # sudo: any transfer counts, also one that the user may not read; none is shown
            if scheme.member_ids or self.env["timebank.transfer"].sudo().search_count(
                [("scheme_id", "=", scheme.id)], limit=1
            ):
                raise UserError(
                    self.env._("%s has members or transfers: close it instead of deleting it.", scheme.name)
                )

    def unlink(self):
        self._unlink_only_unused()  # before its books are taken away
        # sudo: the bank may be deleted, and what it came with goes too: both are empty
        books = self.sudo()
        sequences, accounts = books.sequence_id, books.account_ids
        books._through_door().write({"operating_account_id": False, "pot_account_id": False})
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
        self._through_door().write(
            {
                "operating_account_id": operating.id,
                "pot_account_id": pot.id,
                "sequence_id": sequence.id,
            }
        )

    # Actions
    def action_close(self):
        """Close the bank: nothing can be recorded in it until it is opened again."""
        self.check_access("write")
        # sudo: who may close the bank was checked; its accounts follow it
        self.account_ids.sudo()._freeze_for_scheme()
        self._through_door().write({"state": "closed"})

    def action_reopen(self):
        self.check_access("write")
        self._through_door().write({"state": "open"})
        # sudo: who may open the bank was checked; its accounts follow it
        self.account_ids.sudo()._thaw_for_scheme()

    def action_view_members(self):
        return self._open_own("timebank_member_action")

    def action_view_to_approve(self):
        return self._open_own("timebank_hours_to_approve_action")

    def action_view_accounts(self):
        return self._open_own("timebank_account_action")

    def action_view_transfers(self):
        return self._open_own("timebank_transfer_action")

    def _open_own(self, name):
        """The addon's window ``name``, showing this bank's records only."""
        self.ensure_one()
        context = {"default_scheme_id": self.id, "search_default_my_banks": False}
        return narrow_list(self.env, name, [("scheme_id", "=", self.id)], context)

    # ------------------------------------------------------------
    # The policy of a bank: its own rules, asked by the models that obey them.
    # ------------------------------------------------------------

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

    def _needs_approval(self, hours):
        """Whether a coordinator has to decide on an entry before it counts.

        :param hours: one ``timebank.hours``
        """
        self.ensure_one()
        if hours.receiver_id or hours.pot_id or self.approval == "always":
            return True
        if self.approval == "over_limit":
            return hours.minutes > self.approval_over_minutes
        return not hours.member_id.trusted

    def _earns_credit(self, role):
        """Whether time given in ``role`` is credited (R16)."""
        self.ensure_one()
        return role != "professional" or self.credit_professionals

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

    def _why_not_taking_part(self, partner, member):
        """Why nothing can be recorded here for a person, or an empty string.

        :param member: their membership of this bank, or ``None``
        """
        self.ensure_one()
        if member:
            return member._why_not_taking_part()
        return self.env._(
            "%(person)s is not a member of %(bank)s: add them as a member first.",
            person=partner.name,
            bank=self.name,
        )

    # ------------------------------------------------------------
    # Which banks the user decides for, and which they work in. Every verb and form asks here.
    # ------------------------------------------------------------

    def _run_by_user(self):
        """Those of these banks that the user decides for: a manager for all, coordinators for their own."""
        if self.env.su or self.env.user.has_group(GROUP + "manager"):
            return self
        return self._coordinated_by_user()

    def _coordinated_by_user(self):
        """Those of these banks that have the user among their coordinators."""
        if not self.env.user.has_group(GROUP + "coordinator"):
            return self.browse()
        # sudo: whether somebody coordinates a bank is asked of banks they can't read, too.
        return self.filtered(lambda scheme: self.env.user in scheme.sudo().coordinator_ids)

    @api.model
    def _get_usual(self):
        """The one open bank in which the user works: which they coordinate or, else, belong to.

        :return: a bank, or an empty recordset where there are several or none
        """
        schemes = self.search([("state", "=", "open")])
        mine = schemes._coordinated_by_user()
        if not mine:
            partner = self.env.user.partner_id
            members = self.env["timebank.member"].search([("partner_id", "=", partner.id)])
            mine = members.scheme_id & schemes
        choice = mine or schemes
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
    # The seals of a bank, as its page shows them.
    # ------------------------------------------------------------

    def _compute_seal_count(self):
        for scheme, number in figures_over(self, self.env["timebank.seal"], "scheme_id"):
            scheme.seal_count = number

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

    def action_view_seals(self):
        return self._open_own("timebank_seal_action")
