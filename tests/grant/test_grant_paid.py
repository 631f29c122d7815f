from datetime import date

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ..grants_common import GrantCase


@tagged("post_install", "-at_install")
class TestGrantPaid(GrantCase):
    """Of what was billed, what is paid: by what is reconciled with each bill, at any day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.env["account.account"].create(
            {"name": "Bank", "code": "TB1200", "account_type": "asset_cash"}
        )
        cls.general = cls.env["account.journal"].create({"name": "Misc", "code": "TBM", "type": "general"})

    def _pay(self, bill, amount, day):
        entry = self.env["account.move"].create(
            {
                "journal_id": self.general.id,
                "date": day,
                "line_ids": [
                    Command.create(
                        {"account_id": self.payable.id, "partner_id": self.supplier.id, "debit": amount}
                    ),
                    Command.create({"account_id": self.bank.id, "credit": amount}),
                ],
            }
        )
        entry.action_post()
        lines = (bill | entry).line_ids.filtered(lambda line: line.account_id == self.payable)
        lines.reconcile()

    def _paid(self, day=None):
        self.env.invalidate_all()
        grant = self.grant.with_user(self.finance).with_context(timebank_date=day)
        return grant.paid_amount, grant.unpaid_amount

    def _rows(self, day=None):
        self.env.invalidate_all()
        lines = self.env["timebank.bill.line"]._bring_up_to_date(self.grant)
        lines = lines.with_user(self.finance).with_context(timebank_date=day)
        return [(line.paid_amount, line.unpaid_amount, line.payment_status) for line in lines.sorted("id")]

    def test_part_by_part_and_by_date(self):
        bill = self._bill(("Swims", 30), ("Salad", 10), day=date(2026, 3, 1))
        bill.invoice_line_ids[1].account_id = self.salaries  # no reward
        self.assertEqual(self._paid(), (0, 30))
        self.assertEqual(self._rows(), [(0, 30, "unpaid")])
        self._pay(bill, 10, date(2026, 3, 10))
        self.assertEqual(self._paid(), (7.5, 22.5), "a quarter of the bill is a quarter of its line")
        self.assertEqual(self._rows(), [(7.5, 22.5, "part")])
        self._pay(bill, 30, date(2026, 3, 12))
        self.assertEqual(self._rows(), [(30, 0, "paid")])
        self.assertEqual(self._paid(date(2026, 3, 9)), (0, 30))
        self.assertEqual(self._paid(date(2026, 3, 11)), (7.5, 22.5))
        self.assertEqual(self._paid(date(2026, 2, 28)), (0, 0), "not billed yet")
        self.assertEqual(self._rows(date(2026, 3, 11)), [(7.5, 22.5, "part")])
        reconciliation = self._reconcile(date_to=date(2026, 3, 11))
        self.assertEqual((reconciliation.paid_amount, reconciliation.unpaid_amount), (7.5, 22.5))

    def test_a_credit_note_pays_its_bill(self):
        bill = self._bill(("Swims", 30))
        note = self._bill(("Swims", 12), move_type="in_refund")
        self.assertEqual(self._paid(), (0, 18))
        lines = (bill | note).line_ids.filtered(lambda line: line.account_id == self.payable)
        lines.reconcile()
        self.assertEqual(self._paid(), (0, 18), "of the two together nothing else is owed")
        self.assertEqual(self._rows(), [(12, 18, "part"), (-12, 0, "paid")])
        self._pay(bill, 18, date(2026, 3, 18))
        self.assertEqual(self._paid(), (18, 0))

    def test_shared_in_whole_coins(self):
        other = self._make_grant("Walk and Talk", scheme_ids=[])
        bill = self._bill({"name": "Trip", "price_unit": 10, "share": {self.grant: 33.34, other: 66.66}})
        self._pay(bill, 3.33, date(2026, 3, 18))
        self.assertEqual(self._paid(), (1.11, 2.22))

    def test_through_odoos_own_payment(self):
        bill = self._bill(("Swims", 30))
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.env.company.id)], limit=1
        ) or self.env["account.journal"].create({"name": "Bank", "code": "TBK", "type": "bank"})
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=bill.ids
        ).create(
            {"journal_id": journal.id, "amount": 12, "payment_date": date(2026, 3, 18)}
        ).action_create_payments()
        self.assertEqual(self._paid(), (12, 18))
        self.assertEqual(self._paid(date(2026, 3, 17)), (0, 0) if bill.date > date(2026, 3, 17) else (0, 30))

    def test_nobody_is_owed_for_what_was_made_by_hand(self):
        self.env["account.analytic.line"].create(
            {
                "name": "Corrected",
                "amount": -7,
                self.grant.sudo().analytic_account_id.root_plan_id._column_name(): (
                    self.grant.sudo().analytic_account_id.id
                ),
                "date": date(2026, 3, 1),
            }
        )
        self.assertEqual(self._paid(), (7, 0))

    def test_who_reads(self):
        self._bill(("Swims", 30))
        self.assertEqual(self.grant.with_user(self.coordinator).unpaid_amount, 30)
        with self.assertRaises(AccessError):
            self.grant.with_user(self.staff).read(["unpaid_amount"])
