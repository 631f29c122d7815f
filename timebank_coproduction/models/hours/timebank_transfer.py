from odoo import fields, models

from ..common.personal import NAMED


class TimebankTransfer(models.Model):
    """Hours as the origin of a transfer."""

    _inherit = "timebank.transfer"
    _personal_fields = {
        "hours_id": NAMED,
    }

    hours_id = fields.Many2one("timebank.hours", "Entry", readonly=True, ondelete="restrict")

    _hours_have_origin = models.Constraint(
        "CHECK ((kind IN ('earn', 'exchange')) = (hours_id IS NOT NULL))",
        "Credits are earned by recorded hours.",
    )
    _hours_once = models.UniqueIndex(
        "(hours_id) WHERE hours_id IS NOT NULL", "These hours have been credited already."
    )

    @property
    def _sealed_columns(self):
        return super()._sealed_columns | {"hours_id"}

    def _get_origin(self):
        return super()._get_origin() or self.hours_id
