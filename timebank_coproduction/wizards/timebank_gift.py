from odoo import fields, models

from ..models.common.hours_field import Hours, hours_field, valid_minutes
from ..models.common.verb import verb


class TimebankGift(models.TransientModel):
    """Ask how much and to whom, then give."""

    _name = "timebank.gift"
    _description = "Give Credits"

    from_account_id = fields.Many2one("timebank.account", string="From", required=True)
    scheme_id = fields.Many2one(related="from_account_id.scheme_id")
    available_minutes = fields.Integer(related="from_account_id.balance_minutes")
    available_hours = hours_field("available_minutes", "In it now")
    to_account_id = fields.Many2one("timebank.account", string="To", required=True)
    hours = Hours(required=True)
    memo = fields.Char("What for")

    @verb(single=True)
    def action_confirm(self):
        """:return: an action that closes the dialog"""
        self.ensure_one()
        minutes = valid_minutes(self.env, self.hours, hours=True)
        self.from_account_id.action_give(self.to_account_id, minutes, self.memo)
        return {"type": "ir.actions.act_window_close"}
