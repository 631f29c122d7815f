"""The rows that stand for bill lines follow the books wherever they are looked at."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.sql_db import Cursor
from odoo.tests import tagged

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
