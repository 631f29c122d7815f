"""The money of a report against books that are made up, added up a second time in plain Python."""

import io
import subprocess
from datetime import date, timedelta
from fractions import Fraction

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from ..common import undone
from ..generated import same
from ..grant.witness import Witness, exact
from ..grant.workbook_common import recompute_all
from ..grants_common import GrantCase

FIRST, MIDDLE, LAST = date(2026, 1, 1), date(2026, 2, 15), date(2026, 3, 31)
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
class TestFunderReportMoney(GrantCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        account = cls.env["account.account"]
        cls.given = account.create({"name": "Grants", "code": "TB4000", "account_type": "income"})
        cls.cash = account.create({"name": "Cash", "code": "TB1000", "account_type": "asset_cash"})
        cls.general = cls.env["account.journal"].create({"name": "Entries", "code": "TBG", "type": "general"})
        cls.other = cls._make_grant("Second Harbour")

    def _live(self, deeds):
        for kind, pence, days in deeds:
            day, amount = FIRST + timedelta(days=days), pence / 100
            if kind in ("bill", "refund", "shared"):
                share = {self.grant: 40, self.other: 60} if kind == "shared" else {self.grant: 100}
                line = {"name": kind, "price_unit": amount, "share": share}
                self._bill(line, move_type="in_refund" if kind == "refund" else "in_invoice", day=day)
            elif kind == "salary":
                self._enter(self.salaries, amount, day)
            elif kind == "income":
                self._enter(self.given, -amount, day)
            else:
                self._enter(self.cash, amount, day)

    def _enter(self, account, amount, day):
        """An entry on the grant's own analytic account; what is against it is on none."""
        number = self.grant.sudo().analytic_account_id.id
        sides = {"debit": max(amount, 0), "credit": max(-amount, 0)}
        entry = self.env["account.move"].create(
            {
                "date": day,
                "journal_id": self.general.id,
                "line_ids": [
                    Command.create(
                        {"account_id": account.id, "analytic_distribution": {str(number): 100}, **sides}
                    ),
                    Command.create(
                        {
                            "account_id": self.cash.id,
                            "debit": sides["credit"],
                            "credit": sides["debit"],
                        }
                    ),
                ],
            }
        )
        entry.action_post()

    def _sign(self, first, last):
        made = self._reconcile(date_from=first, date_to=last)
        self._explain(made)
        made.action_prepare()
        made.with_user(self.finance2).action_review()
        return made

    def _draft(self):
        report = self.env["timebank.funder.report"].with_user(self.coordinator)
        return report.create({"grant_id": self.grant.id, "date_from": FIRST, "date_to": LAST})

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

    def _say(self, amount):
        return self.env.company.currency_id.format(float(amount))

    def _sections(self, report):
        return {section["key"]: section for section in report._get_content()["sections"]}

    def _compare(self, report):
        sections = self._sections(report)
        figures, fund = self._expect()
        said = {figure["key"]: figure["value"] for figure in sections["money"]["figures"]}
        self.assertEqual(said, {key: self._say(amount) for key, amount in figures.items()})
        self.assertEqual(
            [row[1] for row in sections["money"]["table"]["rows"]], [self._say(amount) for amount in fund]
        )
        *headings, together = sections["budget"]["table"]["rows"]
        amounts = [figures[key] for key in ("reward_budget", "to_date", "unbilled", "left")]
        self.assertEqual(together[1:5], [self._say(amount) for amount in amounts])
        self.assertTrue(headings)
        over = [row[0] for row in headings if "-" in row[4]]
        said = sections["budget"]["answer"].partition("More than was agreed went into: ")[2]
        self.assertEqual(said, f"{', '.join(over)}." if over else "")
        return figures, fund

    def test_what_went_over_is_said(self):
        self._live([("bill", 30_000, 3)])
        self._sign(FIRST, MIDDLE)
        self._sign(MIDDLE + timedelta(days=1), LAST)
        self._compare(self._draft())
        answer = self._sections(self._draft())["budget"]["answer"]
        self.assertIn("More than was agreed went into: Rewards.", answer, "300 of a budget of 100")

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
