from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ...tools.minutes import clock
from ..common.roles import ROLES
from ..common.verb import verb
from ..common.words import say_day, today_at
from ..grant.timebank_grant import OFF_COURSE
from ..ledger.timebank_told import CALL

GROUP = "timebank_coproduction.group_timebank_"

#: From the top of the page to its bottom: a key, the role that it is for (none: all of the staff), and
#: the methods that each return a figure or nothing. A new figure is a method and its name in here.
SECTIONS = (
    (
        "decide",
        "coordinator",
        ("_get_hours", "_get_claims", "_get_registers", "_get_applicants", "_get_audits"),
    ),
    ("sessions", "coordinator", ("_get_sessions_today", "_get_sessions_tomorrow", "_get_helpers")),
    ("people", "coordinator", ("_get_requests", "_get_silent", "_get_checks")),
    (
        "money",
        "finance",
        (
            "_get_signatures",
            "_get_reports_to_check",
            "_get_reconciliations_due",
            "_get_drifted",
            "_get_off_course",
            "_get_bills",
        ),
    ),
    (
        "banks",
        "manager",
        ("_get_reports_to_agree", "_get_alarms", "_get_without_coordinator", "_get_unsealed"),
    ),
    (
        "mine",
        None,
        (
            "_get_calls",
            "_get_todos",
            "_get_my_sessions",
            "_get_my_hours",
            "_get_own_hours",
            "_get_own_claims",
        ),
    ),
)

#: What a to-do of these kinds asks for has a figure of its own.
HAVE_FIGURES = (
    CALL,
    "timebank_coproduction.mail_activity_approve",
    "timebank_coproduction.mail_activity_audit",
    "timebank_coproduction.mail_activity_claim",
    "timebank_coproduction.mail_activity_ledger",
)

#: For how many days ahead somebody sees their own sessions.
AHEAD_DAYS = 7

#: Of so many grants the latest signed figures are looked at.
LOOKED_AT = 20

#: For how long after the last one signed a grant needs no reconciliation.
DUE_MONTHS = 3

#: A bank whose transfers wait longer for a seal has had nights without one.
SEAL_DAYS = 2


