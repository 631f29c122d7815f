from odoo import fields, models

from ..common.hours_field import hours_field
from .timebank_scheme import SUSTAINED_MINUTES, SUSTAINED_MONTHS


class TimebankGrant(models.Model):
    """What the funder calls sustained involvement."""

    _inherit = "timebank.grant"

    sustained_minutes = fields.Integer("Sustained from (minutes)", default=SUSTAINED_MINUTES, tracking=True)
    sustained_hours = hours_field(
        "sustained_minutes",
        "Sustained from",
        editable=True,
        help="A beneficiary's involvement is sustained from so many hours given together with professionals"
        " in the period of a report.",
    )
    sustained_months = fields.Integer(
        "In at least (months)",
        default=SUSTAINED_MONTHS,
        tracking=True,
        help="In how many different months they have to lie.",
    )

    _sustained_positive = models.Constraint(
        "CHECK (sustained_minutes > 0 AND sustained_months BETWEEN 1 AND 120)",
        "Involvement is sustained from at least a minute, in 1 to 120 months.",
    )
