import io
import re
from datetime import date

import openpyxl
from lxml import html

from odoo.tests import tagged

from ...report.timebank_reconciliation_xlsx import SUMMARY
from .test_claim_share import SharedClaimCase

#: What the paper calls a figure of which the workbook has another name.
ON_PAPER = {"ledger_amount": "Analytic balance in the books", "other_amount": "Less other spending"}
#: Figures that stand in the workbook alone, or together with others on paper.
NOT_ON_PAPER = {"accrued_amount", "time_percentage", "spent_percentage"}


@tagged("post_install", "-at_install")
class TestPapersAgree(SharedClaimCase):
    """What is signed, the workbook and the paper hold the same figures, in an odd case.

    Two grants share a claim, its bill is in euro, a credit note takes back part of another bill a period
    later, one bill comes in late and one entry is made by hand.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_euro((date(2026, 1, 1), 0.83), (date(2026, 4, 1), 0.91))
        cls._share((cls.grant, "percent", 33.33), (cls.second, None, None))
        cls.other = cls._claims(1).with_user(cls.finance)
        both = {cls.grant: 33.33, cls.second: 66.67}
        cls.bill = cls._bill(
            {"name": "Swim pass", "price_unit": 9.99, "share": both}, currency_id=cls.euro.id
        )
        cls.dearer = cls._bill(("Swim pass, dearer", 12.37))
        cls.grant.with_user(cls.finance).action_auto_match()
        cls.env["account.analytic.line"].create(
            {
                "name": "Correction",
                "account_id": cls.grant.sudo().analytic_account_id.id,
                "amount": -0.07,
                "date": date(2026, 3, 3),
            }
        )
        cls.march = cls._reconcile(date_from=date(2026, 3, 1))
        cls._sign(cls.march)
        refund = {"name": f"Swim pass {cls.other.code}", "price_unit": 5.55}
        cls._bill(refund, move_type="in_refund", day=date(2026, 4, 2))
        cls.grant.with_user(cls.finance).action_auto_match()
        cls._bill({"name": "Late cups", "price_unit": 3.1, "share": both}, day=date(2026, 3, 9))
        cls.april = cls._reconcile(date_from=date(2026, 4, 1), date_to=date(2026, 4, 30))
        cls._sign(cls.april)

    @classmethod
    def _sign(cls, reconciliation):
        for line in reconciliation.line_ids.filtered(lambda line: line.status != "matched"):
            line.note = line.note or "Agreed with the supplier"
        reconciliation.action_prepare()

    @staticmethod
    def _number(text):
        return round(float(re.sub(r"[^\d.-]", "", text)), 2)

    def _read_workbook(self, reconciliation):
        book = openpyxl.load_workbook(io.BytesIO(reconciliation._make_workbook()), data_only=True)
        labels = {str(label): field for label, field, _formula in SUMMARY}
        figures = {}
        for row in book["Summary"].iter_rows(values_only=True):
            if row[0] in labels:  # a status may be called the same, below
                figures.setdefault(labels[row[0]], round(row[1], 2))
        billed = [
            round(row[column], 2)
            for sheet, column in (("Claims", 8), ("Bills", 4))
            for row in book[sheet].iter_rows(min_row=2, values_only=True)
            if row[0] and row[0] != "Total" and row[column]
        ]
        late = [
            round(row[6], 2)
            for row in book["Late"].iter_rows(min_row=2, values_only=True)
            if row[0] != "Total" and row[6]
        ]
        return figures, sorted(billed), sorted(late)

    def _read_paper(self, reconciliation):
        content, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "timebank_coproduction.report_reconciliation", reconciliation.ids
        )
        page = html.fromstring(content.decode())
        figures = {}
        for row in page.xpath("//table[contains(@class, 'figures')]//tr"):
            for head, cell in zip(row.xpath("./th"), row.xpath("./td"), strict=False):
                figures[" ".join(head.text_content().split())] = cell.text_content()
        columns = {}
        for table in page.xpath("//table[contains(@class, 'rows')]"):
            heads = [" ".join(head.text_content().split()) for head in table.xpath(".//thead//th")]
            for name in {"Billed", "Change"}.intersection(heads):
                at = heads.index(name) + 1
                cells = [cell.text_content() for cell in table.xpath(f".//tbody/tr/td[{at}]")]
                columns[name] = sorted(self._number(cell) for cell in cells if cell.strip())
        return figures, columns.get("Billed", []), columns.get("Change", [])

    def test_all_three_hold_the_same(self):
        for reconciliation in (self.march, self.april):
            with self.subTest(reconciliation.display_name):
                figures, billed, late = self._read_workbook(reconciliation)
                shown, billed_on_paper, late_on_paper = self._read_paper(reconciliation)
                for label, field, _formula in SUMMARY:
                    signed = round(reconciliation[field], 2)
                    self.assertEqual(figures[field], signed, field)
                    if field not in NOT_ON_PAPER:
                        name = ON_PAPER.get(field) or reconciliation._fields[field].string
                        name = name if name in shown else str(label)
                        self.assertEqual(self._number(shown[name]), signed, field)
                lines = reconciliation.line_ids
                of_period = lines.filtered(lambda line: not line.is_late and line.billed_amount)
                self.assertEqual(billed, sorted(round(line.billed_amount, 2) for line in of_period))
                self.assertEqual(billed, billed_on_paper)
                self.assertEqual(late, late_on_paper)
                self.assertAlmostEqual(sum(billed), reconciliation.spent_amount, 2)
                self.assertAlmostEqual(sum(late), reconciliation.late_amount, 2)

    def test_what_the_odd_case_comes_to(self):
        """By hand: 9.99 euro at 0.83 are 12.04 dollars, of which a third and a bit is the first grant's."""
        third = self.bill.line_ids.analytic_line_ids.filtered(
            lambda line: line.account_id == self.grant.sudo().analytic_account_id
        )
        self.assertEqual(round(-sum(third.mapped("amount")), 2), 4.01)
        self.assertEqual(self.march.spent_amount, 16.45)
        self.assertEqual((self.april.opening_amount, self.april.late_amount), (16.45, 1.03))
        self.assertEqual((self.april.spent_amount, self.april.to_date_amount), (-5.55, 11.93))
        self.assertEqual((self.march.gap_amount, self.april.gap_amount), (0, 0))
