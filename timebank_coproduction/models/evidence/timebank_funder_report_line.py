from odoo import api, fields, models

from ..common.personal import OURS
from .timebank_funder_report_money import same_heading


class TimebankFunderReportLine(models.Model):
    """What was planned against what was done, with the reason; a budget's heading, with what is proposed for
    the rest of it; or what came from others for the same, in money or in kind. The amounts of a heading are
    those of the signed reconciliation, those of others are typed."""

    _name = "timebank.funder.report.line"
    _description = "Plan or Budget Heading of a Funder's Report"
    _inherit = ["timebank.funder.report.part"]
    _order = "sequence, id"
    _allow_sudo_commands = False
    _personal_fields = {"name": OURS, "planned_text": OURS, "done_text": OURS, "reason": OURS}

    report_id = fields.Many2one("timebank.funder.report", required=True, ondelete="cascade", index=True)
    kind = fields.Selection(
        [("plan", "Plan"), ("budget", "Budget heading"), ("beside", "From others")],
        required=True,
        default="plan",
    )
    sequence = fields.Integer(default=10)
    name = fields.Char("What", required=True)
    planned_text = fields.Char("Planned", help="As it was agreed, such as “40 sessions”.")
    done_text = fields.Char("Done")
    reason = fields.Text(
        "Why it differs",
        help="Or, of a budget heading, what is proposed for the rest; of what came from others, what for.",
    )
    signed_text = fields.Char("As signed", compute="_compute_signed_text")
    currency_id = fields.Many2one(related="report_id.currency_id")
    amount = fields.Monetary(help="What came in money; nothing for what came in kind.")

    _amount_within = models.Constraint(
        "CHECK (amount IS NULL OR amount BETWEEN 0 AND 1000000000)", "An amount is nothing or more."
    )

    @api.depends("name", "kind", "report_id")
    @api.depends_context("lang")
    def _compute_signed_text(self):
        """Of a budget's heading, what its grant's last reconciliation of these days says."""
        for report, lines in self.grouped("report_id").items():
            headings = lines.filtered(lambda line: line.kind == "budget" and line.name)
            # sudo: sums that the report itself tells, for who reads it
            said = report.sudo()._origin._say_signed() if headings and report._origin else {}
            for line in lines:
                line.signed_text = line in headings and said.get(same_heading(line.name), False)
