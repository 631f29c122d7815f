from odoo import models

from ..models.common.odoo_private import prints_letterhead


class IrActionsReport(models.Model):
    _inherit = "ir.actions.report"

    def get_paperformat(self):
        """A wkhtmltopdf without the patch that Odoo asks for prints no letterhead: leave no band for it."""
        ours = (self.report_name or "").startswith("timebank_coproduction.")
        if ours and not self.paperformat_id and not prints_letterhead():
            return self.env.ref("timebank_coproduction.paperformat_no_letterhead")
        return super().get_paperformat()
