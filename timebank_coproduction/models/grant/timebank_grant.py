from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from ..common.figures import figures_over
from ..common.jobs import job
from ..common.personal import NAMED, OURS, TRADE
from ..common.verb import verb
from ..common.windows import open_form, open_list
from ..common.words import say_day
from .timebank_grant_books import EXPENSES

TODO = "timebank_coproduction.mail_activity_grant_course"
#: Courses of which somebody has to know.
OFF_COURSE = ("over", "under")


class TimebankGrant(models.Model):
    _name = "timebank.grant"
    _description = "Grant"
    _inherit = [
        "timebank.grant.amendable",
        "timebank.grant.accruable",
        "timebank.grant.budgeted",
        "timebank.grant.fund",
        "timebank.grant.paid",
        "timebank.grant.currency",
        "timebank.grant.timed",
        "timebank.protected",
        "timebank.reasoned",
        "timebank.warned",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date_end, id"
    _rec_names_search = ["name", "reference", "funder_id"]
    _check_company_auto = True
    _protected_fields = frozenset({"state", "commitment_no"})
    _personal_fields = {
        "name": OURS,
        "reference": OURS,
        "funder_id": TRADE,
        "purpose": OURS,
        "user_id": NAMED,
    }

    # The award
    name = fields.Char(required=True, tracking=True)
    reference = fields.Char(tracking=True, help="The funder's own number for this award.")
    funder_id = fields.Many2one("res.partner", required=True, tracking=True, ondelete="restrict", index=True)
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    company_currency_id = fields.Many2one(related="company_id.currency_id", string="Company currency")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    amount = fields.Monetary(tracking=True, help="What the funder awards, in the grant's currency.")
    rate = fields.Float(
        digits=0,
        compute="_compute_rate",
        store=True,
        readonly=False,
        help="What one unit of the grant's currency is worth in the company's, as agreed at the award.",
    )
    amount_company = fields.Monetary(
        "Amount in company currency",
        compute="_compute_reward_budget",
        store=True,
        currency_field="company_currency_id",
    )
    award_date = fields.Date("Awarded on", default=fields.Date.context_today)
    date_start = fields.Date("Starts on", required=True, default=fields.Date.context_today, tracking=True)
    date_end = fields.Date(
        "Ends on",
        required=True,
        default=lambda self: fields.Date.add(fields.Date.context_today(self), years=1, days=-1),
        tracking=True,
    )
    restriction = fields.Selection(
        [
            ("restricted", "Restricted fund"),
            ("unrestricted", "Unrestricted"),
            ("designated", "Designated by the trustees"),
        ],
        required=True,
        default="restricted",
        tracking=True,
    )
    purpose = fields.Text(help="What the money may be spent on, in the funder's words.")
    state = fields.Selection(
        [("draft", "Draft"), ("open", "Open"), ("closed", "Closed")],
        required=True,
        default="draft",
        tracking=True,
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        tracking=True,
    )
    # What it pays for
    reward_percentage = fields.Float(
        "Share for rewards", default=10.0, tracking=True, help="Per cent of the award that may buy rewards."
    )
    reward_budget = fields.Monetary(
        "Reward budget", compute="_compute_reward_budget", store=True, currency_field="company_currency_id"
    )
    scheme_ids = fields.Many2many(
        "timebank.scheme", string="Time banks", check_company=True, help="Whose members' rewards it pays for."
    )
    project_ids = fields.Many2many("project.project", string="Projects", check_company=True)
    budget_line_ids = fields.One2many("timebank.grant.line", "grant_id", string="Budget lines")
    deadline_ids = fields.One2many("timebank.grant.deadline", "grant_id", string="Reports due")
    amendment_ids = fields.One2many(
        "timebank.grant.amendment", "grant_id", string="Amendments", readonly=True
    )
    # Where it stands in the books
    analytic_account_id = fields.Many2one(
        "account.analytic.account",
        string="Analytic account",
        check_company=True,
        ondelete="restrict",
        tracking=True,
        index="btree_not_null",
        copy=False,
        help="Bills for this grant's rewards carry it. Left empty, one is made when the grant is opened.",
    )
    reward_account_ids = fields.Many2many(
        "account.account",
        string="Reward accounts",
        check_company=True,
        domain=[("account_type", "in", EXPENSES)],
        help="Accounts whose entries count as spending on rewards.",
    )
    every_expense_counts = fields.Boolean(
        "Every expense account counts",
        help="Whatever is charged to the grant on an expense account counts: rent and wages too.",
    )
    reward_product_ids = fields.Many2many(
        "product.product",
        string="Reward products",
        check_company=True,
        help="Where given, only bill lines of these products count, and lines without a product.",
    )
    # How far a bill and its claim may be apart
    tolerance_percent = fields.Float("Tolerance (%)", default=10.0)
    tolerance_amount = fields.Monetary(
        "Tolerance", default=1.0, currency_field="company_currency_id", help="At least this much either way."
    )
    days_before = fields.Integer(
        "Days before", default=7, help="Days by which a bill may come before its claim."
    )
    days_after = fields.Integer(
        "Days after", default=120, help="Days within which a claim's bill is expected."
    )
    commitment_no = fields.Integer(
        "Commitments made",
        readonly=True,
        copy=False,
        default=0,
        help="Counts the commitments made, so that two at the same moment notice each other.",
    )
    # Reconciliations
    reconciliation_count = fields.Integer(
        "Number of reconciliations", compute="_compute_reconciliation_count"
    )

    _percentage = models.Constraint(
        "CHECK (reward_percentage BETWEEN 0 AND 100)",
        "The share for rewards lies between 0 and 100 per cent.",
    )
    _period = models.Constraint("CHECK (date_end >= date_start)", "A grant can't end before it starts.")
    _amount_positive = models.Constraint("CHECK (amount >= 0)", "A grant's amount is zero or more.")
    _tolerance_positive = models.Constraint(
        """CHECK (tolerance_percent >= 0 AND tolerance_amount >= 0
                  AND days_before BETWEEN 0 AND 3660 AND days_after BETWEEN 0 AND 3660)""",
        "Tolerances and days are zero or more, and a bill comes within ten years.",
    )
    _analytic_unique = models.UniqueIndex(
        "(analytic_account_id) WHERE state = 'open'",
        "Another open grant uses that analytic account: each needs its own.",
    )

    @api.depends("currency_id", "company_id", "date_start")
    def _compute_rate(self):
        for grant in self:
            if grant.state != "draft" and grant.rate:
                continue
            grant.rate = self.env["res.currency"]._get_conversion_rate(
                grant.currency_id or grant.company_currency_id,
                grant.company_currency_id,
                grant.company_id,
                grant.date_start or fields.Date.context_today(self),
            )

    @api.depends("amount", "rate", "reward_percentage")
    def _compute_reward_budget(self):
        for grant in self:
            currency = grant.company_currency_id
            grant.amount_company = currency.round(grant.amount * grant.rate)
            grant.reward_budget = currency.round(grant.amount_company * grant.reward_percentage / 100)

    def _compute_reconciliation_count(self):
        # sudo: only the number is shown to those who may not open them
        reconciliations = self.env["timebank.reconciliation"].sudo()
        for grant, count in figures_over(self, reconciliations, "grant_id"):
            grant.reconciliation_count = count

    @api.constrains("analytic_account_id", "company_id")
    def _check_analytic_company(self):
        for grant in self:
            company = grant.analytic_account_id.company_id
            if company and company != grant.company_id:
                raise ValidationError(
                    self.env._(
                        "The analytic account of “%(grant)s” belongs to %(company)s.",
                        grant=grant.name,
                        company=company.name,
                    )
                )

    # CRUD
    @api.ondelete(at_uninstall=True)
    def _unlink_only_drafts(self):
        for grant in self:
            if grant.state != "draft":
                raise UserError(
                    self.env._("“%s” has been opened: close it instead of deleting it.", grant.name)
                )

    # Actions
    @verb()
    def action_open(self):
        """Let claims be paid for by these grants. Makes the analytic account where there is none.

        :raises UserError: without an amount or accounts for rewards, or when not a draft
        """
        self._check_finance()
        for grant in self:
            if grant.state == "open":
                raise UserError(self.env._("“%s” is open already.", grant.name))
            if not grant.amount:
                raise UserError(self.env._("Say how much “%s” is for before opening it.", grant.name))
            if not (grant.reward_account_ids or grant.every_expense_counts):
                raise UserError(
                    self.env._(
                        "Say which accounts hold the spending on rewards of “%s”, under “What it pays for”,"
                        " or tick that every expense account counts: rent and wages would be spending on"
                        " rewards too.",
                        grant.name,
                    )
                )
            if not grant.analytic_account_id:
                grant.analytic_account_id = grant._make_analytic_account()
            grant._refuse_shared_analytic_account()
        self._in_verb().write({"state": "open"})
        self.deadline_ids._schedule_todo()
        return True

    @verb()
    def action_close(self):
        """Take no more claims. What is open stays visible and can still be matched."""
        self._check_finance()
        for grant in self:
            if grant.state != "open":
                raise UserError(self.env._("“%s” is not open.", grant.name))
        self._in_verb().write({"state": "closed"})
        return True

    def _refuse_shared_analytic_account(self):
        """:raises ValidationError: naming the open grant that has the analytic account already"""
        # sudo: the other grant may be one that the user can't open.
        other = self.sudo().search(
            [
                ("analytic_account_id", "=", self.analytic_account_id.id),
                ("state", "=", "open"),
                ("id", "!=", self.id),
            ],
            limit=1,
        )
        if other:
            raise ValidationError(
                self.env._(
                    "“%(other)s” uses the analytic account %(account)s: each open grant needs its own.",
                    other=other.name,
                    account=self.analytic_account_id.display_name,
                )
            )

    def _check_finance(self):
        if not (self.env.su or self.env.user.has_group("timebank_coproduction.group_timebank_finance")):
            raise AccessError(self.env._("Only finance staff can do this to a grant."))

    def _make_analytic_account(self):
        self.ensure_one()
        # sudo: opening a grant makes its account, whether or not the user keeps analytic accounts.
        plan = self.company_id.sudo().timebank_grant_plan_id
        if not plan:
            plan = plan.browse(next(iter(plan._get_all_plans())).id)
        # sudo: finance may open a grant without being an accountant; the account is the grant's own
        return (
            self.env["account.analytic.account"]
            .sudo()
            .create(
                {
                    "name": self.name,
                    "code": self.reference or False,
                    "plan_id": plan.id,
                    "partner_id": self.funder_id.id,
                    "company_id": self.company_id.id,
                }
            )
            .with_env(self.env)
        )

    # ------------------------------------------------------------
    # A warning to those responsible while a reward budget will run out, or be left over.
    # ------------------------------------------------------------

    @job
    def _cron_warn(self):
        """Warn of open grants off course, and take back the warnings of those on course again."""
        grants = self.search([("state", "=", "open")])
        grants._refresh_figures()
        off_course = grants.filtered(lambda grant: grant.course in OFF_COURSE)
        warned = self.with_context(active_test=False).search(
            [("activity_type_id", "=", self.env.ref(TODO).id)]
        )
        (warned - off_course)._take_back_warnings(TODO, self.env._("On course again, or closed."))
        self.env["timebank.job"]._in_parts([(type(self)._warn_of_course, off_course)])

    def _warn_of_course(self):
        self._warn(
            TODO,
            lambda grant: grant._get_people_to_warn(),
            summary=lambda grant: grant._get_course_sentence(),
        )

    def _get_people_to_warn(self):
        """Whoever answers for the grant, and the coordinators of its banks."""
        self.ensure_one()
        return self.user_id.filtered("active") | self.scheme_ids._get_coordinators()

    def _get_course_sentence(self):
        self.ensure_one()
        currency = self.company_currency_id
        budget = currency.format(self.reward_budget)
        if self.course == "over":
            return self.env._(
                "At this pace the reward budget of %(budget)s is used up by %(date)s",
                budget=budget,
                date=say_day(self.env, self.used_up_on),
            )
        return self.env._(
            "At this pace %(left)s of the reward budget of %(budget)s will be left over",
            left=currency.format(self.reward_budget - self.expected_amount),
            budget=budget,
        )

    # ------------------------------------------------------------
    # The ways out of a grant's form.
    # ------------------------------------------------------------

    @verb(single=True)
    def action_reconcile(self):
        """Open the grant's draft reconciliation, making one for the next period where there is none."""
        self.ensure_one()
        self._check_finance()
        reconciliations = self.env["timebank.reconciliation"]
        draft = reconciliations.search([("grant_id", "=", self.id), ("state", "=", "draft")], limit=1)
        if draft:
            draft.action_refresh()
        else:
            draft = reconciliations.create({"grant_id": self.id})
        return open_form(draft)

    @verb()
    def action_view_claims(self):
        return open_list(self.env, "timebank_redemption_action", list(self._get_claims_domain()), {})

    @verb()
    def action_view_bills(self):
        """Their bill lines, up to the day at which figures are shown."""
        date = self._get_figures_date()
        if not date:
            return self._open_bills()
        return self._open_bills([("date", "<=", date)], {"timebank_date": fields.Date.to_string(date)})

    def _open_bills(self, days=(), context=None):
        """Their bill lines of some days."""
        self.env["timebank.bill.line"]._bring_up_to_date(self)
        return self._open_own("timebank_bill_line_action", context, days)

    @verb()
    def action_view_reconciliations(self):
        return self._open_own("timebank_reconciliation_action", {"default_grant_id": self[:1].id})

    def _open_own(self, name, context=None, days=()):
        """The addon's window ``name``, showing these grants' records only, of some days or of all."""
        own = [("grant_id", "in", self.ids), *days]
        return open_list(self.env, name, own, context or {})

    # ------------------------------------------------------------
    # What is committed
    # ------------------------------------------------------------

    def _mark_committed(self):
        """Mark that something is committed, so that two commitments at once notice each other.

        The second of two transactions that read the same budget fails here, and Odoo tries
        its request again with the budget as the first has left it.
        """
        if not self:
            return
        self._touch_rows(SQL("commitment_no = commitment_no + 1"))
        self._refresh_figures()
