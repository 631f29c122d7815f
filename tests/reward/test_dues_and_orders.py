from datetime import timedelta

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import tagged

from ...models.common.roles import get_managers
from ..common import TODAY
from ..rewards_common import RewardCase


@tagged("post_install", "-at_install")
class TestDues(RewardCase):
    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(TODAY))
        self.club = self._make_reward("Gardening club", minutes=240, approval="auto")
        self.dues = self.env["timebank.dues"].create(
            {"reward_id": self.club.id, "partner_id": self.ann.partner_id.id, "date_start": TODAY}
        )

    def _run(self, day):
        with freeze_time(day):
            self.env["timebank.dues"]._cron_claim()

    def test_claimed_each_month_until_nothing_is_left(self):
        self.ann.partner_id.email = "ann@example.org"
        self._run(TODAY)
        self._run(TODAY + timedelta(days=1))
        self.assertEqual(self._balances(self.ann), [360])
        self._run(TODAY + relativedelta(months=1))
        self.assertEqual(self._balances(self.ann), [120])
        self._run(TODAY + relativedelta(months=2))
        self.assertEqual((self.dues.state, len(self.dues.claim_ids)), ("stopped", 2))
        self.assertIn("has 2:00 hours to spend", self.dues.stop_reason)
        self.assertIn("has 2:00 hours to spend", self.dues.activity_ids.note)
        mail = self.env["mail.mail"].search([("subject", "=", "Gardening club was not renewed")])
        self.assertEqual(mail.recipient_ids, self.ann.partner_id)
        self.assertEqual(self._balances(self.ann), [120])

    def test_without_a_coordinator_a_manager_hears_that_they_stopped(self):
        self.ann.partner_id.email = "ann@example.org"
        self.scheme.coordinator_ids = [Command.clear()]
        for months in range(3):
            self._run(TODAY + relativedelta(months=months))
        self.assertEqual(self.dues.state, "stopped")
        self.assertEqual(self.dues.activity_ids.user_id, get_managers(self.env, self.scheme.company_id)[:1])

    def test_a_31st_stays_one(self):
        self.dues.write({"date_start": "2026-01-31"})
        self.assertEqual(str(self.dues._get_turn_after(fields.Date.to_date("2026-02-28"))), "2026-03-31")

    def test_stopped_and_started_by_hand(self):
        self.dues.action_stop("On holiday")
        self._run(TODAY)
        self.assertFalse(self.dues.claim_ids)
        with freeze_time(TODAY + relativedelta(months=2, days=3)):
            self.dues.action_start()
        self.assertEqual(self.dues.next_date, TODAY + relativedelta(months=3))
        with self.assertRaises(UserError):
            self.dues.action_stop(" ")

    def test_ends_as_planned(self):
        self.dues.date_end = TODAY + timedelta(days=10)
        self._run(TODAY)
        self._run(TODAY + relativedelta(months=1))
        self.assertEqual((self.dues.state, len(self.dues.claim_ids)), ("stopped", 1))


