from odoo import models

from ...tools.coproduction_form import is_coproductive
from ...tools.network import find_bridges, find_largest_circle, gather
from ..common.windows import open_list

#: The window of all times that people took part.
INVOLVEMENT = "timebank_involvement_report_action"

#: Of these, what people who are supported gave beside professionals.
BESIDE = (("part", "=", "gave"), ("role", "=", "beneficiary"), ("beside_professional", "=", True))

#: Figure → the model of its records. Each is listed by the method ``_list_`` and its name, given the scope;
#: so that there are as many records, or groups of them, as the figure says, or they add up to it.
LISTED = {
    "head_count": "timebank.involvement.report",
    "attendances": "timebank.involvement.report",
    "given_by_people": "timebank.hours",
    "sustained_people": "timebank.involvement.report",
    "sustained_minutes": "timebank.involvement.report",
    "giving_and_receiving": "timebank.involvement.report",
    "only_giving": "timebank.involvement.report",
    "only_receiving": "timebank.involvement.report",
    "partners_per_person": "timebank.exchange.report",
    "density": "timebank.exchange.report",
    "arc_reciprocity": "timebank.exchange.report",
    "largest_strong_part": "timebank.involvement.report",
    "isolated": "timebank.involvement.report",
    "bridges": "timebank.involvement.report",
    "days_to_first": "timebank.member",
    "days_to_second": "timebank.member",
    "resilience_3": "timebank.member",
    "resilience_6": "timebank.member",
    "resilience_12": "timebank.member",
    "coproductive": "timebank.activity",
    "projects": "project.project",
    "teams": "project.project",
    "returned_share": "timebank.flow.report",
    "cover": "timebank.flow.report",
    "outstanding": "timebank.account",
    "top": "timebank.account",
}
#: Models whose records name people: they are listed for who runs all of the banks.
NAMING = (
    "timebank.involvement.report",
    "timebank.exchange.report",
    "timebank.member",
    "timebank.account",
)
#: Figures of people, wherever their accounts are: their accounts are listed of one bank alone.
OF_ONE_BANK = ("top",)


