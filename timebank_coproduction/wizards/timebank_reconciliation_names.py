from odoo import fields, models

from ..models.common.verb import verb
from ..models.common.windows import get_chosen


class TimebankReconciliationNames(models.TransientModel):
    """Papers carry people's initials; with their names they are made when somebody says why."""

    _name = "timebank.reconciliation.names"
    _description = "Papers With People's Names"

    reconciliation_id = fields.Many2one(
        "timebank.reconciliation",
        required=True,
        default=lambda self: get_chosen(self.env, "timebank.reconciliation")[:1],
    )
    kind = fields.Selection([("pdf", "PDF"), ("xlsx", "Workbook")], required=True, default="pdf")
    reason = fields.Char("Who asks for names, and why", required=True)

    @verb(single=True)
    def action_confirm(self):
        """:return: an action that downloads it"""
        self.ensure_one()
        return self.reconciliation_id.action_export_with_names(self.kind, self.reason)
