"""Who gives to whom: the picture, its names, and what is told about few."""

import json
from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.timebank_coproduction.models.evidence import facts

from ..common import TODAY
from ..session_common import ClosingCase

NAMES = ("Ada", "Bea", "Cy", "Dee", "Eli", "Flo", "Gus", "Hal", "Ida", "Jo", "Kit", "Lou")


class TestNetwork(ClosingCase):
    """Two groups of six, which Ada and Gus connect, and one who is alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls._make_scheme("Hill Road", credit_limit_minutes=6000)
        cls.people = {name: cls._make_member(f"{name} Quill", scheme=cls.bank) for name in NAMES}
        cls.alone = cls._make_member("Max Quill", scheme=cls.bank)
        for start in (0, 6):
            group = NAMES[start : start + 6]
            for index, name in enumerate(group):
                cls._give(name, group[(index + 1) % 6], 90)
                cls._give(name, group[(index + 2) % 6], 30)
        cls.link = cls._give("Ada", "Gus", 60)
        cls._make_hours(cls.alone, 45, "approved")
        cls.env.flush_all()

    @classmethod
    def _give(cls, giver, receiver, minutes):
        receiver_id = cls.people[receiver].partner_id.id
        return cls._make_hours(cls.people[giver], minutes, "approved", receiver_id=receiver_id)

    def _get_page(self, user, method="get_network", **filters):
        asked = {"period": "this_month", "scheme_ids": self.bank.ids, **filters}
        return getattr(self.env["timebank.evidence"].with_user(user), method)(asked)

    def _get_section(self, user, **filters):
        (section,) = self._get_page(user, **filters)["sections"]
        return section

    def _get_ways(self, section):
        return [way["label"] for way in section["actions"]]

    def _get_texts(self, section):
        return {node["name"]: node["text"] for node in section["chart"]["nodes"]}

    def test_coordinators_see_groups_bridges_and_who_is_alone(self):
        section = self._get_section(self.coordinator, small=True)
        chart, texts = section["chart"], self._get_texts(section)
        self.assertTrue(chart["named"])
        self.assertEqual(len(chart["nodes"]), 13)
        self.assertEqual([group["people"] for group in chart["groups"]], ["6 people", "6 people"])
        self.assertEqual(texts["Bea Quill"], "Bea Quill: gave to 2, received from 2; group 1")
        self.assertEqual(
            texts["Ada Quill"],
            "Ada Quill: gave to 3, received from 2; group 1; bridge: 5 people have no other way to the rest",
        )
        self.assertEqual(texts["Max Quill"], "Max Quill: no partner in these days")
        by_name = {node["name"]: node for node in chart["nodes"]}
        self.assertEqual(by_name["Bea Quill"]["member_id"], self.people["Bea"].id)
        self.assertGreater(by_name["Max Quill"]["y"], chart["alone_y"])
        index = {node["name"]: number for number, node in enumerate(chart["nodes"])}
        ends = (index["Ada Quill"], index["Gus Quill"])
        (edge,) = [edge for edge in chart["edges"] if (edge["from"], edge["to"]) == ends]
        self.assertEqual((edge["there"], edge["back"], edge["mutual"]), ("1:00", "0:00", False))
        self.assertEqual(
            section["table"]["rows"][index["Ada Quill"]], ["Ada Quill", "1", 3, 2, "3:00", "2:00", "5 people"]
        )
        names = [row[0] for row in section["table"]["rows"]]
        self.assertEqual(names, [*(f"{name} Quill" for name in NAMES), "Max Quill"])

    def test_it_is_the_same_picture_each_time(self):
        first, second = (self._get_section(self.coordinator, small=True)["chart"] for _time in "12")
        self.assertEqual(first, second)

    def test_nobody_else_gets_a_name_an_id_or_hours(self):
        for user, filters in ((self.finance, {"small": True}), (self.coordinator, {"small": False})):
            with self.subTest(user=user.name):
                section = self._get_section(user, **filters)
                self.assertFalse(section["chart"]["named"])
                answer = json.dumps(section, default=str)
                for word in ("Quill", "1:30", "0:30", '"there"', '"row"'):
                    self.assertNotIn(word, answer)
                self.assertFalse(any(node["member_id"] for node in section["chart"]["nodes"]))
                self.assertEqual(section["table"]["rows"], [["Group 1", "6 people"]])

    def test_few_bridges_have_no_rings_without_names(self):
        """As how many there are is hidden, nobody finds them in the picture by a ring, or by what is said."""
        hours = self.env["timebank.hours"].search([("partner_id", "=", self.alone.partner_id.id)])
        hours.with_user(self.coordinator).action_reverse("So that both groups are drawn")
        chart = self._get_section(self.finance)["chart"]
        self.assertEqual(len(chart["groups"]), 2)
        self.assertFalse([node for node in chart["nodes"] if node["bridge"] or "bridge" in node["text"]])
        network = self.env["timebank.network"]
        scope = facts.Scope(tuple(self.bank.ids), TODAY.replace(day=1), TODAY)
        told = network._draw(scope, network._connect(scope), named=False, bridges=True)["nodes"]
        self.assertEqual([node["bridge"] for node in told].count(True), 2, "where five or more are told of")

    def test_small_groups_are_not_drawn_without_names(self):
        """Who is alone is one only: of the groups the smallest goes as well, or a total would tell."""
        chart = self._get_section(self.finance)["chart"]
        self.assertEqual(len(chart["nodes"]), 6)
        self.assertEqual(
            chart["left_out"], "Groups of fewer than five people are not drawn, nor what would tell of them."
        )

    def test_few_links_both_ways_are_worked_out_from_nothing(self):
        """Neither from how many links and partners there are, nor in the picture."""
        self._give("Bea", "Ada", 20)
        own = self._get_section(self.coordinator, small=True)
        self.assertEqual(sum(edge["mutual"] for edge in own["chart"]["edges"]), 1)
        section = self._get_section(self.finance)
        values = {figure["key"]: figure["value"] for figure in section["figures"]}
        notes = {figure["key"]: figure["note"] for figure in section["figures"]}
        self.assertTrue(values["partners_per_person"])
        self.assertIsNone(values["arc_reciprocity"])
        self.assertIsNone(values["density"])
        self.assertFalse(notes["density"])
        self.assertFalse([edge for edge in section["chart"]["edges"] if edge["mutual"]])
        self.assertTrue(section["chart"]["left_out"])
        measures = self.bank.with_user(self.finance).get_measures(TODAY.replace(day=1), TODAY)
        self.assertTrue(measures["partners_per_person"])
        self.assertIsNone(measures["arc_reciprocity"])
        self.assertIsNone(measures["density"])

    def test_there_is_no_picture_of_fewer_than_five(self):
        self.scheme.credit_limit_minutes = 600
        self._make_hours(self.ann, 60, "approved", receiver_id=self.ben.partner_id.id)
        section = self._get_section(self.finance, scheme_ids=self.scheme.ids)
        self.assertIsNone(section["chart"])
        self.assertTrue(all(figure["value"] is None for figure in section["figures"]))
        self.assertNotIn("Ann", json.dumps(section, default=str))
        named = self._get_section(self.coordinator, scheme_ids=self.scheme.ids, small=True)
        self.assertEqual(len(named["chart"]["nodes"]), 2)

    def test_lone_dots_say_nothing(self):
        """Where no link can be shown there is neither an empty picture nor an empty table, and no report
        has the section; half of the people with none or more isn't said."""
        bank = self._make_scheme("Low Road", credit_limit_minutes=600)
        people = [self._make_member(f"Low {number}", scheme=bank).with_env(self.env) for number in range(17)]
        links = ((0, 1), (1, 0), (2, 0), (3, 4), (4, 5), (5, 6))
        for giver, receiver in links:
            receiver_id = people[receiver].partner_id.id
            self._make_hours(people[giver], 60, "approved", receiver_id=receiver_id)
        for one in people[7:]:
            self._make_hours(one, 60, "approved")
        section = self._get_section(self.finance, scheme_ids=bank.ids)
        self.assertIsNone(section["chart"])
        self.assertEqual(section["table"]["head"][0], "Figure")
        self.assertIn("Without a partner", [row[0] for row in section["table"]["rows"]])
        self.assertRegex(section["answer"], r"^On average, people exchanged time with [\d.]+ others\.$")
        named = self._get_section(self.coordinator, scheme_ids=bank.ids, small=True)
        self.assertEqual(len(named["chart"]["edges"]), 5, "who runs the bank sees them")
        report = self.env["timebank.funder.report"].with_user(self.coordinator)
        days = {"date_from": TODAY.replace(day=1), "date_to": TODAY}
        for told, shown in ((bank, False), (self.bank, True)):
            bid = report.create({"kind": "bid", "scheme_ids": [Command.set(told.ids)], **days})
            keys = [one["key"] for one in bid._make_content()["sections"]]
            self.assertEqual("network" in keys, shown)

    def test_who_may_not_ask_is_refused(self):
        for user in (self.portal, self.staff, self.coordinator2):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._get_page(user, small=True)

    def test_managers_run_the_banks_of_their_companies_alone(self):
        self.assertTrue(self._get_section(self.manager, small=True)["chart"]["named"])
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.manager.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        with self.assertRaises(AccessError):
            self._get_page(self.manager, small=True)

    def test_what_is_reversed_vanishes(self):
        self.link.with_user(self.coordinator).action_reverse("Logged twice")
        section = self._get_section(self.coordinator, small=True)
        self.assertFalse(any(node["bridge"] for node in section["chart"]["nodes"]))
        self.assertEqual(len(section["chart"]["edges"]), 24)

    def test_helpers_give_to_whoever_came(self):
        session = self._make_session()
        self._make_line(self.ben, session, "helper")
        self._make_line(self.ann, session, "attendee")
        self._make_line(self.cat, session, "attendee")
        self._close(session)
        waiting = session.attendance_ids.hours_id.filtered(lambda entry: entry.state == "submitted")
        waiting.with_user(self.coordinator).action_approve()
        section = self._get_section(self.coordinator, scheme_ids=self.scheme.ids, small=True)
        texts = self._get_texts(section)
        self.assertIn("gave to 2, received from 0", texts["Ben Okoro"])
        self.assertIn("gave to 0, received from 1", texts["Ann Lee"])

    def test_of_many_the_most_active_are_drawn(self):
        self.patch(self.env.registry["timebank.network"], "_get_most_drawn", lambda network: 12)
        chart = self._get_section(self.coordinator, small=True)["chart"]
        self.assertEqual(len(chart["nodes"]), 12)
        self.assertNotIn("Max Quill", {node["name"] for node in chart["nodes"]})
        self.assertIn("The 12 who gave and received most are drawn, of 13 people", chart["left_out"])

    def test_the_sections_of_the_page(self):
        page = self._get_page(self.coordinator, "get_page", small=True)
        sections = {section["key"]: section for section in page["sections"]}
        self.assertEqual(
            sections["reciprocity"]["answer"],
            "12 of the 13 people who took part both gave and received (92\xa0%).",
        )
        figures = {figure["key"]: figure for figure in sections["network"]["figures"]}
        self.assertEqual(figures["partners_per_person"]["value"], "3.8")
        self.assertEqual(figures["isolated"]["value"], "1")
        self.assertEqual(figures["bridges"]["value"], "2")
        self.assertEqual(sections["new_links"]["figures"][0]["value"], "25")
        self.assertEqual(sections["first_steps"]["figures"][0]["value"], "0 days")
        self.assertTrue(sections["network"]["chart"]["named"])
        self.assertIn("The picture on a page of its own", self._get_ways(sections["network"]))
        alone = self._get_section(self.coordinator, small=True)
        self.assertEqual(self._get_ways(alone), ["Hours behind this", "Attendances behind this"])

    def test_shares_change_by_points(self):
        """Of what is in per cent already, “4 % more” could mean two things."""
        evidence = self.env["timebank.evidence"]
        for say, said in (("_say_percent", "20\xa0%"), ("_say_percent_finely", "20.1\xa0%")):
            figure = evidence._figure("density", "Density", 0.201, 0.159, say=getattr(evidence, say))
            self.assertEqual((figure["value"], figure["change"]), (said, "4.2 points more than before"))

    def test_a_link_is_new_once(self):
        page = self._get_page(
            self.coordinator, "get_page", period="own", date_from=TODAY, date_to=TODAY, small=True
        )
        sections = {section["key"]: section for section in page["sections"]}
        self.assertEqual(sections["new_links"]["figures"][0]["value"], "25")
        earlier = self._give("Ada", "Bea", 60)
        self._tamper("UPDATE timebank_hours SET date = %s WHERE id = %s", date(2025, 6, 1), earlier.id)
        page = self._get_page(self.coordinator, "get_page", small=True)
        sections = {section["key"]: section for section in page["sections"]}
        self.assertEqual(sections["new_links"]["figures"][0]["value"], "24")

    def test_figures_of_the_picture_are_those_of_all_measures(self):
        """A bank's network is read in three ways: with minutes for its picture, without, and as a report."""
        evidence = self.env["timebank.evidence"]
        activity = self._make_activity("Hill café", scheme_id=self.bank.id)
        session = self._make_session(activity_id=activity.id)
        for name, role in (
            ("Ada", "helper"),
            ("Bea", "helper"),
            ("Cy", "attendee"),
            ("Hal", "attendee"),
            ("Ida", "attendee"),
        ):
            self._make_line(self.people[name], session, role)
        self._close(session)
        scope = facts.Scope(tuple(self.bank.ids), date(2026, 1, 1), TODAY)
        links = self.env["timebank.network"]._connect(scope)
        drawn, measured = evidence._measure_network(scope, links), evidence._measure_network(scope)
        self.assertEqual({key: drawn[key] for key in measured}, measured)
        rows = self.env.execute_query(
            SQL("SELECT giver_id, receiver_id, SUM(minutes) FROM %s a GROUP BY 1, 2", facts.arcs(scope))
        )
        self.assertEqual(sorted(zip(*(column.tolist() for column in links[1:]), strict=True)), sorted(rows))
