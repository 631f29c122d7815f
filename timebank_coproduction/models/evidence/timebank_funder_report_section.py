from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.personal import OURS, TRADE

#: Sections in their usual order. Who reads the first alone knows what was paid for, who did it together,
#: and what changed.
KEYS = [
    ("summary", "On one page"),
    ("money", "What the money did"),
    ("budget", "Spending against the budget’s headings"),
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


class TimebankFunderReportSection(models.Model):
    """A section of a report, or of a funder's template: in or out, in its place, under its heading."""

    _name = "timebank.funder.report.section"
    _description = "Section of a Funder's Report"
    _inherit = ["timebank.protected"]
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
        sections._touch_reports()
        return sections

    def write(self, vals):
        self._touch_reports()
        result = super().write(vals)
        self._touch_reports()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_of_drafts(self):
        self._touch_reports()

    def _touch_reports(self):
        """:raises UserError: for a report that has been checked; else whoever changes it has written in it"""
        _touch(self.report_id)

    def _prepare_copy(self):
        return {name: self[name] for name in ("sequence", "key", "is_in", "title")}


class TimebankFunderReportLine(models.Model):
    """What was planned against what was done, with the reason; or a budget's heading, with what is proposed
    for the rest of it. The amounts of a heading are those of the signed reconciliation."""

    _name = "timebank.funder.report.line"
    _description = "Plan or Budget Heading of a Funder's Report"
    _inherit = ["timebank.protected"]
    _order = "sequence, id"
    _allow_sudo_commands = False
    _personal_fields = {"name": OURS, "planned_text": OURS, "done_text": OURS, "reason": OURS}

    report_id = fields.Many2one("timebank.funder.report", required=True, ondelete="cascade", index=True)
    kind = fields.Selection([("plan", "Plan"), ("budget", "Budget heading")], required=True, default="plan")
    sequence = fields.Integer(default=10)
    name = fields.Char("What", required=True)
    planned_text = fields.Char(help="As it was agreed, such as “40 sessions”.")
    done_text = fields.Char()
    reason = fields.Text("Why it differs", help="Or, of a budget heading, what is proposed for the rest.")

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        _touch(lines.report_id)
        return lines

    def write(self, vals):
        _touch(self.report_id)
        result = super().write(vals)
        _touch(self.report_id)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_only_of_drafts(self):
        _touch(self.report_id)


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


def _touch(reports):
    """Note who writes in these reports; :raises UserError: for one that has been checked."""
    reports._refuse_kept()
    reports._note_writer()
