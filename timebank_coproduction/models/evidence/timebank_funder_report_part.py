from odoo import api, models


class TimebankFunderReportPart(models.AbstractModel):
    """What people write in a report to a funder: it changes while that is a draft, and names who wrote.

    A model that inherits this has a field ``report_id``.
    """

    _name = "timebank.funder.report.part"
    _description = "Part of a Funder's Report"
    _inherit = ["timebank.protected"]

    @api.model_create_multi
    def create(self, vals_list):
        parts = super().create(vals_list)
        parts.report_id._touch_as_writer()
        return parts

    def write(self, vals):
        self.report_id._touch_as_writer()
        result = super().write(vals)
        self.report_id._touch_as_writer()
        return result

    @api.ondelete(at_uninstall=True)
    def _unlink_only_of_drafts(self):
        self.report_id._touch_as_writer()
