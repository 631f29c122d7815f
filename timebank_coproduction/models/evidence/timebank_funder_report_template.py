from odoo import fields, models
from odoo.exceptions import UserError

from ..common.personal import TRADE


class TimebankFunderReportTemplate(models.Model):
    """A funder's own headings, in their order: the next report to them begins with it."""

    _name = "timebank.funder.report.template"
    _description = "Funder's Headings"
    _inherit = ["timebank.protected"]
    _order = "funder_id, id"
    _personal_fields = {"funder_id": TRADE}

    funder_id = fields.Many2one("res.partner", required=True, ondelete="cascade", index=True)
    name = fields.Char(related="funder_id.name")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    section_ids = fields.One2many("timebank.funder.report.section", "template_id", string="Sections")

    _once = models.UniqueIndex("(funder_id, company_id)", "A funder has one set of headings.")

    def _find_for(self, report):
        """The headings kept for a report's funder; or none."""
        # sudo: the headings of the funder of a report that the user makes
        return self.sudo().search(
            [("funder_id", "=", report.sudo().funder_id.id or 0), ("company_id", "=", report.company_id.id)],
            limit=1,
        )

    def _keep(self, report):
        """Keep the headings of a report for its funder.

        :raises UserError: for a report to nobody in particular
        """
        # sudo: the funder of the report
        funder = report.sudo().funder_id
        if not funder:
            raise UserError(
                self.env._("This is for no funder in particular: there is nobody to keep it for.")
            )
        # sudo: whoever may write the report keeps its headings; no words of it go along
        template = self.sudo()._find_for(report)
        if not template:
            template = template.create({"funder_id": funder.id, "company_id": report.company_id.id})
        template.section_ids.unlink()
        self.env["timebank.funder.report.section"].sudo().create(
            [{**section._prepare_copy(), "template_id": template.id} for section in report.section_ids]
        )
        return template
