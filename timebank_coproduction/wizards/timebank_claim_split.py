from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb


class TimebankClaimSplit(models.TransientModel):
    """Ask which grants pay for claims together, each which part, and why."""

    _name = "timebank.claim.split"
    _description = "Share Claims Between Grants"
    _inherit = ["timebank.claims.asked"]

    currency_id = fields.Many2one(related="company_id.currency_id")
    line_ids = fields.One2many(
        "timebank.claim.split.line",
        "wizard_id",
        string="Parts",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    preview = fields.Char("Each pays", compute="_compute_preview")
    beyond_budget = fields.Boolean(help="Allow it although a grant has not enough left.")

    @api.depends("redemption_ids")
    def _compute_line_ids(self):
        """What was stated before, or the grant that pays now, with the rest."""
        for wizard in self:
            claim = wizard.redemption_ids[:1]
            wizard.line_ids = [
                fields.Command.create(
                    {
                        "grant_id": share.grant_id.id,
                        "percent": share.percent,
                        "amount": 0 if share.percent or share.is_rest else share.amount,
                    }
                )
                for share in claim.share_ids
            ] or [fields.Command.create({"grant_id": grant.id}) for grant in claim.grant_id]

    @api.depends("line_ids.grant_id", "line_ids.percent", "line_ids.amount")
    def _compute_preview(self):
        """What each grant would pay of the (first) claim, or what is missing."""
        for wizard in self:
            claim = wizard.redemption_ids[:1]._origin
            try:
                # sudo: the parts are worked out, and nothing is written
                amounts = claim.sudo()._split_cost(
                    claim.cost_amount, claim._read_parts(wizard._prepare_parts())
                )
            except UserError as missing:
                wizard.preview = str(missing)
                continue
            wizard.preview = ", ".join(
                f"{grant.name} {claim.currency_id.format(amount)}" for grant, amount in amounts.items()
            )

    def _find_refusal(self, claims):
        return super()._find_refusal(claims) or claims._refuse_matched() or False

    def _prepare_parts(self):
        return [
            {"grant": line.grant_id.id, "percent": line.percent, "amount": line.amount}
            for line in self.line_ids
            if line.grant_id
        ]

    @verb(single=True)
    def action_confirm(self):
        """:return: closes the dialog"""
        self.ensure_one()
        self.redemption_ids.action_share(self._prepare_parts(), self.reason, self.beyond_budget)
        return {"type": "ir.actions.act_window_close"}


class TimebankClaimSplitLine(models.TransientModel):
    _name = "timebank.claim.split.line"
    _description = "Part of a Claim to Share"

    wizard_id = fields.Many2one("timebank.claim.split", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="wizard_id.company_id")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    grant_id = fields.Many2one(
        "timebank.grant", required=True, domain="[('state', '=', 'open'), ('company_id', '=', company_id)]"
    )
    percent = fields.Float("Per cent")
    amount = fields.Monetary("Or amount")
