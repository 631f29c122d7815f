from ast import literal_eval
from itertools import count

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..common.hours_field import hours_of


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

    _code_unique = models.UniqueIndex(
        "(company_id, code)", "Another time bank has that code: choose a different one."
    )

    def _default_code(self, taken=()):
        """The first of TB1, TB2 and so on that is free, and not among those ``taken`` in this call."""
        # sudo: a code is unique in the company, over banks that the user may not read
        codes = {*self.sudo().search([]).mapped("code"), *taken}
        return next(code for number in count(1) if (code := f"TB{number}") not in codes)

    @api.depends("member_ids.state")
    def _compute_member_count(self):
        counts = dict(
            self.env["timebank.member"]._read_group(
                [("scheme_id", "in", self.ids), ("state", "=", "active")],
                ["scheme_id"],
                ["__count"],
            )
        )
        for scheme in self:
            scheme.member_count = counts.get(scheme._origin, 0)

    def _compute_to_approve_count(self):
        counts = dict(
            self.env["timebank.hours"]._read_group(
                [("scheme_id", "in", self.ids), ("state", "=", "submitted")],
                ["scheme_id"],
                ["__count"],
            )
        )
        for scheme in self:
            scheme.to_approve_count = counts.get(scheme._origin, 0)

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
        return self._action_on("timebank_coproduction.timebank_member_action")

    def action_view_to_approve(self):
        return self._action_on("timebank_coproduction.timebank_hours_to_approve_action")

    def action_view_accounts(self):
        return self._action_on("timebank_coproduction.timebank_account_action")

    def action_view_transfers(self):
        return self._action_on("timebank_coproduction.timebank_transfer_action")

    def _action_on(self, xmlid):
        """The action ``xmlid``, showing this bank's records only."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        own = Domain("scheme_id", "=", self.id)
        action["domain"] = list(Domain(literal_eval(action["domain"] or "[]")) & own)
        action["context"] = {
            **literal_eval(action["context"] or "{}"),
            "default_scheme_id": self.id,
            "search_default_my_banks": False,
        }
        return action
