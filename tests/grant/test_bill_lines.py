"""The rows that stand for bill lines follow the books wherever they are looked at."""

from itertools import product as product_of
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.sql_db import Cursor
from odoo.tests import Form, tagged

from ..grants_common import GrantCase


@tagged("post_install", "-at_install")
class TestBillLines(GrantCase):
    def _lines(self, user=None):
        lines = self.env["timebank.bill.line"].with_user(user or self.finance)
        return lines.search([("grant_id", "=", self.grant.id)])

    def _changes(self):
        return self.env["timebank.bill.line"].sudo()._find_changes(self.grant)

    def test_the_menu_looks_into_the_books(self):
        bill = self._bill(("Pass", 12), ("Towels", 7))
        self.assertFalse(self._lines())
        self.env["timebank.bill.line"].with_user(self.finance).action_open()
        self.assertEqual(sorted(self._lines().mapped("open_amount")), [7, 12])
        bill.button_draft()
        self.env["timebank.bill.line"].with_user(self.finance).action_open()
        self.assertFalse(self._lines())

    def test_the_menu_is_finance_s(self):
        self.assertEqual(
            self.env.ref("timebank_coproduction.menu_timebank_bill_line").action,
            self.env.ref("timebank_coproduction.timebank_bill_line_open"),
        )
        for user in (self.coordinator, self.portal):
            with self.assertRaises(AccessError):
                self.env["timebank.bill.line"].with_user(user).action_open()

    def test_today_counts_what_was_posted_since(self):
        figures = self.env["timebank.today"].with_user(self.finance)
        before = figures._get_bills()
        self._bill(("Pass", 12))
        self.assertEqual(figures._get_bills()["count"], (before or {"count": 0})["count"] + 1)

    def test_nothing_is_written_where_nothing_changed(self):
        claim = self._claims(1)
        self._match(claim, self._bill(("Pass", 12)), 12)
        self._bill(("Towels", 7), ("Tea", 3))
        lines = self.env["timebank.bill.line"]._bring_up_to_date(self.grant)
        versions = self._versions(lines)
        self.assertFalse(self._changes())
        self.env["timebank.today"].with_user(self.finance)._get_bills()
        self.assertEqual(self._versions(lines), versions)

    def _versions(self, lines):
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT 'line', id, ctid::text FROM timebank_bill_line WHERE id IN %s"
            " UNION SELECT 'grant', id, ctid::text FROM timebank_grant",
            [tuple(lines.ids)],
        )
        return set(self.env.cr.fetchall())

    def test_what_changed_is_all_that_is_written(self):
        self._match(self._claims(1), self._bill(("Pass", 12)), 12)
        towels = self._bill(("Towels", 7))
        lines = self.env["timebank.bill.line"]._bring_up_to_date(self.grant)
        other = lines.filtered(lambda line: line.move_id != towels)
        versions = self._versions(other)
        towels.button_draft()
        towels.invoice_line_ids.price_unit = 8
        towels.action_post()
        self.env["timebank.bill.line"]._follow_books(self.grant)
        self.assertEqual(self._versions(other), versions)
        self.assertEqual(sorted(self._lines().mapped("share_amount")), [8, 12])

    def test_queries_do_not_grow_with_grants(self):
        today = self.env["timebank.today"].with_user(self.finance)
        today._get_bills()
        counts = []
        for _round in range(2):
            for number in range(3):
                grant = self._make_grant(f"More {number}")
                self._bill({"name": "Pass", "price_unit": 5, "share": {grant: 100}})
            today._get_bills()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            today._get_bills()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_a_request_that_only_reads(self):
        self._bill(("Pass", 12))
        self.env.flush_all()
        with patch.object(Cursor, "readonly", True), self.env.cr.savepoint():
            self.env.cr.execute("SET TRANSACTION READ ONLY")
            self.env["timebank.today"].with_user(self.finance)._get_bills()
        self.assertFalse(self._lines())

    # What is charged to a grant and doesn't count
    def _screen(self):
        return self.grant.with_user(self.finance).get_matching()

    def test_what_does_not_count_is_told_where_bills_are_matched(self):
        asset = self.env["account.account"].create(
            {"name": "Minibus", "code": "TB1500", "account_type": "asset_fixed"}
        )
        bill = self._bill(("Pass", 12), {"name": "Bus", "price_unit": 50, "account_id": asset.id})
        self._bill({"name": "Wages", "price_unit": 9, "account_id": self.salaries.id}, post=False)
        rows = self._screen()["uncounted"]
        self.assertEqual([(row["label"], row["amount"]) for row in rows], [("Bus", 50)])
        self.assertIn("Minibus", rows[0]["reason"])
        self.assertIn("not among the accounts", rows[0]["reason"])
        self.assertEqual([row["label"] for row in self._screen()["bills"]], ["Pass"])
        with self.assertRaisesRegex(UserError, "doesn't count as its rewards: .*Minibus"):
            self.env["timebank.reward.match"].with_user(self.finance).match(
                self._claims(1).id, bill.invoice_line_ids[1].id, 12
            )

    def test_a_bill_says_so_while_it_is_typed(self):
        self.finance2.group_ids += self.env.ref("account.group_account_user")
        with Form(self._bill(("Pass", 12), post=False).with_user(self.finance2)) as form:
            self.assertNotIn("timebank_uncounted", form.record.alerts or {})
            with form.invoice_line_ids.edit(0) as line:
                line.account_id = self.salaries
            self.assertIn("not counted as its rewards", form.alerts["timebank_uncounted"]["message"])
        self.assertIn("Salaries", form.record.alerts["timebank_uncounted"]["message"])
        journal = self.env["account.journal"].create({"name": "Misc", "code": "TBM", "type": "general"})
        charged = {str(self.grant.sudo().analytic_account_id.id): 100}
        entry = self.env["account.move"].create(
            {
                "journal_id": journal.id,
                "line_ids": [
                    Command.create(
                        {"account_id": self.salaries.id, "balance": 9, "analytic_distribution": charged}
                    ),
                    Command.create({"account_id": self.expense.id, "balance": -9}),
                ],
            }
        )
        self.assertFalse(entry.timebank_uncounted_text, "only what is bought")

    def test_the_reason_is_the_rule_of_the_books(self):
        """Whatever the accounts and products of grant and line: what counts has no reason, the rest has."""
        other = self.env["product.product"].create({"name": "Laptop"})
        asset = self.env["account.account"].create(
            {"name": "Bus", "code": "TB1500", "account_type": "asset_fixed"}
        )
        lines = [
            {"name": "x", "price_unit": 5, "account_id": account.id, "product_id": product.id}
            for account in (self.expense, self.salaries, asset)
            for product in (self.product, other, other.browse())
        ]
        items = self._bill(*lines).invoice_line_ids
        grant = self.grant.sudo()._in_verb()
        for accounts, products in product_of(
            (self.expense, self.salaries | asset, self.expense.browse()),
            (self.product, self.product.browse()),
        ):
            grant.write(
                {
                    "reward_account_ids": [Command.set(accounts.ids)],
                    "reward_product_ids": [Command.set(products.ids)],
                    "every_expense_counts": not accounts,
                }
            )
            counted = {spend.move_line_id for spend in grant._get_spend_lines(items=items)}
            unexplained = {item.id for item in items if not grant._why_not_counted(item)}
            self.assertEqual(counted, unexplained, (accounts.mapped("name"), products.mapped("name")))

    # What was entered twice
    def test_doubles_are_pointed_out_by_hand_too(self):
        first = self._bill(("Passes", 12), ref="LC-1")
        twice = self._bill(("Passes", 12), ref=" lc-1")
        retyped = self._bill(("Swims, March", 12), ref="LC-1")
        nameless = self._bill(("Passes", 12))
        other = self._bill(("Passes", 12), ref="LC-2")
        told = {row["move_id"]: row["double"] for row in self._screen()["bills"]}
        self.assertIn(first.name, told[twice.id])
        self.assertTrue(told[retyped.id])
        self.assertTrue(told[nameless.id])
        self.assertFalse(
            {told[other.id]} - {"", nameless.name}, "another reference is another bill, for all that is known"
        )
