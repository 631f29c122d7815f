"""Nobody works out from the page *Evidence* what it hides: all its numbers are read, as a reader would.

The page as its coordinators may see it says what is true, the page as it goes to others what is shown. From
everything shown there, with all that adds up in it, the least and the most is worked out that each
hidden number can be.
"""

import re
from datetime import timedelta

from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from ...tools.suppression import FEW, LEAST_ROOM
from ..common import TODAY, undone
from ..generated import same
from .page_common import HOURS, PEOPLE, PageCase
from .reader import Reader

ENTRY = st.tuples(
    st.one_of(st.integers(0, 3), st.integers(0, PEOPLE - 1)),  # who gave: some give more
    st.one_of(st.none(), st.integers(0, PEOPLE - 1)),  # who received
    st.sampled_from((3, 3, 20, 20, 20, 50, 80)),  # days ago, so that months differ
    st.integers(0, 2),  # activity and category
    st.integers(2, 12),  # times five minutes, and some odd ones
)
HIDDEN = "hidden"
COUNT = re.compile(r"^([\d,]+)(?: activit(?:y|ies).*)?$")
OF_PEOPLE = re.compile(r"(\d+) of (\d+) people")
N_OF = re.compile(r"^n = ([\d,]+) (?:people|person)$")
ABOUT_PEOPLE = re.compile(r"(?<![\d.,])(\d+) (?:people|person)\b")
WHOLE, TOGETHER = "Whole period", "Total"
#: Numbers that are not about people: projects and teams, and the thresholds of a bank.
NO_PEOPLE = {
    ("embedding", "answer"),
    ("embedding", "projects"),
    ("embedding", "projects note"),
    ("embedding", "teams"),
    ("embedding", "teams note"),
    ("involvement", "sustained_people note"),
}
NUMBER = re.compile(r"[1-9]")


def read(cell):
    """What a cell says: unit, number in minutes or as it is, how much it may be rounded by."""
    cell = str(cell)
    if found := HOURS.match(cell):
        hours = float(found[1].replace(",", ""))
        return "h", round(60 * hours), 30 if hours >= 100 else 3
    if found := COUNT.match(cell):
        return "n", int(found[1].replace(",", "")), 0
    return None, None, 0


