from odoo import api, fields, models


class TimebankAvailability(models.Model):
    _name = "timebank.availability"
    _description = "Part of the Week"
    _inherit = ["timebank.protected"]
    _order = "weekday, part"

    weekday = fields.Selection(
        [
            ("0", "Monday"),
            ("1", "Tuesday"),
            ("2", "Wednesday"),
            ("3", "Thursday"),
            ("4", "Friday"),
            ("5", "Saturday"),
            ("6", "Sunday"),
        ],
        required=True,
    )
    part = fields.Selection(
        [("1", "morning"), ("2", "afternoon"), ("3", "evening")],
        required=True,
    )

    _slot_unique = models.UniqueIndex("(weekday, part)", "That part of the week is there already.")

    @api.depends("weekday", "part")
    @api.depends_context("lang")
    def _compute_display_name(self):
        days = dict(self._fields["weekday"]._description_selection(self.env))
        parts = dict(self._fields["part"]._description_selection(self.env))
        for slot in self:
            slot.display_name = f"{days.get(slot.weekday, '')} {parts.get(slot.part, '')}".strip()
