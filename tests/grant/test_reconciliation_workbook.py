import io
import re
from datetime import date

import openpyxl

from odoo.exceptions import AccessError, UserError
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
        self.claims = claims = self._claims(4)
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

    def _texts(self, reconciliation):
        """All that the workbook and the paper of it say."""
        book = openpyxl.load_workbook(io.BytesIO(reconciliation._make_workbook()))
        cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
        html, _kind = (
            reconciliation.env["ir.actions.report"]
            .with_user(self.finance)
            ._render_qweb_html("timebank_coproduction.timebank_reconciliation_report", reconciliation.ids)
        )
        return {"workbook": "\n".join(cells), "paper": html.decode()}

    def test_nobody_is_named_by_what_a_supplier_or_a_note_says(self):
        code = self.claims[3].code
        self._bill((f"Lesson {self.ann.name}, {code}", 7), day=date(2026, 5, 2))
        late = self._bill((f"Late for {self.ann.name.upper()}", 6), day=date(2026, 2, 2))
        following = self._reconcile(date_from=date(2026, 4, 1), date_to=date(2026, 5, 31))
        self._explain(following)
        following.line_ids[0].note = f"{self.ann.name} and {code.lower()} as agreed"
        following.note = f"With thanks to {self.ann.name}"
        following.action_prepare()
        late.button_draft()
        self.env.invalidate_all()
        self.assertTrue(following.has_drift)
        # the key of a context that says so is not enough: who asks for names, and why, is kept
        claiming = following.with_context(timebank_names=True)
        for asked in (following, claiming):
            for where, words in self._texts(asked).items():
                self.assertNotIn(self.ann.name.casefold(), words.casefold(), where)
                self.assertNotIn(code.casefold(), words.casefold(), where)
                self.assertIn("A.L.", words, where)
                self.assertIn(f"#{self.claims[3].id} as agreed", words, where)
        self.assertIn(self.ann.name, self._texts(following._with_names())["workbook"])

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
            "Total": len(signed.line_ids),
            "Came in late": 0,
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
        self.book["Claims"]["I2"].value += 1
        changed = io.BytesIO()
        self.book.save(changed)
        spent = self.reconciliation.spent_amount
        labels = [row[0].value for row in self.book["Summary"].iter_rows()]
        cell = f"B{labels.index('Spent this period') + 1}"
        for program, values in workbook_common.recompute(changed.getvalue()).items():
            with self.subTest(program):
                self.assertAlmostEqual(float(values[cell]), spent + 1, places=6)

    def test_sheets_and_their_print(self):
        self.assertEqual(
            self.book.sheetnames, ["Cover", "Summary", "Claims", "Bills", "Late", "Exceptions", "Notes"]
        )
        for name in ("Claims", "Bills", "Late", "Exceptions"):
            sheet = self.book[name]
            with self.subTest(name):
                self.assertEqual((sheet.freeze_panes, sheet.print_title_rows), ("A2", "$1:$1"))
                self.assertTrue(sheet.auto_filter.ref)
                self.assertRegex(sheet.print_area, r"\$A\$1:\$[FHK]\$\d+", "what is printed fits a page")
        for sheet in self.book:
            with self.subTest(sheet.title):
                self.assertEqual((sheet.page_setup.paperSize, sheet.page_setup.orientation), (9, "landscape"))
                self.assertIn("Neighbours Together", sheet.oddFooter.left.text)
        self.assertTrue(self.book["Claims"]["D2"].is_date)
        self.assertIn("0.00", self.book["Claims"]["I2"].number_format)

    def test_notes_are_text_and_tell_of_amendments(self):
        cells = [cell for row in self.book["Exceptions"].iter_rows() for cell in row if cell.value == "=1+1"]
        self.assertTrue(cells and all(cell.data_type == "s" for cell in cells), "a note is never a formula")
        notes = [row[0].value for row in self.book["Notes"].iter_rows()]
        gap = "No reconciliation is about Jan 1, 2026 to Jan 31, 2026."
        self.assertEqual(
            notes, ["Agreed with the treasurer", gap, "Amended on Mar 18, 2026: Letter of 3 May"]
        )

    def test_the_sheets_hold_every_line(self):
        rows = sum(self.book[name].max_row - 2 for name in ("Claims", "Bills"))
        self.assertEqual(rows, len(self.reconciliation.line_ids))
        self.assertEqual(self._shown()["Total"], [rows, self.reconciliation.spent_amount])

    def test_each_amount_once_and_totals_at_the_foot(self):
        """A claim that is billed in part stands on two lines, and its cost on one."""
        rows = [[cell.value for cell in row] for row in self.book["Claims"].iter_rows(min_row=2)]
        number = f"#{self.claims[2].id}"
        self.assertEqual([row[7] for row in rows if row[1] == number], [12, 0])
        self.assertEqual(rows[-1][0], "Total")
        shown = self._shown("Claims")["Total"]
        self.assertEqual(shown[6:9], [48, 29.17, -19.9])
        self.assertEqual(self._shown("Bills")["Total"][3], -3.33)

    def test_people_are_initials_unless_somebody_says_why(self):
        def text(content):
            book = openpyxl.load_workbook(io.BytesIO(content))
            return " ".join(str(cell.value) for sheet in book for row in sheet for cell in row if cell.value)

        name, codes = self.ann.partner_id.name, self.claims.mapped("code")
        plain = text(self.content)
        self.assertIn("Swim pass for A.L.", plain)
        for secret in (name, *codes):
            self.assertNotIn(secret, plain)
        signed = self.reconciliation
        with self.assertRaisesRegex(UserError, "why"):
            signed.action_export_with_names("xlsx", " ")
        action = signed.action_export_with_names("xlsx", "The funder's auditor")
        number = int(re.search(r"content/(\d+)", action["url"])[1])
        made = self.env["ir.attachment"].browse(number)
        self.assertIn(name, text(made.raw))
        # nobody else finds it beside the reconciliation without saying why, and it isn't kept
        self.assertTrue(made.with_user(self.finance).raw)
        for other in (self.finance2, self.manager):
            with self.subTest(other.login), self.assertRaises(AccessError):
                made.with_user(other).read(["raw"])
        self.env[made.res_model].browse(made.res_id).unlink()
        self.assertFalse(made.exists())
        self.assertIn("auditor", signed.message_ids[:1].body)
        self.assertEqual(signed.message_ids[:1].author_id, self.finance.partner_id)

    def test_papers_of_a_drifted_one_say_by_how_much(self):
        signed = self.reconciliation
        self.assertNotIn("a change of", self._html(signed))
        self._bill(("Forgotten", 7.25))
        self.env.invalidate_all()
        html = self._html(signed)
        self.assertIn("The books have changed since this was signed", html)
        self.assertNotIn("to the penny", html)
        self.assertRegex(html, r"a change of <span>[^/]*7\.25")
        self.assertNotIn(self.ann.partner_id.name, html)
        content = signed._make_workbook()
        cover = {row[0].value: row[1].value for row in openpyxl.load_workbook(io.BytesIO(content))["Cover"]}
        self.assertEqual(cover["Books changed since by"], 7.25)

    def _html(self, reconciliation):
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "timebank_coproduction.report_reconciliation", reconciliation.ids
        )
        return html.decode()

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
