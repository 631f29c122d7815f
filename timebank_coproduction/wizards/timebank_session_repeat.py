from odoo import fields, models

from ..models.common.verb import verb
from ..models.session.timebank_session_series import FREQUENCIES


class TimebankSessionRepeat(models.TransientModel):
    """How often a session is to be repeated."""

    _name = "timebank.session.repeat"
    _description = "Repeat a Session"

    session_id = fields.Many2one("timebank.session", required=True, ondelete="cascade")
    frequency = fields.Selection(FREQUENCIES, required=True, default="weekly")
    end = fields.Selection([("count", "After"), ("until", "On")], required=True, default="count")
    count = fields.Integer("Sessions in all", default=6)
    until = fields.Date("Last day")
    skip_ids = fields.One2many("timebank.session.repeat.skip", "repeat_id", string="Days to leave out")

    @verb(single=True)
    def action_repeat(self):
        """Make the series, and show it."""
        self.ensure_one()
        by_date = self.end == "until"
        self.session_id.action_repeat(
            self.frequency,
            until=self.until if by_date else None,
            count=None if by_date else self.count,
            skip_dates=self.skip_ids.mapped("date"),
        )
        return self.session_id.action_view_series()


class TimebankSessionRepeatSkip(models.TransientModel):
    _name = "timebank.session.repeat.skip"
    _description = "Day Without a Session"
    _order = "date"

    repeat_id = fields.Many2one("timebank.session.repeat", ondelete="cascade")
    date = fields.Date(required=True)
