from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from ..common import TODAY
from ..contexts import hostile_contexts
from ..grants_common import GrantCase


class TestPrepayment(GrantCase):
    """Tickets bought in advance on one bill line are used up by claims, the earliest bill first."""

    @classmethod
    def _prepay(cls, price, quantity, grant=None, **vals):
        grant = grant or cls.grant
        bill = cls._bill(
            {"name": "Tickets", "price_unit": price, "product_id": cls.product.id, "share": {grant: 100}},
            **vals,
        )
        line = (
            cls.env["timebank.bill.line"]
            .with_user(cls.finance)
            ._get_charged_line(grant, bill.invoice_line_ids)
        )
        return line.action_prepaid(cls.swim.id, quantity)

    def _left(self, prepayment):
        prepayment.invalidate_recordset()
        return prepayment.used_quantity, prepayment.left_quantity, prepayment.left_amount

    def test_only_finance(self):
        bill = self._bill(("Tickets", 60))
        lines = self.env["timebank.bill.line"]
        line = lines._get_charged_line(self.grant, bill.invoice_line_ids)
        for user in (self.coordinator, self.manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                line.with_user(user).action_prepaid(self.swim.id, 5)
        with self.assertRaises(AccessError):
            self.env["timebank.prepayment"].with_user(self.finance).create(
                {"grant_id": self.grant.id, "quantity": 5}
            )
        self.assertTrue(line.with_user(self.finance).action_prepaid(self.swim.id, 5))
        with self.assertRaisesRegex(UserError, "only an open bill line"):
            line.with_user(self.finance).action_prepaid(self.swim.id, 5)
        free = self._make_reward("Free tea", minutes=10)
        other = lines._get_charged_line(self.grant, self._bill(("Teas", 6)).invoice_line_ids)
        with self.assertRaisesRegex(UserError, "nothing is expected to be paid"):
            other.with_user(self.finance).action_prepaid(free.id, 5)

    def test_used_up_at_its_unit_cost_to_the_penny_and_then_as_ever(self):
        prepayment = self._prepay(35, 3)  # 11.67, 11.66, 11.67
        self.assertEqual(self._figures(), (35, 0, 35, 0, 65))
        self.assertEqual((self.grant.prepaid_amount, self.swim.prepaid_quantity), (35, 3))
        claims = self._claims(4)
        self.assertEqual(claims.mapped("cost_amount"), [11.67, 11.66, 11.67, 12])
        self.assertEqual(claims.mapped("unbilled_amount"), [0, 0, 0, 12])
        self.assertEqual(claims[:3].match_ids.mapped("found_by"), ["prepaid"] * 3)
        self.assertEqual(self._left(prepayment), (3, 0, 0))
        self.assertEqual(self._figures(), (35, 35, 0, 12, 53))
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_the_earliest_bill_first_and_one_claim_over_two(self):
        later = self._prepay(20, 2, day=date(2026, 3, 10))
        sooner = self._prepay(9, 1, day=date(2026, 2, 10))
        claim = self._claims(1, quantity=4)
        self.assertEqual(claim.cost_amount, 9 + 20 + 12)
        self.assertEqual((self._left(sooner)[0], self._left(later)[0]), (1, 2))
        self.assertEqual(claim.unbilled_amount, 12)
        self.assertEqual(self._figures(), (29, 29, 0, 12, 59))

    def test_it_decides_which_grant_pays_whatever_is_left_of_the_budget(self):
        second = self._make_grant("Second", date_end=date(2027, 3, 31))
        self._prepay(100, 8, grant=second)
        self.assertEqual(self._figures(second)[4], 0, "all of it is spent")
        claims = self._claims(8)
        self.assertEqual(claims.grant_id, second)
        self.assertEqual(self._figures(second), (100, 100, 0, 0, 0))
        self.assertEqual(self._claims(1).grant_id, self.grant)
        self._prepay(120, 10, grant=second)
        self.assertEqual((self._figures(second)[4], self._claims(1).cost_amount), (-120, 12))

    def test_what_is_left_is_left_now_whatever_a_screen_shows(self):
        """Nor does anything else decide that comes by the context from outside."""
        prepayment = self._prepay(95, 8)
        self._claims(8)
        self.assertEqual(self._figures()[4], 5)
        claim = self._make_claim(self.ann, self.swim, "requested").with_user(self.coordinator)
        for context in hostile_contexts(self.scheme.id, "2026-01-01"):
            with self.subTest(context), self.assertRaisesRegex(UserError, "reward budget"):
                claim.with_context(**context).action_approve()
            self.assertEqual(
                (claim.state, self._left(prepayment)[1], self._figures()[4]), ("requested", 0, 5)
            )

    def test_no_bill_is_matched_with_what_is_kept(self):
        claim = self._claims(1)
        prepayment = self._prepay(12, 1)
        self.grant.with_user(self.finance).action_auto_match()
        self.assertFalse(claim.match_ids)
        line = self.env["timebank.bill.line"].search([("move_line_id", "=", prepayment.move_line_id.id)])
        self.assertNotIn(
            line.id, [row["id"] for row in self.grant.with_user(self.finance).get_matching()["bills"]]
        )
        with self.assertRaisesRegex(UserError, "is paid in advance, for claims to come"):
            self._match(claim, prepayment.move_line_id.move_id, 12)
        with self.assertRaisesRegex(UserError, "Say why"):
            prepayment.action_end(" ")
        prepayment.action_end("The pool is closing")
        self.assertEqual(self._left(prepayment)[1:], (0, 0))
        self.grant.with_user(self.finance).action_auto_match()
        self.assertEqual(claim.matched_amount, 12)

    def test_given_back(self):
        prepayment = self._prepay(22, 2)
        claims = self._claims(2)
        claims[0].with_user(self.coordinator).action_cancel("Moved away")
        self.assertEqual(self._left(prepayment), (1, 1, 11))
        claims[1].with_user(self.coordinator)._take_back()
        self.assertEqual((self._left(prepayment), claims[1].cost_amount), ((0, 2, 22), 12))
        claims[1].with_user(self.coordinator).action_approve()
        self.assertEqual((self._left(prepayment)[0], claims[1].cost_amount), (1, 11))
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_a_bill_back_in_draft_is_no_stock(self):
        prepayment = self._prepay(22, 2)
        bill = prepayment.move_line_id.sudo().move_id
        bill.button_draft()
        self.assertEqual(self._left(prepayment)[1:], (0, 0))
        self.assertEqual(self._claims(1).unbilled_amount, 12)
        bill.action_post()
        self.assertEqual(self._claims(1).unbilled_amount, 0)
        self.assertEqual(self._left(prepayment), (1, 1, 11))

    def test_a_reconciliation_explains_it_and_later_use_is_no_drift(self):
        self._prepay(36, 3)
        self._claims(1)
        paper = self._reconcile()
        self.assertEqual([line.status for line in paper.line_ids], ["billed_without_claim", "matched"])
        rest = paper.line_ids.filtered(lambda line: line.status != "matched")
        self.assertEqual(
            (rest.billed_amount, rest.note), (24, "Paid in advance: 3 × Swim pass. Later claims use it up.")
        )
        paper.action_prepare()
        with freeze_time("2026-04-14 10:00:00"):
            claim = self._claims(1)
            self.assertEqual(claim.unbilled_amount, 0)
            paper.invalidate_recordset()
            self.assertFalse(paper.has_drift, paper.drift)
            later = self._reconcile(date_from=date(2026, 4, 1), date_to=date(2026, 4, 30))
            self.assertEqual((later.spent_amount, later.unbilled_amount, later.late_amount), (0, 0, 0))
            self.assertEqual((later.gap_amount, len(later.line_ids)), (0, 0))
            grant = self.grant.with_user(self.finance)
            self.assertEqual(grant.with_context(timebank_date=TODAY).prepaid_amount, 24)
            self.assertEqual(grant.prepaid_amount, 12)

    def test_it_has_the_day_of_its_bill_whatever_that_becomes(self):
        prepayment = self._prepay(24, 2, day=date(2026, 3, 1))
        bill = prepayment.with_env(self.env).move_line_id.move_id
        bill.button_draft()
        bill.write({"name": False, "date": date(2026, 2, 1), "invoice_date": date(2026, 2, 1)})
        bill.action_post()
        self.assertEqual(prepayment.date, date(2026, 2, 1))
        grant = self.grant.with_user(self.finance).with_context(timebank_date=date(2026, 2, 15))
        grant._refresh_figures()
        self.assertEqual(grant.prepaid_amount, 24)

    def test_it_is_not_re_charged_with_a_claim(self):
        self._prepay(36, 3)
        second = self._make_grant("Second", scheme_ids=[])
        with self.assertRaisesRegex(UserError, "paid for in advance: undo that match first"):
            self._claims(1).with_user(self.finance).action_recharge(second.id, "Wrong grant")

    def test_the_dialog(self):
        bill = self._bill({"name": "Tickets", "price_unit": 10, "quantity": 5, "product_id": self.product.id})
        line = self.env["timebank.bill.line"]._get_charged_line(self.grant, bill.invoice_line_ids)
        dialog = self.env["timebank.prepay"].with_user(self.finance).with_context(active_id=line.id)
        with Form(dialog) as form:
            self.assertEqual((form.reward_id, form.quantity, form.piece_amount), (self.swim, 5, 10))
        form.record.action_confirm()
        self.assertEqual(self._claims(1).cost_amount, 10)
