"""The page Evidence: who may ask what, and that its figures are those of the books."""

import ast
import json
import re
from datetime import date
from unittest.mock import patch

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import file_open

from ...models.evidence import timebank_evidence as evidence_page
from ...models.evidence.timebank_evidence import PARTS
from ..common import TODAY
from ..session_common import SessionCase

GROUP = "timebank_coproduction.group_timebank_"

#: What somebody could send in place of filters.
HOSTILE = (
    {"period": "for_ever"},
    {"period": ["this_year"]},
    {"period": "own"},
    {"period": "own", "date_from": "2026-02-01"},
    {"period": "own", "date_from": "2026-02-01", "date_to": "2026-01-01"},
    {"period": "own", "date_from": "1960-01-01", "date_to": "2026-01-01"},
    {"period": "own", "date_from": "0202-01-01", "date_to": "2026-01-01"},
    {"period": "own", "date_from": "yesterday", "date_to": "today"},
    {"scheme_ids": 1},
    {"scheme_ids": ["1) OR (1=1"]},
    {"scheme_ids": [2**31 - 1]},
    {"project_id": [1]},
    {"project_id": 2**31 - 1},
    {"grant_id": "1"},
    {"grant_id": 2**31 - 1},
    {"compare": "nothing"},
    {"small": "yes"},
    {"limit": 10},
    [],
    "period",
    None,
)


