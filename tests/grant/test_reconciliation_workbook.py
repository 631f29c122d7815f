import io
from datetime import date

import openpyxl

from odoo.tests import tagged
from odoo.tools.misc import ReadonlyDict
from odoo.tools.translate import code_translations

from ..grants_common import GrantCase
from . import workbook_common


@tagged("post_install", "-at_install")
class TestReconciliationWorkbook(GrantCase):
    """The workbook opens elsewhere, and its formulas come to the figures that were signed."""

    def setUp(self):
        super().setUp()
        claims = self._claims(4)
        self._bill(("Towels", 5.55), day=date(2026, 1, 20))
        self._match(claims[0], self._bill(("Pass", 12)), 12)
        self._match(claims[1], self._bill(("Pass", 13.07)), 13.07, difference_reason="price")
        self._match(claims[2], self._bill(("Half a pass", 4.1)), 4.1)
        self._bill(("Returned", 3.33), move_type="in_refund")
        self._bill({"name": "Wages", "price_unit": 500, "account_id": self.salaries.id})
        self._bill(("Not posted yet", 9), post=False)
        self.reconciliation = self._reconcile(date_from=date(2026, 2, 1))
        for line in self.reconciliation.line_ids.filtered(lambda line: not line.note):
            line.note = "=1+1"
        self.reconciliation.note = "Agreed with the treasurer"
        self.grant.action_amend({"amount": 1200}, "Letter of 3 May")
        self.reconciliation.action_prepare()
        self.content = self.reconciliation._make_workbook()
        self.book = openpyxl.load_workbook(io.BytesIO(self.content))

    def _shown(self, sheet="Summary"):
        """The results beside the formulas, as the writer put them: label → values."""
        cells = openpyxl.load_workbook(io.BytesIO(self.content), data_only=True)[sheet]
        return {row[0].value: [cell.value for cell in row[1:]] for row in cells.iter_rows() if row[0].value}

    def test_other_programs_come_to_the_same_figures(self):
        signed = self.reconciliation
        cells = {}
        for row in self.book["Summary"].iter_rows():
            cells.setdefault(row[0].value, row[1].coordinate)
        expected = {
            "Spent this period": signed.spent_amount,
            "Spent to date": signed.to_date_amount,
            "Claimed, not billed": signed.unbilled_amount,
            "Left": signed.closing_amount,
            "Gap": 0,
            "Budget used (%)": signed.spent_percentage,
            "Budget for the time gone": signed.expected_amount,
            "Variance": signed.variance_amount,
            "Matched": 2,
            "Amount differs": 1,
            "Together": len(signed.line_ids),
        }
        for program, values in workbook_common.recompute(self.content).items():
            for label, value in expected.items():
                with self.subTest(program=program, figure=label):
                    self.assertAlmostEqual(float(values[cells[label]]), value, places=6)

    def test_every_result_beside_a_formula_is_what_it_computes(self):
        shown = openpyxl.load_workbook(io.BytesIO(self.content), data_only=True)["Summary"]
        cells = workbook_common.formulas_in(self.content, "Summary")
        self.assertGreater(len(cells), 20)
        for program, values in workbook_common.recompute(self.content).items():
            for cell in cells:
                with self.subTest(program=program, cell=cell):
                    self.assertAlmostEqual(float(values[cell]), shown[cell].value, places=6)

    def test_a_changed_line_changes_the_totals(self):
        """The formulas are alive: a bill of one more makes all that hangs on it one more."""
        self.book["Claims"]["J2"].value += 1
        changed = io.BytesIO()
        self.book.save(changed)
        spent = self.reconciliation.spent_amount
        labels = [row[0].value for row in self.book["Summary"].iter_rows()]
        cell = f"B{labels.index('Spent this period') + 1}"
        for program, values in workbook_common.recompute(changed.getvalue()).items():
            with self.subTest(program):
                self.assertAlmostEqual(float(values[cell]), spent + 1, places=6)

    def test_sheets_and_their_print(self):
        self.assertEqual(self.book.sheetnames, ["Cover", "Summary", "Claims", "Bills", "Exceptions", "Notes"])
        for name in ("Claims", "Bills", "Exceptions"):
            sheet = self.book[name]
            with self.subTest(name):
                self.assertEqual((sheet.freeze_panes, sheet.print_title_rows), ("A2", "$1:$1"))
                self.assertTrue(sheet.auto_filter.ref)
        for sheet in self.book:
            with self.subTest(sheet.title):
                self.assertEqual((sheet.page_setup.paperSize, sheet.page_setup.orientation), (9, "landscape"))
                self.assertIn("Neighbours Together", sheet.oddFooter.left.text)
        self.assertTrue(self.book["Claims"]["D2"].is_date)
        self.assertIn("0.00", self.book["Claims"]["J2"].number_format)

    def test_notes_are_text_and_tell_of_amendments(self):
        cells = [cell for row in self.book["Exceptions"].iter_rows() for cell in row if cell.value == "=1+1"]
        self.assertTrue(cells and all(cell.data_type == "s" for cell in cells), "a note is never a formula")
        notes = [row[0].value for row in self.book["Notes"].iter_rows()]
        self.assertEqual(notes, ["Agreed with the treasurer", "Amended on Mar 18, 2026: Letter of 3 May"])

    def test_the_sheets_hold_every_line(self):
        rows = sum(self.book[name].max_row - 1 for name in ("Claims", "Bills"))
        self.assertEqual(rows, len(self.reconciliation.line_ids))
        self.assertEqual(self._shown()["Together"], [rows, self.reconciliation.spent_amount])

    def test_headings_are_in_the_readers_language(self):
        """Those that stand in tables are looked up when the workbook is made."""
        self.env["res.lang"]._activate_lang("fr_FR")
        words = code_translations.python_translations
        key = ("timebank_coproduction", "fr_FR")
        self.addCleanup(words.pop, key, None)
        words[key] = ReadonlyDict({"Award": "Subvention", "Matched by": "Rapproché par"})
        content = self.reconciliation.with_context(lang="fr_FR")._make_workbook()
        book = openpyxl.load_workbook(io.BytesIO(content))
        self.assertEqual(book["Summary"]["A2"].value, "Subvention")
        self.assertIn("Rapproché par", [cell.value for cell in book["Claims"][1]])
