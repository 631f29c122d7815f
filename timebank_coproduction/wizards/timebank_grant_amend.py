from odoo import api, fields, models
from odoo.fields import Command

from ..models.common.verb import verb
from ..models.common.windows import get_chosen
from ..models.grant.timebank_grant_amendable import AMENDABLE, BELONGS


class TimebankGrantAmend(models.TransientModel):
    """Ask what was agreed anew with the funder, and why. It begins with what is agreed now."""

    _name = "timebank.grant.amend"
    _description = "Amend a Grant"

    grant_id = fields.Many2one(
        "timebank.grant", required=True, default=lambda self: get_chosen(self.env, "timebank.grant")[:1]
    )
    company_id = fields.Many2one(related="grant_id.company_id")
    currency_id = fields.Many2one(related="grant_id.currency_id")
    company_currency_id = fields.Many2one(related="grant_id.company_currency_id")
    date = fields.Date("Agreed on", required=True, default=fields.Date.context_today)
    reason = fields.Char(required=True)
    # The award
    amount = fields.Monetary(compute="_compute_terms", store=True, readonly=False)
    date_end = fields.Date("End", compute="_compute_terms", store=True, readonly=False, required=True)
    reward_percentage = fields.Float(
        "Share for rewards (%)", compute="_compute_terms", store=True, readonly=False
    )
    restriction = fields.Selection(
        lambda self: self.env["timebank.grant"]._fields["restriction"]._description_selection(self.env),
        compute="_compute_terms",
        store=True,
        readonly=False,
        required=True,
    )
    purpose = fields.Text(compute="_compute_terms", store=True, readonly=False)
    budget_line_ids = fields.One2many(
        "timebank.grant.amend.line",
        "wizard_id",
        string="Budget lines",
        compute="_compute_terms",
        store=True,
        readonly=False,
    )
    deadline_ids = fields.One2many(
        "timebank.grant.amend.deadline",
        "wizard_id",
        string="Reports due",
        compute="_compute_terms",
        store=True,
        readonly=False,
    )
    # What it pays for
    scheme_ids = fields.Many2many(
        "timebank.scheme", string="Time banks", compute="_compute_terms", store=True, readonly=False
    )
    reward_account_ids = fields.Many2many(
        "account.account", string="Reward accounts", compute="_compute_terms", store=True, readonly=False
    )
    every_expense_counts = fields.Boolean(
        "Every expense account counts", compute="_compute_terms", store=True, readonly=False
    )
    reward_product_ids = fields.Many2many(
        "product.product", string="Reward products", compute="_compute_terms", store=True, readonly=False
    )
    # How far a bill and its claim may be apart
    tolerance_percent = fields.Float("Tolerance (%)", compute="_compute_terms", store=True, readonly=False)
    tolerance_amount = fields.Monetary(
        "Tolerance",
        compute="_compute_terms",
        store=True,
        readonly=False,
        currency_field="company_currency_id",
    )
    days_before = fields.Integer(compute="_compute_terms", store=True, readonly=False)
    days_after = fields.Integer(compute="_compute_terms", store=True, readonly=False)

    @api.depends("grant_id")
    def _compute_terms(self):
        for wizard in self:
            grant = wizard.grant_id
            wizard.update({name: grant[name] for name in AMENDABLE})
            for name, content in (("budget_line_ids", "amount"), ("deadline_ids", "date")):
                belongs = BELONGS if content == "amount" else ()
                wizard[name] = [Command.clear()] + [
                    Command.create(
                        {"original": line.id, "name": line.name, content: line[content]}
                        | {key: [Command.set(line[key].ids)] for key in belongs}
                    )
                    for line in grant[name]
                ]

    @verb(single=True)
    def action_confirm(self):
        """:return: closes the dialog"""
        self.ensure_one()
        terms = {
            name: self[name].ids if self._fields[name].type == "many2many" else self[name]
            for name in AMENDABLE
        }
        self.grant_id.action_amend(
            {
                **terms,
                "budget_lines": [
                    {"id": line.original, "name": line.name, "amount": line.amount}
                    | {key: line[key].ids for key in BELONGS}
                    for line in self.budget_line_ids
                ],
                "deadlines": [
                    {"id": line.original, "name": line.name, "date": line.date} for line in self.deadline_ids
                ],
            },
            self.reason,
            self.date,
        )
        return {"type": "ir.actions.act_window_close"}


class TimebankGrantAmendLine(models.TransientModel):
    _name = "timebank.grant.amend.line"
    _description = "Budget Line, Amended"

    wizard_id = fields.Many2one("timebank.grant.amend", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="wizard_id.company_currency_id")
    original = fields.Integer(help="The number of the grant's budget line, where it isn't new.")
    name = fields.Char(required=True)
    amount = fields.Monetary()
    reward_ids = fields.Many2many("timebank.reward", string="Rewards")
    product_ids = fields.Many2many("product.product", string="Products")
    account_ids = fields.Many2many("account.account", string="Accounts")


class TimebankGrantAmendDeadline(models.TransientModel):
    _name = "timebank.grant.amend.deadline"
    _description = "Report Due, Amended"

    wizard_id = fields.Many2one("timebank.grant.amend", required=True, ondelete="cascade")
    original = fields.Integer(help="The number of the grant's deadline, where it isn't new.")
    name = fields.Char("What is due", required=True)
    date = fields.Date("Due on", required=True)
