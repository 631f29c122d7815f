from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from ...tools.ledger_ddl import FLOW_KINDS
from ..common.hours_field import hours_of


class TimebankAccount(models.Model):
    _name = "timebank.account"
    _description = "Time Credit Account"
    _inherit = ["timebank.protected", "mail.thread"]
    _order = "kind, name, id"
    _rec_names_search = ["name", "partner_id"]

    _protected_fields = frozenset({"balance_minutes", "state", "kind", "scheme_id", "partner_id"})

    # Whose
    name = fields.Char(required=True, compute="_compute_name", store=True, precompute=True, readonly=False)
    scheme_id = fields.Many2one(
        "timebank.scheme", string="Time bank", required=True, ondelete="restrict", index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    kind = fields.Selection(
        [("member", "Member"), ("pot", "Pot"), ("operating", "Operating"), ("voucher", "Vouchers")],
        required=True,
        default="pot",
    )
    partner_id = fields.Many2one("res.partner", string="Person", ondelete="restrict", index="btree_not_null")
    holder_ids = fields.Many2many(
        "res.partner",
        string="Holders",
        help="Who may spend what is in the pot.",
    )
    state = fields.Selection(
        [("open", "Open"), ("frozen", "Frozen"), ("closed", "Closed")],
        required=True,
        default="open",
        tracking=True,
    )
    frozen_with_scheme = fields.Boolean(readonly=True)

    # What is in it
    balance_minutes = fields.Integer(readonly=True, default=0, copy=False, aggregator="sum")
    balance_hours = hours_of("balance_minutes", "Balance")
    has_own_limit = fields.Boolean(string="Own limit", help="Otherwise the bank's limit holds.")
    credit_limit_minutes = fields.Integer(
        compute="_compute_credit_limit_minutes", store=True, precompute=True, readonly=False, aggregator=None
    )
    credit_limit_hours = hours_of("credit_limit_minutes", "Credit limit", editable=True)
    available_minutes = fields.Integer(compute="_compute_available_minutes")
    available_hours = hours_of("available_minutes", "Available")
    below_warning = fields.Boolean("Below the warning", compute="_compute_below_warning")

    _member_unique = models.UniqueIndex(
        "(scheme_id, partner_id) WHERE kind = 'member'", "This person has an account in this bank already."
    )
    _operating_unique = models.UniqueIndex(
        "(scheme_id, kind) WHERE kind IN ('operating', 'voucher')", "A bank has one such account."
    )
    _member_has_partner = models.Constraint(
        "CHECK (kind != 'member' OR partner_id IS NOT NULL)", "A member's account belongs to a person."
    )
    _limit_positive = models.Constraint(
        "CHECK (credit_limit_minutes >= 0)", "A limit is zero or more: how far below zero the balance may go."
    )
    _within_limit = models.Constraint(
        "CHECK (kind IN ('operating', 'voucher') OR balance_minutes >= -credit_limit_minutes)",
        "The account would be further below zero than its limit allows.",
    )

    @api.depends("partner_id.name", "kind")
    def _compute_name(self):
        for account in self:
            if account.kind == "member" and account.partner_id:
                account.name = account.partner_id.name or account.partner_id.display_name
            elif not account.name:
                account.name = dict(self._fields["kind"]._description_selection(self.env)).get(account.kind)

    @api.depends("scheme_id.credit_limit_minutes", "has_own_limit", "kind")
    def _compute_credit_limit_minutes(self):
        for account in self:
            if account.kind != "member":
                account.credit_limit_minutes = 0
            elif not account.has_own_limit:
                account.credit_limit_minutes = account.scheme_id.credit_limit_minutes
            else:
                account.credit_limit_minutes = account.credit_limit_minutes

    @api.depends("balance_minutes", "credit_limit_minutes")
    def _compute_available_minutes(self):
        for account in self:
            account.available_minutes = max(account.balance_minutes + account.credit_limit_minutes, 0)

    @api.depends("balance_minutes", "scheme_id.warn_limit_minutes", "kind")
    def _compute_below_warning(self):
        for account in self:
            account.below_warning = (
                account.kind == "member" and account.balance_minutes < -account.scheme_id.warn_limit_minutes
            )

    def _field_to_sql(self, alias, field_expr, query=None):
        """The balance of an account that everybody uses includes its tail.

        In hours it can be sorted and summed as well.
        """
        if field_expr == "balance_hours":
            return SQL("(%s / 60.0)", self._field_to_sql(alias, "balance_minutes", query))
        if field_expr != "balance_minutes":
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        return SQL(
            """(%(balance)s + CASE WHEN %(kind)s IN %(flow)s THEN COALESCE((
                SELECT SUM(tail.minutes) FROM timebank_account_tail tail WHERE tail.account_id = %(id)s
            ), 0) ELSE 0 END)::int""",
            balance=SQL.identifier(alias, "balance_minutes"),
            kind=SQL.identifier(alias, "kind"),
            id=SQL.identifier(alias, "id"),
            flow=FLOW_KINDS,
            to_flush=self._fields[field_expr],
        )

    @api.constrains("credit_limit_minutes")
    def _check_within_limit(self):
        for account in self:
            if account.kind == "member" and account.balance_minutes < -account.credit_limit_minutes:
                raise ValidationError(
                    self.env._("%s is further below zero than that limit allows.", account.name)
                )

    @api.constrains("holder_ids", "kind")
    def _check_holders_of_pots(self):
        for account in self:
            if account.holder_ids and account.kind != "pot":
                raise ValidationError(self.env._("Only a pot has holders."))

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        """People make pots; the other kinds are opened by the bank and its members."""
        if not self._is_door_open():
            for vals in vals_list:
                self._refuse_protected(
                    name
                    for name in ("balance_minutes", "state")
                    if vals.get(name) not in (None, self._protected_default(name))
                )
        if not (self.env.su or self._is_door_open()):
            for vals in vals_list:
                if vals.get("kind", "pot") != "pot":
                    raise UserError(
                        self.env._(
                            "Only a pot can be opened here: a member's account opens with the membership."
                        )
                    )
            door = self._through_door()
            return super(TimebankAccount, door).create(vals_list).with_env(self.env)
        return super(TimebankAccount, self._through_door()).create(vals_list).with_env(self.env)

    def write(self, vals):
        self._refuse_own_terms(vals, {"has_own_limit", "credit_limit_minutes", "credit_limit_hours"})
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_only_unused(self):
        # sudo: any transfer counts, also one that the user may not read; none is shown
        used = (
            self.env["timebank.transfer"]
            .sudo()
            .search(["|", ("from_account_id", "in", self.ids), ("to_account_id", "in", self.ids)], limit=1)
        )
        if used:
            raise UserError(self.env._("An account with transfers can't be deleted: close it instead."))

    # Actions
    def action_freeze(self):
        """Stop anything moving in or out until the account is opened again."""
        self._set_state("frozen")

    def action_reopen(self):
        self._set_state("open")

    def action_close(self):
        """:raises UserError: while there is something on the account"""
        for account in self:
            if account.balance_minutes:
                raise UserError(
                    self.env._("%s still has a balance: move it before closing the account.", account.name)
                )
        self._set_state("closed")

    def action_view_statement(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "timebank_coproduction.timebank_statement_line_action"
        )
        return dict(action, domain=[("account_id", "=", self.id)], display_name=self.name)

    def _set_state(self, state):
        self.check_access("write")
        if any(account.kind in FLOW_KINDS for account in self) and not self.env.su:
            raise UserError(self.env._("The bank's own accounts follow the bank: close the bank instead."))
        self._through_door().write({"state": state})

    def _freeze_for_scheme(self):
        self.filtered(lambda account: account.state == "open")._through_door().write(
            {"state": "frozen", "frozen_with_scheme": True}
        )

    def _thaw_for_scheme(self):
        self.filtered("frozen_with_scheme")._through_door().write(
            {"state": "open", "frozen_with_scheme": False}
        )

    def _why_not_movable(self):
        """Why nothing can move on this account now, or an empty string."""
        self.ensure_one()
        if self.state == "frozen":
            return self.env._("The account of %s is frozen: open it again first.", self.name)
        if self.state == "closed":
            return self.env._("The account of %s is closed.", self.name)
        return ""
