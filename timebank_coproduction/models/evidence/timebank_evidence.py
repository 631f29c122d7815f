import ast
from datetime import date
from itertools import chain

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..common.roles import MANAGER, ROLES
from ..common.verb import choice, day, flag, named, record_id, record_ids, verb
from ..common.words import say_day
from .facts import Scope
from .timebank_evidence_records import LISTED, OF_ONE_BANK
from .timebank_measures_facts import Asked

#: The page in parts that rest on rows of their own, hours and the ledger, so that both can be asked for side
#: by side; from its top to its bottom, methods that each return a section or nothing, given the scope and the
#: scope of the period before. A new section is a method and its name in here.
PARTS = {
    "people": (
        "_get_involvement",
        "_get_places",
        "_get_work",
        "_get_forms",
        "_get_forms_over_time",
        "_get_embedding",
        "_get_reciprocity",
        "_get_network",
        "_get_new_links",
        "_get_first_steps",
    ),
    "credits": (
        "_get_resilience",
        "_get_time_audit",
        "_get_wellbeing_for_user",
        "_get_self_audit",
    ),
}
SECTIONS = tuple(chain.from_iterable(PARTS.values()))

PERIODS = ("this_month", "last_month", "this_quarter", "this_year", "last_12_months", "last_year", "own")
#: What a period is compared with: the same days a year before, as time banks have their seasons, or
#: the days just before it.
COMPARED = ("year", "before")

#: The filters of days with which windows open; and of more members than these they open with fewer.
OF_DAYS = {f"search_default_{name}" for name in ("date", "recent", "year")}
MANY_MEMBERS = 1_000
#: So many banks are named where something is said of them; of more, their number.
MOST_NAMED = 3
#: Up to so many years one period may last.
MOST_YEARS = 20

COORDINATOR = "timebank_coproduction.group_timebank_coordinator"
FINANCE = "timebank_coproduction.group_timebank_finance"

#: What somebody can count and turn by themselves, each with the roles that it is for: the window's own
#: part of its XML id. A new report is a line in here and in :meth:`TimebankEvidence._get_report_titles`.
REPORTS = (
    ("timebank_hours_report_action", ROLES),
    ("timebank_involvement_report_action", (COORDINATOR,)),
    ("timebank_attendance_action", (COORDINATOR, FINANCE)),
    ("timebank_exchange_report_action", (COORDINATOR,)),
    ("timebank_reciprocity_report_action", (COORDINATOR,)),
    ("timebank_network_action", ROLES),
    ("timebank_flow_report_action", ROLES),
    ("timebank_reward_spend_report_open", ROLES),
    ("timebank_disclosure_action", (FINANCE, MANAGER)),
    ("timebank_decision_report_action", (FINANCE, MANAGER)),
)

#: How a page is asked for: see :meth:`TimebankEvidence.get_page`.
FILTERS = named(
    period=choice(*PERIODS),
    date_from=day(),
    date_to=day(),
    scheme_ids=record_ids("timebank.scheme"),
    project_id=record_id("project.project", seen=False),
    grant_id=record_id("timebank.grant"),
    compare=choice(*COMPARED),
    small=flag(),
)


