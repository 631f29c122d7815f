from dateutil.relativedelta import relativedelta

from odoo import api, fields, models

from ..common.hours_field import hours_field
from ..common.personal import OURS
from ..common.verb import verb
from ..common.windows import narrow_list, open_list
from ..common.words import say_day
from . import facts
from .facts import Scope

#: Ratios are of so many months, the audited one included: a single month swings too much.
RECENT_MONTHS = 3
#: Shares of fewer people say nothing, and warn of nothing.
FEWEST_PEOPLE = 5
#: A tenth is at least one person: of fewer holders it is no tenth.
FEWEST_HOLDERS = 10
#: So many banks' running months are brought up to date when the list is opened.
BANKS = 8


class TimebankTimeAudit(models.Model):
    """What a month did to a bank's credits, and where to look before people stop earning.

    Made and brought up to date at night (``timebank_time_audit_job.py``); of the month that runs there is
    one as well. Figures are those of the month's end: flows by the transfers' own days, people by the days
    on which they joined and left.
    """

    _name = "timebank.time.audit"
    _description = "Time Audit"
    _inherit = [
        "timebank.of.bank",
        "timebank.protected",
        "timebank.todo",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "audited_month desc, scheme_id"
    _todo_type = "timebank_coproduction.mail_activity_audit"
    _todo_state = "open"
    _allow_sudo_commands = False
    _personal_fields = {
        "counted": OURS,
        "missing_ids": OURS,
    }

    scheme_id = fields.Many2one(
        "timebank.scheme", string="Time bank", required=True, readonly=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    audited_month = fields.Date(required=True, readonly=True, help="The first day of the month.")
    state = fields.Selection(
        [
            ("running", "Under way"),
            ("quiet", "Nothing to warn of"),
            ("open", "To look at"),
            ("done", "Looked at"),
            ("past", "Not looked at"),
        ],
        required=True,
        readonly=True,
        default="running",
    )
    counted_on = fields.Datetime("Counted on", readonly=True)
    counted = fields.Char(
        readonly=True, help="What there was to count in the month: when it changes, the audit is made anew."
    )

    # Flows of the month
    opening_minutes = fields.Integer(readonly=True, aggregator=None)
    opening_hours = hours_field("opening_minutes", "Outstanding before")
    issued_minutes = fields.Integer(readonly=True)
    issued_hours = hours_field("issued_minutes", "Issued", store=True, aggregator="sum")
    exchanged_minutes = fields.Integer(readonly=True)
    exchanged_hours = hours_field("exchanged_minutes", "Exchanged", store=True, aggregator="sum")
    returned_minutes = fields.Integer(readonly=True)
    returned_hours = hours_field("returned_minutes", "Returned", store=True, aggregator="sum")
    given_minutes = fields.Integer(readonly=True)
    given_hours = hours_field("given_minutes", "Given away", store=True, aggregator="sum")
    expired_minutes = fields.Integer(readonly=True)
    expired_hours = hours_field("expired_minutes", "Expired", store=True, aggregator="sum")
    adjusted_minutes = fields.Integer(readonly=True)
    adjusted_hours = hours_field("adjusted_minutes", "Settled otherwise", store=True, aggregator="sum")
    outstanding_minutes = fields.Integer(readonly=True, aggregator=None)
    outstanding_hours = hours_field("outstanding_minutes", "Outstanding", store=True, aggregator="sum")

    # Ratios, of the last three months
    recent_issued_minutes = fields.Integer(readonly=True, aggregator=None)
    recent_issued_hours = hours_field("recent_issued_minutes", "Issued in three months")
    recent_returned_minutes = fields.Integer(readonly=True, aggregator=None)
    recent_returned_hours = hours_field("recent_returned_minutes", "Returned in three months")
    returned_percent = fields.Integer("Returned of issued (%)", readonly=True, aggregator="avg")
    cover_months = fields.Float("Months of cover", digits=(16, 1), readonly=True, aggregator="avg")
    before_issued_minutes = fields.Integer(
        readonly=True, aggregator=None, help="A month's, on the average of the three months before."
    )
    before_issued_hours = hours_field("before_issued_minutes", "Issued a month before")
    falling_percent = fields.Integer("Issued less than before (%)", readonly=True, aggregator="avg")

    # People
    holder_count = fields.Integer("People with credits", readonly=True, aggregator=None)
    top_count = fields.Integer("Top tenth", readonly=True, aggregator=None)
    top_percent = fields.Integer("Held by the top tenth (%)", readonly=True, aggregator="avg")
    looked_back_months = fields.Integer("People over (months)", readonly=True, aggregator=None)
    member_count = fields.Integer("Members", readonly=True, aggregator=None)
    dormant_count = fields.Integer("With dormant credits", readonly=True)
    dormant_percent = fields.Integer("With dormant credits (%)", readonly=True, aggregator="avg")
    active_count = fields.Integer("Who took part", readonly=True, aggregator=None)
    receiving_count = fields.Integer("Only receiving", readonly=True)
    receiving_percent = fields.Integer("Only receiving (%)", readonly=True, aggregator="avg")
    missing_ids = fields.Many2many(
        "timebank.skill",
        "timebank_time_audit_missing_rel",
        "audit_id",
        "skill_id",
        string="Wanted and not offered",
        readonly=True,
        help="As it was when the month ended: what is offered later doesn't change it.",
    )
    missing_count = fields.Integer("Wanted and not offered (skills)", readonly=True)

    # Warnings
    warning_ids = fields.One2many("timebank.time.audit.warning", "audit_id", string="Warnings")
    warning_count = fields.Integer("Number of warnings", readonly=True)
    earlier_warning_ids = fields.One2many(
        "timebank.time.audit.warning",
        compute="_compute_earlier_warning_ids",
        string="Warnings of the month before",
    )

    _once = models.UniqueIndex("(scheme_id, audited_month)", "A bank has one time audit a month.")
    _first_day = models.Constraint(
        "CHECK (audited_month = date_trunc('month', audited_month::timestamp)::date)",
        "A month is named by its first day.",
    )
    _waiting = models.Index("(scheme_id) WHERE state = 'open'")

    @api.depends("scheme_id", "audited_month")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for audit in self:
            # sudo: the name of the bank of an audit that is named
            name = audit.sudo().scheme_id.name or ""
            audit.display_name = f"{name}, {audit._say_month()}" if audit.audited_month else name

    @api.depends("scheme_id", "audited_month")
    def _compute_earlier_warning_ids(self):
        before = {
            (audit.scheme_id, audit.audited_month): audit.warning_ids
            for audit in self.search(
                [
                    ("scheme_id", "in", self.scheme_id.ids),
                    (
                        "audited_month",
                        "in",
                        [audit._get_month_at(-1) for audit in self if audit.audited_month],
                    ),
                ]
            )
        }
        for audit in self:
            month = audit.audited_month and audit._get_month_at(-1)
            audit.earlier_warning_ids = before.get((audit.scheme_id, month), False)

    def _say_month(self):
        return say_day(self.env, self.audited_month, "MMMM y")

    def _get_month_at(self, distance):
        """The first day of the month that lies so many months after this one's."""
        return self.audited_month + relativedelta(months=distance)

    def _get_last_day(self):
        """The day at whose end the figures are taken: of the month that runs, the day of counting."""
        self.ensure_one()
        last = self._get_month_at(1) - relativedelta(days=1)
        return min(last, self.scheme_id._today()) if self.state == "running" else last

    def _get_scope(self, months=1):
        """What the figures are about, of so many months up to this one."""
        self.ensure_one()
        return Scope((self.scheme_id.id,), self._get_month_at(1 - months), self._get_last_day())

    # Actions
    @api.model
    @verb()
    def action_open(self):
        """The list of audits, with the running month of the user's own few banks counted anew.

        :return: an action that opens the list
        """
        self.check_access("read")
        banks = self.env["timebank.scheme"].search([("state", "=", "open"), ("is_run_by_user", "=", True)])
        if len(banks) <= BANKS:
            # sudo: figures are the job's to write; the user runs these banks
            self.sudo()._count_running(banks.sudo())
        return open_list(self.env, "timebank_time_audit_action")

    @verb()
    def action_done(self):
        """Say that these audits were looked at; their to-dos close."""
        self.check_access("write")
        looked_at = self.filtered(lambda audit: audit.state == "open")
        looked_at._in_verb().write({"state": "done"})
        looked_at._close_todos()
        return True

    @verb(single=True)
    def action_view_flows(self):
        """The transfers of the month."""
        self.ensure_one()
        scope = self._get_scope()
        return narrow_list(
            self.env,
            "timebank_transfer_action",
            [
                ("scheme_id", "=", self.scheme_id.id),
                ("date", ">=", scope.date_from),
                ("date", "<=", scope.date_to),
            ],
            {},
        )

    @verb(single=True)
    def action_view_bank(self):
        """The bank, on whose page *Evidence* it stands from where it is warned."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "timebank.scheme",
            "res_id": self.scheme_id.id,
            "views": [(False, "form")],
        }

    # ------------------------------------------------------------
    # To-dos
    # ------------------------------------------------------------

    def _get_concerned(self):
        return self.env["res.partner"]

    def _get_todo_summary(self):
        self.ensure_one()
        count = self.warning_count
        return self.env._(
            "Time audit of %(bank)s for %(month)s: %(count)s",
            bank=self.scheme_id.name,
            month=self._say_month(),
            count=self.env._("1 warning") if count == 1 else self.env._("%s warnings", count),
        )

    # ------------------------------------------------------------
    # The figure of each kind of warning, and the records behind it
    # ------------------------------------------------------------

    def _get_figure(self, kind):
        """The figure that a kind of warning is about, or ``None`` where there is too little to tell."""
        self.ensure_one()
        return getattr(self, f"_get_figure_{kind}")()

    def _get_figure_top(self):
        return self.top_percent if self.holder_count >= FEWEST_HOLDERS else None

    def _get_figure_cover(self):
        return self.cover_months if self.recent_returned_minutes > 0 else None

    def _get_figure_falling(self):
        """Not of a month that runs, which has not issued all yet."""
        if self.state == "running" or self.before_issued_minutes <= 0:
            return None
        return self.falling_percent

    def _get_figure_returned(self):
        return self.returned_percent if self.recent_issued_minutes > 0 else None

    def _get_figure_dormant(self):
        return self.dormant_percent if self.member_count >= FEWEST_PEOPLE else None

    def _get_figure_receiving(self):
        return self.receiving_percent if self.active_count >= FEWEST_PEOPLE else None

    def _get_figure_missing(self):
        return self.missing_count

    def _find(self, kind):
        """The records that a kind of warning is about, as the user may see them: the window that shows
        them, by its own part of its XML id, and a recordset."""
        self.ensure_one()
        measures, scope = self.env["timebank.time.audit.measures"], self._get_scope()
        months = {self.scheme_id.id: self.looked_back_months}
        wide = self._get_scope(RECENT_MONTHS)
        return {
            "top": lambda: ("timebank_account_by_balance_action", measures._find_top_tenth(scope)),
            "cover": lambda: ("timebank_account_by_balance_action", measures._find_in_credit(scope)),
            "falling": lambda: (
                "timebank_transfer_action",
                measures._find_moved(self._get_scope(RECENT_MONTHS + 1), ("issued",)),
            ),
            "returned": lambda: (
                "timebank_transfer_action",
                measures._find_moved(wide, ("issued", "returned")),
            ),
            "dormant": lambda: (
                "timebank_member_action",
                measures._find_dormant(self._get_scope_of_people(), months),
            ),
            "receiving": lambda: (
                "timebank_member_action",
                measures._find_only_receiving(self._get_scope_of_people(), months),
            ),
            "missing": lambda: ("timebank_skill_action", self.missing_ids),
        }[kind]()

    def _get_scope_of_people(self):
        scope = self._get_scope()
        return scope._replace(date_from=scope.date_to - relativedelta(months=self.looked_back_months))

    def _get_flow_labels(self):
        """What each flow is called: dict of :data:`~.facts.FLOWS` → words."""
        return {flow: self._fields[f"{flow}_hours"]._description_string(self.env) for flow in facts.FLOWS}
