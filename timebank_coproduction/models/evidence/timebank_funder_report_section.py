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
    ("hours", "Hours given, by role"),
    ("involvement", "Who takes part, and who stays involved"),
    ("work", "What was done"),
    ("forms", "Who planned it, and who did it"),
    ("embedding", "How much of our work uses credits"),
    ("reciprocity", "Giving and receiving"),
    ("network", "Who gives to whom"),
    ("newcomers", "New people, and those who came back"),
    ("first_steps", "How soon people start, and come back"),
    ("resilience", "After support ended"),
    ("self_audit", "How staff and members see their working together"),
    ("wellbeing", "Well-being"),
    ("stories", "Stories"),
    ("learned", "What was learned"),
    ("method", "How these figures are made"),
    ("question", "Own question"),
]
STANDARD = tuple(key for key, _name in KEYS if key != "question")
#: What is about a grant, and in no report without one.
OF_GRANT = frozenset({"money", "budget", "beside", "plan"})
#: What tells more of time banks as a whole: in an application, and in a grant's report where it is wanted.
OF_BANKS = frozenset({"embedding", "first_steps"})
#: What a short report leaves out: figures that stand behind those on page one, and what isn't told there.
IN_FULL = frozenset(
    {
        "hours",
        "involvement",
        "work",
        "forms",
        "embedding",
        "reciprocity",
        "network",
        "newcomers",
        "first_steps",
        "resilience",
        "self_audit",
    }
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
    title_hint = fields.Char("What stands for a heading", compute="_compute_title_hint")
    text = fields.Text("In our words", help="Stands below the figures; of a question, the answer.")

    _whose = models.Constraint(
        "CHECK (num_nonnulls(report_id, template_id) = 1)", "A section belongs to one report or template."
    )
    _once_in_report = models.UniqueIndex(
        "(report_id, key) WHERE key != 'question'",
        "That section is in the report already: switch it on, or add a question of your own.",
    )
    _once_in_template = models.UniqueIndex(
        "(template_id, key) WHERE key != 'question'",
        "That section is among the headings already: switch it on, or add a question of your own.",
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

    @api.depends("key")
    @api.depends_context("lang")
    def _compute_title_hint(self):
        for section in self:
            asked = section.key == "question"
            section.title_hint = self.env._("What they ask") if asked else self.env._("Usual heading")

    @api.model_create_multi
    def create(self, vals_list):
        sections = super().create(vals_list)
        for report in sections.filtered(lambda section: section.key == "question").report_id:
            report._keep_method_last()
        return sections

    def _prepare_copy(self):
        return {name: self[name] for name in ("sequence", "key", "is_in", "title")}
