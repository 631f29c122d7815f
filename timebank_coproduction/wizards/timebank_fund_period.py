from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import get_chosen, open_list
from ..models.common.words import say_day


class TimebankFundPeriod(models.TransientModel):
    """Ask for which period the movement of the funds is shown.

    It opens on the financial year so far, as finance looks at it every month; and on the year before while
    nothing of this one is in the books yet.
    """

    _name = "timebank.fund.period"
    _description = "Fund Movement in a Period"

    date_from = fields.Date(
        "From", required=True, compute="_compute_dates", store=True, precompute=True, readonly=False
    )
    date_to = fields.Date(
        "To", required=True, compute="_compute_dates", store=True, precompute=True, readonly=False
    )
    grant_ids = fields.Many2many(
        "timebank.grant",
        string="Grants",
        default=lambda self: get_chosen(self.env, "timebank.grant"),
        domain=[("state", "!=", "draft")],
        help="Left empty, all.",
    )

    @api.depends_context("company")
    def _compute_dates(self):
        today = fields.Date.context_today(self)
        # sudo: when the company's year ends is no secret
        company = self.env.company.sudo()
        begun = company.compute_fiscalyear_dates(today)["date_from"]
        before = company.compute_fiscalyear_dates(fields.Date.subtract(begun, days=1))
        for wizard in self:
            grants = wizard.grant_ids or self.env["timebank.grant"].search([("state", "!=", "draft")])
            if grants._has_entries(begun, today):
                wizard.date_from, wizard.date_to = begun, today
            else:
                wizard.date_from, wizard.date_to = before["date_from"], before["date_to"]

    @verb(single=True)
    def action_confirm(self):
        """:return: the list of the funds' movements
        :raises UserError: for a period that ends before it starts
        """
        self.ensure_one()
        if self.date_to < self.date_from:
            raise UserError(self.env._("The period can't end before it starts."))
        self.env["timebank.fund.movement"].invalidate_model()
        domain = [("grant_id", "in", self.grant_ids.ids)] if self.grant_ids else []
        context = {
            "timebank_from": fields.Date.to_string(self.date_from),
            "timebank_to": fields.Date.to_string(self.date_to),
        }
        name = self.env._(
            "Fund movement, %(start)s to %(end)s",
            start=say_day(self.env, self.date_from),
            end=say_day(self.env, self.date_to),
        )
        return open_list(self.env, "timebank_fund_movement_action", domain, context, display_name=name)