@tagged("post_install", "-at_install")
class TestEvidencePage(SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = [cls._make_member(f"Person {number}") for number in range(8)]
        cls.harbour = cls._make_scheme("Harbour", coordinator_ids=[Command.set(cls.coordinator2.ids)])
        cls.activity.planned_by = "jointly"
        cls.hours = cls.env["timebank.hours"]
        for number, member in enumerate([*cls.people, cls.cat]):
            cls.hours += cls._make_hours(
                member,
                60 + number,
                date=date(2026, 1 + number % 3, 5),
                project_id=cls.project.id,
                activity_id=cls.activity.id,
            )
        cls.hours.with_user(cls.coordinator).action_submit()
        cls.hours.with_user(cls.manager).action_approve()

    def _page(self, user, **filters):
        filters = {"period": "this_year", "scheme_ids": self.scheme.ids, **filters}
        return self.env["timebank.evidence"].with_user(user).get_page(filters)

    def _sections(self, page):
        return {section["key"]: section for section in page["sections"]}

    def _figures(self, page):
        return {
            figure["key"]: figure["value"] for section in page["sections"] for figure in section["figures"]
        }

    # Who may ask what
    def test_who_runs_the_bank_finance_and_managers_see_it(self):
        for user in (self.coordinator, self.manager, self.finance):
            with self.subTest(user=user.login):
                page = self._page(user)
                self.assertEqual(self._figures(page)["head_count"], "9")
                self.assertEqual(page["heading"]["banks"], "River Street")
                self.assertEqual(page["can_show_small"], user != self.finance)

    def test_everybody_else_is_refused(self):
        for user in (self.staff, self.portal, self.env.ref("base.public_user")):
            evidence = self.env["timebank.evidence"].with_user(user)
            for asked in (("get_page",), ("get_frame",), *(("get_sections", part) for part in PARTS)):
                method, *part = asked
                with self.subTest(user=user.login, asked=asked), self.assertRaises(AccessError):
                    getattr(evidence, method)({}, *part)

    def test_the_page_in_the_browser_asks_for_all_parts(self):
        with file_open("timebank_coproduction/static/src/evidence/evidence.js") as source:
            asked = re.search(r"const PARTS = (\[.*?\]);", source.read())[1]
        self.assertEqual(json.loads(asked), list(PARTS))

    def test_parts_asked_for_side_by_side_are_the_page(self):
        for user in (self.coordinator, self.manager, self.finance):
            for small in (False, True):
                with self.subTest(user=user.login, small=small):
                    page = self._page(user, small=small)
                    evidence = self.env["timebank.evidence"].with_user(user)
                    filters = {name: value for name, value in page["filters"].items() if value}
                    del filters["date_from"], filters["date_to"]  # of one's own days alone
                    parts = [evidence.get_sections(filters, part) for part in PARTS]
                    for name in ("sections", "listed"):
                        self.assertEqual([one for part in parts for one in part[name]], page[name])
                    frame = {**evidence.get_frame(filters), "empty": None}
                    self.assertEqual(frame, {name: page[name] for name in frame})

    def test_reports_are_for_who_may_read_them(self):
        """Each by the name of its window, and none that its reader can't open."""
        found = {}
        for user in (self.coordinator, self.manager, self.finance):
            for report in self._page(user)["reports"]:
                action = self.env.ref(report["action"]["xml_id"])
                found.setdefault(user, set()).add(report["title"])
                self.assertEqual(report["title"], action.name)
                if action._name == "ir.actions.act_window":
                    records = self.env[action.res_model].with_user(user)
                    self.assertTrue(records.has_access("read"), action.name)
        of_coordinators = {"Who took part", "Exchanges", "Giving and receiving"}
        of_finance = {"Decided by whom", "Volunteers in the annual report"}
        self.assertEqual(found[self.coordinator] & (of_coordinators | of_finance), of_coordinators)
        self.assertEqual(found[self.finance] & (of_coordinators | of_finance), of_finance)
        self.assertEqual(found[self.manager], found[self.coordinator] | found[self.finance])

    def test_of_many_members_reports_open_with_a_month(self):
        """Where they would open with some days, a year mostly; their other filters stay."""
        usual = {report["title"]: report["action"] for report in self._page(self.manager)["reports"]}
        with patch.object(evidence_page, "MANY_MEMBERS", 0):
            of_many = {report["title"]: report["action"] for report in self._page(self.manager)["reports"]}
        self.assertEqual(usual.keys(), of_many.keys())
        narrowed = {title for title, action in of_many.items() if action != usual[title]}
        self.assertEqual(
            narrowed,
            {
                "Attendance",
                "Credits that moved",
                "Decided by whom",
                "Exchanges",
                "Giving and receiving",
                "Hours given",
                "Who took part",
            },
        )
        for title in narrowed:
            action = self.env.ref(of_many[title]["xml_id"])
            expected = {**ast.literal_eval(action.context), "search_default_date": "month-1"}
            for name in ("recent", "year"):
                expected.pop(f"search_default_{name}", None)
            self.assertEqual(of_many[title]["context"], expected)
            arch = self.env[action.res_model].get_view(view_type="search")["arch"]
            self.assertTrue(html.fromstring(arch).xpath("//filter[@name='date'][@date]"), title)

    def test_only_banks_that_one_runs(self):
        with self.assertRefused("that you run", error=AccessError):
            self._page(self.coordinator, scheme_ids=self.harbour.ids)
        names = [bank["name"] for bank in self._page(self.coordinator)["choices"]["banks"]]
        self.assertEqual(names, ["River Street"])
        for user in (self.finance, self.manager):
            names = [bank["name"] for bank in self._page(user)["choices"]["banks"]]
            self.assertLessEqual({"River Street", "Harbour"}, set(names))

    def test_grants_and_projects_of_others_are_refused(self):
        grant = self.env["timebank.grant"].create(
            {
                "name": "Harbour's own",
                "funder_id": self.env["res.partner"].create({"name": "Funder"}).id,
                "scheme_ids": [Command.set(self.harbour.ids)],
            }
        )
        grant._in_verb().write({"state": "open"})
        project = self.env["project.project"].create({"name": "Elsewhere"})
        with self.assertRefused("no such record", error=AccessError):
            self._page(self.coordinator, grant_id=grant.id)
        with self.assertRefused("serves none", error=AccessError):
            self._page(self.finance, grant_id=grant.id)
        with self.assertRefused("none of these", error=AccessError):
            self._page(self.coordinator, project_id=project.id)

    def test_the_heading_names_the_banks_that_a_grant_serves(self):
        grant = self.env["timebank.grant"].create(
            {
                "name": "River fund",
                "funder_id": self.env["res.partner"].create({"name": "A funder"}).id,
                "scheme_ids": [Command.set(self.scheme.ids)],
            }
        )
        grant._in_verb().write({"state": "open"})
        both = (self.scheme + self.harbour).ids
        asked = self._page(self.finance, scheme_ids=both)["heading"]
        self.assertIn("Harbour", asked["banks"])
        asked = self._page(self.finance, scheme_ids=both, grant_id=grant.id)["heading"]
        self.assertEqual((asked["banks"], asked["grant"]), ("River Street", "River fund"))

    def test_finance_chooses_among_the_projects_that_hours_name(self):
        """Also those that they can't open: their names stand on the hours that finance reads."""
        closed = {"privacy_visibility": "followers"}
        unused = self.env["project.project"].create({"name": "Garden", **closed})
        self.scheme.project_ids += unused
        self.project.write(closed)
        self.assertFalse(unused.with_user(self.finance).has_access("read"))
        self.env.invalidate_all()
        page = self._page(self.finance, project_id=self.project.id)
        self.assertEqual(page["choices"]["projects"], [{"id": self.project.id, "name": "Community café"}])
        self.assertEqual(page["heading"]["project"], "Community café")
        self.assertEqual(self._figures(page)["head_count"], "9")
        with self.assertRefused("none of these", error=AccessError):
            self._page(self.finance, project_id=unused.id)
        elsewhere = self._page(self.finance, scheme_ids=self.harbour.ids)["choices"]["projects"]
        self.assertNotIn(self.project.id, [one["id"] for one in elsewhere])

    def test_of_one_project_nothing_is_said_of_how_many_there_are(self):
        whole = self._sections(self._page(self.coordinator, small=True))["embedding"]
        self.assertIn("projects had time", whole["answer"])
        self.assertTrue(whole["figures"])
        of_one = self._sections(self._page(self.coordinator, small=True, project_id=self.project.id))[
            "embedding"
        ]
        self.assertEqual(of_one["answer"], "Most of it is a person for the organisation: 9.6 hours.")
        self.assertFalse(of_one["figures"])

    def test_hostile_filters_get_a_sentence(self):
        for filters in HOSTILE:
            with self.subTest(filters=filters), self.assertRaises(UserError):
                self.env["timebank.evidence"].with_user(self.coordinator).get_page(filters)

    # Small numbers
    def test_small_numbers_are_for_who_runs_the_banks_and_asks(self):
        self.hours[3:].with_user(self.manager).action_reverse("Too many for this test")
        for user, small, shown in (
            (self.coordinator, False, False),
            (self.coordinator, True, True),
            (self.manager, True, True),
            (self.finance, True, False),
        ):
            with self.subTest(user=user.login, small=small):
                page = self._page(user, small=small)
                figures = self._figures(page)
                self.assertEqual(page["filters"]["small"], shown)
                self.assertEqual(figures["head_count"], "3" if shown else None)
                self.assertEqual(figures["given_by_people"], "3\xa0h" if shown else None)
                rows = self._sections(page)["involvement"]["table"]["rows"]
                self.assertEqual(rows[-1][1], "3" if shown else "hidden")
                values = self._sections(page)["involvement"]["chart"]["series"][0]["values"]
                self.assertEqual(values, [1, 1, 1] if shown else [None, None, None])

    def test_a_claim_to_see_small_numbers_in_the_context_shows_nothing(self):
        self.hours[3:].with_user(self.manager).action_reverse("Too many for this test")
        evidence = self.env["timebank.evidence"].with_user(self.finance)
        page = evidence.with_context(timebank_hide_small=False).get_page({"small": True})
        self.assertIsNone(self._figures(page)["head_count"])

    # What it says
    def test_figures_are_those_of_the_measures(self):
        for user, small in ((self.coordinator, True), (self.finance, False)):
            with self.subTest(user=user.login):
                page = self._page(user, small=small)
                figures, sections = self._figures(page), self._sections(page)
                measured = self.scheme.with_user(user).get_measures(date(2026, 1, 1), TODAY)
                for key in ("head_count", "giving_and_receiving", "only_giving", "only_receiving"):
                    said = None if measured[key] is None else str(measured[key])
                    self.assertEqual(figures[key], said, key)
                (form,) = measured["forms"]
                self.assertEqual((form["planned_by"], form["delivered_by"]), ("jointly", "jointly"))
                row = sections["forms"]["table"]["rows"][4]
                self.assertEqual(row[1:3], ["Jointly", "Jointly"])
                self.assertEqual(row[3], "9.6\xa0h" if form["minutes"] == 576 else "hidden")

    def test_charts_and_tables_say_the_same(self):
        page = self._page(self.coordinator, small=True)
        for key, section in self._sections(page).items():
            chart, table = section["chart"], section["table"]
            with self.subTest(key):
                self.assertTrue(section["title"] and section["answer"] and section["definition"])
                for row in table["rows"] if table else ():
                    self.assertEqual(len(row), len(table["head"]))
                for series in (chart or {}).get("series") or []:
                    self.assertEqual(len(series["values"]), len(chart["labels"]))
        rows = self._sections(page)["work"]["table"]["rows"]
        self.assertEqual([row[-1] for row in rows], ["3.1\xa0h", "3.2\xa0h", "3.2\xa0h", "9.6\xa0h"])

    def test_records_behind_a_figure(self):
        page = self._page(self.coordinator)
        seen = 0
        for section in page["sections"]:
            for way in section["actions"]:
                action = way["action"]
                with self.subTest(section["key"], way=way["label"]):
                    window = self.env.ref(action["xml_id"])
                    if window._name != "ir.actions.act_window":
                        continue
                    records = self.env[window.res_model].with_user(self.coordinator)
                    found = records.search(action["domain"])
                    seen += 1
                    if way["label"] == "Hours behind this" and section["key"] == "involvement":
                        self.assertEqual(found, self.hours.sorted())
        self.assertGreater(seen, 4)

    def test_lists_behind_a_sum_have_what_is_in_it(self):
        """What organisations gave is in neither: the figures are of people."""
        council = self.env["res.partner"].create({"name": "Council", "is_company": True})
        member = self._make_member(council, role="organisation")
        given = self._make_hours(member, 120, date=date(2026, 1, 7), project_id=self.project.id)
        given.with_user(self.coordinator).action_submit()
        given.with_user(self.manager).action_approve()
        sections = self._sections(self._page(self.coordinator, small=True))
        self.assertEqual(sections["work"]["table"]["rows"][-1][-1], "9.6\xa0h")
        for key in ("involvement", "work"):
            with self.subTest(key):
                action = sections[key]["actions"][0]["action"]
                found = self.env["timebank.hours"].with_user(self.coordinator).search(action["domain"])
                self.assertEqual(found, self.hours.sorted())

    def test_a_grant_and_a_project_narrow_it(self):
        other = self.env["project.project"].create({"name": "Garden"})
        self.scheme.project_ids += other
        page = self._page(self.coordinator, project_id=other.id)
        self.assertFalse(page["sections"])
        self.assertIn("grant or project", page["empty"]["text"])
        page = self._page(self.coordinator, project_id=self.project.id)
        self.assertEqual(self._figures(page)["head_count"], "9")
        self.assertEqual(page["heading"]["project"], "Community café")

    def test_periods_and_what_they_are_compared_with(self):
        for period, compare, first, last, first_before, last_before in (
            ("this_month", "year", "2026-03-01", "2026-03-18", "2025-03-01", "2025-03-18"),
            ("last_month", "before", "2026-02-01", "2026-02-28", "2026-01-01", "2026-01-31"),
            ("this_quarter", "before", "2026-01-01", "2026-03-18", "2025-10-16", "2025-12-31"),
            ("this_year", "year", "2026-01-01", "2026-03-18", "2025-01-01", "2025-03-18"),
            ("last_12_months", "year", "2025-04-01", "2026-03-18", "2024-04-01", "2025-03-18"),
            ("last_year", "before", "2025-01-01", "2025-12-31", "2024-01-01", "2024-12-31"),
        ):
            with self.subTest(period=period, compare=compare):
                evidence = self.env["timebank.evidence"].with_user(self.coordinator)
                filters = evidence._complete({"period": period, "compare": compare}, self.scheme)
                scope = evidence._get_scope(filters, self.scheme)
                before = evidence._get_scope_before(scope, compare)
                self.assertEqual((str(scope.date_from), str(scope.date_to)), (first, last))
                self.assertEqual((str(before.date_from), str(before.date_to)), (first_before, last_before))
        scope = scope._replace(date_from=date(2023, 3, 1), date_to=date(2024, 2, 29))
        before = evidence._get_scope_before(scope, "year")
        self.assertEqual((before.date_from, before.date_to), (date(2022, 3, 1), date(2023, 2, 28)))

    def test_each_section_is_explained_on_the_page_of_measures(self):
        with file_open("timebank_coproduction/static/measures.md") as page:
            headings = re.findall(r"^## (.*)$", page.read(), re.M)
        anchors = {re.sub("[^a-z0-9]+", "-", heading.lower()) for heading in headings}
        for key, section in self._sections(self._page(self.coordinator, small=True)).items():
            self.assertIn(section["anchor"], anchors, key)

    # Where there is nothing
    def test_a_bank_without_anything_says_what_to_do(self):
        page = self._page(self.coordinator2, scheme_ids=self.harbour.ids)
        self.assertFalse(page["sections"])
        self.assertTrue(page["empty"]["title"] and page["empty"]["label"])
        self.assertEqual(self.env.ref(page["empty"]["action"]["xml_id"]).res_model, "timebank.hours")

    def test_a_coordinator_without_a_bank_is_told(self):
        lonely = new_test_user(self.env, "tb_lonely", groups=GROUP + "coordinator")
        page = self._page(lonely, scheme_ids=[])
        self.assertIn("run a time bank", page["empty"]["title"])

    def test_queries_dont_grow_with_banks(self):
        def count(banks):
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._page(self.manager, scheme_ids=banks.ids)
            return self.cr.sql_log_count - before

        self._page(self.manager)
        one = count(self.scheme)
        more = self.scheme | self.harbour
        more |= more.union(*(self._make_scheme(f"Bank {number}") for number in range(20)))
        self._page(self.manager, scheme_ids=more.ids)
        # less than one for each further bank: what banks without projects add to the choices
        self.assertLess(count(more), one + 10)
