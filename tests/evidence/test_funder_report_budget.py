"""A budget's headings in a report, against made-up books that are sorted a second time in plain Python."""

import io
from datetime import timedelta

import openpyxl
from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from ..common import undone
from ..generated import same
from ..grant.witness_budget import BudgetWitness
from .funder_report_money_common import FIRST, LAST, MIDDLE, FunderReportMoneyCase
from .funder_report_reading import ReadBack, plain

#: What happened: what kind, of how many pence, how many days after the grant began.
DEEDS = st.lists(
    st.tuples(
        st.sampled_from(("swim", "film claim", "pass", "pass", "film", "coach", "cost", "refund", "salary")),
        st.integers(1, 3_000),
        st.integers(0, 75),
    ),
    min_size=3,
    max_size=9,
)
FEW = [("swim", 1, 0), ("swim", 1, 0), ("film claim", 1, 0), ("pass", 1_150, 10), ("film", 725, 20)]
MORE = [("coach", 4_000, 50), ("cost", 99, 60), ("refund", 150, 61), ("pass", 900, 62), ("coach", 101, 12)]


@tagged("post_install", "-at_install")
class TestFunderReportBudget(ReadBack, FunderReportMoneyCase):
    """Swims by their reward, films by their product, trips by their account; and what is in none of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.trips = cls.env["account.account"].create(
            {"name": "Trips", "code": "TB6200", "account_type": "expense"}
        )
        cls.ticket = cls.env["product.product"].create({"name": "Film ticket"})
        cls.film = cls._make_reward(
            "Film", minutes=30, expected_cost=8, product_id=cls.ticket.id, approval="manual"
        )
        cls.grant.with_user(cls.finance).action_amend(
            {
                "reward_account_ids": (cls.expense | cls.trips).ids,
                "budget_lines": [
                    {"name": "Swims", "amount": 40, "reward_ids": cls.swim.ids},
                    {"name": "Films", "amount": 20, "product_ids": cls.ticket.ids},
                    {"name": "Trips", "amount": 30, "account_ids": cls.trips.ids},
                    {"name": "Boats", "amount": 0, "product_ids": cls.product.ids},
                ],
            },
            "Lines agreed",
        )

    def _live(self, deeds):
        for kind, pence, days in deeds:
            day, line = FIRST + timedelta(days=days), {"name": kind, "price_unit": pence / 100}
            if kind in ("swim", "film claim"):
                reward = self.swim if kind == "swim" else self.film
                claim = self._make_claim(self.ann, reward, "approved")
                if claim.sudo().grant_id == self.grant:  # where nothing is left, another grant pays
                    self.claims.append(claim)
            elif kind == "pass":
                # for a claim, though it was booked as a trip
                bill = self._bill({**line, "account_id": self.trips.id}, day=day)
                if self.claims:
                    self._match(self.claims.pop(0), bill, min(pence / 100, 8))
            elif kind == "salary":
                self._enter(self.salaries, pence / 100, day)
            else:
                more = {"film": {"product_id": self.ticket.id}, "coach": {"account_id": self.trips.id}}
                way = "in_refund" if kind == "refund" else "in_invoice"
                self._bill({**line, **more.get(kind, {})}, move_type=way, day=day)

    def _run(self, deeds, later):
        self.claims = []
        self._live(deeds)
        self._sign(FIRST, MIDDLE)
        self._live(later)
        self._sign(MIDDLE + timedelta(days=1), LAST)

    def _expect(self):
        """Rows of a heading's name and what was agreed, spent, is to be billed and is left; what has nothing
        at all isn't there."""
        accounts = {
            product.id: product.product_tmpl_id.get_product_accounts()["expense"].id
            for product in self.product | self.ticket
        }
        rows = BudgetWitness(self.env, accounts).budget(self.grant.id, LAST)
        return [
            (name or "In no line", agreed, spent, unbilled, left)
            for name, agreed, committed, spent, unbilled, left in rows
            if any((agreed, committed, spent, unbilled, left))
        ]

    def _compare(self, report):
        rows, section = self._expect(), self._sections(report)["budget"]
        sums = [sum(row[place] for row in rows) for place in range(1, 5)]
        expected = [[name, *map(self._say, amounts)] for name, *amounts in [*rows, ("Total", *sums)]]
        self.assertEqual([row[:5] for row in section["table"]["rows"]], expected)
        for series, place in zip(section["chart"]["series"], (1, 2), strict=True):
            self.assertEqual(series["values"], [round(float(row[place]), 2) for row in rows])
        return rows, sums, expected

    @same(4, shrinks=False)
    @given(DEEDS, DEEDS)
    def test_each_heading_has_what_belongs_to_it(self, deeds, later):
        with undone(self.env):
            self._run(deeds, later)
            self._compare(self._draft())

    def test_page_paper_and_workbook_say_the_same(self):
        self._run(FEW, MORE)
        report = self._draft()
        report.budget_line_ids.filtered(lambda line: line.name == "Films").reason = "More films in May"
        rows, sums, expected = self._compare(report)
        self.assertEqual([row[0] for row in rows], ["Swims", "Films", "Trips", "In no line"])
        self.assertTrue(all(row[2] for row in rows), "something was spent on each")
        _figures, on_page, _text = self._read_page(report)["budget"]
        self.assertEqual([row[:5] for row in on_page], [list(map(plain, row)) for row in expected])
        self.assertEqual([row[5:] for row in on_page][1], ["More films in May"])
        paper = self._read_paper(report)
        for row in expected:
            for words in row:
                said = words.replace("\N{ZERO WIDTH NO-BREAK SPACE}", "")  # no letter on paper
                self.assertIn("".join(said.split()), paper)
        book = openpyxl.load_workbook(io.BytesIO(report._make_workbook()), data_only=True)
        title = self._sections(report)["budget"]["title"]
        [sheet] = [one for one in book if one["A1"].value == title]
        found = {row[0]: row[1:5] for row in sheet.iter_rows(values_only=True) if row[0]}
        for name, *amounts in [*rows, ("Total", *sums)]:
            self.assertEqual(
                [round(one, 2) for one in found[name]], [round(float(one), 2) for one in amounts]
            )
