from itertools import count

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.figures import figures_over
from ..common.hours_field import hours_field
from ..common.odoo_private import time_zones
from ..common.personal import NAMED, OURS
from ..common.roles import get_managers
from ..common.verb import verb
from ..common.windows import narrow_list
from ..common.words import say_day, today_at

GROUP = "timebank_coproduction.group_timebank_"

#: How many accounts a refusal names at most.
MOST_NAMED = 10

#: How many people a sentence names who can be asked instead.
MOST_ASKED = 3


def usual_day(record):
    """The day that a form proposes, as a field's default: today at the bank in which the user works."""
    return record.env["timebank.scheme"]._get_usual()._today()


class TimebankScheme(models.Model):
    _name = "timebank.scheme"
    _description = "Time Bank"
    _inherit = [
        "timebank.protected",
        "timebank.told",
        "timebank.warned",
        "mail.thread",
        "mail.activity.mixin",
    ]
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
    _personal_fields = {
        "name": OURS,
        "code": OURS,
        "logo": OURS,
        "coordinator_ids": NAMED,
        "operating_account_id": OURS,
        "pot_account_id": OURS,
        "last_seal_hash": OURS,
    }

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
    tz = fields.Selection(
        time_zones,
        string="Time zone",
        required=True,
        default=lambda self: self.env.user.tz or self.env.company.partner_id.tz or "UTC",
        tracking=True,
        help="Whose clocks the bank goes by, whoever is at the screen: its days begin and end there, and so"
        " do those of its hours and its new sessions.",
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
        # a text, as for the pickers of Odoo's own apps: a list would hide from the bank who lacks the role
        domain=lambda self: str([("all_group_ids", "in", self.env.ref(GROUP + "coordinator").ids)]),
        default=lambda self: self.env.user if self.env.user.has_group(GROUP + "coordinator") else False,
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
        "CHECK (expiry_months BETWEEN 1 AND 600)",
        "Expiry takes one month to 600 months.",
    )

    def _default_code(self, taken=()):
        """The first of TB1, TB2 and so on that is free, and not among those ``taken`` in this call."""
        # sudo: a code is unique in the company, over banks that the user may not read
        codes = {*self.sudo().search([]).mapped("code"), *taken}
        return next(code for number in count(1) if (code := f"TB{number}") not in codes)

    @api.depends_context("uid")
    @api.depends("operating_account_id.balance_minutes")
    def _compute_outstanding_minutes(self):
        """Nothing for a bank whose accounts the user can't read: staff see all banks listed."""
        readable = self.operating_account_id._filtered_access("read")
        for scheme in self:
            scheme.outstanding_minutes = -(scheme.operating_account_id & readable).balance_minutes

    @api.depends_context("uid")
    def _compute_seal_count(self):
        for scheme, number in figures_over(self, self.env["timebank.seal"], "scheme_id"):
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

    @api.constrains("coordinator_ids")
    def _check_coordinators(self):
        """:raises ValidationError: naming who was put among a bank's coordinators without the role of one"""
        # sudo: who coordinates a bank, and who has the role, is no secret
        for scheme in self.sudo():
            named = scheme.coordinator_ids.filtered("active")
            without = named - scheme._get_coordinators()
            if without:
                raise ValidationError(
                    self.env._(
                        "%(people)s can’t coordinate %(bank)s without the role of a coordinator: a"
                        " manager gives it to them with “Roles”, on the bank’s form.",
                        people=", ".join(without[:MOST_NAMED].mapped("name")),
                        bank=scheme.name,
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
        schemes._note_coordinators(dict.fromkeys(schemes, self.env["res.users"]))
        self.env.registry.clear_cache()  # the record rules remember who coordinates which banks
        return schemes

    def write(self, vals):
        before = [(scheme, scheme.coordinator_ids) for scheme in self if "coordinator_ids" in vals]
        result = super().write(vals)
        if "coordinator_ids" in vals:
            self.env.registry.clear_cache()  # as above
            for scheme, users in before:
                (users - scheme.coordinator_ids)._hand_on_todos(scheme)
            if not self._is_in_verb():  # which says so itself
                self._note_coordinators(dict(before))
        return result

    def _note_coordinators(self, before):
        """Keep in the banks' history who was put among those who run them, and who was taken off.

        :param dict before: bank → who ran it until now
        """
        # sudo: whoever changed it was allowed to; their name is on the note
        for scheme in self.sudo():
            added, gone = scheme.coordinator_ids - before[scheme], before[scheme] - scheme.coordinator_ids
            notes = []
            if added:
                names = ", ".join(added.mapped("name"))
                notes.append(self.env._("Put among those who run this bank: %s", names))
            if gone:
                names = ", ".join(gone.mapped("name"))
                notes.append(self.env._("Taken off those who run this bank: %s", names))
            for note in notes:
                scheme._message_log(body=note, author_id=self.env.user.partner_id.id)

    @api.ondelete(at_uninstall=True)
    def _unlink_only_unused(self):
        for scheme in self:
            if scheme._is_used():
                raise UserError(self.env._("%s was in use: close it instead of deleting it.", scheme.name))

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
                {"scheme_id": self.id, "kind": "operating"},
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

    def _today(self):
        """The day that it is where the bank is; without a bank, where the user is."""
        # sudo: what day it is there is no secret
        zone = self.sudo().tz
        return today_at(zone) if zone else fields.Date.context_today(self)

    @api.model
    def _by_zone(self):
        """All banks, open and closed, by the clocks that they go by.

        For jobs: what runs with the environment of one of these recordsets has the day of those banks.

        :return: list of recordsets, each with the zone of its banks in its context
        """
        return [banks.with_context(tz=zone) for zone, banks in self.search([]).grouped("tz").items()]

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

    @api.model
    def _is_copy(self):
        """Whether this database is a neutralized copy of another."""
        # sudo: nothing but yes or no is told
        return bool(self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"))

    def _run_by_user(self):
        """Those of these banks that the user decides for.

        A manager decides for all of the companies that they work in, coordinators for their own.
        """
        if self.env.su:
            return self
        if self.env.user.has_group(GROUP + "manager"):
            # sudo: whether somebody decides for a bank is asked of banks they can't read, too.
            companies = self.env.user.company_ids
            return self.sudo().filtered(lambda scheme: scheme.company_id in companies).with_env(self.env)
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

    def _get_coordinators(self):
        """Those who run these banks by name: who is archived, or has no role of a coordinator, runs none."""
        role = GROUP + "coordinator"
        # sudo: who coordinates a bank is no secret
        named = self.sudo().coordinator_ids
        return named.filtered(lambda user: user.active and user.has_group(role)).with_env(self.env)

    def _get_deciders(self, concerned, usual=None):
        """Who can decide about what concerns some people: the bank's coordinators, else the managers.

        :param concerned: the ``res.partner`` who gain by it, or take part in it
        :param usual: users who are asked before all others, as far as they decide here, too
        :return: users, in the order in which they are asked; none of them is concerned
        """
        self.ensure_one()
        # sudo: who coordinates a bank is no secret
        scheme = self.sudo()
        coordinators = scheme._get_coordinators()
        deciders = coordinators.filtered(lambda user: user.partner_id not in concerned)
        if usual or not deciders:
            managers = get_managers(scheme.env, scheme.company_id)
            others = managers.filtered(lambda user: user.partner_id not in concerned)
            first = (usual or managers.browse()).sudo() & (deciders | others)
            deciders = first | (deciders or others)
        return deciders.with_env(self.env)

    @api.model
    def _get_domain_of_deciders(self):
        """For a picker on a record with a ``scheme_id``: a domain, as text, of who decides in its bank."""
        coordinator, manager = (self.env.ref(GROUP + role).id for role in ("coordinator", "manager"))
        return (
            f"['|', '&', ('all_group_ids', 'in', [{manager}]), ('company_ids', '=?', company_id),"
            f" '&', ('all_group_ids', 'in', [{coordinator}]), ('coordinated_scheme_ids', '=?', scheme_id)]"
        )

    def _say_whom_to_ask(self, concerned):
        """A sentence that names who can decide instead of those concerned."""
        users = self._get_deciders(concerned)
        if not users:
            return self.env._(
                "Nobody else can yet: a manager makes another coordinator with “Roles”, on the form of %s.",
                self.name,
            )
        # sudo: their names
        names = self.env._(" or ").join(users[:MOST_ASKED].sudo().mapped("name"))
        return self.env._("Ask %s.", names)

    def _joined_by_user(self):
        """Those of these banks that the user belongs to, without working in them."""
        return self.browse()

    @api.model
    def _get_usual(self):
        """The one open bank in which the user works: the one that a form was opened for, or else which they
        coordinate or belong to.

        :return: a bank, or an empty recordset where there are several or none
        """
        schemes = self.search([("state", "=", "open")])
        asked = schemes.filtered(lambda scheme: scheme.id == self.env.context.get("timebank_usual"))
        if asked:
            return asked
        choice = schemes._coordinated_by_user() or schemes._joined_by_user() or schemes
        return choice if len(choice) == 1 else self.browse()

    def _default_for_user(self):
        """What a form that starts from a record of these banks proposes: a dict of context, empty
        where it could be several."""
        mine = self._coordinated_by_user() or self
        return {"default_scheme_id": mine.id} if len(mine) == 1 else {}
