from datetime import timedelta

from psycopg2.errors import RestrictViolation

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..rewards_common import RewardCase


@tagged("post_install", "-at_install")
class TestVouchers(RewardCase):
    def _make_batch(self, quantity=4, minutes=60, **vals):
        if vals.get("account_id"):
            vals = {"reason": "Asked for at the desk", **vals}
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

    def test_who_pays_reads_why(self):
        """Of vouchers that a member or a pot buys, there and then and on the statement."""
        pot = self.scheme.pot_account_id
        for account in self.ann.account_id | pot:
            for reason in (False, "   "):
                with (
                    self.subTest(account.name),
                    self.assertRaisesRegex(UserError, f"why {account.name} pays"),
                ):
                    self._make_batch(account_id=account.id, reason=reason)
        self._make_batch(account_id=self.ann.account_id.id, reason="For the fair on Sunday")
        lines = self.env["timebank.statement.line"].with_user(self.portal).search([])
        self.assertIn(
            f"{self.scheme.code}: 4 vouchers of 1 hour: For the fair on Sunday", lines.mapped("memo")
        )
        bank = self._make_batch(account_id=self.scheme.operating_account_id.id, reason=False)
        self.assertEqual(bank.state, "issued")

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
    def test_how_many_is_refused_while_it_is_typed(self):
        form = Form(self.env["timebank.voucher.batch"].with_user(self.coordinator))
        for quantity in (-3, 0, 10_001):
            with self.subTest(quantity), self.assertRefused("between 1 and 10,000"):
                form.quantity = quantity

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

    # Asked again
    def _draft(self, **vals):
        return self.env["timebank.voucher.batch"].create({"scheme_id": self.scheme.id, **vals})

    def _asked(self, action, user, **vals):
        """The dialog that an action opens."""
        dialogs = self.env["timebank.reason"].with_user(user).with_context(action["context"])
        return dialogs.create({**vals})

    def test_a_large_batch_is_asked_about_again(self):
        batch = self._draft(quantity=5000, minutes=60).with_user(self.coordinator)
        action = batch.action_ask_to_issue()
        self.assertEqual((action["res_model"], action["name"]), ("timebank.reason", "Issue these vouchers?"))
        self.assertEqual(batch.state, "draft")
        dialog = self._asked(action, self.coordinator)
        self.assertFalse(dialog.takes_reason)
        self.assertEqual(dialog.explanation.splitlines()[0], "5,000 vouchers of 1 hour: 5,000 hours")
        told = dialog.action_confirm()
        self.assertEqual(told["params"]["text"], "Issued: 5,000 vouchers of 1 hour: 5,000 hours.")
        self.assertEqual((batch.state, self._outstanding()), ("issued", 300_000))

    def test_the_bank_says_what_is_large(self):
        self.scheme.voucher_ask_minutes = 240
        small, large = self._draft(quantity=4), self._draft(quantity=5)
        self.assertEqual(
            small.with_user(self.coordinator).action_ask_to_issue()["params"]["text"],
            "Issued: 4 vouchers of 1 hour: 4 hours.",
        )
        self.assertEqual(
            large.with_user(self.coordinator).action_ask_to_issue()["res_model"], "timebank.reason"
        )
        self.assertEqual((small.state, large.state), ("issued", "draft"))
        self.assertEqual(
            self._draft(quantity=1, minutes=90).name.split(": ", 1)[-1], "1 voucher of 1:30 hours"
        )

    def test_only_what_is_named_is_called_without_a_reason(self):
        batch = self._draft(quantity=1)
        for verb in ("action_print", "unlink", "_insert_vouchers"):
            context = {
                "timebank_verb": verb,
                "active_model": "timebank.voucher.batch",
                "active_ids": batch.ids,
            }
            with self.assertRaisesRegex(UserError, "nothing here"):
                self._asked({"context": context}, self.coordinator).action_confirm()

    # Called in
    def test_a_batch_is_cancelled_as_far_as_it_is_out(self):
        """What was handed in stays so; the rest goes back to who paid, whatever the rule for lost ones."""
        self.scheme.voucher_value = "pot"
        batch = self._make_batch(account_id=self.ann.account_id.id)
        self.assertEqual(self._balances(self.ann), [360])
        self.env["timebank.voucher"].with_user(self.portal2).redeem(
            batch.voucher_ids[0].code, self.ben.account_id
        )
        mine = batch.with_user(self.coordinator)
        context = {
            "timebank_verb": "action_cancel",
            "active_model": batch._name,
            "active_ids": batch.ids,
        }
        dialog = self._asked({"context": context}, self.coordinator, reason="Misprinted")
        self.assertIn("Still out, and cancelled now: 3", dialog.explanation)
        self.assertIn("Handed in already, and staying so: 1", dialog.explanation)
        told = dialog.action_confirm()
        self.assertEqual(told["params"]["text"], "3 of 4 cancelled, 3 hours went back to Ann Lee.")
        self.assertEqual(self._balances(self.ann), [540])
        self.assertEqual((mine.outstanding_count, mine.returned_count, mine.ended_count), (0, 1, 3))
        self.assertEqual(self.scheme.pot_account_id.balance_minutes, 0)
        self.assertIn("Misprinted", batch.message_ids[:1].body)
        self.assertFalse(self.scheme.check_ledger())
        with self.assertRaisesRegex(UserError, "None of"):
            mine.action_cancel("Again")

    def test_who_cancels_a_batch(self):
        batch = self._make_batch()
        with self.assertRaises(UserError):
            batch.with_user(self.coordinator).action_cancel("  ")
        for user in (self.coordinator2, self.finance, self.portal):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                batch.with_user(user).action_cancel("Because")
        self.assertEqual(set(batch.voucher_ids.mapped("state")), {"issued"})

    def test_nobody_calls_in_what_they_paid_for(self):
        mine = self._make_member(self.coordinator.partner_id)
        self._fund(mine, 240)
        batch = self._make_batch(account_id=mine.account_id.id)
        with self.assertRaisesRegex(UserError, "others decide"):
            batch.with_user(self.coordinator).action_cancel("Not needed")
        batch.with_user(self.manager).action_cancel("Not needed")
        self.assertEqual(self._balances(mine), [240])