@tagged("post_install", "-at_install")
class TestOrdersAndCash(RewardCase):
    def test_a_cash_part_becomes_a_draft_invoice_and_goes_with_its_claim(self):
        self.scheme.cash_method = "invoice"
        meal = self._make_reward("Café meal", minutes=60, cash_price=2.5, approval="auto")
        claim = self._make_claim(self.ann, meal, "requested", quantity=2)
        invoice = claim.invoice_id
        self.assertEqual((invoice.state, invoice.move_type), ("draft", "out_invoice"))
        self.assertEqual(sum(invoice.invoice_line_ids.mapped("price_subtotal")), 5)
        self.assertEqual(claim.cash_state, "to_send")
        claim.with_user(self.coordinator).action_cancel("Ill")
        self.assertEqual(invoice.state, "cancel")

    def test_a_sent_invoice_is_credited(self):
        self.scheme.cash_method = "invoice"
        meal = self._make_reward("Café meal", minutes=60, cash_price=2.5, approval="auto")
        claim = self._make_claim(self.ann, meal, "requested")
        claim.invoice_id.action_post()
        self.assertEqual(claim.cash_state, "asked")
        claim.with_user(self.coordinator).action_cancel("Ill")
        self.assertEqual(claim.invoice_id.reversal_move_ids.move_type, "out_refund")

    def test_paid_at_the_till(self):
        meal = self._make_reward("Café meal", minutes=60, cash_price=2.5, approval="auto")
        claim = self._make_claim(self.ann, meal, "requested")
        self.assertEqual((claim.cash_state, claim.cash_amount), ("till", 2.5))
        self.assertFalse(claim.invoice_id)

    def test_ordered_on_a_draft_bill_or_by_mail(self):
        school = self.env["res.partner"].create({"name": "Steady Wheels", "email": "school@example.org"})
        self.lesson.write({"supplier_id": school.id, "expected_cost": 18})
        claims = self._make_claim(self.ann, self.lesson, "approved") | self._make_claim(
            self.ben, self.lesson, "approved", quantity=2
        )
        claims.with_user(self.coordinator).action_order()
        bill = claims.order_bill_id
        self.assertEqual((bill.state, bill.move_type, bill.partner_id), ("draft", "in_invoice", school))
        self.assertEqual(bill.invoice_line_ids.mapped("quantity"), [3])
        self.assertEqual(bill.invoice_line_ids.price_unit, 18)
        with self.assertRaisesRegex(UserError, "ordered already"):
            claims.with_user(self.coordinator).action_order()
        with self.assertRaisesRegex(UserError, "ask your coordinator"):
            claims[0].with_user(self.portal).action_cancel("Changed my mind")
        self.scheme.supplier_order = "mail"
        late = self._make_claim(self.ann, self.lesson, "approved")
        late.with_user(self.coordinator).action_order()
        mail = self.env["mail.mail"].search([("email_to", "ilike", "school@example.org")])
        self.assertIn("Ann", mail.body_html)
        self.assertNotIn("Lee", mail.body_html)

    def test_pick_list(self):
        claim = self._make_claim(self.ann, self.lesson, "approved")
        html = self.env["ir.actions.report"]._render_qweb_html(
            "timebank_coproduction.report_pick_list", claim.ids
        )[0]
        self.assertIn("Driving lesson", html.decode())


@tagged("post_install", "-at_install")
class TestExpiry(RewardCase):
    def _run(self, **ago):
        with freeze_time(TODAY + relativedelta(**ago)):
            self.env["timebank.account"]._cron_expire()

    def setUp(self):
        super().setUp()
        self.scheme.write({"expiry": "to_pot", "expiry_months": 12})
        self.ann.partner_id.email = "ann@example.org"
        self.ben.partner_id.email = False

    def test_announced_a_month_before(self):
        self._run(months=10)
        self.assertFalse(self.ann.account_id.expiry_notice_on)
        self._run(months=11)
        mail = self.env["mail.mail"].search(
            [("model", "=", "timebank.account"), ("res_id", "=", self.ann.account_id.id)]
        )
        self.assertIn("Use your time credits by", mail.subject)
        todos = self.scheme.activity_ids
        self.assertIn("Ring a member, about credits that expire", todos.mapped("summary"))
        self.assertIn("Ben Okoro", " ".join(todos.mapped("note")))
        self.assertEqual(self._balances(self.ann, self.ben), [600, 600])
        self._run(months=11, days=15)
        self.assertEqual(self._balances(self.ann), [600])
        self._run(months=12)
        self.assertEqual(self._balances(self.ann, self.ben), [0, 0])
        self.assertEqual(self.scheme.pot_account_id.balance_minutes, 1200)
        self.assertFalse(self.scheme.check_ledger())

    def test_any_movement_keeps_everything(self):
        self._run(months=11)
        with freeze_time(TODAY + relativedelta(months=11, days=3)):
            self._make_claim(self.ann, self.lesson, "requested")
        self._run(months=12)
        self.assertEqual(self._balances(self.ann, self.ben), [480, 0])
        self.assertFalse(self.ann.account_id.expiry_notice_on)

    def test_never_without_a_policy(self):
        self.scheme.expiry = "never"
        self._run(years=5)
        self.assertEqual(self._balances(self.ann), [600])


@tagged("post_install", "-at_install")
class TestCertificate(RewardCase):
    def test_hours_of_the_period_by_category(self):
        certificate = (
            self.env["timebank.certificate"]
            .with_user(self.coordinator)
            .create(
                {
                    "member_ids": self.ann.ids,
                    "date_from": TODAY.replace(day=1),
                    "date_to": TODAY.replace(day=1),
                }
            )
        )
        self.assertEqual(certificate._get_lines(), {self.ann: [("Other help", 300)]})
        html = (
            self.env["ir.actions.report"]
            ._render_qweb_html("timebank_coproduction.report_certificate", certificate.ids)[0]
            .decode()
        )
        self.assertIn("<strong>5:00 hours</strong>", html)
        certificate.write({"date_from": "2025-01-01", "date_to": "2025-02-01"})
        with self.assertRaisesRegex(UserError, "No approved hours"):
            certificate.action_print()