class TimebankToday(models.AbstractModel):
    """The first screen: what needs this person now.

    Each figure is a method that returns what :meth:`_figure` makes: how many records, and the
    window that shows exactly those. Where there are none, or the user may not read them, there
    is no figure. Whom a figure is for is its section's role, asked once.
    """

    _name = "timebank.today"
    _description = "What Needs Somebody Today"

    @api.model
    @api.readonly
    @verb()
    def get_today(self):
        """Everything on the user's first screen, in one call.

        :return: dict of ``sections``, each with ``key``, ``title`` and ``figures``; of ``banks`` that
            are being set up, as :meth:`timebank.scheme._get_first_hours` gives them; of ``desk``,
            whether the user has a desk of introductions; and of ``text``, what is said where there is
            nothing. A figure has ``key``, ``title``, ``count``, ``text``, ``urgent``, ``model`` and
            ``action``: the ``xml_id`` of a window with the ``domain``, ``context`` and ``display_name``
            for it.
        :raises AccessError: for who isn't of the staff
        """
        if not self.env.user._is_internal():
            raise AccessError(self.env._("This page is for staff."))
        titles = self._get_section_titles()
        sections = []
        for key, role, names in SECTIONS:
            if role and not self._has_role(role):
                continue
            figures = [figure for name in names if (figure := getattr(self, name)())]
            if figures:
                sections.append({"key": key, "title": titles[key], "figures": figures})
        return {
            "sections": sections,
            "banks": self.env["timebank.scheme"]._get_first_hours(),
            "desk": self._has_role("coordinator"),
            "text": self._get_text(),
        }

    def _get_section_titles(self):
        return {
            "decide": self.env._("For you to decide"),
            "sessions": self.env._("Today and tomorrow"),
            "people": self.env._("People who wait"),
            "money": self.env._("Grants and bills"),
            "banks": self.env._("Time banks"),
            "mine": self.env._("Yours"),
        }

    def _get_text(self):
        """What is said below “Nothing needs you now”."""
        if any(map(self.env.user.has_group, ROLES)):
            return self.env._("What waits for you appears here by itself.")
        return self.env._(
            "Your sessions, hours and to-dos appear here. To run a time bank or look after its grants"
            " you need a role: ask a manager."
        )

    def _has_role(self, role):
        return self.env.user.has_group(GROUP + role)

    # ------------------------------------------------------------
    # Figures
    # ------------------------------------------------------------

    def _figure(self, key, title, model, window, domain, aggregates=(), say=None, urgent=False, context=None):
        """How many records there are, and the window that shows exactly those.

        :param str key: what the figure is called in the browser and in tests
        :param str window: which of the addon's windows shows them, by its own part of its XML id
        :param domain: of the records, for the figure and for the window alike
        :param aggregates: what else to read of the records, as for ``_read_group``
        :param say: a function of these aggregates: a few words beside the figure
        :param bool urgent: whether the figure stands out
        :param dict context: what the window starts with, in place of its own
        :return: dict for the browser, or None where there are no records
        """
        records = self.env[model]
        if not records.has_access("read"):
            return None
        domain = list(Domain(domain))
        ((count, *values),) = records._read_group(domain, [], ["__count", *aggregates])
        if not count:
            return None
        return {
            "key": key,
            "title": title,
            "count": count,
            "text": say(*values) if say else "",
            "urgent": urgent,
            "model": model,
            "action": {
                "xml_id": f"timebank_coproduction.{window}",
                "domain": domain,
                "context": context or {},
                "display_name": title,
            },
        }

    def _say_oldest(self, day):
        return self.env._("the oldest from %s", say_day(self.env, day)) if day else ""

    def _say_missing(self, missing):
        if not missing:
            return ""
        return self.env._("%s helpers missing", missing) if missing > 1 else self.env._("1 helper missing")

    # ------------------------------------------------------------
    # To decide
    # ------------------------------------------------------------

    def _get_hours(self):
        return self._figure(
            "hours",
            self.env._("Hours to approve"),
            "timebank.hours",
            "timebank_hours_to_approve_action",
            self.env["timebank.hours"]._get_domain_to_decide(),
            ["minutes:sum", "date:min"],
            lambda minutes, day: self.env._(
                "%(hours)s hours, %(oldest)s", hours=clock(minutes), oldest=self._say_oldest(day)
            ),
            context={"timebank_to_approve": 1},
        )

    def _get_claims(self):
        return self._figure(
            "claims",
            self.env._("Claims to approve"),
            "timebank.redemption",
            "timebank_redemption_todo_action",
            self.env["timebank.redemption"]._get_domain_to_decide(),
            ["requested_on:min"],
            self._say_oldest,
        )

    def _get_registers(self):
        now = fields.Datetime.now()
        return self._figure(
            "registers",
            self.env._("Registers to close"),
            "timebank.session",
            "timebank_session_to_close_action",
            [
                ("scheme_id.is_run_by_user", "=", True),
                ("start", "<", now),
                "|",
                ("state", "=", "open"),
                ("attendance_ids.to_decide", "=", True),
            ],
            ["date:min"],
            self._say_oldest,
        )

    def _get_applicants(self):
        return self._figure(
            "applicants",
            self.env._("People who want to join"),
            "timebank.member",
            "timebank_member_action",
            [("state", "=", "applicant"), ("scheme_id.is_run_by_user", "=", True)],
        )

    def _get_audits(self):
        return self._figure(
            "audits",
            self.env._("Time audits to look at"),
            "timebank.time.audit",
            "timebank_time_audit_action",
            [("state", "=", "open"), ("scheme_id.is_run_by_user", "=", True)],
            ["warning_count:sum"],
            lambda count: self.env._("1 warning") if count == 1 else self.env._("%s warnings", count),
        )

    # ------------------------------------------------------------
    # Today and tomorrow
    # ------------------------------------------------------------

    def _get_sessions_today(self):
        return self._get_sessions_on(0, "sessions_today", self.env._("Sessions today"))

    def _get_sessions_tomorrow(self):
        return self._get_sessions_on(1, "sessions_tomorrow", self.env._("Sessions tomorrow"))

    def _get_sessions_on(self, days, key, title):
        return self._figure(
            key,
            title,
            "timebank.session",
            "timebank_session_to_close_action",
            [
                *self._on_days(days, days),
                ("scheme_id.is_run_by_user", "=", True),
                ("state", "in", ("draft", "open")),
            ],
        )

    def _on_days(self, first, last, path=""):
        """Domain of sessions that are so many days away where they take place, wherever their bank is.

        :param int first: how many days from today at least
        :param int last: and at most
        :param str path: what leads to the session, with the dot, from what the domain is of
        """
        # sudo: in which time zones there are sessions is no secret; which are shown, the user's rights say
        sessions, day = self.env["timebank.session"].sudo(), fields.Date.today()
        around = [
            ("date", ">=", fields.Date.add(day, days=first - 1)),  # elsewhere it is the day before, or after
            ("date", "<=", fields.Date.add(day, days=last + 1)),
        ]
        days = {}
        for (zone,) in sessions._read_group(around, ["tz"]):
            days.setdefault(today_at(zone), []).append(zone)
        found = []
        for today, zones in days.items():
            within = Domain(f"{path}date", ">=", fields.Date.add(today, days=first)) & Domain(
                f"{path}date", "<=", fields.Date.add(today, days=last)
            )
            found.append(within if len(days) == 1 else within & Domain(f"{path}tz", "in", zones))
        return Domain.OR(found)

    def _get_helpers(self):
        return self._figure(
            "helpers",
            self.env._("Sessions short of helpers"),
            "timebank.session",
            "timebank_session_to_close_action",
            [
                *self._on_days(0, 1),
                ("scheme_id.is_run_by_user", "=", True),
                ("state", "in", ("draft", "open")),
                ("helper_shortage", ">", 0),
            ],
            ["helper_shortage:sum"],
            self._say_missing,
            urgent=True,
        )

    # ------------------------------------------------------------
    # People
    # ------------------------------------------------------------

    def _get_requests(self):
        return self._figure(
            "requests",
            self.env._("Requests without anybody"),
            "timebank.request",
            "timebank_request_action",
            [
                ("scheme_id.is_run_by_user", "=", True),
                ("state", "=", "published"),
                ("introduction_ids", "not any", [("state", "in", ("introduced", "agreed", "done"))]),
            ],
            ["needed_by:min"],
            lambda day: self.env._("the first needed by %s", say_day(self.env, day)) if day else "",
        )

    def _get_silent(self):
        return self._figure(
            "silent",
            self.env._("Introductions without an answer"),
            "timebank.introduction",
            "timebank_introduction_action",
            [
                ("scheme_id.is_run_by_user", "=", True),
                *self.env["timebank.desk"]._get_silent_domain(),
            ],
            ["introduced_on:min"],
            self._say_oldest,
        )

    def _get_checks(self):
        return self._figure(
            "checks",
            self.env._("Checks running out"),
            "timebank.check",
            "timebank_check_action",
            [("state", "=", "due")],
            ["expires_on:min"],
            lambda day: self.env._("the first on %s", say_day(self.env, day)),
        )

    # ------------------------------------------------------------
    # Finance
    # ------------------------------------------------------------

    def _get_signatures(self):
        return self._figure(
            "signatures",
            self.env._("Reconciliations to review"),
            "timebank.reconciliation",
            "timebank_reconciliation_action",
            [("state", "=", "prepared"), ("prepared_by", "!=", self.env.uid)],
            ["date_to:min"],
            self._say_oldest,
        )

    def _get_reconciliations_due(self):
        """Open grants with nothing signed for a quarter, the first quarter included."""
        before = fields.Date.subtract(fields.Date.context_today(self), months=DUE_MONTHS)
        signed = [("state", "!=", "draft"), ("date_to", ">=", before)]
        reconciled = self.env["timebank.reconciliation"].search(signed).grant_id
        return self._figure(
            "reconciliations_due",
            self.env._("Grants to reconcile"),
            "timebank.grant",
            "timebank_grant_action",
            [
                ("state", "=", "open"),
                ("date_start", "<", before),
                ("id", "not in", reconciled.ids),
            ],
            say=lambda: self.env._("nothing signed for three months"),
        )

    def _get_drifted(self):
        """Signed figures from which the books have moved since, of open grants."""
        return self._figure(
            "drifted",
            self.env._("Signed figures that changed since"),
            "timebank.reconciliation",
            "timebank_reconciliation_action",
            [("id", "in", self._find_drifted().ids)],
            urgent=True,
        )

    def _find_drifted(self):
        reconciliations = self.env["timebank.reconciliation"]
        latest = reconciliations._read_group(
            [("state", "!=", "draft"), ("grant_id.state", "=", "open")],
            ["grant_id"],
            order="date_to:max desc",
            limit=LOOKED_AT,
        )
        return reconciliations._get_overtaken([grant.id for (grant,) in latest])

    def _get_off_course(self):
        grants = self.env["timebank.grant"].search([("state", "=", "open")])
        off = grants.filtered(lambda grant: grant.course in OFF_COURSE)
        return self._figure(
            "off_course",
            self.env._("Budgets off course"),
            "timebank.grant",
            "timebank_grant_action",
            [("id", "in", off.ids)],
        )

    def _get_reports_to_check(self):
        return self._get_reports("reports_to_check", self.env._("Reports to check"), "finance")

    def _get_reports_to_agree(self):
        return self._get_reports("reports_to_agree", self.env._("Reports to agree"), "manager")

    def _get_reports(self, key, title, role):
        reports = self._find_reports(role)
        window = "timebank_funder_report_action"
        return reports and self._figure(key, title, reports._name, window, [("id", "in", reports.ids)])

    def _find_reports(self, role):
        """Reports to funders that this role signs next, but those that the user has a part in."""
        reports = self.env["timebank.funder.report"]
        if not (self._has_role(role) and reports.has_access("read")):
            return reports
        asked = [("state", "=", "draft"), ("asked_on", "!=", False)]
        waiting = reports.search(asked if role == "finance" else [("state", "=", "checked")])
        return waiting.filtered(lambda report: not report._is_bound(role))

    def _get_bills(self):
        open_grants = self.env["timebank.grant"].search([("state", "=", "open")])
        self.env["timebank.bill.line"]._follow_books(open_grants)
        return self._figure(
            "bills",
            self.env._("Bills without claims"),
            "timebank.bill.line",
            "timebank_bill_line_action",
            [
                ("grant_id.state", "=", "open"),
                ("status", "in", ("open", "part", "changed")),
                "|",
                ("is_prepaid", "=", False),
                ("status", "=", "changed"),
            ],
            ["date:min"],
            self._say_oldest,
        )

    # ------------------------------------------------------------
    # Managers
    # ------------------------------------------------------------

    def _get_alarms(self):
        alarm = self.env.ref("timebank_coproduction.mail_activity_ledger")
        # sudo: which banks have one; a manager decides for all that they can read
        alarms = self.env["mail.activity"].sudo()
        banks = alarms.search(
            [("activity_type_id", "=", alarm.id), ("res_model", "=", "timebank.scheme")]
        ).mapped("res_id")
        return self._figure(
            "alarms",
            self.env._("Failed ledger checks"),
            "timebank.scheme",
            "timebank_scheme_action",
            [("id", "in", banks)],
            urgent=True,
        )

    def _get_without_coordinator(self):
        """Nobody who could run them is named: who is archived can't, nor who lacks the role."""
        role = self.env.ref(GROUP + "coordinator")
        running = [("active", "=", True), ("all_group_ids", "in", role.ids)]
        return self._figure(
            "without_coordinator",
            self.env._("Banks without a coordinator"),
            "timebank.scheme",
            "timebank_scheme_action",
            [("state", "=", "open"), ("coordinator_ids", "not any", running)],
        )

    def _get_unsealed(self):
        """Banks whose last seal is from before a transfer that should have been sealed since."""
        before = fields.Datetime.subtract(fields.Datetime.now(), days=SEAL_DAYS)
        return self._figure(
            "unsealed",
            self.env._("Banks with unsealed transfers"),
            "timebank.scheme",
            "timebank_scheme_action",
            [("id", "in", self.env["timebank.scheme"]._find_unsealed(before).ids)],
            urgent=True,
        )

    # ------------------------------------------------------------
    # Mine
    # ------------------------------------------------------------

    def _get_calls(self):
        """Those of the banks on the user's desk, whoever of their coordinators is asked to, as the desk has
        them; and what else the user is asked to ring about."""
        calls = Domain(self._mine()) & Domain(self._of_types((CALL,)))
        if self._has_role("coordinator"):
            desk = self.env["timebank.desk"]
            calls |= Domain("id", "in", desk._find_calls(desk._get_banks()).ids)
        return self._get_to_do("calls", self.env._("Calls to make"), calls)

    def _get_todos(self):
        reports = self._find_reports("finance") | self._find_reports("manager")
        signed = Domain("res_model", "=", reports._name) & Domain("res_id", "in", reports.ids)
        rest = ~Domain(self._of_types(HAVE_FIGURES)) & ~signed
        return self._get_to_do("todos", self.env._("To-dos of yours"), Domain(self._mine()) & rest)

    def _mine(self):
        return [("user_id", "=", self.env.uid), ("res_model", "=like", "timebank.%")]

    def _of_types(self, names):
        return [("activity_type_id", "in", [self.env.ref(name).id for name in names])]

    def _get_to_do(self, key, title, domain):
        today = fields.Date.context_today(self)
        figure = self._figure(
            key,
            title,
            "mail.activity",
            "timebank_todo_action",
            domain,
            ["date_deadline:min"],
            lambda day: self.env._("the first by %s", say_day(self.env, day)),
        )
        if figure:
            late = Domain(figure["action"]["domain"]) & Domain("date_deadline", "<", today)
            figure["urgent"] = bool(self.env["mail.activity"].search_count(late, limit=1))
        return figure

    def _get_my_sessions(self):
        return self._figure(
            "my_sessions",
            self.env._("Sessions you signed up for"),
            "timebank.attendance",
            "timebank_attendance_action",
            [
                ("partner_id", "=", self.env.user.partner_id.id),
                ("state", "=", "signed_up"),
                *self._on_days(0, AHEAD_DAYS, "session_id."),
            ],
            context={"create": False},
        )

    def _get_my_hours(self):
        return self._figure(
            "my_hours",
            self.env._("Hours of yours to hand in"),
            "timebank.hours",
            "timebank_hours_my_action",
            [("is_mine", "=", True), ("state", "=", "draft")],
            ["minutes:sum"],
            lambda minutes: self.env._("%s hours", clock(minutes)),
        )

    def _get_own_hours(self):
        """What a coordinator gave or received: somebody else decides on it."""
        return self._figure(
            "own_hours",
            self.env._("Hours of yours for somebody else to approve"),
            "timebank.hours",
            "timebank_hours_to_approve_action",
            self.env["timebank.hours"]._get_domain_to_decide(own=True),
            ["minutes:sum"],
            lambda minutes: self.env._("%s hours", clock(minutes)),
            context={"timebank_to_approve": 1},
        )

    def _get_own_claims(self):
        """What a coordinator claims or pays for: somebody else decides on it."""
        return self._figure(
            "own_claims",
            self.env._("Claims of yours for somebody else to approve"),
            "timebank.redemption",
            "timebank_redemption_todo_action",
            self.env["timebank.redemption"]._get_domain_to_decide(own=True),
        )
