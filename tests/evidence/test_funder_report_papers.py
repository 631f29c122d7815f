import hashlib
import io
import json
import re
import shutil
import subprocess
import unittest
from collections import Counter
from datetime import timedelta

import openpyxl
import xlsxwriter
from lxml import html
from pypdf import PdfReader

from odoo.tests import tagged

from ...report.timebank_funder_report_xlsx import _Writer
from ..common import TODAY
from ..grant.workbook_common import recompute_all
from .funder_report_common import FIRST, LAST, FunderReportCase
from .funder_report_reading import describe_pictures, walk_tags
from .witness import Witness


def _plain(text):
    return " ".join(str(text).split())


@tagged("post_install", "-at_install")
class TestFunderReportPapers(FunderReportCase):
    """Page, paper and workbook hold the same figures, and these are what an independent program finds."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._reconcile()
        cls.report = cls._draft(
            hour_value=10,
            hour_value_source="=cmd|' /C calc'!A0",
            plan_line_ids=[(0, 0, {"kind": "plan", "name": "=1+1", "planned_text": "40", "done_text": "38"})],
        )
        cls._send(cls.report)
        cls.content = json.loads(cls.report.sudo().content)
        cls.sections = {section["key"]: section for section in cls.content["sections"]}
        kept = cls.report.sudo().with_context(bin_size=False)
        cls.pdf, cls.xlsx = kept._read_kept("pdf"), kept._read_kept("xlsx")

    def _texts(self):
        """All figures and cells that the content holds."""
        for section in self.content["sections"]:
            for figure in section["figures"] or []:
                yield figure["label"]
                yield figure["value"] if figure["value"] is not None else "hidden"
            for row in (section["table"] or {"rows": []})["rows"]:
                yield from filter(None, map(str, row))

    def test_figures_are_the_witness(self):
        witness = Witness(self.scheme, FIRST, LAST, grant=self.grant)
        found = witness.involvement()
        figures = {
            figure["key"]: figure["value"]
            for section in self.content["sections"]
            for figure in section["figures"] or []
        }
        self.assertEqual(figures["head_count"], str(found["people"]))
        self.assertEqual(found["both"], found["people"], "nobody only gave or received, which is hidden")
        self.assertIsNone(figures["giving_and_receiving"])
        minutes = {}
        for entry in witness._mine():
            minutes[entry.role] = minutes.get(entry.role, 0) + entry.minutes
        self.assertEqual(_plain(figures["given_by_people"]), f"{sum(minutes.values()) / 60:g} h")
        drawn = dict(
            zip(
                self.sections["hours"]["chart"]["labels"],
                self.sections["hours"]["chart"]["series"][0]["values"],
                strict=True,
            )
        )
        self.assertEqual(
            drawn,
            {
                "Volunteer": round(minutes["volunteer"] / 60, 1),
                "Beneficiary": round(minutes["beneficiary"] / 60, 1),
            },
        )
        worth = self.report.currency_id.format(sum(minutes.values()) / 60 * 10)
        self.assertIn(f"would be worth {worth} at", self.sections["hours"]["parts"][0]["text"])
        before = {person for _scheme, person, day, _giving in witness._facts(everything=True) if day < FIRST}
        now = {person for _scheme, person, _day, _giving in witness._facts()}
        self.assertEqual(len(before & now), 2, "few came back, so that both numbers are hidden")
        self.assertIsNone(figures["back"])
        self.assertIsNone(figures["new"])

    def test_money_is_as_signed(self):
        [signed] = self.report._get_signed()
        figures = {figure["key"]: figure["value"] for figure in self.sections["money"]["figures"]}

        def money(amount):
            return f"{'−' if amount < 0 else ''}{self.report.currency_id.format(abs(amount))}"

        self.assertEqual(figures["spent"], money(signed.spent_amount))
        self.assertEqual(figures["to_date"], money(signed.to_date_amount))
        self.assertEqual(figures["left"], money(signed.closing_amount))
        fund = self.grant._get_fund_movement(FIRST, LAST)[self.grant]
        self.assertEqual(self.sections["money"]["table"]["rows"][-1][1], money(fund.closing))

    def test_page_holds_all(self):
        page = self._read_page(self.report)
        text = _plain(page.text_content())
        for words in self._texts():
            self.assertIn(_plain(words), text)
        for chart in page.xpath("//svg"):
            self.assertTrue(chart.xpath("./title"), "each picture says what it is")

    def _read_page(self, report):
        return html.fromstring(report.sudo()._make_page())

    def test_paper_holds_all(self):
        reader = PdfReader(io.BytesIO(self.pdf))
        done = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=self.pdf, capture_output=True, check=True
        )
        raw = subprocess.run(["pdftotext", "-raw", "-", "-"], input=self.pdf, capture_output=True, check=True)
        text = "".join((done.stdout + raw.stdout).decode().split())
        for words in self._texts():
            self.assertIn("".join(words.split()), text)
        self.assertIn(f"Page1of{len(reader.pages)}", text)
        self.assertLessEqual(len(reader.pages), 8)
        self.assertIn("without the money", _plain(reader.pages[-1].extract_text()), "not who signed alone")

    def test_paper_is_searchable_and_has_bookmarks(self):
        if self.env["ir.actions.report"]._get_timebank_engine() != "weasyprint":
            self.skipTest("without WeasyPrint papers are plainer")
        reader = PdfReader(io.BytesIO(self.pdf))
        titles = str(reader.outline)
        for section in self.content["sections"][1:]:
            self.assertIn(section["title"][:20], titles)
        self._check_fonts(self.pdf)

    def test_a_heading_stands_with_its_chart(self):
        pages = [_plain(page.extract_text()) for page in PdfReader(io.BytesIO(self.pdf)).pages]
        drawn = [section for section in self.report._lay_out()["sections"] if section["caption"]]
        self.assertGreaterEqual(len(drawn), 3)
        for section in drawn:
            title = _plain(section["title"])
            page = next(text for text in pages if title in text)
            self.assertIn(section["caption"], page, title)

    def test_paper_describes_its_pictures(self):
        """For who has it read aloud: in the tags of the file itself, each picture with what it shows."""
        if self.env["ir.actions.report"]._get_timebank_engine() != "weasyprint":
            self.skipTest("without WeasyPrint papers have no tags")
        root = PdfReader(io.BytesIO(self.pdf)).trailer["/Root"]
        self.assertTrue(root["/MarkInfo"]["/Marked"])
        self.assertEqual(root["/Lang"][:2], "en")
        said = describe_pictures(root)
        self.assertTrue(all(said), "no picture is left without words")
        drawn = [section for section in self.report._lay_out()["sections"] if section["image"]]
        self.assertGreaterEqual(len(drawn), 4)
        for section in drawn:
            self.assertIn(_plain(section["alt"]), said)
            self.assertIn(_plain(section["answer"]), _plain(section["alt"]), "with what is to be seen in it")
        self.assertTrue(list(walk_tags(root["/StructTreeRoot"], "/TH")), "tables have heads")

    @unittest.skipUnless(shutil.which("wkhtmltopdf"), "wkhtmltopdf isn't installed")
    def test_paper_by_wkhtmltopdf_holds_all(self):
        """As the setting says: words that are found, and letters that are in the file; no bookmarks."""
        self.env["ir.config_parameter"].set_param("timebank_coproduction.paper_engine", "wkhtmltopdf")
        paper = self.report.sudo()._make_pdf()
        text = ""
        for way in ("-layout", "-raw"):
            done = subprocess.run(["pdftotext", way, "-", "-"], input=paper, capture_output=True, check=True)
            text += "".join(done.stdout.decode().split())
        for words in self._texts():
            self.assertIn("".join(words.split()), text)
        self._check_fonts(paper)
        version = subprocess.run(["wkhtmltopdf", "--version"], capture_output=True, check=True).stdout
        if b"patched" not in version:
            self.assertFalse(PdfReader(io.BytesIO(paper)).outline)

    def _check_fonts(self, paper):
        done = subprocess.run(["pdffonts", "-"], input=paper, capture_output=True, check=True)
        fonts = done.stdout.decode().splitlines()[2:]
        self.assertTrue(fonts)
        for line in fonts:
            self.assertRegex(line, r"\s(yes)\s+(yes|no)\s+(yes|no)\s", "each font is in the file")

    def test_workbook_holds_all(self):
        book = openpyxl.load_workbook(io.BytesIO(self.xlsx), data_only=True)
        cells = [
            cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
        ]
        words = {_plain(cell.value) for cell in cells if isinstance(cell.value, str)}
        numbers = {round(cell.value, 2) for cell in cells if isinstance(cell.value, int | float)}
        number = r"(?:\$ )?([-+−]?[\d,]+(?:\.\d+)?)"
        shapes = [
            rf"{number}(?: h| %)?",
            rf"{number} [a-z]+",
            rf"{number} % \({number} % to {number} %\)",
            rf"{number} to {number}",
        ]
        for text in self._texts():
            text = _plain(text)
            found = next(filter(None, (re.fullmatch(shape, text) for shape in shapes)), None)
            if found:
                for one in found.groups():
                    self.assertIn(round(float(one.replace(",", "").replace("−", "-")), 2), numbers, text)
            elif text != "hidden":
                self.assertIn(text, words)

    def test_counts_and_intervals_are_numbers(self):
        """A count is a number whose format says of what; the ends of an interval have their own columns."""
        book = xlsxwriter.Workbook(io.BytesIO())
        self.addCleanup(book.close)
        writer = _Writer(book, self.content, self.env)
        for said, number, pattern in (
            ("20 people", 20, '#,##0" people"'),
            ("1,234\N{NO-BREAK SPACE}activities", 1234, '#,##0" activities"'),
            ("5 or more", None, None),
            ("none", None, None),
            ("hidden", None, None),
        ):
            self.assertEqual(writer._read_count(said), (number, pattern), said)
        table = {
            "head": ["Question", "First", "95 % interval"],
            "rows": [
                ["Satisfied", "6.0", "+0.2 to +1.3"],
                [
                    "– medium (5–6)",
                    "50\N{NO-BREAK SPACE}% (31\N{NO-BREAK SPACE}% to 69\N{NO-BREAK SPACE}%)",
                    "",
                ],
                ["– low (0–4)", "hidden", "−1.4 to +0.4"],
            ],
        }
        spread = writer._spread(table)
        self.assertEqual(
            [spread["head"], *spread["rows"]],
            [
                ["Question", "First", "First, from", "First, to", "95 % interval, from", "95 % interval, to"],
                ["Satisfied", "6.0", "", "", "+0.2", "+1.3"],
                ["– medium (5–6)", "50 %", "31 %", "69 %", "", ""],
                ["– low (0–4)", "hidden", "", "", "−1.4", "+0.4"],
            ],
        )
        self.assertEqual(writer._read("−1.4")[0], -1.4)

    def test_numbers_are_numbers_in_every_language(self):
        """As each of Odoo's languages writes them, with whatever spaces and signs it has."""
        book = xlsxwriter.Workbook(io.BytesIO())
        self.addCleanup(book.close)
        languages = self.env["res.lang"].with_context(active_test=False).search([])
        languages.active = True
        self.assertGreater(len(languages), 50)
        for lang in languages:
            signs = [lang.thousands_sep or "", lang.decimal_point, "€"]
            writer = _Writer(book, {**self.content, "signs": signs}, self.env)
            for number in (0, 7, 1234, 1234567.5, -1234.25):
                words = lang.format("%.2f", number, grouping=True)
                for said in (words, f"{words}\N{NO-BREAK SPACE}h", f"{words}\N{NO-BREAK SPACE}€"):
                    self.assertEqual(writer._read(said)[0], number, (lang.code, said))

    def test_workbook_computes_and_takes_no_formulas_from_words(self):
        book = openpyxl.load_workbook(io.BytesIO(self.xlsx))
        formulas = [
            cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
        ]
        self.assertTrue(formulas)
        for formula in formulas:
            self.assertRegex(formula, r"^=(SUM\([A-Z]+\d+:[A-Z]+\d+\)|[A-Z]+\d+/\$[A-Z]+\$\d+)$")
        self.assertTrue(any(sheet._charts for sheet in book), "charts are the workbook's own")

    def test_what_charts_draw_stands_on_a_sheet_of_its_own(self):
        """Named as what it is; and a whole number is written as one."""
        book = openpyxl.load_workbook(io.BytesIO(self.xlsx))
        self.assertEqual(book.sheetnames[-1], "Behind the charts")
        drawn = {
            series.val.numRef.f.partition("!")[0]
            for sheet in book
            for chart in sheet._charts
            for series in chart.series
        }
        self.assertEqual(drawn, {"'Behind the charts'"})
        cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        self.assertFalse([cell for cell in cells if cell.number_format.endswith(".##")])
        shares = [cell.parent.title for cell in cells if cell.number_format == "0.0%"]
        self.assertEqual(set(shares), {"Behind the charts"})
        heads = [cell.value for cell in book["Behind the charts"]["A"]]
        self.assertIn(self.sections["hours"]["title"], heads)

    def _give_in_ten_kinds(self):
        """Six people give in each of ten kinds, most in the first; two professionals give as well."""
        names = ("Neighbourly visiting", "Gardening together", "Walking to the doctor", "Repairs")
        kinds = self.env["timebank.category"].create(
            [{"name": names[number] if number < len(names) else f"Kind {number}"} for number in range(10)]
        )
        paid = [self._make_member(f"Paid {number}", "professional") for number in range(2)]
        vals = [
            self._hours_vals(
                one, 125 if not number else 60 - number, date=LAST - timedelta(number), category_id=kind.id
            )
            for number, kind in enumerate(kinds)
            for one in self.people[:6]
        ]
        vals += [self._hours_vals(one, 60, date=LAST, category_id=kinds[0].id) for one in paid]
        entries = self.env["timebank.hours"].create(vals)
        entries.action_submit()
        entries.with_user(self.coordinator).action_approve()

    def _draft_bid(self, first):
        bid = self.env["timebank.funder.report"].with_user(self.coordinator)
        return bid.create(
            {"kind": "bid", "scheme_ids": [(6, 0, self.scheme.ids)], "date_from": first, "date_to": LAST}
        )

    def test_a_table_of_many_kinds_lies_within_the_page(self):
        """Of three months it is turned, of a year as it was; each head and cell is whole."""
        self._give_in_ten_kinds()
        for first, is_turned in ((FIRST, True), (LAST - timedelta(364), False)):
            bid = self._draft_bid(first)
            bid.section_ids.filtered(lambda one: one.key != "work").is_in = False
            [work] = [one for one in bid.sudo()._lay_out()["sections"] if one["key"] == "work"]
            table = work["table"]
            shape = table["head"][0], len(table["head"]), len(table["rows"])
            self.assertEqual(shape, ("", 5, 8) if is_turned else ("Month", 9, 13))
            done = subprocess.run(
                ["pdftotext", "-bbox", "-", "-"],
                input=bid.sudo()._make_pdf(),
                capture_output=True,
                check=True,
            )
            found = Counter()
            for page in html.fromstring(done.stdout).iter("page"):
                for word in page.iter("word"):
                    self.assertGreater(float(word.get("xmin")), 0, word.text)
                    self.assertLess(float(word.get("xmax")), float(page.get("width")), word.text)
                    found[word.text] += 1
            cells = [words for row in (table["head"], *table["rows"]) for words in row]
            self.assertFalse(Counter(word for words in cells for word in words.split()) - found)
            self.assertIn("Most went to Neighbourly visiting: 14.5 hours.", work["answer"])
            self.assertIn("14.5 h", [_plain(words) for words in cells], "said as it stands there")

    def test_workbook_sums_nothing_of_which_a_part_is_hidden(self):
        """The whole is what the section's table says; there are no shares of it."""
        self._give_in_ten_kinds()
        bid = self._draft_bid(FIRST)
        content = {section["key"]: section for section in bid._make_content()["sections"]}
        made = bid.sudo()._make_workbook()
        sheet = openpyxl.load_workbook(io.BytesIO(made))["Behind the charts"]
        rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        hours = [row[0] for row in rows].index(content["hours"]["title"])
        parts, whole = rows[hours + 2 : hours + 5], rows[hours + 5]
        self.assertEqual([row[1] == "hidden" for row in parts], [False, True, True])
        self.assertEqual(whole[0], "Total")
        self.assertEqual(f"{whole[1]:g} h", _plain(content["hours"]["table"]["rows"][-1][2]))
        self.assertEqual({row[2] for row in rows[hours : hours + 6]}, {None}, "no shares")
        computed = recompute_all(made)
        sums = {place: value for (name, place), value in computed.items() if name == sheet.title}
        self.assertTrue(sums)
        for place, value in sums.items():
            formula = sheet[place].value
            if formula.startswith("=SUM("):
                summed = [cell.value for row in sheet[formula[5:-1]] for cell in row]
                self.assertNotIn("hidden", summed)
                self.assertAlmostEqual(value, sum(summed))

    def test_kept_bytes(self):
        self.assertEqual(self.report.pdf_hash, _sha256(self.pdf))
        self.assertEqual(self.report.xlsx_hash, _sha256(self.xlsx))
        self.assertFalse(self.report._find_altered())

    def test_small_numbers_are_hidden_from_who_runs_the_bank_too(self):
        """A bank of four people: what its coordinator sees is not what a funder is told."""
        scheme = self._make_scheme("Few", credit_limit_minutes=600)
        members = [self._make_member(f"Few {number}", scheme=scheme) for number in range(4)]
        for one, other in zip(members, members[1:], strict=False):
            self._make_hours(
                one, 60, state="approved", receiver_id=other.partner_id.id, date=TODAY - timedelta(20)
            )
        bid = self.env["timebank.funder.report"].with_user(self.coordinator)
        bid = bid.create(
            {"kind": "bid", "scheme_ids": [(6, 0, scheme.ids)], "date_from": FIRST, "date_to": LAST}
        )
        content = bid._make_content()
        for section in content["sections"]:
            for figure in section["figures"] or []:
                self.assertIn(figure["value"], (None, "0", "0 h"), (section["key"], figure))
        self.assertNotIn("Few 0", json.dumps(content))


def _sha256(content):
    return hashlib.sha256(content).hexdigest()
