from odoo import fields, models

from ..models.common.verb import verb
from ..models.common.windows import get_chosen, open_form, open_list
from ..models.common.words import say_day


class TimebankGrantDate(models.TransientModel):
    """Ask at which day's end the figures of grants are shown."""

    _name = "timebank.grant.date"
    _description = "Figures of Grants at a Date"

    date = fields.Date(
        "At the end of",
        required=True,
        default=lambda self: fields.Date.subtract(
            fields.Date.start_of(fields.Date.context_today(self), "month"), days=1
        ),
    )
    grant_ids = fields.Many2many(
        "timebank.grant",
        string="Grants",
        default=lambda self: get_chosen(self.env, "timebank.grant"),
        help="Left empty, all.",
    )

    @verb(single=True)
    def action_confirm(self):
        """:return: one grant's form, or the list of several, with the figures of that day"""
        self.ensure_one()
        context = {"timebank_date": fields.Date.to_string(self.date)}
        if len(self.grant_ids) == 1:
            return open_form(self.grant_ids, context=context)
        name = self.env._("Grants at %s", say_day(self.env, self.date))
        domain = [("id", "in", self.grant_ids.ids)] if self.grant_ids else [("date_start", "<=", self.date)]
        return open_list(self.env, "timebank_grant_action", domain, context, display_name=name)
