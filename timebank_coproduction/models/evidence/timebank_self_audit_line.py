from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.self_audit import APART, ELEMENTS, KEYS, MOST
from ..common.personal import NAMED, OURS

TODO = "timebank_coproduction.mail_activity_self_audit"
#: What stays as it was agreed.
AGREED = frozenset(
    "audit_id element agreed_level score evidence note action action_user_id action_until".split()
)


class TimebankSelfAuditLine(models.Model):
    """One element: what the meeting agreed of it, on what evidence, and what is to be done."""

    _name = "timebank.self.audit.line"
    _description = "Element of a Self-Audit"
    _inherit = ["timebank.protected"]
    _order = "audit_id, sequence, id"
    _rec_name = "element"
    _personal_fields = {
        "evidence": OURS,
        "note": OURS,
        "action": OURS,
        "action_user_id": NAMED,
        "todo_id": OURS,
    }

    audit_id = fields.Many2one("timebank.self.audit", required=True, ondelete="cascade", index=True)
    scheme_id = fields.Many2one(related="audit_id.scheme_id", store=True, precompute=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    audit_state = fields.Selection(related="audit_id.state", string="Status of the audit")
    element = fields.Selection(list(ELEMENTS), required=True)
    sequence = fields.Integer(compute="_compute_sequence", store=True, aggregator=None)
    question = fields.Char(compute="_compute_question")
    agreed_level = fields.Selection("_get_levels", string="Agreed score")
    score = fields.Integer(
        compute="_compute_score",
        inverse="_inverse_score",
        store=True,
        readonly=False,
        aggregator="avg",
    )
    evidence = fields.Text(help="What shows it: name nobody, as it goes on the paper.")
    note = fields.Text("Where staff and members differ", help="Name nobody, as it goes on the paper.")
    # What each scored, kept as it was when the meeting agreed
    staff_voices = fields.Integer("Staff who scored", compute="_compute_means", store=True, aggregator=None)
    staff_mean = fields.Float("Staff", digits=(16, 1), compute="_compute_means", store=True, aggregator=None)
    member_voices = fields.Integer(
        "Members who scored", compute="_compute_means", store=True, aggregator=None
    )
    member_mean = fields.Float(
        "Members", digits=(16, 1), compute="_compute_means", store=True, aggregator=None
    )
    differs = fields.Boolean("Seen differently", compute="_compute_differs")
    score_before = fields.Char("Last time", compute="_compute_score_before")
    # What is to be done
    action = fields.Char("What we do", size=200)
    action_user_id = fields.Many2one("res.users", string="Who", domain="[('share', '=', False)]")
    action_until = fields.Date("By when")
    todo_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    action_state = fields.Selection(
        [
            ("none", "Nothing"),
            ("planned", "Planned"),
            ("open", "To do"),
            ("late", "Late"),
            ("done", "Done"),
            ("dropped", "Called off"),
        ],
        string="What became of it",
        compute="_compute_action_state",
    )

    _once = models.UniqueIndex("(audit_id, element)", "An element stands in a self-audit once.")
    _within = models.Constraint("CHECK (score BETWEEN 0 AND 4)", "A score is 0 to 4.")

    def _get_levels(self):
        """Those of what each scores, in the user's language."""
        voices = self.env["timebank.self.audit.voice"]
        return voices._fields[KEYS[0]]._description_selection(self.env)

    @api.depends("element")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line._get_label()

    @api.depends("element")
    def _compute_sequence(self):
        for line in self:
            line.sequence = KEYS.index(line.element) if line.element in KEYS else len(KEYS)

    @api.depends("element")
    @api.depends_context("lang")
    def _compute_question(self):
        questions = self.env["timebank.self.audit.voice"]._get_questions()
        for line in self:
            line.question = questions.get(line.element, "")

    @api.depends("agreed_level")
    def _compute_score(self):
        for line in self:
            line.score = int(line.agreed_level or 0)

    def _inverse_score(self):
        """A score by its number, as other systems send it."""
        for line in self:
            if not 0 <= line.score <= MOST:
                raise ValidationError(self.env._("A score is 0 to 4."))
            line.agreed_level = str(line.score)

    @api.depends(
        *(f"audit_id.voice_ids.{key}" for key in KEYS),
        "audit_id.voice_ids.spoke_as",
        "audit_id.state",
        "element",
    )
    def _compute_means(self):
        for line in self:
            if line.audit_id.state == "agreed":  # as they were then, whoever is forgotten since
                for name in ("staff_voices", "staff_mean", "member_voices", "member_mean"):
                    line[name] = line[name]
                continue
            for side in ("staff", "member"):
                voices = line.audit_id.voice_ids.filtered(lambda one, side=side: one.spoke_as == side)
                line[f"{side}_mean"], line[f"{side}_voices"] = voices._get_mean(line.element)

    @api.depends("staff_mean", "member_mean", "staff_voices", "member_voices")
    def _compute_differs(self):
        for line in self:
            both = line.staff_voices and line.member_voices
            line.differs = bool(both) and abs(line.staff_mean - line.member_mean) >= APART

    @api.depends("audit_id.previous_id")
    def _compute_score_before(self):
        for line in self:
            before = line.audit_id.previous_id.line_ids.filtered(
                lambda one, line=line: one.element == line.element and one.agreed_level
            )
            line.score_before = before.agreed_level or ""

    @api.depends("action", "todo_id.active", "action_until", "audit_id.state")
    def _compute_action_state(self):
        for line in self:
            # sudo: whether it is done, and no word of it
            todo = line.sudo().todo_id
            if not line.action:
                line.action_state = "none"
            elif todo and not todo.active:
                line.action_state = "done"
            elif todo:
                late = todo.date_deadline < line.audit_id.scheme_id._today()
                line.action_state = "late" if late else "open"
            else:
                line.action_state = "dropped" if line.audit_id.state == "agreed" else "planned"

    def _get_label(self):
        self.ensure_one()
        return dict(self._fields["element"]._description_selection(self.env)).get(self.element, "")

    def _say_labels(self):
        return ", ".join(line._get_label() for line in self)

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.audit_id._refuse_agreed()
        return lines

    def write(self, vals):
        if vals.keys() & AGREED and not self._is_in_verb():
            self.audit_id._refuse_agreed()
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_unless_agreed(self):
        self.audit_id._refuse_agreed()
        # sudo: a to-do may be anybody's; nobody does what isn't agreed any more
        self.sudo().todo_id.filtered("active").unlink()

    def _plan_actions(self):
        """Give whoever is to do something a to-do, on the audit: one, which says what was agreed last."""
        for line in self:
            # sudo: a to-do may be anybody's; whoever agrees for the meeting was asked
            todo = line.sudo().todo_id
            planned = {
                "summary": line.action,
                "date_deadline": line.action_until,
                "user_id": line.action_user_id.id,
            }
            if todo.active and not line.action:
                line.audit_id._message_log(body=self.env._("Called off: %s", todo.summary))
                todo.unlink()
            elif todo.active:
                todo.write(planned)
            elif line.action and (not todo or todo.summary != line.action):
                todo = line.audit_id.activity_schedule(TODO, note=line._get_label(), **planned)
                line._in_verb().write({"todo_id": todo.id})