class TimebankEvidenceRecords(models.AbstractModel):
    """The records behind each figure. A part of ``timebank.evidence``, whose words it uses."""

    _name = "timebank.evidence.records"
    _description = "Records behind Figures"

    def _get_listed(self, sections, banks):
        """The keys of those figures shown whose records the user may list."""
        shown = [
            figure["key"]
            for section in sections
            for figure in section["figures"]
            if figure["value"] is not None
        ]
        may = self._get_models_listed(banks)
        return [
            key for key in shown if LISTED.get(key) in may and (len(banks) == 1 or key not in OF_ONE_BANK)
        ]

    def _get_models_listed(self, banks):
        """The models whose records the user may list of these banks."""
        runs_all = not banks - banks._run_by_user()
        return {
            model
            for model in set(LISTED.values())
            if self.env[model].has_access("read") and (runs_all or model not in NAMING)
        }

    # ------------------------------------------------------------
    # People
    # ------------------------------------------------------------

    def _list_involved(self, scope, name, domain, group_by="partner_id"):
        return open_list(
            self.env,
            INVOLVEMENT,
            [*self._get_scope_domain(scope), *domain],
            {"group_by": group_by},
            display_name=name,
            views=[(False, "list"), (False, "pivot"), (False, "graph")],
        )

    def _list_people(self, scope, name, partner_ids):
        """Of some people all that they took part in, by person."""
        return self._list_involved(scope, name, [("partner_id", "in", sorted(map(int, partner_ids)))])

    def _list_head_count(self, scope):
        return self._list_involved(scope, self.env._("People who gave or received time"), [])

    def _list_attendances(self, scope):
        return self._list_involved(
            scope, self.env._("Attendances at sessions"), [("part", "=", "attended")], []
        )

    def _list_sustained_people(self, scope):
        ids, _minutes, lasting = self.env["timebank.measures"]._find_beneficiaries(scope)
        return self._list_involved(
            scope,
            self.env._("People we support who stayed involved"),
            [*BESIDE, ("partner_id", "in", ids[lasting].tolist())],
        )

    def _list_sustained_minutes(self, scope):
        return self._list_involved(
            scope, self.env._("Time that people we support gave beside professionals"), BESIDE
        )

    def _list_giving_and_receiving(self, scope):
        people = self.env["timebank.measures"]._get_people(scope)
        return self._list_people(scope, self.env._("Gave and received"), people.ids[people.gave & people.got])

    def _list_only_giving(self, scope):
        people = self.env["timebank.measures"]._get_people(scope)
        return self._list_people(scope, self.env._("Only gave"), people.ids[people.gave & ~people.got])

    def _list_only_receiving(self, scope):
        people = self.env["timebank.measures"]._get_people(scope)
        return self._list_people(scope, self.env._("Only received"), people.ids[people.got & ~people.gave])

    def _gather_links(self, scope):
        measures = self.env["timebank.measures"]
        return gather(measures._get_people(scope).ids, measures._get_links(scope))

    def _list_links(self, scope):
        """What made each link, by giver and receiver: as many groups as there are links."""
        people = ("in", self.env["timebank.measures"]._get_people(scope).ids.tolist())
        return open_list(
            self.env,
            "timebank_exchange_report_action",
            [*self._get_scope_domain(scope), ("giver_id", *people), ("receiver_id", *people)],
            {"group_by": ["giver_id", "receiver_id"]},
            display_name=self.env._("Who gave to whom"),
            views=[(False, "list"), (False, "pivot"), (False, "graph")],
        )

    _list_partners_per_person = _list_density = _list_arc_reciprocity = _list_links

    def _list_largest_strong_part(self, scope):
        return self._list_people(
            scope, self.env._("Largest circle"), find_largest_circle(self._gather_links(scope))
        )

    def _list_isolated(self, scope):
        links = self._gather_links(scope)
        linked = {*links.givers.tolist(), *links.receivers.tolist()}
        return self._list_people(scope, self.env._("Without a partner"), set(links.people.tolist()) - linked)

    def _list_bridges(self, scope):
        return self._list_people(scope, self.env._("Bridges"), find_bridges(self._gather_links(scope)))

    # ------------------------------------------------------------
    # Members
    # ------------------------------------------------------------

    def _list_days_to_first(self, scope):
        return open_list(
            self.env,
            "timebank_member_action",
            self._get_joined_domain(scope),
            {},
            display_name=self.env._("Who joined"),
        )

    def _list_days_to_second(self, scope):
        steps = self.env["timebank.measures"]._find_first_steps(scope)
        exchanged = [member_id for *_rest, member_id, one, _two in steps if one]
        return open_list(
            self.env,
            "timebank_member_action",
            [("id", "in", exchanged)],
            {},
            display_name=self.env._("Who joined and has exchanged time"),
        )

    def _list_resilience(self, scope, months):
        """Who is still a member of those whose month that lies so much later is over."""
        measures = self.env["timebank.measures"]
        last = measures._get_last_day(scope)
        ended = measures._get_support_ended(scope, last)
        month_of = measures._get_months_after(ended, last, (months,))
        partner_ids = [
            partner_id
            for partner_id, _day, state in ended
            if state == "member" and (partner_id, months) in month_of
        ]
        return open_list(
            self.env,
            "timebank_member_action",
            [("scheme_id", "in", list(scope.scheme_ids)), ("partner_id", "in", partner_ids)],
            {"group_by": "partner_id"} if len(scope.scheme_ids) > 1 else {},
            display_name=self.env._("Still members, %s months after their support ended", months),
        )

    def _list_resilience_3(self, scope):
        return self._list_resilience(scope, 3)

    def _list_resilience_6(self, scope):
        return self._list_resilience(scope, 6)

    def _list_resilience_12(self, scope):
        return self._list_resilience(scope, 12)

    # ------------------------------------------------------------
    # Hours, activities, projects, credits
    # ------------------------------------------------------------

    def _list_given_by_people(self, scope):
        return open_list(
            self.env,
            "timebank_hours_action",
            self._get_people_hours_domain(scope),
            {"group_by": "date:month"},
            display_name=self.env._("Time given"),
        )

    def _list_coproductive(self, scope):
        cells = self.env["timebank.measures"]._get_forms(scope)["cells"]
        activity_ids = [
            activity_id
            for cell in cells
            if is_coproductive(cell["planned_by"], cell["delivered_by"])
            for activity_id in cell["activity_ids"]
        ]
        return open_list(
            self.env,
            "timebank_activity_action",
            [("id", "in", activity_ids)],
            {},
            display_name=self.env._("Planned or delivered together"),
        )

    def _list_projects_where(self, name, domain, context):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": "project.project",
            "views": [(False, "list"), (False, "kanban"), (False, "form")],
            "domain": domain,
            "context": {"active_test": False, **context},
        }

    def _list_projects(self, scope):
        found = self.env["timebank.measures"]._get_embedding(scope)["projects"]
        return self._list_projects_where(
            self.env._("Projects that use credits"), [("id", "in", found["using_ids"])], {}
        )

    def _list_teams(self, scope):
        found = self.env["timebank.measures"]._get_embedding(scope)
        return self._list_projects_where(
            self.env._("Teams that use credits"),
            [("id", "in", found["projects"]["using_ids"]), ("user_id", "in", found["teams"]["using_ids"])],
            {"group_by": "user_id"},
        )

    def _list_returned_share(self, scope):
        return open_list(
            self.env,
            "timebank_flow_report_action",
            [*self._get_scope_domain(scope), ("direction", "in", ("issued", "returned"))],
            {"group_by": "direction"},
            display_name=self.env._("Issued and returned"),
            views=[(False, "list"), (False, "pivot"), (False, "graph")],
        )

    _list_cover = _list_returned_share

    def _list_accounts(self, accounts, name):
        return open_list(
            self.env,
            "timebank_account_by_balance_action",
            [("id", "in", accounts.ids)],
            {"active_test": False},
            display_name=name,
        )

    def _list_outstanding(self, scope):
        measures = self.env["timebank.time.audit.measures"]
        found = measures._find_in_credit(self._get_scope_at_end(scope))
        return self._list_accounts(found, self.env._("Accounts that hold or owe credits"))

    def _list_top(self, scope):
        measures = self.env["timebank.time.audit.measures"]
        found = measures._find_top_tenth(self._get_scope_at_end(scope))
        return self._list_accounts(found, self.env._("Accounts of the top tenth"))

    def _get_scope_at_end(self, scope):
        return scope.of_banks()._replace(date_to=self.env["timebank.measures"]._get_last_day(scope))
