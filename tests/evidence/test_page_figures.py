"""Each figure of the page *Evidence* is explained, and opens the records that it counts."""

import re
import unittest
from datetime import timedelta
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...models.evidence.timebank_evidence import SECTIONS
from ...tools.wellbeing import QUESTIONS
from ..common import TODAY
from .page_common import HOURS, PEOPLE, PageCase

DEFINITIONS = next(
    filter(Path.is_file, (folder / "docs" / "measures.md" for folder in Path(__file__).resolve().parents)),
    None,
)


@tagged("post_install", "-at_install")
class TestPageFigures(PageCase):
    @unittest.skipUnless(DEFINITIONS, "Only a checkout has the definitions.")
    def test_each_figure_is_explained(self):
        """The page on figures has a heading for each section of the screen, and each figure by its name
        there, with how it is worked out; and no name that isn't on the screen."""
        self._live([(number % PEOPLE, (number + 5) % PEOPLE, 20, number % 3, 6) for number in range(40)])
        self.people[1].supported_until = TODAY - timedelta(days=500)
        self._ask_how_people_are()
        self._agree_on_self_audit()
        headings = re.findall(r"^## (.+)$", DEFINITIONS.read_text(), re.MULTILINE)
        anchors = {heading.lower().replace(" ", "-") for heading in headings}
        sections = self._page(self.coordinator, True)
        self.assertEqual(
            len(sections), len(SECTIONS) - 1, "all but projects and grants, of which there is one"
        )
        for key, section in sections.items():
            self.assertIn(section["anchor"], anchors, key)
        labels = {figure["label"] for section in sections.values() for figure in section["figures"]}
        self.assertEqual(self._read_entries("figure"), labels)
        audits, warnings = self.env["timebank.time.audit"], self.env["timebank.time.audit.warning"]
        self.assertEqual(self._read_entries("flow"), set(audits._get_flow_labels().values()))
        kinds = dict(warnings._fields["kind"]._description_selection(self.env))
        self.assertEqual(self._read_entries("warning"), set(kinds.values()))

    def _read_entries(self, head):
        """What stands first in the rows of all tables with that head; each row says how it is worked out."""
        tables = re.findall(
            rf"^\| {head} \|.*\n\|[-|]+\n((?:\|.*\n)+)", DEFINITIONS.read_text(), re.MULTILINE
        )
        rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in "".join(tables).splitlines()]
        self.assertFalse([row for row in rows if len(row) != 2 or not row[1]])
        return {name for name, _how in rows}

    def _ask_how_people_are(self):
        for ago in (60, 20):
            wave = self.env["timebank.wellbeing.wave"].create(
                {"scheme_id": self.scheme.id, "date_from": TODAY - timedelta(days=ago)}
            )
            self.env["timebank.wellbeing.response"].with_user(self.coordinator).create(
                [
                    {
                        "wave_id": wave.id,
                        "partner_id": member.partner_id.id,
                        "way": "paper",
                        "age_and_consent": True,
                        "answered_on": wave.date_from,
                        **dict.fromkeys(QUESTIONS, 5),
                    }
                    for member in self.people[:6]
                ]
            )

    def _agree_on_self_audit(self):
        audit = (
            self.env["timebank.self.audit"]
            .with_user(self.coordinator)
            .create({"scheme_id": self.scheme.id, "met_on": TODAY, "present_others": "Two trustees"})
        )
        audit.line_ids.agreed_level = "2"
        audit.line_ids[0].write(
            {"action": "Ask members", "action_user_id": self.coordinator.id, "action_until": TODAY}
        )
        audit.action_agree()
        audit.line_ids[0].sudo().todo_id.action_feedback()

    def test_records_behind_each_figure(self):
        """What a figure opens has as many records, or groups of them, as it says, or adds up to it."""
        self._live([(number % PEOPLE, (number * 3 + 5) % PEOPLE, 20, number % 3, 6) for number in range(60)])
        evidence = self.env["timebank.evidence"].with_user(self.coordinator)
        filters = {"period": "last_12_months", "scheme_ids": self.scheme.ids, "small": True}
        page = evidence.get_page(filters)
        figures = {figure["key"]: figure for section in page["sections"] for figure in section["figures"]}
        self.assertGreater(len(page["listed"]), 14)
        for key in page["listed"]:
            with self.subTest(key):
                action = evidence.get_records(filters, key)
                records = self.env[action["res_model"]].with_user(self.coordinator)
                found = records.with_context(active_test=False).search(action["domain"])
                group = (action["context"] or {}).get("group_by") or []
                groups = [group] if isinstance(group, str) else group
                counted = len(found._read_group(action["domain"], groups)) if groups else len(found)
                said = self._count_said(evidence, figures[key], found)
                self.assertIn(said, (str(counted), None), figures[key])

    def _count_said(self, evidence, figure, found):
        """How many records a figure is about; ``None`` where they add up to it, as they do."""
        key, value, note = figure["key"], figure["value"], figure["note"]
        if key == "partners_per_person":  # how many links there are stands beside density
            return None
        if key in ("density", "arc_reciprocity"):
            return re.search(r"(\d+) links", note)[1]
        if key in ("outstanding", "top"):
            held = sum(found.mapped("balance_minutes"))
            if key == "outstanding":
                self.assertEqual(evidence._say_hours(held), value)
            else:
                self.assertEqual(len(found), int(re.match(r"\d+", note)[0]))
            return None
        if HOURS.match(value):
            self.assertEqual(evidence._say_hours(sum(found.mapped("minutes"))), value)
            return None
        if key.startswith("resilience_"):
            return re.search(r"\d+ of (\d+) p", note)[1]
        if key in ("days_to_first", "days_to_second"):
            return re.search(r"median of (\d+)", note)[1]
        if key == "coproductive":
            self.assertTrue(found)
            return None
        if key in ("returned_share", "cover"):
            sums = {
                way: sum(found.filtered(lambda row, way=way: row.direction == way).mapped("minutes"))
                for way in ("issued", "returned")
            }
            if key == "returned_share":
                self.assertEqual(evidence._say_percent(sums["returned"] / sums["issued"]), value)
            return None
        return value

    def test_who_may_open_them(self):
        self._live([(number % PEOPLE, (number * 3 + 5) % PEOPLE, 20, number % 3, 6) for number in range(60)])
        filters = {"period": "last_12_months", "scheme_ids": self.scheme.ids}
        evidence = self.env["timebank.evidence"].with_user(self.finance)
        listed = evidence.get_page(filters)["listed"]
        self.assertIn("given_by_people", listed)
        for key in ("head_count", "giving_and_receiving", "resilience_3"):
            self.assertNotIn(key, listed)
            with self.assertRefused("for who runs the time banks", error=AccessError):
                evidence.get_records(filters, key)
        for user in (self.coordinator2, self.portal, self.staff):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                evidence.with_user(user).get_records(filters, "head_count")