@tagged("post_install", "-at_install")
class TestPageHidden(PageCase):
    def test_all_numbers_come_by_one_way(self):
        """Where the way that hides what is small lets nothing through, nothing is told: any number that is
        has gone round it."""
        self._live([(number % PEOPLE, (number + 5) % PEOPLE, 20, number % 3, 6) for number in range(60)])
        measures = self.env.registry["timebank.measures"]

        self.patch(
            measures, "_hide_small", lambda model, schemes, values, *args, **beside: dict.fromkeys(values)
        )
        for small in (True, False):
            sections = self._page(self.coordinator, small)
            self.assertGreater(len(sections), 8)
            for key, section in sections.items():
                with self.subTest(section=key, small=small):
                    told = self._get_texts(section).items()
                    self.assertEqual(
                        [one for one in told if NUMBER.search(one[1]) and (key, one[0]) not in NO_PEOPLE], []
                    )

    def _get_texts(self, section):
        """What a section says, by where; besides the names of rows and what each figure is."""
        chart, table = section["chart"] or {}, section["table"] or {"rows": []}
        texts = {"answer": section["answer"]}
        for figure in section["figures"]:
            texts[figure["key"]] = figure["value"]
            texts[f"{figure['key']} note"] = figure["note"]
            texts[f"{figure['key']} change"] = figure["change"]
        for series in chart.get("series", ()):
            texts[f"chart {series['label']}"] = [value or None for value in series["values"]]
        if chart.get("type") != "network":  # the picture leaves small groups out by itself
            texts.update({f"row {number}": row[1:] for number, row in enumerate(table["rows"])})
        return {where: str(what or "") for where, what in texts.items()}

    def test_sums_of_two_sections(self):
        """What few gave isn't to be seen from the month's sum, which stands in another section, too."""
        few = [(0, None, 50, 0, 12)] * 5 + [
            (1, None, 50, 0, 12),
            *((who, None, 50, 1, 1) for who in (4, 5, 6)),
        ]
        many = [(who, None, ago, kind, 12) for who in range(8) for ago in (20, 80) for kind in (0, 1)]
        self._live([*few, *many])
        true, shown = self._page(self.coordinator, True), self._page(self.finance, False)
        self._check_not_worked_out(true, shown)

    def test_how_many_gave(self):
        """Of how many a figure is doesn't say who only gave: who gave are they, and who did both."""
        both, giving, receiving = (0, 1, 2, 4, 5, 6), (3, 7, 11), (8, 9, 10, 12, 13)
        ring = [(who, both[place - 1], 20, 0, 12) for place, who in enumerate(both)]
        self._live(
            [
                *ring,
                *((who, None, 20, 0, 12) for who in giving),
                *((who, other, 50, 0, 12) for who, other in zip(both, receiving, strict=False)),
            ]
        )
        true, shown = self._page(self.coordinator, True), self._page(self.finance, False)
        notes = [
            {figure["key"]: figure["note"] for figure in page["involvement"]["figures"]}
            for page in (true, shown)
        ]
        self.assertEqual(
            [note["given_by_people"] for note in notes],
            ["n = 9 people", "five people or more; how many is hidden"],
        )
        self._check_not_worked_out(true, shown)

    def test_sums_with_all_time_given(self):
        """Few gave to the bank, or for no activity: neither is what the others' time is less than all."""
        to_people = [(who, 13, 20, 0, 12) for who in (0, 1, 2, 4, 5, 6)] * 2
        to_bank = [(who, None, 20, 0, 6) for who in (8, 9, 10)]
        for few in (to_bank, [(who, 12, 20, 2, 6) for who in (8, 9, 10)]):
            with undone(self.env), self.subTest(few=few):
                self._live([*to_people, *few])
                true, shown = self._page(self.coordinator, True), self._page(self.finance, False)
                self._check_not_worked_out(true, shown)
                self.assertNotEqual(self._get_figure(shown, "involvement", "given_by_people")["value"], None)

    def test_what_was_settled(self):
        """What is outstanding grew by what was issued, and settled: the change tells of who left in debt."""
        self._live([(who, None, ago, 0, 12) for who in range(8) for ago in (20, 50)])
        asked = {"period": "own", "compare": "before", "scheme_ids": self.scheme.ids}
        asked |= {"date_from": str(TODAY - timedelta(days=40)), "date_to": str(TODAY)}
        evidence = self.env["timebank.evidence"].with_user(self.finance)

        def get_outstanding():
            page = evidence.get_page(asked)
            sections = {section["key"]: section for section in page["sections"]}
            return self._get_figure(sections, "time_audit", "outstanding")

        self.assertTrue(get_outstanding()["change"])
        self._fund(self.people[0], 90)
        found = get_outstanding()
        self.assertTrue(found["value"])
        self.assertFalse(found["change"], "it is what was issued, and one had settled")
        for member in self.people[1:5]:
            self._fund(member, 30)
        self.assertTrue(get_outstanding()["change"], "of five people")

    def test_people_in_two_banks(self):
        """Three people who joined two banks are three: nothing is told of how soon they began."""
        hill = self._make_scheme("Hill Top", credit_limit_minutes=1000)
        joined = TODAY - timedelta(days=9)
        both = self.scheme | hill

        def join(who, schemes):
            for scheme in schemes:
                member = self._make_member(who, scheme=scheme, joined_on=joined)
                self._make_hours(member, 60, "approved", date=joined + timedelta(days=2))

        def get_wait():
            asked = {"period": "own", "date_from": str(joined), "date_to": str(TODAY)}
            page = self.env["timebank.evidence"].with_user(self.finance)
            page = page.get_page({**asked, "scheme_ids": both.ids})
            sections = {section["key"]: section for section in page["sections"]}
            measured = both.with_user(self.finance).get_measures(joined, TODAY)["days_to_first"]
            return self._get_figure(sections, "first_steps", "days_to_first"), measured

        # who else there is joined before
        (self.ann | self.ben | self.cat).joined_on = joined - timedelta(days=9)
        people = self.env["res.partner"].create([{"name": f"Newcomer {number}"} for number in range(10)])
        for who in people[:3]:
            join(who, both)
        figure, measured = get_wait()
        self.assertIsNone(figure["value"])
        self.assertIsNone(measured)
        self.assertFalse(figure["note"])
        for who in people[3:5]:
            join(who, hill)
        for who in people[5:]:
            self._make_member(who, scheme=hill, joined_on=joined)
        figure, measured = get_wait()
        self.assertEqual((figure["value"], measured), ("2 days", 2))
        self.assertEqual(figure["note"], "median of 13 memberships, for 8 of which it is over")

    def _get_figure(self, sections, key, name):
        (figure,) = [figure for figure in sections[key]["figures"] if figure["key"] == name]
        return figure

    @same(10, shrinks=False)
    @given(st.lists(ENTRY, min_size=4, max_size=45))
    def test_what_is_hidden_stays_hidden(self, deeds):
        with undone(self.env):
            self._live(deeds)
            true, shown = self._page(self.coordinator, True), self._page(self.coordinator, False)
            self.assertEqual(
                shown, self._page(self.finance, True), "whoever doesn't run the bank sees no more"
            )
            self.assertEqual(list(true), list(shown))
            for key in true:
                with self.subTest(section=key):
                    self._check_nothing_else(true[key], shown[key])
                    self._check_chart(true[key], shown[key])
                    self._check_sentences(shown[key])
            self._check_not_worked_out(true, shown)
            self._check_picture(shown)
            self._check_measures(shown)
            self._check_report()
            self._check_annual_report()
            self._check_trustees()

    def _check_report(self):
        """Nor does a funder from what a report has besides: time by role, and who was new."""
        days = {"date_from": TODAY - timedelta(days=30), "date_to": TODAY}
        bid = self.env["timebank.funder.report"].with_user(self.coordinator)
        bid = bid.create({"kind": "bid", "scheme_ids": self.scheme.ids, **days})
        sections = {section["key"]: section for section in bid._make_content()["sections"]}
        measures, scope = self.env["timebank.measures"], bid.sudo()._get_scope()
        names = dict(self.env["timebank.hours"]._fields["role"]._description_selection(self.env))
        reader, truth = Reader(), {}
        if "hours" in sections:
            roles = {names[role]: numbers for role, *numbers in measures._get_roles(scope)}
            *rows, (_all, _none, whole) = sections["hours"]["table"]["rows"]
            self.assertEqual({row[0] for row in rows}, set(roles))
            self._see(reader, "whole", whole)
            for name, people, time in rows:
                self._see(reader, ("people", name), people)
                self._see(reader, ("time", name), time)
                truth["people", name], minutes = roles[name]
                if roles[name][0] < FEW:
                    truth["time", name] = minutes
            reader.add_up("whole", [("time", name) for name in roles])
        if "newcomers" in sections:
            found = measures._get_newcomers(scope)
            keys = ("new", "again", "back", "people")
            for key, row in zip(keys, sections["newcomers"]["table"]["rows"], strict=True):
                self._see(reader, key, row[1])
                truth[key] = found[key]
            truth["once"] = found["new"] - found["again"]
            reader.add_up("people", ["new", "back"])
            reader.add_up("new", ["again", "once"])
        for figure in sections["involvement"]["figures"] if "involvement" in sections else ():
            if figure["key"] == "head_count":
                self._see(reader, "people", figure["value"])
        for key in [key for key in reader.hidden() if key in truth]:
            least, most = reader.work_out(key)
            told = f"{key} is {truth[key]} and can be worked out to lie between {least} and {most}"
            if key[0] == "time":
                self.assertTrue(most is None or most - least >= 60, told)
            elif truth[key] < FEW:
                self.assertTrue(most is None or most >= FEW, told)
        for key, number in truth.items():
            if key[0] != "time" and key in reader.shown:
                self.assertNotIn(number, range(1, FEW), f"{key} is shown")

    def _get_volunteers(self):
        """The hours of who isn't paid, of all the days that :meth:`_live` makes."""
        return self.env["timebank.hours"].search(
            [("scheme_id", "=", self.scheme.id), ("state", "=", "approved"), ("role", "!=", "professional")]
        )

    def _check_annual_report(self):
        """Nor does a reader of the trustees' annual report: volunteers and hours, by what they did."""
        days = {"date_from": TODAY - timedelta(days=365), "date_to": TODAY}
        asked = self.env["timebank.disclosure"].with_user(self.finance)
        found = asked.create({"scheme_ids": self.scheme.ids, **days})._get_figures()
        year, rows = found["years"][0], found["rows"]
        given = self._get_volunteers()
        kinds = {kind.name: hours for kind, hours in given.grouped("category_id").items()}
        self.assertEqual({row["name"] for row in rows}, set(kinds))
        reader, truth = Reader(), {("people", "all"): len(given.partner_id)}
        self._see_hours(reader, ("time", "all"), year["hours"])
        reader.see(("people", "all"), year["people"])
        if year["hours"] is None:
            self.assertIsNone(year["staff"])
        if len(given.partner_id) < FEW:
            truth["time", "all"] = sum(given.mapped("minutes"))
        for row in rows:
            name, hours = row["name"], kinds[row["name"]]
            reader.see(("people", name), row["people"][0])
            self._see_hours(reader, ("time", name), row["hours"][0])
            reader.add_up(("people", "all"), [("people", name), ("people", "not", name)])
            truth["people", name] = len(hours.partner_id)
            truth["people", "not", name] = len(given.partner_id - hours.partner_id)
            if len(hours.partner_id) < FEW:
                truth["time", name] = sum(hours.mapped("minutes"))
        reader.add_up(("time", "all"), [("time", name) for name in kinds])
        self._check_safe(reader, truth)

    def _see_hours(self, reader, key, hours):
        reader.see(key, hours if hours is None else 60 * hours, 30)

    def _check_trustees(self):
        """Nor do trustees from their mail of each quarter, whose rows stand beside each other."""
        mail = self.env["timebank.mailing"].new(
            {"kind": "trustees", "scheme_id": self.scheme.id, "date_to": TODAY}
            | {"date_from": TODAY - timedelta(days=90)}
        )
        reader, truth = Reader(), {}
        shown = {label: cells[0].split()[0].replace(",", "") for label, cells in mail._get_trustees()["rows"]}
        given = self._get_volunteers()
        everybody = self.env["timebank.hours"].search(
            [("scheme_id", "=", self.scheme.id), ("state", "=", "approved")]
        )
        people = everybody.partner_id | everybody.receiver_id
        groups = {
            "People who took part": people,
            "Of them, gave and received": everybody.partner_id & everybody.receiver_id,
            "Volunteers": given.partner_id,
            "Stayed involved beside professionals": None,
        }
        for label, group in groups.items():
            cell = shown[label]
            reader.see(label, None if cell == HIDDEN else int(cell))
            if group is not None:
                truth[label] = len(group)
            if label == "People who took part":
                continue
            reader.add_up("People who took part", [label, ("not", label)])
            if group is not None:
                truth["not", label] = len(people - group)
        self.assertEqual(shown["Volunteers"] == HIDDEN, shown["Hours that volunteers gave"] == HIDDEN)
        self._check_safe(reader, truth)

    def _check_safe(self, reader, truth):
        """Of these numbers, none about few people is shown, nor can be worked out."""
        for key, number in truth.items():
            is_time = key[0] == "time"
            if key in reader.shown and not is_time:
                self.assertNotIn(number, range(1, FEW), f"{key} is shown")
            if key in reader.shown or (number >= FEW and not is_time):
                continue
            least, most = reader.work_out(key)
            told = f"{key} is {number} and can be worked out to lie between {least} and {most}"
            if is_time:
                self.assertTrue(most is None or most - least >= 60, told)
            elif number:
                self.assertTrue(most is None or most >= FEW, told)

    def _see(self, reader, key, cell):
        _unit, number, slack = read(cell or HIDDEN)
        reader.see(key, number, slack)

    def _check_picture(self, shown):
        """Nor is in the picture who cuts whom off, where it isn't told how many do."""
        network = shown.get("network") or {"chart": None, "figures": []}
        if network["chart"] and "bridges" not in [figure["key"] for figure in network["figures"]]:
            for node in network["chart"]["nodes"]:
                self.assertFalse(node["bridge"] or "bridge" in node["text"], node)

    def _check_nothing_more(self, shown, measured):
        """Of what the page hides, other systems are told nothing."""
        names = {"outstanding": "outstanding_minutes", "cover": "cover_months", "top": "top_tenth_share"}
        for section in shown.values():
            for figure in section["figures"]:
                name = names.get(figure["key"], figure["key"])
                if figure["value"] is None and name in measured:
                    self.assertIsNone(measured[name], f"the page hides {name}")
        labels = self.env["timebank.time.audit"]._get_flow_labels()
        if "time_audit" in shown:
            table = shown["time_audit"]["table"]
            for flow, label in labels.items():
                if label in table["head"] and table["rows"][-1][table["head"].index(label)] == HIDDEN:
                    self.assertIsNone(measured[f"{flow}_minutes"], f"the page hides {flow}")
        sides = dict(self.env["timebank.activity"]._fields["planned_by"]._description_selection(self.env))
        rows = shown["forms"]["table"]["rows"] if "forms" in shown else []
        told = {tuple(row[1:3]): row[3:] for row in rows}
        for cell in measured["forms"]:
            form = told[sides[cell["planned_by"]], sides[cell["delivered_by"]]]
            if HIDDEN in form:
                self.assertIsNone(cell["minutes"], f"the page hides {cell}")
                self.assertIsNone(cell["activities"], f"the page hides {cell}")

    def _check_measures(self, page):
        """Nor do other systems that ask as finance learn more: of whole numbers of people, what adds up."""
        days = (TODAY - relativedelta(months=11)).replace(day=1), TODAY  # those of the page
        true = self.scheme.with_user(self.coordinator).get_measures(*days)
        shown = self.scheme.with_user(self.finance).get_measures(*days)
        self._check_nothing_more(page, shown)
        kinds = ("giving_and_receiving", "only_giving", "only_receiving")
        reader = Reader()
        for key in ("head_count", "sustained_people", "largest_strong_part", *kinds):
            self.assertIn(shown[key], (true[key], None))
            reader.see(key, shown[key])
        reader.add_up("head_count", kinds)
        reader.add_up("head_count", ("sustained_people", "all others"))
        reader.add_up("head_count", ("largest_strong_part", "outside of it"))
        outside = true["head_count"] - true["largest_strong_part"]
        if outside < FEW and shown["head_count"]:
            self.assertIsNone(shown["largest_strong_part"], f"{outside} are outside of it")
        for key in reader.hidden():
            _least, most = reader.work_out(key)
            if true.get(key, FEW) < FEW:
                self.assertTrue(most is None or most >= FEW, f"{key} is {true[key]}, and at most {most}")

    def _check_nothing_else(self, true, shown):
        """A cell or figure says the truth, or that it is hidden."""
        for row, row_shown in self._pair_rows(true, shown):
            for cell, cell_shown in zip(row, row_shown, strict=True):
                self.assertIn(cell_shown, (cell, HIDDEN))
        table = shown["table"] or {"head": [], "rows": []}
        for column, name in enumerate(table["head"]):
            for row in table["rows"]:
                if name == "People" and read(row[column])[0]:
                    self.assertNotIn(read(row[column])[1], range(1, FEW), row)
        for figure, figure_shown in self._pair_figures(true, shown):
            self.assertIn(figure_shown["value"], (figure["value"], None))
            if figure_shown["value"] is None:
                self.assertFalse(figure_shown["change"], figure["key"])
                digits = re.sub(r"[^\d.]", "", str(figure["value"]))
                for text in (shown["answer"], figure_shown["note"]) if len(digits) > 2 else ():
                    self.assertNotIn(f" {digits} ", f" {text} ", figure["key"])

    def _pair_rows(self, true, shown):
        """The rows as they are and as they are shown; none where a list of people isn't shown at all."""
        tables = [page["table"] or {"head": [], "rows": []} for page in (true, shown)]
        if not tables[1]["rows"] or tables[0]["head"] != tables[1]["head"]:
            return []
        return list(zip(tables[0]["rows"], tables[1]["rows"], strict=True))

    def _pair_figures(self, true, shown):
        """The figures as they are and as they are shown; one that isn't there at all is hidden, too."""
        found = {figure["key"]: figure for figure in shown["figures"]}
        self.assertLessEqual(set(found), {figure["key"] for figure in true["figures"]})
        hidden = {"value": None, "change": False, "note": ""}
        return [(figure, found.get(figure["key"], hidden)) for figure in true["figures"]]

    def _check_chart(self, true, shown):
        """A chart draws nothing that its table hides."""
        hidden = {}
        for row, row_shown in self._pair_rows(true, shown):
            for cell, cell_shown in zip(row[1:], row_shown[1:], strict=True):
                known = hidden.setdefault(row[0], {})
                known[cell] = known.get(cell, True) and cell_shown == HIDDEN
        for series in (shown["chart"] or {}).get("series") or []:
            self.assertEqual(len(shown["chart"]["labels"]), len(series["values"]), series["label"])
            for label, value in zip(shown["chart"]["labels"], series["values"], strict=True):
                for cell, is_hidden in hidden.get(label, {}).items():
                    unit, number, slack = read(cell)
                    if value and is_hidden and unit:
                        drawn = 60 * value if shown["chart"]["unit"] == "hours" else value
                        self.assertGreater(abs(drawn - number), slack, f"{label} is drawn, and hidden")

    def _check_sentences(self, shown):
        """Nor is it said in words, with n."""
        texts = [shown["answer"], *(figure["note"] for figure in shown["figures"])]
        texts += [str(cell) for row in (shown["table"] or {"rows": []})["rows"] for cell in row]
        for text in texts:
            for part, whole in OF_PEOPLE.findall(text):
                self.assertGreaterEqual(int(part), FEW, text)
                self.assertFalse(0 < int(whole) - int(part) < FEW, text)
            for people in ABOUT_PEOPLE.findall(text):
                self.assertFalse(0 < int(people) < FEW, text)

    def _check_not_worked_out(self, true, shown):
        reader, truth = Reader(), {}
        for key in true:
            self._read_table(reader, truth, key, true[key], shown[key])
            for figure, figure_shown in self._pair_figures(true[key], shown[key]):
                unit, number, slack = read(figure["value"])
                if unit:
                    place = (key, figure["key"])
                    truth[place] = unit, number, slack
                    reader.see(place, None if figure_shown["value"] is None else number, slack)
        self.assertEqual({unit for unit, _number, _slack in truth.values()}, {"h", "n"}, "as they are read")
        self._add_what_belongs_together(reader, truth)
        for number, row in enumerate(true.get("forms_over_time", {"table": {"rows": []}})["table"]["rows"]):
            together = ("forms_over_time", number, len(row) - 1)
            self._add_no_activity(reader, truth, [together], ("involvement", number, 3), row[0])
        self._read_n(reader, shown)
        for place in reader.hidden():
            if place not in truth or self._is_about_many(place, true):
                continue
            unit, number, slack = truth[place]
            least, most = reader.work_out(place)
            told = f"{place} is {number} and can be worked out to lie between {least} and {most}"
            if unit == "n" and number < FEW:
                self.assertTrue(most is None or most >= FEW, told)
            elif unit == "h":
                self.assertTrue(most is None or most - least >= 60, told)
                if place[0] in ("work", "involvement"):  # whose people are known here
                    enough = number + max(LEAST_ROOM, number // 10) - 2 * slack
                    self.assertTrue(most is None or most >= enough, told)

    def _is_about_many(self, place, true):
        """Whether time that is hidden was given by five people or more: it is hidden for another's sake."""
        key, *where = place
        if key not in ("work", "involvement") or len(where) != 2:
            return False
        head, rows = true[key]["table"]["head"], true[key]["table"]["rows"]
        month, column = rows[where[0]][0], head[where[1]]
        hours = self.scheme.env["timebank.hours"].search(
            [("scheme_id", "=", self.scheme.id), ("state", "=", "approved")]
        )
        if month != WHOLE:
            hours = hours.filtered(lambda entry: f"{entry.date:%b %Y}" == month)
        if key == "work" and column != TOGETHER:
            hours = hours.filtered(lambda entry: entry.category_id.display_name == column)
        return len(hours.partner_id) >= FEW

    def _read_table(self, reader, truth, key, true, shown):
        """All cells, and the sums below and beside them."""
        pairs = self._pair_rows(true, shown)
        if not pairs:
            return
        head, rows = true["table"]["head"], true["table"]["rows"]
        for number, (row, row_shown) in enumerate(pairs):
            for column, cell in enumerate(row):
                unit, value, slack = read(cell)
                if unit:
                    place = (key, number, column)
                    truth[place] = unit, value, slack
                    reader.see(place, None if row_shown[column] == HIDDEN else value, slack)
        if rows and rows[-1][0] == WHOLE:
            for column, name in enumerate(head):
                if name != "People":  # somebody of two months is one
                    self._add_up(reader, truth, [(key, number, column) for number in range(len(rows))])
        if head[-1] == TOGETHER:
            for number in range(len(rows)):
                self._add_up(reader, truth, [(key, number, column) for column in range(1, len(head))])

    def _read_n(self, reader, shown):
        """How many gave are those who did both and who only gave."""
        for figure in shown["involvement"]["figures"] if "involvement" in shown else ():
            found = N_OF.match(figure["note"])
            if found and figure["key"] == "given_by_people":
                reader.see("givers", int(found[1].replace(",", "")))
                names = ("giving_and_receiving", "only_giving")
                reader.add_up("givers", [("reciprocity", name) for name in names])

    def _add_up(self, reader, truth, places):
        """The last is the sum of the others, where it is one."""
        if all(place in truth for place in places):
            *parts, total = places
            slack = sum(truth[place][2] for place in places)
            if abs(sum(truth[place][1] for place in parts) - truth[total][1]) <= slack:
                reader.add_up(total, parts)

    def _add_what_belongs_together(self, reader, truth):
        """One number that stands in two places, and sums over several sections."""
        kinds = [("reciprocity", name) for name in ("giving_and_receiving", "only_giving", "only_receiving")]
        self._add_up(reader, truth, [*kinds, ("involvement", "head_count")])
        work, forms, places = (
            [place for place in truth if place[0] == key and len(place) == 3]
            for key in ("work", "forms", "places")
        )
        whole = ("involvement", "given_by_people")
        if work:
            together = max(column for _key, _row, column in work)
            for row in {row for _key, row, _column in work}:
                self._add_up(reader, truth, [("work", row, together), ("involvement", row, 3)])
        self._add_up(reader, truth, [place for place in places if place[2] == 3] + [whole])
        ways = [("embedding", 0, 1), ("embedding", 1, 1)]  # of people, for a person or for the bank
        self._add_up(reader, truth, [*ways, whole])
        self._add_no_activity(reader, truth, [place for place in forms if place[2] == 3], whole, WHOLE)

    def _add_no_activity(self, reader, truth, parts, whole, month):
        """All time is that in activities, of whichever form, and that for none, which stands nowhere."""
        if whole not in truth or not parts:
            return
        hours = self.scheme.env["timebank.hours"].search(
            [("scheme_id", "=", self.scheme.id), ("state", "=", "approved"), ("activity_id", "=", False)]
        )
        if month != WHOLE:
            hours = hours.filtered(lambda entry: f"{entry.date:%b %Y}" == month)
        parts = [place for place in parts if place in truth]
        reader.add_up(whole, [*parts, ("no activity", month)])
        if 0 < len(hours.partner_id) < FEW:
            truth["no activity", month] = "h", sum(hours.mapped("minutes")), 0
