from odoo import api, models

from ..models.common.words import say_day


class ReportSelfAudit(models.AbstractModel):
    """What a meeting agreed of its bank's co-production, as a paper for everybody who was there."""

    _name = "report.timebank_coproduction.report_timebank_self_audit"
    _description = "Self-Audit"

    @api.model
    def _get_report_values(self, docids, data=None):
        audits = self.env["timebank.self.audit"].browse(docids)
        voices = self.env["timebank.self.audit.voice"]
        return {
            "doc_ids": audits.ids,
            "doc_model": audits._name,
            "docs": audits,
            "rows_of": lambda audit: audit._get_shown(),
            "questions": voices._get_questions(),
            "levels": [label for _level, label in audits.line_ids._get_levels()],
            "states": dict(audits.line_ids._fields["action_state"]._description_selection(self.env)),
            "say_day": lambda day: say_day(self.env, day),
            "say_number": lambda number: (
                "–" if number is None else f"{number:g}" if number == int(number) else f"{number:.1f}"
            ),
        }
