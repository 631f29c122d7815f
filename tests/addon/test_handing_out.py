"""Files and papers that are handed out: the dialog that asked for one closes, and its name says the day."""

import ast
from pathlib import Path

from odoo.tests import tagged

from ...models.common.windows import hand_out
from ..grants_common import GrantCase

ADDON = Path(__file__).resolve().parents[2] / "timebank_coproduction"


@tagged("post_install", "-at_install")
class TestHandingOut(GrantCase):
    def _papers(self):
        papers = self.env["ir.actions.report"].search([("report_name", "=like", "timebank_coproduction.%")])
        self.assertGreater(len(papers), 10)
        return papers

    def test_a_dialog_closes_once_its_paper_is_there(self):
        for paper in self._papers():
            with self.subTest(paper=paper.name):
                self.assertTrue(paper.report_action([], config=False)["close_on_report_download"])
        others = self.env["ir.actions.report"].search([("report_name", "=", "web.preview_externalreport")])
        self.assertNotIn("close_on_report_download", others[:1].report_action([], config=False))

    def test_a_dialog_closes_once_its_file_is_there(self):
        """Odoo's client leaves it open after any other way; so no file of the addon has one."""
        self.assertTrue(hand_out("/x")["close"])
        others = []
        for path in ADDON.rglob("*.py"):
            if path.name == "windows.py" or "tests" in path.relative_to(ADDON).parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Constant) and node.value == "download":
                    others.append(f"{path.name}:{node.lineno}")
        self.assertEqual(others, [], "hand_out() or download() does it")

    def test_papers_are_named_by_days_that_sort(self):
        """What a record is called on screen has its days in the language of who looks."""
        for paper in self._papers():
            self.assertNotIn("display_name", paper.print_report_name or "", paper.name)
        grant = self._make_grant("River, 2026")
        audit = self.env["timebank.self.audit"].create({"scheme_id": self.scheme.id, "met_on": "2026-03-04"})
        reconciliation = self.env["timebank.reconciliation"].new(
            {"grant_id": grant.id, "date_from": "2026-01-01", "date_to": "2026-01-31"}
        )
        report = self.env["timebank.funder.report"].new(
            {"grant_id": grant.id, "date_from": "2026-01-01", "date_to": "2026-01-31"}
        )
        for record, days in (
            (audit, "2026-03-04"),
            (reconciliation, "2026-01-01 to 2026-01-31"),
            (report, "2026-01-01 to 2026-01-31"),
        ):
            with self.subTest(model=record._name):
                self.assertIn(days, record._get_file_name())
                self.assertNotIn("2026-", record.display_name)
        self.assertEqual(report.xlsx_name, "River, 2026, 2026-01-01 to 2026-01-31.xlsx")
