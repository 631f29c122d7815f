import io
from datetime import date
from unittest.mock import patch

import openpyxl

from odoo.fields import Command
from odoo.tests import Form, tagged

from ..grants_common import GrantCase

FIGURES = ("committed_amount", "billed_amount", "unbilled_amount", "remaining_amount")


@tagged("post_install", "-at_install")
class TestGrantBudget(GrantCase):
    """A grant's budget lines, each with what was committed, spent and is left; all of it is in one place."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.trips_account = cls.env["account.account"].create(
            {"name": "Trips", "code": "TB6200", "account_type": "expense"}
        )
        cls.film_product = cls.env["product.product"].create({"name": "Film ticket"})
        cls.grant.with_user(cls.finance).action_amend(
            {
                "reward_account_ids": (cls.expense | cls.trips_account).ids,
                "budget_lines": [
                    {"name": "Swims", "amount": 40, "reward_ids": cls.swim.ids},
                    {"name": "Films", "amount": 20, "product_ids": cls.film_product.ids},
                    {"name": "Trips", "amount": 30, "account_ids": cls.trips_account.ids},
                ],
            },
            "Lines agreed",
        )
        cls.swims, cls.films, cls.trips = cls.grant.budget_line_ids

    def _line(self, line, date=None):
        self.env.invalidate_all()
        line = line.with_user(self.finance).with_context(timebank_date=date)
        return tuple(line[name] for name in FIGURES)

    def _assert_whole(self, date=None):
        self.env.invalidate_all()
        grant = self.grant.with_user(self.finance).with_context(timebank_date=date)
        # what the books and the claims have in no line, asked for by itself
        found = grant._get_budget_figures()[grant].get(grant.budget_line_ids.browse(), (0, 0, 0))
        billed, committed, unbilled = found
        budget = grant.agreed_budget - sum(grant.budget_line_ids.mapped("amount"))
        for name, amount in (
            ("committed", committed),
            ("billed", billed),
            ("unbilled", unbilled),
            ("budget", budget),
            ("remaining", budget - billed - unbilled),
        ):
            self.assertAlmostEqual(grant[f"unallocated_{name}"], amount, 6, name)
        return grant

    def test_each_in_its_line(self):
        claims = self._claims(2)
        film = self._make_reward(
            "Film", minutes=30, expected_cost=8, product_id=self.film_product.id, approval="manual"
        )
        self._make_claim(self.ann, film, "approved")
        # a bill without a product, on another account: it goes with the claim that it pays for
        bill = self._bill({"name": "Swim", "price_unit": 13, "account_id": self.trips_account.id})
        self._match(claims[0], bill, 12)
        self._bill({"name": "Popcorn film", "price_unit": 5, "product_id": self.film_product.id})
        self._bill({"name": "Coach", "price_unit": 7, "account_id": self.trips_account.id})
        self._bill({"name": "Something", "price_unit": 2})
        self.assertEqual(self._line(self.swims), (24, 12, 12, 16))
        self.assertEqual(self._line(self.films), (8, 5, 8, 7))
        self.assertEqual(self._line(self.trips), (0, 8, 0, 22))
        grant = self._assert_whole()
        self.assertEqual((grant.unallocated_billed, grant.unallocated_budget), (2, 10))

    def test_at_a_date(self):
        self._bill(
            {"name": "Coach", "price_unit": 7, "account_id": self.trips_account.id}, day=date(2026, 2, 1)
        )
        self._bill(
            {"name": "Coach", "price_unit": 9, "account_id": self.trips_account.id}, day=date(2026, 3, 1)
        )
        self.assertEqual(self._line(self.trips, date(2026, 2, 1)), (0, 7, 0, 23))
        self._assert_whole(date(2026, 2, 1))
        self.assertEqual(self._line(self.trips), (0, 16, 0, 14))

    def test_a_tax_goes_with_its_line(self):
        tax = self.env["account.tax"].create(
            {"name": "Lost", "amount": 20, "type_tax_use": "purchase", "analytic": True}
        )
        tax.invoice_repartition_line_ids.filtered(
            lambda row: row.repartition_type == "tax"
        ).account_id = self.expense
        self._bill(
            {
                "name": "Coach",
                "price_unit": 5,
                "account_id": self.trips_account.id,
                "tax_ids": [Command.set(tax.ids)],
            }
        )
        self.assertEqual(self._line(self.trips), (0, 6, 0, 24))
        self._assert_whole()

    def test_claims_by_their_products_account(self):
        self.film_product.property_account_expense_id = self.trips_account
        self.grant.with_user(self.finance).action_amend(
            {"budget_lines": [{"id": self.trips.id, "name": "Trips", "amount": 30}]}, "One line"
        )
        film = self._make_reward(
            "Film", minutes=30, expected_cost=8, product_id=self.film_product.id, approval="manual"
        )
        self._make_claim(self.ann, film, "approved")
        self.assertEqual(self._line(self.trips), (8, 0, 8, 22))
        self._assert_whole()

    def test_in_the_workbook_and_on_paper(self):
        self._bill({"name": "Coach", "price_unit": 7, "account_id": self.trips_account.id})
        self._bill({"name": "Something", "price_unit": 2})
        reconciliation = self._reconcile()
        content = reconciliation._make_workbook()
        book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
        rows = [[cell.value for cell in row] for row in book["Budget"].iter_rows(min_row=2, max_row=6)]
        self.assertEqual(
            rows,
            [
                ["Swims", 40, 0, 0, 0, 40],
                ["Films", 20, 0, 0, 0, 20],
                ["Trips", 30, 0, 7, 0, 23],
                ["In no line", 10, 0, 2, 0, 8],
                ["Total", 100, 0, 9, 0, 91],
            ],
        )
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "timebank_coproduction.timebank_reconciliation_report", reconciliation.ids
        )
        text = " ".join(html.decode().split())
        for words in ("Budget lines", "Trips", "In no line", "Still to pay"):
            self.assertIn(words, text)
        plain = self._reconcile_other()
        book = openpyxl.load_workbook(io.BytesIO(plain._make_workbook()))
        self.assertNotIn("Budget", book.sheetnames, "a grant without lines has no such sheet")

    def _reconcile_other(self):
        other = self._make_grant("Walk and Talk", scheme_ids=[])
        return self._reconcile(grant_id=other.id)

    def test_what_belongs_is_agreed(self):
        amendment = self.grant.amendment_ids[:1]
        self.assertIn("Swims, $ 40.00 (Swim pass)", amendment.changes.replace("\xa0", " "))
        self.assertEqual(self.swims.reward_ids, self.swim)
        form = Form(
            self.env["timebank.grant.amend"].with_user(self.finance).with_context(active_id=self.grant.id)
        )
        form.reason = "Films too"
        dialog = form.save()
        self.assertEqual(dialog.budget_line_ids[1].product_ids, self.film_product)
        dialog.budget_line_ids[0].product_ids = self.film_product
        dialog.action_confirm()
        self.assertEqual(self.swims.product_ids, self.film_product)
        self.assertEqual(self.swims.reward_ids, self.swim, "kept")

    def test_a_form_asks_the_books_once(self):
        self._bill({"name": "Coach", "price_unit": 7, "account_id": self.trips_account.id})
        grant = self.grant.with_user(self.finance)
        for _again in range(2):
            self.env.invalidate_all()
            with patch.object(
                type(grant), "_get_budget_spend", autospec=True, side_effect=type(grant)._get_budget_spend
            ) as asked:
                grant.web_read(
                    {
                        "unallocated_billed": {},
                        "unallocated_remaining": {},
                        "budget_line_ids": {"fields": {name: {} for name in FIGURES}},
                    }
                )
        self.assertEqual(asked.call_count, 1)
