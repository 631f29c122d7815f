from odoo import api, models

from ..tools.minutes import clock


class ReportMigration(models.AbstractModel):
    """The proof of a move, to print and sign."""

    _name = "report.timebank_coproduction.report_timebank_migration"
    _description = "Proof of Moving In"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Values of the document.

        :param docids: ids of moves
        """
        moves = self.env["timebank.migration"].browse(docids)
        fates = dict(self.env["timebank.migration.row"]._fields["fate"]._description_selection(self.env))
        return {
            "doc_ids": moves.ids,
            "doc_model": moves._name,
            "docs": moves,
            "proofs": [(move, move._get_proof()) for move in moves],
            "fate_names": fates,
            "clock": clock,
        }
