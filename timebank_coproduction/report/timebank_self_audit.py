from base64 import b64encode

from odoo import api, models

from ..models.common.words import say_day
from ..tools import chart_svg


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
            "draw": self._draw,
            "questions": voices._get_questions(),
            "levels": [label for _level, label in audits.line_ids._get_levels()],
            "states": dict(audits.line_ids._fields["action_state"]._description_selection(self.env)),
            "say_day": lambda day: say_day(self.env, day),
            "say_number": self._say_number,
        }

    def _say_number(self, number):
        if number is None:
            return "–"
        return f"{number:g}" if number == int(number) else f"{number:.1f}"

    def _draw(self, audit, rows):
        """The rows as a picture: ``src``, and ``alt`` for who doesn't see it; None without a score."""
        chart = audit._draw(rows)
        if not chart["series"]:
            return None
        said = "; ".join(
            f"{one['label']}: "
            + ", ".join(
                f"{label} {self._say_number(value)}"
                for label, value in zip(chart["labels"], one["values"], strict=True)
                if value is not None
            )
            for one in chart["series"]
        )
        title = self.env._("How we work together, from 0 to 4.")
        svg = chart_svg.draw(chart, title, said, key=f"audit-{audit.id}", say=self._say_number)
        return {
            "src": f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}",
            "alt": f"{title} {said}.",
        }
