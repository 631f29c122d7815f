import io
import subprocess
from datetime import date, timedelta

import openpyxl
from lxml import html

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form

from odoo.addons.timebank_coproduction.report.timebank_disclosure_xlsx import make_workbook

from ..common import TimebankCase
from .funder_report_reading import plain


class TestDisclosure(TimebankCase):
    """What the annual report for 2025 says of volunteers; today is 18 March 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.volunteers = [cls._make_member(f"Volunteer {number}") for number in range(12)]
        cls.learning = cls.env["timebank.category"].create({"name": "Teaching chess"})
        for number, member in enumerate(cls.volunteers):
            cls._give(member, date(2025, 6, 1), 600, cls.category)
            if number < 6:
                cls._give(member, date(2024, 5, 1), 300, cls.category)
            if number < 2:
                cls._give(member, date(2025, 7, 1), 120, cls.learning)
        cls._give(cls.cat, date(2025, 6, 1), 6000, cls.category)  # paid staff
        cls._give(cls.agency, date(2025, 6, 1), 6000, cls.category)  # no person

    @classmethod
    def _give(cls, member, day, minutes, category):
        while minutes > 0:
            some = min(minutes, 300)
            cls._make_hours(member, some, "approved", date=day, category_id=category.id)
            minutes, day = minutes - some, day + timedelta(days=1)

    def _ask(self, user=None, **vals):
        return self.env["timebank.disclosure"].with_user(user or self.finance).create(vals)

    def test_the_year_that_is_over_beside_the_year_before(self):
        asked = self._ask()
        self.assertEqual((asked.date_from, asked.date_to), (date(2025, 1, 1), date(2025, 12, 31)))
        this, before = asked._get_figures()["years"]
        self.assertEqual((this["people"], this["hours"]), (12, 124))
        self.assertAlmostEqual(this["staff"], 124 / 1650)
        self.assertEqual((before["people"], before["hours"]), (6, 30))
        self.assertIn("12 volunteers gave 124 hours", asked.paragraph)
        self.assertIn("at 1,650 hours a year", asked.paragraph)
        self.assertIn("The year before, 6 volunteers gave 30 hours", asked.paragraph)
        self.assertIn("not included in the accounts", asked.paragraph)

    def test_no_figure_tells_of_few(self):
        rows = {row["name"]: row for row in self._ask()._get_figures()["rows"]}
        chess = rows["Teaching chess"]
        self.assertEqual((chess["people"][0], chess["hours"][0]), (None, None))
        self.assertIsNone(rows[self.category.name]["hours"][0], "or the difference would tell")
        asked = self._ask(self.manager, scheme_ids=[Command.set(self.scheme.ids)])
        self.assertNotIn("chess", asked.paragraph, "whoever runs the bank: it is for print")
        self.assertNotIn("Teaching chess (", asked.paragraph)

    def test_few_volunteers_are_not_counted_in_words_either(self):
        """Nor is it said that they are fewer than five: what is hidden looks the same, whatever it is."""
        asked = self._ask(date_from="2025-07-01", date_to="2025-07-31")
        self.assertIn("volunteers gave time to", asked.paragraph)
        self.assertIn("how many is hidden", asked.paragraph)
        self.assertNotRegex(
            asked.paragraph.partition("The value")[0], r"\b(?:[1-9] (?:hour|volunt)|fewer than five)"
        )

    def test_how_long_a_year_is(self):
        self.env.company.timebank_full_time_hours = 124
        self.assertIn("as much time as 1.0 full-time members of staff, at 124 hours", self._ask().paragraph)

    def _read_table(self, page):
        [table] = html.fromstring(str(page)).xpath("//table[thead/tr/th='Figure']")
        return [[plain(cell.text_content()) for cell in row.xpath("./*")] for row in table.iter("tr")]

    def test_the_table_is_shown_and_printed(self):
        """Beside the paragraph: each cell, of this year and of the year before."""
        staff = "As many full-time members of staff, at 1,650 hours a year"
        rows = [
            ["Figure", "Jan 1, 2025 to Dec 31, 2025", "Jan 1, 2024 to Dec 31, 2024"],
            ["Volunteers", "12", "6"],
            ["Hours", "124", "30"],
            [staff, "0.1", "0.0"],
            [f"{self.category.name}: volunteers", "12", "6"],
            [f"{self.category.name}: hours", "hidden", "30"],
            ["Teaching chess: volunteers", "hidden", "0"],
            ["Teaching chess: hours", "hidden", "0"],
        ]
        asked = self._ask()
        self.assertEqual(self._read_table(Form(asked).table_html), rows)
        reports = self.env["ir.actions.report"].with_user(self.finance)
        name = "timebank_coproduction.report_timebank_disclosure"
        content, _kind = reports._render_qweb_html(name, asked.ids)
        self.assertEqual(self._read_table(content.decode()), rows)
        paper, kind = reports.with_context(force_report_rendering=True)._render_qweb_pdf(name, asked.ids)
        self.assertEqual(kind, "pdf")
        done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=paper, capture_output=True, check=True)
        printed = "".join(done.stdout.decode().split())
        for row in rows:
            self.assertIn("".join("".join(row).split()), printed)

    def test_paper_and_workbook_say_the_same(self):
        asked = self._ask()
        content, _kind = (
            self.env["ir.actions.report"]
            .with_user(self.finance)
            ._render_qweb_html("timebank_coproduction.report_timebank_disclosure", asked.ids)
        )
        self.assertIn(asked.paragraph, " ".join(content.decode().split()))
        sheet = openpyxl.load_workbook(io.BytesIO(make_workbook(asked)))["Volunteers"]
        cells = {row[0].value: [cell.value for cell in row[1:3]] for row in sheet.iter_rows() if row[0].value}
        self.assertEqual(cells["Volunteers"], [12, 6])
        self.assertEqual(cells["Hours"], [124, 30])
        self.assertEqual(cells["As many full-time members of staff"], ["=B3/B4", "=C3/C4"])
        self.assertEqual(cells["Teaching chess"][0], "hidden")
        self.assertIn("url", asked.action_export_xlsx())

    def test_who_may(self):
        self.assertTrue(self._ask(self.manager).paragraph)
        for user in (self.coordinator, self.portal, self.staff):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._ask(user)

    def test_a_year_without_anybody(self):
        asked = self._ask(date_from="2022-01-01", date_to="2022-12-31")
        self.assertIn("No volunteers gave time", asked.paragraph)