class TimebankEvidence(models.AbstractModel):
    """The page that answers a trustee's questions: what happened, measured.

    Each section is a method that returns the question, its answer as a sentence, a few large
    figures, a chart, the table with the same figures, and the way to the records behind them.
    Small numbers are hidden unless who looks runs all the banks and asks to see them.
    """

    _name = "timebank.evidence"
    _inherit = [
        "timebank.evidence.words",
        "timebank.evidence.shown",
        "timebank.evidence.audit",
        "timebank.evidence.wellbeing",
        "timebank.evidence.voices",
        "timebank.evidence.records",
    ]
    _description = "What Happened, Measured"

    @api.model
    @api.readonly
    @verb(filters=FILTERS)
    def get_page(self, filters):
        """Everything on the page, in one call.

        :param dict filters: ``period``, one of :data:`PERIODS`; for ``own`` with ``date_from`` and
            ``date_to``, both within it; ``scheme_ids``, without any all that the user may ask about;
            ``project_id``, ``grant_id``; ``compare``, one of :data:`COMPARED`; ``small``, whether
            figures about fewer than five people are shown to who runs all of the banks
        :return: dict of what :meth:`get_frame` and :meth:`get_sections` return
        :raises AccessError: for who has no role, or names what they can't ask about
        :raises UserError: for days that are no period
        """
        return {**self._make_page(filters, SECTIONS), "reports": self._get_reports()}

    @api.model
    @api.readonly
    @verb(filters=FILTERS)
    def get_frame(self, filters):
        """What stands around the sections.

        :param dict filters: as for :meth:`get_page`
        :return: dict of ``filters`` as they were understood, ``choices`` for them, ``heading`` in words,
            ``can_show_small``, ``empty``: what is said and can be done where there are no sections, and
            ``reports``, windows that count the same by rows and columns
        """
        return {**self._make_frame(*self._read_question(filters)), "reports": self._get_reports()}

    @api.model
    @api.readonly
    @verb(filters=FILTERS, part=choice(*PARTS))
    def get_sections(self, filters, part):
        """The sections of a part of the page, for who asks for all of them side by side.

        :param dict filters: as for :meth:`get_page`
        :param str part: one of :data:`PARTS`
        :return: dict of ``sections``, and ``listed``: of which of their figures :meth:`get_records` lists
            the records
        """
        return self._make_sections(PARTS[part], *self._read_question(filters))

    def _get_reports(self):
        """The windows of :data:`REPORTS` that are for the user: dicts of ``title`` and ``action``."""
        titles, of_many = self._get_report_titles(), self._are_many(self._get_banks())
        return [
            {
                "title": titles[name],
                "action": self._get_report_action(f"timebank_coproduction.{name}", of_many),
            }
            for name, roles in REPORTS
            if any(map(self.env.user.has_group, roles))
        ]

    def _are_many(self, banks):
        # sudo: only whether there are many
        members = self.env["timebank.member"].sudo()
        asked = [("scheme_id", "in", banks.ids), ("state", "=", "active")]
        return members.search_count(asked, limit=MANY_MEMBERS + 1) > MANY_MEMBERS

    def _get_report_action(self, xml_id, of_many):
        """The window; of many members, where it opens with some days, a year mostly, with the last month: a
        year of so many takes long to add up, and is one click away."""
        action = self.env.ref(xml_id)
        # sudo: with which filters a window opens, whoever looks
        context = ast.literal_eval(action.sudo().context) if action._name == "ir.actions.act_window" else {}
        if of_many and context.keys() & OF_DAYS:
            own = {name: value for name, value in context.items() if name not in OF_DAYS}
            return {"xml_id": xml_id, "context": {**own, "search_default_date": "month-1"}}
        return {"xml_id": xml_id}

    def _get_report_titles(self):
        return {
            "timebank_hours_report_action": self.env._("Hours given"),
            "timebank_involvement_report_action": self.env._("Who took part"),
            "timebank_attendance_action": self.env._("Attendance"),
            "timebank_exchange_report_action": self.env._("Exchanges"),
            "timebank_reciprocity_report_action": self.env._("Giving and receiving"),
            "timebank_network_action": self.env._("Who gives to whom"),
            "timebank_flow_report_action": self.env._("Credits that moved"),
            "timebank_reward_spend_report_open": self.env._("Reward spend"),
            "timebank_disclosure_action": self.env._("Volunteers in the annual report"),
            "timebank_decision_report_action": self.env._("Decided by whom"),
        }

    @api.model
    @verb(filters=FILTERS, figure=choice(*LISTED))
    def get_records(self, filters, figure):
        """The list of what a figure of the page counts, or adds up.

        :param dict filters: as for :meth:`get_page`
        :param str figure: one of those that are ``listed`` there
        :return: an action for the client
        :raises AccessError: for who has no role, or may not read what is listed
        """
        _filters, _banks, chosen, scope = self._read_question(filters)
        if figure in OF_ONE_BANK and len(chosen) != 1:
            raise UserError(self.env._("These are the accounts of one time bank: choose one."))
        if LISTED[figure] not in self._get_models_listed(chosen):
            raise AccessError(self.env._("These records are for who runs the time banks: ask one of them."))
        return getattr(self, f"_list_{figure}")(scope)

    def _make_page(self, filters, names):
        """A page of the sections that these methods return."""
        question = self._read_question(filters)
        page = {**self._make_frame(*question), **self._make_sections(names, *question)}
        return {**page, "empty": None if page["sections"] else page["empty"]}

    def _make_frame(self, filters, banks, chosen, scope):
        return {
            "filters": {
                **filters,
                "date_from": fields.Date.to_string(scope.date_from),
                "date_to": fields.Date.to_string(scope.date_to),
            },
            "choices": self._get_choices(banks, chosen),
            "heading": self._get_heading(filters, chosen, scope),
            "can_show_small": self.env["timebank.measures"]._sees_small(chosen),
            "empty": self._get_empty(banks, scope),
        }

    def _make_sections(self, names, filters, _banks, chosen, scope):
        page = self.with_context(timebank_hide_small=not filters["small"], timebank_asked=Asked())
        before = self._get_scope_before(scope, filters["compare"])
        sections = page._get_sections(names, scope, before) if chosen else []
        return {"sections": sections, "listed": self._get_listed(sections, chosen)}

    def _read_question(self, filters):
        """What is asked about.

        :return: the filters with what was left out, the banks that the user may ask about, those that
            they do, and the scope
        :raises AccessError: for who has no role, or names what they can't ask about
        """
        self._check_role()
        banks = self._get_banks()
        chosen = self._get_chosen(banks, filters.get("scheme_ids"))
        filters = self._complete(filters, chosen)
        measures = self.env["timebank.measures"]
        measures._check_readable(chosen)
        filters["small"] = filters["small"] and measures._sees_small(chosen)
        return filters, banks, chosen, self._get_scope(filters, chosen)

    def _get_sections(self, names, scope, before):
        found = []
        for name in names:
            section = getattr(self, name)(scope, before)
            if section:
                # what somebody at the page can do stands in no report
                hint = section.pop("hint", "")
                found.append({**section, "answer": " ".join(filter(None, (section["answer"], hint)))})
        return found

    # ------------------------------------------------------------
    # What is asked about
    # ------------------------------------------------------------

    def _check_role(self):
        if not any(map(self.env.user.has_group, ROLES)):
            raise AccessError(
                self.env._("Evidence is for coordinators, finance and managers: ask one of them to show you.")
            )

    def _get_banks(self):
        """All that the user may ask about: finance all, everybody else those that they run."""
        banks = self.env["timebank.scheme"].search([])
        return banks if self.env.user.has_group(FINANCE) else banks._run_by_user()

    def _get_chosen(self, banks, scheme_ids):
        chosen = self.env["timebank.scheme"].browse(scheme_ids or banks.ids)
        if chosen - banks:
            raise AccessError(self.env._("You can ask about the time banks that you run."))
        return banks & chosen

    def _complete(self, filters, banks):
        asked = {
            "period": "last_12_months",
            "date_from": None,
            "date_to": None,
            "project_id": None,
            "grant_id": None,
            "compare": "year",
            "small": False,
            **filters,
            "scheme_ids": banks.ids if filters.get("scheme_ids") else [],
        }
        if asked["project_id"] and asked["project_id"] not in self._get_projects(banks).ids:
            raise AccessError(self.env._("That project is none of these time banks’: choose another."))
        if asked["grant_id"] and asked["grant_id"] not in self._get_grants(banks).ids:
            raise AccessError(self.env._("That grant serves none of these time banks: choose one that does."))
        return asked

    def _get_scope(self, filters, banks):
        first, last = self._get_days(filters, banks)
        return Scope(
            scheme_ids=tuple(banks.ids),
            date_from=first,
            date_to=last,
            grant_id=filters["grant_id"],
            project_id=filters["project_id"],
        )

    def _get_days(self, filters, banks):
        """The first and the last day of the period; a period that goes on ends today, at the banks."""
        today = self.env["timebank.measures"]._get_today(banks)
        month = today.replace(day=1)
        if filters["period"] == "own":
            first, last = filters["date_from"], filters["date_to"]
            if not first or not last:
                raise UserError(self.env._("Choose the first and the last day."))
            if first > last:
                raise UserError(self.env._("The first day lies after the last one: change one of them."))
            if last >= first + relativedelta(years=MOST_YEARS):
                raise UserError(self.env._("Choose a period of at most %s years.", MOST_YEARS))
            return first, last
        return {
            "this_month": (month, today),
            "last_month": (month - relativedelta(months=1), month - relativedelta(days=1)),
            "this_quarter": (month.replace(month=(month.month - 1) // 3 * 3 + 1), today),
            "this_year": (month.replace(month=1), today),
            "last_12_months": (month - relativedelta(months=11), today),
            "last_year": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
        }[filters["period"]]

    def _get_scope_before(self, scope, compare):
        """The same days a year before; or as many just before them, whole months before whole months."""
        first, last = scope.date_from, scope.date_to
        if compare == "year":
            year = relativedelta(years=1)
            return scope._replace(date_from=first - year, date_to=self._a_year_before(last))
        end = first - relativedelta(days=1)
        after = last + relativedelta(days=1)
        if first.day == after.day == 1:
            months = (after.year - first.year) * 12 + after.month - first.month
            return scope._replace(date_from=first - relativedelta(months=months), date_to=end)
        return scope._replace(date_from=first - (after - first), date_to=end)

    def _a_year_before(self, last):
        """The same day; the end of a month stays its end."""
        return (
            fields.Date.end_of(last - relativedelta(years=1), "month")
            if last == fields.Date.end_of(last, "month")
            else last - relativedelta(years=1)
        )

    # ------------------------------------------------------------
    # What can be asked about
    # ------------------------------------------------------------

    def _get_projects(self, banks):
        """Those of which the banks take the hours; for finance, who may open none, those in hours too."""
        projects = self.env["project.project"]
        domain = [("is_template", "=", False)]
        # sudo: which they are; the user's own rules say which of them they see
        taken = banks.sudo().mapped("project_ids")
        if all(bank.project_ids for bank in banks.sudo()):
            domain = [("id", "in", taken.ids)]
        found = projects.search(domain) if projects.has_access("read") else projects
        if self.env.user.has_group(FINANCE):
            # sudo: the names of what hours, all of which finance may read, say they were given for
            found = projects.sudo().search([("id", "in", found.ids + self._find_named_projects(banks))])
        return found

    def _find_named_projects(self, banks):
        """The projects for which there are hours or sessions at some banks: a look into an index for each."""
        rows = self.env["timebank.measures"]._query(
            SQL(
                """SELECT p.id FROM project_project p
                    WHERE EXISTS (SELECT FROM timebank_hours
                                   WHERE project_id = p.id AND scheme_id = ANY(%(banks)s))
                       OR EXISTS (SELECT FROM timebank_session
                                   WHERE project_id = p.id AND scheme_id = ANY(%(banks)s))""",
                banks=banks.ids,
            )
        )
        return [project_id for (project_id,) in rows]

    def _get_grants(self, banks):
        """Those that serve one of the banks: for others no time counts."""
        return self.env["timebank.grant"].search(
            [("state", "!=", "draft"), ("scheme_ids", "in", banks.ids)], order="date_end desc, id desc"
        )

    def _get_choices(self, banks, chosen):
        return {
            "periods": [[key, self._get_period_names()[key]] for key in PERIODS],
            "compare": [
                ["year", self.env._("A year before")],
                ["before", self.env._("Just before")],
            ],
            "banks": [{"id": bank.id, "name": bank.display_name} for bank in banks],
            "projects": [{"id": one.id, "name": one.display_name} for one in self._get_projects(chosen)],
            "grants": [{"id": one.id, "name": one.display_name} for one in self._get_grants(chosen)],
        }

    def _get_period_names(self):
        return {
            "this_month": self.env._("This month"),
            "last_month": self.env._("Last month"),
            "this_quarter": self.env._("This quarter"),
            "this_year": self.env._("This year"),
            "last_12_months": self.env._("Last 12 months"),
            "last_year": self.env._("Last year"),
            "own": self.env._("Other days"),
        }

    def _get_heading(self, filters, chosen, scope):
        """What stands on top of the page, and of what is printed."""
        before = self._get_scope_before(scope, filters["compare"])
        grant = self.env["timebank.grant"].browse(filters["grant_id"] or [])
        # sudo: which of the banks that are asked about the grant serves; its time is of those alone
        served = chosen & grant.sudo().scheme_ids if grant else chosen
        return {
            "banks": self._name_banks(served),
            "days": self._say_days(scope),
            "before": self.env._("Changes are against %s", self._say_days(before)),
            # sudo: one of those that can be chosen
            "project": self.env["project.project"].sudo().browse(filters["project_id"] or []).display_name
            or "",
            "grant": grant.display_name or "",
            "drawn_on": self.env._("As at %s", say_day(self.env, fields.Date.context_today(self))),
            "small": self.env._("Small numbers are shown: for coordinators alone")
            if filters["small"]
            else self.env._("Figures about fewer than five people are hidden"),
        }

    def _name_banks(self, banks):
        """Which they are; of many, how many."""
        names = banks.mapped("display_name")
        return ", ".join(names) if len(names) <= MOST_NAMED else self.env._("%s time banks", len(names))

    def _say_of_banks(self, scope, banks, said):
        """What is said of some of the banks that are asked about: it stands for none of the others."""
        if len(banks) == len(scope.scheme_ids):
            return said
        return self.env._("%(banks)s: %(said)s", banks=self._name_banks(banks), said=said)

    def _say_days(self, scope):
        return self.env._(
            "%(first)s to %(last)s",
            first=say_day(self.env, scope.date_from, "d MMMM y"),
            last=say_day(self.env, scope.date_to, "d MMMM y"),
        )

    def _get_empty(self, banks, scope):
        """What is said where there is nothing to show, and what can be done."""
        if not banks:
            return {
                "title": self.env._("You don’t run a time bank yet"),
                "text": self.env._("Ask a manager to name you among the coordinators of one."),
            }
        if scope.grant_id or scope.project_id:
            return {
                "title": self.env._("Nothing happened in this period"),
                "text": self.env._(
                    "No time was given for this grant or project in these days."
                    " Choose another period, or take the filter off."
                ),
            }
        title, next_step = self.env._("Nothing happened in this period"), self.env._("Choose another period.")
        of_banks = [("scheme_id", "in", list(scope.scheme_ids))]
        if not (
            self.env["timebank.hours"].search_count([*of_banks, ("state", "=", "approved")], limit=1)
            or self.env["timebank.session"].search_count([*of_banks, ("state", "=", "done")], limit=1)
        ):
            title, next_step = (
                self.env._("There is nothing to measure yet"),
                self.env._("Log the first hours."),
            )
        return {
            "title": title,
            "text": self.env._(
                "As soon as hours are approved or the register of a session is closed, they are counted here."
                " %s",
                next_step,
            ),
            "action": {"xml_id": "timebank_coproduction.timebank_hours_action"},
            "label": self.env._("Go to the hours"),
        }
