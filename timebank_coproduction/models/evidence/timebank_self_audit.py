from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ...tools.self_audit import KEYS, MOST
from ...tools.suppression import is_small
from ..common.personal import NAMED, OURS
from ..common.verb import verb
from ..common.windows import open_dialog, open_list, tell
from ..common.words import say_day
from ..ledger.timebank_scheme import usual_day

#: What it is about: so were those asked who scored.
ABOUT_WHAT = ("scheme_id", "grant_id", "project_id")
#: What of the meeting stays as it was agreed; what of an element, see the lines.
MET = frozenset("scheme_id grant_id project_id met_on present_ids present_others note".split())


class TimebankSelfAudit(models.Model):
    """How a bank looks at its own co-production: each scores for themselves, a meeting agrees.

    While it is scored, whoever takes part has a row of their own (``timebank.self.audit.voice``). What the
    meeting agrees is on the lines, one an element; with it the means of staff and members are kept as they
    were then. Nothing changes afterwards, but for what became of the actions.
    """

    _name = "timebank.self.audit"
    _description = "Self-Audit"
    _inherit = ["timebank.in.bank", "timebank.protected", "mail.thread", "mail.activity.mixin"]
    _order = "met_on desc, id desc"
    _rec_name = "met_on"
    _personal_fields = {
        "present_ids": NAMED,
        "present_others": OURS,
        "agreed_by_id": NAMED,
        "note": OURS,
    }

    grant_id = fields.Many2one(
        "timebank.grant",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('scheme_ids', '=?', scheme_id)]",
        help="Where it looks at what one grant pays for; empty for the bank as a whole.",
    )
    project_id = fields.Many2one(
        "project.project",
        ondelete="restrict",
        index="btree_not_null",
        domain="[('timebank_open_to_ids', '=?', scheme_id)]",
        help="Where it looks at one project; empty for the bank as a whole.",
    )
    met_on = fields.Date("Meeting on", required=True, default=usual_day)
    state = fields.Selection(
        [("scoring", "Being scored"), ("agreed", "Agreed")],
        string="Status",
        required=True,
        readonly=True,
        default="scoring",
        copy=False,
    )
    was_agreed = fields.Boolean("Agreed before", readonly=True, copy=False)
    asks_members = fields.Boolean(
        "Members score on their pages", default=True, help="As long as it is being scored."
    )
    line_ids = fields.One2many(
        "timebank.self.audit.line",
        "audit_id",
        string="Elements",
        default=lambda self: self._default_line_ids(),
    )
    voice_ids = fields.One2many("timebank.self.audit.voice", "audit_id", string="Who scored", copy=False)
    voice_count = fields.Integer("Scored by", compute="_compute_voice_count")
    staff_count = fields.Integer("Staff", compute="_compute_voice_count")
    member_count = fields.Integer("Members", compute="_compute_voice_count")
    present_ids = fields.Many2many("res.partner", string="Who was there", copy=False)
    present_others = fields.Char("And also", size=200, copy=False, help="Such as guests, or “two trustees”.")
    agreed_by_id = fields.Many2one("res.users", string="Noted by", readonly=True, copy=False)
    note = fields.Text("From the meeting", copy=False)
    previous_id = fields.Many2one(
        "timebank.self.audit", string="The last one", compute="_compute_previous_id"
    )
    average = fields.Float("Average score", digits=(16, 1), compute="_compute_average", aggregator=None)
    change = fields.Float(
        "Change since the last", digits=(16, 1), compute="_compute_average", aggregator=None
    )
    open_action_count = fields.Integer("Actions still open", compute="_compute_open_action_count")
    picture = fields.Json(compute="_compute_picture")

    _once = models.UniqueIndex(
        "(scheme_id, COALESCE(grant_id, 0), COALESCE(project_id, 0), met_on)",
        "There is a self-audit of that day already: open that one.",
    )

    def _default_line_ids(self):
        """All elements, so that they stand on the form before anything is saved."""
        return [Command.create({"element": key}) for key in KEYS]

    @api.depends("scheme_id", "grant_id", "project_id", "met_on")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for audit in self:
            audit.display_name = audit._say_about(lambda day: say_day(self.env, day))

    def _say_about(self, say):
        """What it is about, and when it was; nothing where that isn't chosen yet.

        :param say: puts a day in words
        """
        # sudo: what it is about, of an audit that is named
        about = self.sudo()
        if not about.scheme_id:
            return ""
        parts = [about.scheme_id.name, about.grant_id.name, about.project_id.name]
        return ", ".join(filter(None, [*parts, self.met_on and say(self.met_on)]))

    def _get_file_name(self):
        """What its paper is called."""
        return self._say_about(fields.Date.to_string)

    @api.depends("voice_ids.spoke_as")
    def _compute_voice_count(self):
        for audit in self:
            sides = audit.voice_ids.mapped("spoke_as")
            audit.voice_count = len(sides)
            audit.staff_count, audit.member_count = sides.count("staff"), sides.count("member")

    @api.depends("scheme_id", "grant_id", "project_id", "met_on")
    def _compute_previous_id(self):
        for audit in self:
            audit.previous_id = audit.met_on and self.search(
                [*audit._get_same_domain(), ("met_on", "<", audit.met_on), ("state", "=", "agreed")], limit=1
            )

    def _get_same_domain(self):
        """Audits of the same bank, grant and project."""
        return [(name, "=", self[name].id) for name in ("scheme_id", "grant_id", "project_id")]

    @api.depends("line_ids.agreed_level", "previous_id", "state")
    def _compute_average(self):
        for audit in self:
            audit.average = audit._get_average() or 0
            before = audit.previous_id._get_average()
            audit.change = audit.average - before if before is not None and audit.state == "agreed" else 0

    def _get_average(self):
        """The mean of what the meeting agreed, or None."""
        scores = [line.score for line in self.line_ids if line.agreed_level]
        return sum(scores) / len(scores) if scores else None

    @api.depends("line_ids.action_state")
    def _compute_open_action_count(self):
        for audit in self:
            states = audit.line_ids.mapped("action_state")
            audit.open_action_count = states.count("open") + states.count("late")

    @api.depends("line_ids.agreed_level", "line_ids.staff_mean", "line_ids.member_mean", "previous_id")
    @api.depends_context("lang")
    def _compute_picture(self):
        """What is drawn of the audit, in the shape of the charts of the page Evidence."""
        for audit in self:
            before = {line.element: line.score for line in audit.previous_id.line_ids}
            audit.picture = audit._draw(
                [
                    {
                        "label": line._get_label(),
                        "score": line.score if line.agreed_level else None,
                        "before": before.get(line.element),
                        "staff": line.staff_mean if line.staff_voices else None,
                        "members": line.member_mean if line.member_voices else None,
                    }
                    for line in audit.line_ids
                ]
            )

    def _draw(self, rows):
        """What is drawn of these rows, which are as those of :meth:`_get_shown`: who scored nothing isn't."""
        series = {
            "score": self.env._("Agreed"),
            "before": self.env._("Last time"),
            "staff": self.env._("Staff"),
            "members": self.env._("Members"),
        }
        return {
            "type": "radar",
            "unit": "points",
            "most": MOST,
            "labels": [row["label"] for row in rows],
            "series": [
                {"label": label, "values": [row[name] for row in rows]}
                for name, label in series.items()
                if any(row[name] is not None for row in rows)
            ],
        }

    # Constrains
    @api.constrains("scheme_id", "grant_id", "project_id")
    def _check_about(self):
        for audit in self:
            audit.grant_id._check_serves(audit.scheme_id)
            # sudo: what a project that the bank doesn't serve is called, to whoever chose it
            project = audit.sudo().project_id
            if audit.scheme_id._get_projects_not_served(project):
                raise ValidationError(
                    self.env._("“%s” is no project of this time bank: choose another.", project.name)
                )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        audits = super().create(vals_list)
        for audit in audits:
            missing = [key for key in KEYS if key not in audit.line_ids.mapped("element")]
            audit.line_ids.create([{"audit_id": audit.id, "element": key} for key in missing])
        return audits

    def write(self, vals):
        if self._is_in_verb() or not vals.keys() & MET:
            return super().write(vals)
        self._refuse_agreed()
        fixed = {audit: (audit.display_name, audit._get_fixed()) for audit in self}
        result = super().write(vals)
        for audit, (name, before) in fixed.items():
            if any(audit[field] != value for field, value in before.items()):
                raise UserError(
                    self.env._(
                        "%s has been scored, or was agreed before: what it is about, and its day, stay. Begin"
                        " another one.",
                        name,
                    )
                )
        return result

    def _get_fixed(self):
        """What stays as it is, for others have said what they think of it: dict of field → value."""
        about = ABOUT_WHAT if self.was_agreed or self.sudo().voice_ids else ()  # sudo: whether there is any
        return {name: self[name] for name in (*about, *(("met_on",) if self.was_agreed else ()))}

    @api.ondelete(at_uninstall=True)
    def _unlink_only_unscored(self):
        """What a meeting has agreed, once, and what members scored by themselves, stays."""
        self._refuse_agreed()
        for audit in self.sudo():  # sudo: whether there is anything to keep
            if audit.was_agreed or "page" in audit.voice_ids.mapped("way"):
                raise UserError(
                    self.env._(
                        "%s was agreed before, or members have scored it on their own pages: it stays. Agree"
                        " it at the meeting instead of deleting it.",
                        audit.display_name,
                    )
                )

    def _refuse_agreed(self):
        """:raises UserError: for what a meeting has agreed"""
        for audit in self:
            if audit.state == "agreed":
                raise UserError(
                    self.env._("%s was agreed: open it again before you change it.", audit.display_name)
                )

    # ------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------

    @verb(single=True)
    def action_score(self):
        """The dialog in which the user scores for themselves."""
        self.check_access("write")
        voice = self.voice_ids.filtered(lambda one: one.partner_id == self.env.user.partner_id)
        context = {"default_audit_id": self.id, "default_partner_id": self.env.user.partner_id.id}
        return open_dialog(
            voice, self.env._("My own scores"), context={**context, "default_spoke_as": "staff"}
        )

    @verb(single=True)
    def action_score_for(self):
        """The dialog in which the user types in what somebody said at the meeting."""
        self.check_access("write")
        return open_dialog(
            self.env["timebank.self.audit.voice"],
            self.env._("What somebody said"),
            context={"default_audit_id": self.id},
        )

    @verb(single=True)
    def action_view_voices(self):
        """Who scored what."""
        return open_list(
            self.env,
            "timebank_self_audit_voice_action",
            [("audit_id", "=", self.id)],
            {"default_audit_id": self.id, "group_by": "spoke_as"},
        )

    @verb()
    def action_agree(self):
        """Keep what the meeting agreed; what is to be done becomes a to-do of whoever is to do it.

        :return: what was done, in the corner of the screen
        :raises UserError: where an element has no score, nobody was there, or staff and members see
            something differently and it isn't said why
        """
        self.check_access("write")
        for audit in self.filtered(lambda one: one.state == "scoring"):
            reason = audit._why_not_agree()
            if reason:
                raise UserError(reason)
            audit._in_verb().write({"state": "agreed", "agreed_by_id": self.env.uid})
            audit.line_ids._plan_actions()
            audit._message_log(body=self.env._("Agreed at the meeting."))
        told = self.env._("Agreed at the meeting.")
        if actions := len(self.line_ids.filtered("action")):
            told += " " + self.env._("Actions that are a to-do of who does them: %s.", actions)
        return tell(told)

    def _why_not_agree(self):
        """All that keeps the meeting from having agreed, in sentences; or an empty string."""
        self.ensure_one()
        if self.met_on > self.scheme_id._today():
            return self.env._("The meeting is still to come: agree on what was said when it is over.")
        reasons = []
        open_lines = self.line_ids.filtered(lambda line: not line.agreed_level)
        if open_lines:
            reasons.append(self.env._("Not scored yet: %s.", open_lines._say_labels()))
        if not self.present_ids and not self.present_others:
            reasons.append(self.env._("Say who was there."))
        unsaid = self.line_ids.filtered(lambda line: line.differs and not line.note)
        if unsaid:
            reasons.append(
                self.env._(
                    "Staff and members see this differently: note why, for %s. Open the element to do so.",
                    unsaid._say_labels(),
                )
            )
        homeless = self.line_ids.filtered(
            lambda line: line.action and not (line.action_user_id and line.action_until)
        )
        if homeless:
            reasons.append(self.env._("Say who does it, and by when: %s.", homeless._say_labels()))
        return " ".join(reasons)

    @verb()
    def action_reopen(self):
        """Score again what was agreed; the to-dos stay."""
        self.check_access("write")
        for audit in self.filtered(lambda one: one.state == "agreed"):
            audit._in_verb().write({"state": "scoring", "was_agreed": True, "agreed_by_id": False})
            audit._message_log(body=self.env._("Opened again."))
        return True

    # ------------------------------------------------------------
    # For others
    # ------------------------------------------------------------

    @api.model
    def _get_latest(self, schemes, day, grant=None, project=None):
        """Each bank's last agreed self-audit up to a day, of the bank as a whole or of a grant or project.

        As the user: who may only see what it says outside the coordinators' screens calls it as
        superuser, and shows :meth:`_get_shown`.
        """
        found = self.search(
            [
                ("scheme_id", "in", schemes.ids),
                ("grant_id", "=", grant.id if grant else False),
                ("project_id", "=", project.id if project else False),
                ("met_on", "<=", day),
                ("state", "=", "agreed"),
            ]
        )
        return self.union(*(audits[:1] for audits in found.grouped("scheme_id").values()))

    def _get_shown(self):
        """What of an audit may be shown outside the coordinators' screens, an element a row.

        :return: list of dicts of ``element``, ``label``, ``score`` (``None`` while there is none),
            ``before`` and ``change`` (``None`` without a last one, or a score), ``staff`` and
            ``members`` (means, ``None`` where fewer than five scored), ``evidence``,
            ``note``, ``action``, ``action_state`` and ``action_until``
        """
        self.ensure_one()
        before = {line.element: line.score for line in self.previous_id.line_ids}
        return [
            {
                "element": line.element,
                "label": line._get_label(),
                "score": line.score if line.agreed_level else None,
                "before": before.get(line.element),
                "change": (
                    line.score - before[line.element]
                    if line.agreed_level and line.element in before
                    else None
                ),
                "staff": None if is_small(line.staff_voices) else line.staff_mean,
                "members": None if is_small(line.member_voices) else line.member_mean,
                "evidence": line.evidence or "",
                "note": line.note or "",
                "action": line.action or "",
                "action_state": line.action_state,
                "action_until": line.action_until,
            }
            for line in self.line_ids
        ]

    @api.model
    def _get_asked(self, scheme):
        """The audits that a bank's members are asked to score now: as superuser."""
        # sudo: that there is one is for all members of the bank
        return self.sudo().search(self._get_asked_domain(scheme))

    def _asks(self, member):
        """Whether there is one that this member is asked to score, and hasn't."""
        unscored = [("voice_ids", "not any", [("partner_id", "=", member.partner_id.id)])]
        # sudo: as in _get_asked
        return bool(self.sudo().search_count([*self._get_asked_domain(member.scheme_id), *unscored], limit=1))

    def _get_asked_domain(self, scheme):
        return [("scheme_id", "=", scheme.id), ("state", "=", "scoring"), ("asks_members", "=", True)]
