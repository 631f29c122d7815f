from odoo import api, fields, models

from ..common.personal import OURS

#: Sections in their usual order. Who reads the first alone knows what was paid for, who did it together,
#: and what changed.
KEYS = [
    ("summary", "On one page"),
    ("money", "What the money did"),
    ("budget", "Spending against the budget’s headings"),
    ("beside", "What came from others"),
    ("plan", "Plan, and what was done"),
    ("hours", "Hours and their role"),
    ("involvement", "Who takes part, and how lastingly"),
    ("work", "What was done"),
    ("forms", "Who planned it, and who did it"),
    ("reciprocity", "Giving and receiving"),
    ("network", "Who gives to whom"),
    ("newcomers", "New people, and those who came back"),
    ("resilience", "After support ended"),
    ("wellbeing", "Well-being"),
    ("stories", "Stories"),
    ("learned", "What was learned"),
    ("method", "How these figures are made"),
    ("question", "Own question"),
]
STANDARD = tuple(key for key, _name in KEYS if key != "question")
#: What is about a grant, and in no report without one.
OF_GRANT = frozenset({"money", "budget", "beside", "plan"})
#: What a short report leaves out: figures that stand behind those on page one.
IN_FULL = frozenset(
    {"hours", "involvement", "work", "forms", "reciprocity", "network", "newcomers", "resilience"}
)


class TimebankFunderReportSection(models.Model):
    """A section of a report, or of a funder's template: in or out, in its place, under its heading."""

    _name = "timebank.funder.report.section"
    _description = "Section of a Funder's Report"
    _inherit = ["timebank.funder.report.part"]
    _order = "sequence, id"
    _allow_sudo_commands = False
    _personal_fields = {"title": OURS, "text": OURS}

    report_id = fields.Many2one("timebank.funder.report", ondelete="cascade", index="btree_not_null")
    template_id = fields.Many2one(
        "timebank.funder.report.template", ondelete="cascade", index="btree_not_null"
    )
    sequence = fields.Integer(default=10)
    key = fields.Selection(KEYS, "Section", required=True, default="question")
    is_in = fields.Boolean("In it", default=True)
    title = fields.Char("Heading", help="The funder's own, where there is one; or the question.")
    text = fields.Text("In our words", help="Stands below the figures; of a question, the answer.")

    _whose = models.Constraint(
        "CHECK (num_nonnulls(report_id, template_id) = 1)", "A section belongs to one report or template."
    )
    _question_asked = models.Constraint(
        "CHECK (key != 'question' OR title IS NOT NULL)", "Say what is asked: the heading of an own question."
    )

    @api.depends("key", "title")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["key"]._description_selection(self.env))
        for section in self:
            section.display_name = section.title or names.get(section.key)

    @api.model_create_multi
    def create(self, vals_list):
        sections = super().create(vals_list)
        for report in sections.filtered(lambda section: section.key == "question").report_id:
            report._keep_method_last()
        return sections

    def _prepare_copy(self):
        return {name: self[name] for name in ("sequence", "key", "is_in", "title")}
