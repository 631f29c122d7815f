from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools import minutes as minutes_tool


class TimebankHours(models.Model):
    """The time of day at which an entry began, as people write it."""

    _inherit = "timebank.hours"

    start_time = fields.Char(
        "Began at",
        compute="_compute_start_time",
        readonly=False,
        help="Only needed to tell apart two stretches of the same length on one day.",
    )

    @api.depends("start_minute")
    def _compute_start_time(self):
        for entry in self:
            known = entry.start_minute >= 0
            entry.start_time = minutes_tool.clock(entry.start_minute) if known else False

    @api.onchange("start_time")
    def _onchange_start_time(self):
        """Show how it was understood, or why not, while it is typed."""
        self.start_minute = self._start_minute_of(self.start_time)

    def _check_content(self, vals):
        if "start_time" in vals:
            vals["start_minute"] = self._start_minute_of(vals.pop("start_time"))
        return super()._check_content(vals)

    def _start_minute_of(self, text):
        """:return: minutes after midnight, -1 where nothing was given"""
        if not (text or "").strip():
            return -1
        try:
            return minutes_tool.time_of_day(text)
        except ValueError as error:
            raise UserError(
                self.env._("“%s” is not a time of day: write it as 14:30 or 2.30pm.", text)
            ) from error
