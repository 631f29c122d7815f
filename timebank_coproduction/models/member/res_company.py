from odoo import fields, models

from ...tools.colours import readable


class ResCompany(models.Model):
    _inherit = "res.company"

    timebank_page_shell = fields.Selection(
        [("lean", "Light pages of their own"), ("portal", "Odoo's portal or website")],
        "Members' pages",
        required=True,
        default="lean",
        help="Light pages load fast on a slow phone and work without scripts.",
    )

    def _get_timebank_brand(self):
        """What makes a page the organisation's: its name, the address of its logo, its colour."""
        self.ensure_one()
        # sudo: name, logo and colours are on everything that the organisation sends
        company = self.sudo()
        company.fetch(
            ["name", "uses_default_logo", "primary_color", "timebank_page_shell"]
        )  # of the many that it has
        return {
            "name": company.name,
            "logo": not company.uses_default_logo and f"/logo.png?company={company.id}",
            "colour": readable(company.primary_color),
        }
