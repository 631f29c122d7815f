from odoo import fields, models


class TimebankInBank(models.AbstractModel):
    """A record that somebody makes in a bank of their choice, usually the only one they work in."""

    _name = "timebank.in.bank"
    _description = "What Belongs to a Time Bank"

    scheme_id = fields.Many2one(
        "timebank.scheme",
        string="Time bank",
        required=True,
        ondelete="restrict",
        index=True,
        domain="[('is_on_screen', '=', True)]",
        default=lambda self: self.env["timebank.scheme"]._get_usual(),
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
