from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.windows import get_chosen


class TimebankClaimsAsked(models.AbstractModel):
    """A dialog about the claims that were chosen, all of one organisation, which asks why."""

    _name = "timebank.claims.asked"
    _description = "Dialog about Claims"

    redemption_ids = fields.Many2many(
        "timebank.redemption",
        string="Claims",
        default=lambda self: get_chosen(self.env, "timebank.redemption"),
    )
    company_id = fields.Many2one("res.company", compute="_compute_company_id")
    beyond_budget = fields.Boolean(
        "Beyond the budget", help="Allow it although the grant has not enough left."
    )
    reason = fields.Char(help="Kept with the claims and their grants.")
    refusal = fields.Char("Why not", compute="_compute_refusal")

    @api.depends("redemption_ids")
    def _compute_company_id(self):
        for wizard in self:
            wizard.company_id = wizard.redemption_ids[:1].company_id or self.env.company

    @api.depends("redemption_ids")
    def _compute_refusal(self):
        """Why it can't be done with these claims, said before anything is filled in."""
        for wizard in self:
            try:
                # sudo: the claims are asked what the verb will ask, and nothing is written
                wizard.refusal = wizard._find_refusal(wizard.redemption_ids._origin.sudo())
            except UserError as refused:
                wizard.refusal = str(refused)

    def _find_refusal(self, claims):
        """:return: a sentence where the dialog's verb refuses ``claims`` whatever is filled in, or nothing
        :raises UserError: the same
        """
        return claims._refuse_unless_standing() or False
