from odoo import api, fields, models

from ..models.common.verb import verb
from ..models.common.words import say_day


class TimebankClaimRecharge(models.TransientModel):
    """Ask to which grant claims and their bills are charged from now on, and why."""

    _name = "timebank.claim.recharge"
    _description = "Re-charge Claims With Their Bills"
    _inherit = ["timebank.claims.asked"]

    grant_id = fields.Many2one(
        "timebank.grant",
        "Charge to",
        required=True,
        domain="[('state', '=', 'open'), ('company_id', '=', company_id),"
        " ('id', 'not in', paying_grant_ids)]",
    )
    paying_grant_ids = fields.Many2many("timebank.grant", compute="_compute_paying_grant_ids")
    moving = fields.Text("What moves", compute="_compute_moving")
    signed = fields.Text("Signed already", compute="_compute_signed")
    is_late = fields.Boolean(
        "Take it up late", help="The next reconciliations of both grants take up what changes."
    )

    @api.depends("redemption_ids")
    def _compute_paying_grant_ids(self):
        for wizard in self:
            wizard.paying_grant_ids = wizard.redemption_ids.grant_id

    @api.depends("redemption_ids")
    def _compute_moving(self):
        """Each claim with the bills that go along."""
        for wizard in self:
            wizard.moving = "\n".join(
                self.env._(
                    "%(claim)s, from %(grant)s: %(bills)s",
                    claim=claim.display_name,
                    grant=claim.paid_from or self.env._("Own funds"),
                    bills=", ".join(
                        f"{match.bill_line_id.display_name} {match.currency_id.format(match.amount)}"
                        for match in claim.sudo().match_ids  # sudo: names and amounts, for finance
                    )
                    or self.env._("no bill yet"),
                )
                for claim in wizard.redemption_ids._origin
            )

    @api.depends("redemption_ids", "grant_id")
    def _compute_signed(self):
        for wizard in self:
            claims = wizard.redemption_ids._origin.sudo()  # sudo: which periods are signed, for finance
            wizard.signed = "\n".join(
                self.env._(
                    "%(grant)s, up to %(day)s",
                    grant=paper.grant_id.name,
                    day=say_day(self.env, paper.date_to),
                )
                for paper in claims._find_signed(wizard.grant_id._origin)
            )

    @api.depends("grant_id")
    def _compute_refusal(self):
        return super()._compute_refusal()

    def _find_refusal(self, claims):
        grant = self.grant_id._origin.sudo()  # sudo: as the verb asks, for finance
        refusal = claims._why_not_recharge(grant, True) if grant else claims._why_not_take_along(grant)
        return super()._find_refusal(claims) or refusal

    @verb(single=True)
    def action_confirm(self):
        """:return: closes the dialog"""
        self.ensure_one()
        self.redemption_ids.action_recharge(self.grant_id.id, self.reason, self.is_late, self.beyond_budget)
        return {"type": "ir.actions.act_window_close"}
