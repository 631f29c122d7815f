"""The money of a report against books that are made up, added up a second time in plain Python."""

import io
import subprocess
from datetime import timedelta
from fractions import Fraction
from unittest.mock import patch

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from ..common import undone
from ..generated import same
from ..grant.witness import Witness, exact
from ..grant.workbook_common import recompute_all
from .funder_report_money_common import FIRST, LAST, MIDDLE, FunderReportMoneyCase

#: What happened in the books: what kind, of how many pence, how many days after the grant began.
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(("bill", "bill", "refund", "salary", "income", "shared", "transfer")),
        st.integers(1, 30_000),
        st.integers(0, 75),
    ),
    min_size=2,
    max_size=7,
)


@tagged("post_install", "-at_install")
class TestFunderReportMoney(FunderReportMoneyCase):
    def _expect(self):
        """What the report has to say of money, from the tables alone: dicts of amounts."""
        self.env.flush_all()
        witness = Witness(self.env)
        whole, number = Fraction(0), self.grant.id
        for signed in witness.reconciliations.values():
            if signed["grant_id"] == number and signed["state"] == "reviewed":
                whole += exact(signed["spent_amount"]) + exact(signed["late_amount"])
        last = witness.period(number, MIDDLE + timedelta(days=1), LAST)
        figures = {
            "award": last["award_amount"],
            "reward_budget": last["budget_amount"],
            "spent": whole,
            "to_date": last["to_date_amount"],
            "unbilled": last["unbilled_amount"],
            "left": last["closing_amount"],
        }
        return figures, witness.fund(number, FIRST, LAST)

    def _compare_spent(self, answer, figures, fund):
        """What of the award was spent, and on what."""
        _opening, income, spending, _transfers, closing = fund
        if not (income or spending or closing):
            return
        spending, rewards = -spending, figures["spent"]
        other, said = spending - rewards, f"{self._say(spending)} was spent in these days"
        if not spending:
            said = "nothing was spent in these days."
        elif not other:
            said += ": all of it on rewards, and nothing on other costs."
        elif not rewards:
            said += ", none of it on rewards."
        elif other > 0:
            said += f": {self._say(rewards)} on rewards, and {self._say(other)} on other costs."
        else:
            said += "."
        self.assertIn(f"Of the award of {self._say(figures['award'])} as a whole, {said}", answer)
        if closing >= 0:
            self.assertIn(f"and {self._say(closing)} is carried forward.", answer)

    def _compare(self, report):
        sections = self._sections(report)
        figures, fund = self._expect()
        said = {figure["key"]: figure["value"] for figure in sections["money"]["figures"]}
        self.assertEqual(said, {key: self._say(amount) for key, amount in figures.items()})
        self.assertEqual(
            [row[1] for row in sections["money"]["table"]["rows"]], [self._say(amount) for amount in fund]
        )
        self._compare_spent(sections["money"]["answer"], figures, fund)
        *headings, together = sections["budget"]["table"]["rows"]
        amounts = [figures[key] for key in ("reward_budget", "to_date", "unbilled", "left")]
        self.assertEqual(together[1:5], [self._say(amount) for amount in amounts])
        self.assertTrue(headings)
        over = [row[0] for row in headings if "\N{MINUS SIGN}" in row[4]]
        said = sections["budget"]["answer"].partition("More was spent than agreed on: ")[2]
        self.assertEqual(said, f"{', '.join(over)}." if over else "")
        return figures, fund

    def test_what_went_over_is_said(self):
        self._live([("bill", 30_000, 3)])
        self._sign(FIRST, MIDDLE)
        self._sign(MIDDLE + timedelta(days=1), LAST)
        self._compare(self._draft())
        answer = self._sections(self._draft())["budget"]["answer"]
        self.assertIn("More was spent than agreed on: Rewards.", answer, "300 of a budget of 100")

    def test_what_is_proposed_is_told(self):
        """However the heading is written; and where there is no such row, beside the table."""
        self._live([("bill", 300, 3)])
        self._sign(FIRST, MIDDLE)
        self._sign(MIDDLE + timedelta(days=1), LAST)
        report = self._draft()
        self.assertEqual(report.budget_line_ids.mapped("name"), ["Rewards"])
        report.budget_line_ids.write({"name": "Récompenses", "reason": "A trip in May"})
        self.assertEqual(self._sections(report)["budget"]["table"]["rows"][0][5], "A trip in May")
        rows = [("Swimming", 50.0, 0, 12.0, 0, 38.0), ("Food", 50.0, 0, 0, 0, 50.0)]
        report.budget_line_ids = [
            Command.clear(),
            *(
                Command.create({"kind": "budget", "name": name, "reason": f"For {name}"})
                for name in (" swimming", "Rent")
            ),
        ]
        with patch.object(type(self.env["timebank.reconciliation"]), "_get_budget_rows", lambda _self: rows):
            budget = self._sections(report)["budget"]
        self.assertEqual([row[5] for row in budget["table"]["rows"]], ["For  swimming", "", ""])
        self.assertEqual(budget["parts"], [{"title": "Proposed for Rent", "text": "For Rent"}])

    @same(4, shrinks=False)
    @given(DEEDS, DEEDS)
    def test_page_says_what_the_books_have(self, deeds, later):
        """Two periods signed one after the other: what came in between for days of the first is late."""
        with undone(self.env):
            self._claims(2)
            self._live(deeds)
            self._sign(FIRST, MIDDLE)
            self._live(later)
            self._sign(MIDDLE + timedelta(days=1), LAST)
            self._compare(self._draft())

    def test_workbook_and_paper_say_the_same(self):
        self._claims(1)
        self._live([("bill", 1234, 3), ("salary", 50_000, 9), ("income", 90_001, 10), ("refund", 234, 40)])
        self._sign(FIRST, MIDDLE)
        self._live([("bill", 333, 5), ("shared", 1001, 60), ("transfer", 700, 61)])
        self._sign(MIDDLE + timedelta(days=1), LAST)
        report = self._draft()
        figures, fund = self._compare(report)
        amounts = [*figures.values(), *fund]
        content = report._make_workbook()
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        computed = recompute_all(content)
        self.assertTrue(computed)
        for (sheet, cell), value in computed.items():
            self.assertAlmostEqual(value, book[sheet][cell].value, 2, (sheet, cell))
        numbers = {
            round(cell.value, 2)
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if isinstance(cell.value, int | float)
        }
        for amount in amounts:
            self.assertIn(round(float(amount), 2), numbers)
        paper = report.sudo()._make_pdf()
        done = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=paper, capture_output=True, check=True
        )
        text = "".join(done.stdout.decode().split())
        for amount in amounts:
            said = self._say(amount).replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")  # no letter on paper
            self.assertIn("".join(said.split()), text)
