from datetime import timedelta

from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..rewards_common import RewardCase


@tagged("post_install", "-at_install")
class TestVouchers(RewardCase):
    def _make_batch(self, quantity=4, minutes=60, **vals):
        batch = self.env["timebank.voucher.batch"].create(
            {"scheme_id": self.scheme.id, "quantity": quantity, "minutes": minutes, **vals}
        )
        batch.action_issue()
        return batch

    def _outstanding(self):
        account = self.scheme._get_voucher_account()
        account.invalidate_recordset()
        self.env["timebank.account.tail"]._fold()
        return account.balance_minutes

    def test_issued_by_the_bank_or_a_member(self):
        batch = self._make_batch()
        self.assertEqual(len(set(batch.voucher_ids.mapped("code"))), 4)
        self.assertEqual(self._outstanding(), 240)
        self._make_batch(account_id=self.ann.account_id.id)
        self.assertEqual(self._balances(self.ann), [360])
        self.assertEqual(self._outstanding(), 480)
        self.assertFalse(self.scheme.check_ledger())
        with self.assertRaisesRegex(UserError, "issued already"):
            batch.action_issue()
        with self.assertRaisesRegex(UserError, "has 6:00 hours to spend"):
            self._make_batch(quantity=7, account_id=self.ann.account_id.id)

    def test_handed_in_by_a_member_once(self):
        voucher = self._make_batch().voucher_ids[0]
        vouchers = self.env["timebank.voucher"].with_user(self.portal)
        typed = voucher.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
        self.assertEqual(vouchers.redeem(typed, self.ann.account_id.id), 60)
        self.assertEqual(self._balances(self.ann), [660])
        with self.assertRaisesRegex(UserError, "can't be used"):
            vouchers.redeem(voucher.code, self.ann.account_id.id)
        with self.assertRaisesRegex(UserError, "for your own account"):
            vouchers.redeem(voucher.code, self.ben.account_id.id)
        self.assertFalse(self.scheme.check_ledger())

    def test_nothing_links_a_note_to_who_handed_it_in(self):
        batch = self._make_batch(account_id=self.ben.account_id.id)
        self.env["timebank.voucher"].with_user(self.portal).redeem(
            batch.voucher_ids[0].code, self.ann.account_id
        )
        voucher = batch.voucher_ids[0]
        came_back = self.env["timebank.transfer"].search(
            [("kind", "=", "voucher_return"), ("scheme_id", "=", self.scheme.id)]
        )
        self.assertFalse(came_back.voucher_batch_id)
        self.assertNotIn(voucher.code, came_back.memo)
        self.assertNotIn("write_uid", voucher._fields)

    def test_many_at_the_desk(self):
        first, second = self._make_batch(), self._make_batch()
        first.voucher_ids[0].with_user(self.coordinator).action_cancel("Lost")
        elsewhere = self._make_scheme("Hill Top")
        foreign = self.env["timebank.voucher.batch"].create({"scheme_id": elsewhere.id, "quantity": 1})
        foreign.action_issue()
        codes = [*first.voucher_ids.mapped("code"), second.voucher_ids[0].code]
        desk = (
            self.env["timebank.voucher.desk"]
            .with_user(self.coordinator)
            .create(
                {
                    "scheme_id": self.scheme.id,
                    "codes": "\n".join([*codes, codes[1], foreign.voucher_ids.code, "AAAA", ""]),
                }
            )
        )
        desk.action_hand_in()
        self.assertEqual((desk.last_count, desk.last_minutes), (4, 240))
        reasons = desk.line_ids.mapped("reason")
        for reason, word in zip(
            reasons, ("cancelled", "handed in already", "another time bank", "no voucher"), strict=True
        ):
            self.assertIn(word, reason)
        self.assertEqual(len(desk.codes.splitlines()), 4)
        self.assertEqual(self._outstanding(), 180)
        self.assertFalse((self.scheme | elsewhere).check_ledger())

    def test_the_desk_proposes_a_bank_only_where_there_is_one(self):
        desk = self.env["timebank.voucher.desk"].with_user(self.coordinator)
        self.assertEqual(desk.new({}).scheme_id, self.scheme)
        self._make_scheme("Hill Top")
        self.assertFalse(desk.new({}).scheme_id)

    def test_lost_and_expired_go_where_the_policy_says(self):
        batch = self._make_batch(account_id=self.ann.account_id.id)
        batch.voucher_ids[0].with_user(self.coordinator).action_cancel("Lost on the bus")
        self.assertEqual(self._balances(self.ann), [420])
        self.scheme.voucher_value = "pot"
        today = fields.Date.context_today(batch)
        self._make_batch(quantity=2, expires_on=today)
        with self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE timebank_voucher SET expires_on = %s WHERE state = 'issued'",
                [today - timedelta(days=1)],
            )
        self.env.invalidate_all()
        self.env["timebank.voucher"]._cron_expire()
        self.assertEqual(self.scheme.pot_account_id.balance_minutes, 300)
        self.assertEqual(self._outstanding(), 0)
        with self.assertRaisesRegex(UserError, "too old"):
            self.env["timebank.voucher"].with_user(self.coordinator).redeem(
                batch.voucher_ids[1].code, self.ann.account_id
            )
        self.assertFalse(self.scheme.check_ledger())

    def test_guessing_is_limited_and_logged(self):
        vouchers = self.env["timebank.voucher"].with_user(self.portal)
        code = self._make_batch().voucher_ids[0].code
        for guess in range(10):
            vouchers.redeem_many([f"AAAA-AAAA-AAAA-AA{guess}A"], self.ann.account_id)
        with self.assertRaisesRegex(UserError, "Too many codes"):
            vouchers.redeem(code, self.ann.account_id)
        tried = self.env["timebank.code.attempt"].search([("source", "=", "tb_member")])
        self.assertEqual(tried.mapped("outcome"), ["unknown"] * 10)

    @mute_logger("odoo.sql_db")
    def test_bad_batches_and_forgeries(self):
        with self.assertRaisesRegex(UserError, "between 1 and 10,000"):
            self._make_batch(quantity=1_000_000)
        with self.assertRaisesRegex(UserError, "later day"):
            self._make_batch(expires_on="2020-01-01")
        voucher = self._make_batch().voucher_ids[0]
        for forgery in (
            lambda: voucher.write({"minutes": 600}),
            lambda: voucher.copy(),
            lambda: voucher.unlink(),
        ):
            with self.assertRaises(AccessError):
                forgery()
        with self.assertRaises(UserError):
            voucher.batch_id.minutes = 600
        for query in (
            "UPDATE timebank_voucher SET minutes = 6000 WHERE id = %s",
            "DELETE FROM timebank_voucher WHERE id = %s",
        ):
            with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
                self.env.cr.execute(query, [voucher.id])
        self.env["timebank.voucher"].redeem(voucher.code, self.ann.account_id)
        with self.assertRaises(RestrictViolation), self.env.cr.savepoint():
            self.env.cr.execute(
                "UPDATE timebank_voucher SET state = 'issued', ended_on = NULL WHERE id = %s", [voucher.id]
            )
        came_back = self.env["timebank.transfer"].search(
            [("kind", "=", "voucher_return"), ("scheme_id", "=", self.scheme.id)]
        )
        with self.assertRaisesRegex(UserError, "are spent"):
            came_back.with_user(self.manager).action_reverse("Mistake")

    def test_the_check_finds_a_voucher_too_many(self):
        self._make_batch()
        self.env.cr.execute("ALTER TABLE timebank_voucher DISABLE TRIGGER timebank_guard")
        self.env.cr.execute("DELETE FROM timebank_voucher WHERE id = (SELECT max(id) FROM timebank_voucher)")
        self.env.cr.execute("ALTER TABLE timebank_voucher ENABLE TRIGGER timebank_guard")
        self.assertEqual([violation["invariant"] for violation in self.scheme.check_ledger()], ["voucher"])

    def test_members_and_strangers_see_no_codes(self):
        batch = self._make_batch()
        for user in (self.portal, self.staff, self.finance):
            with self.assertRaises(AccessError):
                batch.voucher_ids.with_user(user).read(["code"])
        self.assertFalse(self.env["timebank.voucher"].with_user(self.coordinator2).search([]))
