"""The time audit on the page Evidence."""

from datetime import date

from .audit_common import AuditCase


class TestTimeAuditPage(AuditCase):
    def _section(self, user, **filters):
        filters = {
            "period": "own",
            "date_from": "2025-12-01",
            "date_to": "2026-02-28",
            "scheme_ids": self.scheme.ids,
            **filters,
        }
        page = self.env["timebank.evidence"].with_user(user).get_page(filters)
        return next((part for part in page["sections"] if part["key"] == "time_audit"), None)

    def _figures(self, section):
        return {figure["key"]: figure["value"] for figure in section["figures"]}

    def _make_history(self):
        for number in range(6):
            member = self._make_member(f"Person {number}", joined_on="2025-03-01")
            self._give(member, date(2026, 1, 10), 300)
            self._give(member, date(2026, 2, 10), 300)

    def test_figures_are_those_of_the_books(self):
        self._make_history()
        section = self._section(self.finance)
        self.assertEqual(self._figures(section)["outstanding"], "60\xa0h")
        self.assertEqual(self._figures(section)["returned_share"], "0\xa0%")
        self.assertEqual(section["chart"]["series"], [{"label": "Issued", "values": [0, 30.0, 30.0]}])
        self.assertEqual(section["table"]["rows"][-1], ["Whole period", "60\xa0h"])

    def test_what_few_did_is_hidden(self):
        self._make_history()
        self._fund(self.ben, 120)
        self._give(self.ann, date(2026, 2, 11), 60, receiver_id=self.ben.partner_id.id)
        head = self._section(self.finance)["table"]["head"]
        self.assertIn("Exchanged", head)
        rows = self._section(self.finance)["table"]["rows"]
        column = head.index("Exchanged")
        self.assertEqual({row[column] for row in rows} - {"0\xa0h"}, {"hidden"})
        shown = self._section(self.coordinator, small=True)["table"]["rows"]
        self.assertEqual(shown[-1][column], "1\xa0h")

    def test_the_ways_lead_to_what_is_warned_of(self):
        self._make_history()
        self._run_job()
        labels = [way["label"] for way in self._section(self.coordinator, small=True)["actions"]]
        self.assertIn("Time audits, month by month", labels)
        self.assertIn("Little comes back in February 2026 (0\xa0%)", labels)
        without = [way["label"] for way in self._section(self.coordinator)["actions"]]
        self.assertNotIn("Little comes back in February 2026 (0\xa0%)", without)
        self.assertEqual(
            [way["label"] for way in self._section(self.finance)["actions"]], ["Transfers behind this"]
        )

    def test_a_project_has_none(self):
        self._make_history()
        self.assertFalse(self._section(self.coordinator, project_id=self.project.id))

    def test_a_bank_where_nothing_moved_has_no_section(self):
        self._give(self.ben, date(2025, 7, 1), 60)
        self.assertFalse(self._section(self.coordinator))
