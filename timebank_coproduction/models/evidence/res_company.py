from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    timebank_full_time_hours = fields.Integer(
        "Hours of a full-time year",
        required=True,
        default=1650,
        help="By which volunteers' hours are put beside members of staff: 1,650 are 37½ hours in 44 weeks.",
    )

    _timebank_full_time_year = models.Constraint(
        "CHECK (timebank_full_time_hours BETWEEN 1 AND 4000)",
        "A full-time year has 1 to 4,000 hours.",
    )
