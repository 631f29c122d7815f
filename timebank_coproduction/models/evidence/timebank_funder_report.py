from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from ...tools import report_ddl
from ..common.mail_beside import CHATTER
from ..common.personal import NAMED, OURS
from ..common.verb import verb
from ..common.words import say_day
from .timebank_funder_report_section import OF_BANKS, OF_GRANT, STANDARD

GROUP = "timebank_coproduction.group_timebank_"


class TimebankFunderReport(models.Model):
    """What a funder is told about a grant and a period, or an applicant's evidence without a grant.

    Drafted by a coordinator, checked by finance, agreed by a manager, three people, and kept as it was
    sent, with the paper and the workbook. Its figures are kept from the check on, so that what is agreed and
    sent is what was checked. A later version is a report of its own.
    """

    _name = "timebank.funder.report"
    _description = "Funder's Report"
    _inherit = [
        "timebank.funder.report.content",
        "timebank.funder.report.days",
        "timebank.funder.report.drift",
        "timebank.protected",
        "timebank.reasoned",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_to desc, id desc"
    _verbs_with_reason = frozenset({"action_back_to_draft"})
    _protected_fields = frozenset(
        {"state", "drafted_by", "writer_ids", "version", "supersedes_id", "asked_on", "back_reason"}
    )
    _personal_fields = {
        "applied_to": OURS,
        "back_reason": OURS,
        "paid_for_text": OURS,
        "together_text": OURS,
        "changed_text": OURS,
        "learned_text": OURS,
        "hour_value_source": OURS,
        "content": OURS,
        "content_hash": OURS,
        "pdf_file": OURS,
        "pdf_hash": OURS,
        "xlsx_file": OURS,
        "xlsx_hash": OURS,
        "hash": OURS,
        "drafted_by": NAMED,
        "writer_ids": NAMED,
        "checked_by": NAMED,
        "agreed_by": NAMED,
        "sent_by": NAMED,
    }

    kind = fields.Selection(
        [("grant", "Report on a grant"), ("bid", "Evidence for an application")],
        required=True,
        default="grant",
    )
    grant_id = fields.Many2one(
        "timebank.grant",
        compute="_compute_grant_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="restrict",
        index="btree_not_null",
        domain=[("state", "!=", "draft")],
    )
    funder_id = fields.Many2one(related="grant_id.funder_id")
    applied_to = fields.Char("For whom", help="Whom you apply to: it stands in the title.")
    scheme_ids = fields.Many2many(
        "timebank.scheme",
        string="Time banks",
        compute="_compute_scheme_ids",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('is_run_by_user', '=', True)]",
    )
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_company_id",
        store=True,
        precompute=True,
        required=True,
        default=lambda self: self.env.company,
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    state = fields.Selection(
        [("draft", "Draft"), ("checked", "Checked"), ("agreed", "Agreed"), ("sent", "Sent")],
        required=True,
        default="draft",
        tracking=True,
    )
    # In the words of who drafts it
    paid_for_text = fields.Text(
        "What was paid for", help="Stands on page one, below the sum and the purpose."
    )
    together_text = fields.Text("Who did it together", help="Stands on page one, below the figures about it.")
    changed_text = fields.Text("What changed", help="Stands on page one, below the figures about it.")
    learned_text = fields.Text("What was learned", help="And what you would do differently.")
    hour_value = fields.Monetary(
        "Value of a volunteer's hour",
        help="For disclosure only, never added to money. Left empty, nothing is said of it.",
    )
    hour_value_source = fields.Char("Where that value is from", help="Such as a published median wage.")
    section_ids = fields.One2many("timebank.funder.report.section", "report_id", string="Sections", copy=True)
    plan_line_ids = fields.One2many(
        "timebank.funder.report.line",
        "report_id",
        string="Plan and done",
        domain=[("kind", "=", "plan")],
        context={"default_kind": "plan"},
        copy=True,
    )
    budget_line_ids = fields.One2many(
        "timebank.funder.report.line",
        "report_id",
        string="Budget headings",
        domain=[("kind", "=", "budget")],
        context={"default_kind": "budget"},
        copy=True,
    )
    beside_line_ids = fields.One2many(
        "timebank.funder.report.line",
        "report_id",
        string="From others",
        domain=[("kind", "=", "beside")],
        context={"default_kind": "beside"},
        copy=True,
    )
    link_ids = fields.One2many(
        "timebank.funder.report.link", "report_id", string="Links", readonly=True, copy=False
    )
    # Who has signed it
    drafted_by = fields.Many2one(
        "res.users", "Drafted by", readonly=True, copy=False, default=lambda self: self.env.user
    )
    writer_ids = fields.Many2many(
        "res.users",
        "timebank_funder_report_writer_rel",
        "report_id",
        "user_id",
        string="Written by",
        readonly=True,
        copy=False,
    )
    asked_on = fields.Datetime("Finance was asked on", readonly=True, copy=False)
    back_reason = fields.Char("Sent back because", readonly=True, copy=False)
    checked_by = fields.Many2one("res.users", "Checked by", readonly=True, copy=False)
    checked_on = fields.Datetime("Checked on", readonly=True, copy=False)
    agreed_by = fields.Many2one("res.users", "Agreed by", readonly=True, copy=False)
    agreed_on = fields.Datetime("Agreed on", readonly=True, copy=False)
    sent_by = fields.Many2one("res.users", "Sent by", readonly=True, copy=False)
    sent_on = fields.Datetime("Sent on", readonly=True, copy=False)
    # What is kept
    version = fields.Integer(readonly=True, default=1, copy=False, aggregator=None)
    supersedes_id = fields.Many2one(
        "timebank.funder.report", string="Takes the place of", readonly=True, copy=False, ondelete="restrict"
    )
    later_ids = fields.One2many(
        "timebank.funder.report", "supersedes_id", string="Later versions", copy=False
    )
    # As it was kept: handed out without stories that may not be told any more, and the files not with them
    content = fields.Text(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        help="All that it says, as JSON, from the check on.",
    )
    content_hash = fields.Char("Hash of the figures", readonly=True, copy=False)
    pdf_file = fields.Binary(attachment=True, readonly=True, copy=False, groups=fields.NO_ACCESS)
    pdf_shown = fields.Binary("Paper", compute="_compute_files_shown", compute_sudo=True)
    is_untellable = fields.Boolean(
        "Its files tell what may not be told", compute="_compute_files_shown", compute_sudo=True
    )
    pdf_name = fields.Char(compute="_compute_file_names")
    pdf_hash = fields.Char("Hash of the paper", readonly=True, copy=False)
    xlsx_file = fields.Binary(attachment=True, readonly=True, copy=False, groups=fields.NO_ACCESS)
    xlsx_shown = fields.Binary("Workbook", compute="_compute_files_shown", compute_sudo=True)
    xlsx_name = fields.Char(compute="_compute_file_names")
    xlsx_hash = fields.Char("Hash of the workbook", readonly=True, copy=False)
    hash = fields.Char(readonly=True, copy=False, help="Over all that was sent, and who signed it.")
    is_intact = fields.Boolean("As it was kept", compute="_compute_is_intact")
    can_check = fields.Boolean(compute="_compute_can")
    can_agree = fields.Boolean(compute="_compute_can")
    can_send = fields.Boolean(compute="_compute_can")
    can_write = fields.Boolean(compute="_compute_can")
    is_ours = fields.Boolean("I run its time banks", compute="_compute_can")
    waits_for = fields.Char(compute="_compute_can", help="What has to happen next, and by whom.")

    _in_order = models.Constraint("CHECK (date_to >= date_from)", "The period can't end before it starts.")
    _about_grant = models.Constraint(
        "CHECK ((kind = 'grant') = (grant_id IS NOT NULL))", "A report on a grant names the grant."
    )
    _two_people = models.Constraint(
        "CHECK (agreed_by IS NULL OR agreed_by != drafted_by)", "Whoever drafted it can't agree it."
    )
    _kept = models.Constraint(
        "CHECK (state = 'draft' OR content_hash IS NOT NULL)", "What was checked keeps its figures."
    )
    _one_follower = models.UniqueIndex(
        "(supersedes_id) WHERE supersedes_id IS NOT NULL",
        "Somebody has made a new version of that report just now: open that one.",
    )
    _hour_value_positive = models.Constraint(
        "CHECK (hour_value IS NULL OR hour_value BETWEEN 0 AND 10000)", "An hour is worth nothing or more."
    )

    @verb()
    def init(self):
        self.env.registry.post_init(self.env.cr.execute, report_ddl.CREATE)

    # Computes
    @api.depends("kind")
    def _compute_grant_id(self):
        for report in self:
            report.grant_id = report.kind == "grant" and report.grant_id

    @api.depends("grant_id", "kind")
    def _compute_scheme_ids(self):
        for report in self:
            if report.kind == "grant":
                # sudo: which banks the grant serves; of them those that the user runs
                served = report.grant_id.sudo().scheme_ids
                report.scheme_ids = served.sudo(False)._run_by_user() or served
            elif not report.scheme_ids:
                report.scheme_ids = self.env["timebank.scheme"]._get_usual()

    @api.depends("grant_id", "scheme_ids")
    def _compute_company_id(self):
        for report in self:
            # sudo: whose grant, or banks, it is about
            about = report.sudo()
            report.company_id = (
                about.grant_id.company_id or about.scheme_ids[:1].company_id or self.env.company
            )

    @api.depends("grant_id", "scheme_ids", "applied_to", "date_from", "date_to", "version")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for report in self:
            report.display_name = report._say_about(lambda day: say_day(self.env, day))

    def _say_about(self, say):
        """What and which days it is about; nothing where that isn't chosen yet.

        :param say: puts a day in words
        """
        # sudo: what a report that is read is called
        what = self.sudo()._say_what()
        if not what or not self.date_from or not self.date_to:
            return what
        words = {
            "what": what,
            "start": say(self.date_from),
            "end": say(self.date_to),
            "version": self.version,
        }
        if self.version > 1:
            return self.env._("%(what)s, %(start)s to %(end)s (version %(version)s)", **words)
        return self.env._("%(what)s, %(start)s to %(end)s", **words)

    def _say_what(self):
        banks = ", ".join(self.scheme_ids.mapped("name"))
        if banks and self.applied_to and not self.grant_id:
            return self.env._("%(banks)s for %(whom)s", banks=banks, whom=self.applied_to)
        return self.grant_id.name or banks

    def _get_file_name(self):
        """What its files are called, without their endings."""
        return self._say_about(fields.Date.to_string)

    @api.depends("display_name")
    @api.depends_context("lang")
    def _compute_file_names(self):
        for report in self:
            name = report._get_file_name()
            report.pdf_name, report.xlsx_name = f"{name}.pdf", f"{name}.xlsx"

    @api.depends("pdf_file", "xlsx_file")
    def _compute_files_shown(self):
        for report in self:
            ended = bool(report._get_ended_stories())
            report.is_untellable = ended
            report.pdf_shown = not ended and report.pdf_file
            report.xlsx_shown = not ended and report.xlsx_file

    def _compute_is_intact(self):
        for report in self:
            report.is_intact = report.state == "draft" or not report._find_altered()

    @api.depends("state", "drafted_by", "writer_ids", "story_ids", "scheme_ids.coordinator_ids", "asked_on")
    @api.depends_context("uid")
    def _compute_can(self):
        finance, manager = (self.env.user.has_group(GROUP + one) for one in ("finance", "manager"))
        for report in self:
            runs = report.is_ours = report._is_run_by_user()
            # as it is kept: whoever chooses other banks on the form can choose again
            kept = report._origin
            report.can_write = report.state == "draft" and (not kept or kept._is_run_by_user())
            report.can_check = report.state == "draft" and finance and not report._is_bound("finance")
            report.can_agree = report.state == "checked" and manager and not report._is_bound("manager")
            report.can_send = report.state == "agreed" and runs
            report.waits_for = report._say_next()

    def _is_run_by_user(self):
        """Whether the user is a coordinator of all its banks, or a manager."""
        # sudo: only who coordinates them
        schemes = self.sudo().scheme_ids.with_env(self.env)
        return bool(schemes) and not schemes - schemes._run_by_user()

    def _get_bound(self, who):
        """Who has a part in it already, and so can't sign it as finance or as manager."""
        # sudo: who has written or checked it decides, whoever may read users
        report = self.sudo()
        bound = report._get_authors() | report.story_ids._get_writers()
        return bound | report.checked_by if who == "manager" else bound

    def _get_authors(self):
        """Who has written in it; its stories have writers of their own."""
        return self.drafted_by | self.writer_ids

    def _is_bound(self, who):
        return self.env.user in self._get_bound(who)

    def _say_next(self):
        if self.state == "draft":
            return self._say_asked()
        return {
            "checked": self.env._("A manager who has neither written in it nor checked it agrees it next."),
            "agreed": self.env._("It is agreed, and can be sent."),
        }.get(self.state, "")

    # Constraints
    @api.constrains("kind", "grant_id", "scheme_ids", "date_from", "date_to")
    def _check_about(self):
        for report in self:
            # sudo: the days and banks of what it is about
            grant, schemes = report.sudo().grant_id, report.sudo().scheme_ids
            if not schemes:
                raise ValidationError(
                    self.env._("“%s” serves no time bank yet: say which, on the grant.", grant.name)
                    if grant
                    else self.env._("Choose at least one time bank.")
                )
            if len(schemes.company_id) > 1:
                raise ValidationError(self.env._("A report is about the time banks of one organisation."))
            if not grant:
                continue
            if grant.state == "draft":
                raise ValidationError(self.env._("“%s” is a draft: open it first.", grant.name))
            if report.date_from > grant.date_end or report.date_to < grant.date_start:
                raise ValidationError(
                    self.env._(
                        "“%(grant)s” goes from %(start)s to %(end)s: choose days of it.",
                        grant=grant.name,
                        start=say_day(self.env, grant.date_start),
                        end=say_day(self.env, grant.date_end),
                    )
                )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        reports = super().create(vals_list)
        reports._note_writers(self.env.user)
        for report in reports:
            if all(section.key == "question" for section in report.section_ids):
                report.section_ids = report._prepare_sections()
                report._keep_method_last()
            if report.grant_id and not report.budget_line_ids:
                # sudo: the headings of the grant's budget
                names = report.sudo().grant_id.budget_line_ids.mapped("name") or [self.env._("Rewards")]
                report.budget_line_ids = [Command.create({"kind": "budget", "name": name}) for name in names]
        return reports

    def write(self, vals):
        if self._is_in_verb():
            return super().write(vals)
        about_it = any(not name.startswith(CHATTER) for name in vals)
        if about_it:
            self._refuse_others()
        result = super().write(vals)
        if about_it:
            self._check_own_banks()
            self._note_writers(self.env.user)
        return result

    def copy(self, default=None):
        """Copies, in whose words theirs have written who wrote those of the originals."""
        copies = super().copy(default)
        for report, one in zip(self, copies, strict=True):
            one._note_writers(report.sudo()._get_authors())  # sudo: as whoever is bound by it
        return copies

    def _touch_as_writer(self):
        """Note who writes in these reports.

        :raises UserError: for one that has been checked
        :raises AccessError: for one of banks that the user doesn't run
        """
        self._refuse_others()
        self._note_writers(self.env.user)

    def _note_writers(self, users):
        for report in self:
            # sudo: whoever may write it is noted as having done so
            new = users - report.sudo().writer_ids
            if new:
                report.sudo()._in_verb().write({"writer_ids": [Command.link(user.id) for user in new]})

    @api.ondelete(at_uninstall=True)
    def _unlink_only_drafts(self):
        self._refuse_others()
        for report in self:
            if report.sudo().people_told:  # sudo: only whether there is any
                raise UserError(
                    self.env._(
                        "“%s” was checked before, and told how people are: what it told is kept.",
                        report.display_name,
                    )
                )

    def _refuse_others(self):
        """Whoever changes a report runs all its banks, before it is changed as well, and it is a draft."""
        self._refuse_kept()
        self._check_own_banks()

    def _refuse_kept(self):
        """:raises UserError: for whatever has been checked"""
        for report in self:
            if report.state == "sent":
                raise UserError(
                    self.env._(
                        "“%s” was sent and stays as it is: make a new version of it.", report.display_name
                    )
                )
            if report.state != "draft":
                raise UserError(
                    self.env._(
                        "“%s” has been checked: take it back to draft to change it.", report.display_name
                    )
                )

    def _check_own_banks(self):
        """:raises AccessError: for a report of banks that the user doesn't run: whoever chooses its days can
        work out of its figures what each of them did, and how its members are"""
        for report in self:
            if not self.env.su and not report._is_run_by_user():
                raise AccessError(self._say_who_makes())

    def _say_who_makes(self):
        return self.env._(
            "You can report on the time banks that you run. Who runs all that a grant serves, such as a"
            " manager, reports on all of them."
        )

    def _keep_method_last(self):
        """Where nothing but new questions follows how the figures are made, they go before it."""
        sections = self.section_ids.sorted()
        method = sections.filtered(lambda section: section.key == "method")
        following = sections.filtered(lambda section: section.sequence >= method.sequence) - method
        if method and following and all(section.key == "question" for section in following):
            method.sequence = max(following.mapped("sequence")) + 1

    def _prepare_sections(self):
        """The funder's own headings as they were kept, or else all sections in their order; what wasn't kept,
        or has come since, is left out at their end."""
        template = self.env["timebank.funder.report.template"]._find_for(self)
        kept = template.section_ids.filtered(lambda section: section.key in (*self._get_keys(), "question"))
        return [
            *(Command.create(section._prepare_copy()) for section in kept),
            *self._prepare_lacking(kept, is_in=not template),
        ]

    def _get_keys(self):
        return [key for key in STANDARD if self.kind == "grant" or key not in OF_GRANT]

    def _prepare_lacking(self, kept, is_in):
        """The sections that aren't among those that were kept, after them."""
        lacking = [key for key in self._get_keys() if key not in kept.mapped("key")]
        last = max(kept.mapped("sequence"), default=0)
        return [
            Command.create(
                {
                    "key": key,
                    "sequence": last + 10 * place,
                    "is_in": is_in and not (self.grant_id and key in OF_BANKS),
                }
            )
            for place, key in enumerate(lacking, 1)
        ]

    def _add_lacking(self):
        """Offer the sections that have come since a report was begun, left out at its end."""
        for report in self:
            lacking = report._prepare_lacking(report.section_ids, is_in=False)
            if lacking:
                report._in_verb().write({"section_ids": lacking})
