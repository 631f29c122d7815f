from odoo import fields, models

from ..common.hours_field import hours_field


class TimebankSustained(models.AbstractModel):
    """From when involvement is sustained: what a bank says, and a grant's funder."""

    _name = "timebank.sustained"
    _description = "From When Involvement Is Sustained"

    sustained_minutes = fields.Integer("Sustained from (minutes)", default=6 * 60, tracking=True)
    sustained_hours = hours_field(
        "sustained_minutes",
        "Sustained from",
        editable=True,
        help="A beneficiary's involvement is sustained from so many hours given together with professionals"
        " in the period of a report.",
    )
    sustained_months = fields.Integer(
        "In at least (months)",
        default=3,
        tracking=True,
        help="In how many different months they have to lie.",
    )

    _sustained_positive = models.Constraint(
        "CHECK (sustained_minutes > 0 AND sustained_months BETWEEN 1 AND 120)",
        "Involvement is sustained from at least a minute, in 1 to 120 months.",
    )
