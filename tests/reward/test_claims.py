from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import TODAY
from ..rewards_common import RewardCase


@tagged("post_install", "-at_install")
class TestClaims(RewardCase):
    def test_request_takes_credits_and_stock(self):
        claim = self._make_claim(self.ann, self.computer, "requested")
        self.assertEqual(claim.state, "requested")
        self.assertEqual(self._balances(self.ann), [420])
        self.assertEqual(self.computer.stock, 2)
        self.assertEqual(claim.transfer_ids.kind, "redeem")
        self.assertFalse(self.scheme.check_ledger())

    def test_approved_at_once_where_the_reward_says_so(self):
        self.assertEqual(self._make_claim(self.ann, self.lesson, "requested").state, "approved")

    def test_refusal_and_cancellation_give_back_whole(self):
        refused = self._make_claim(self.ann, self.computer, "requested")
        cancelled = self._make_claim(self.ben, self.computer, "approved")
        refused.with_user(self.coordinator).action_refuse("None to spare")
        cancelled.with_user(self.portal2).action_cancel("Changed my mind")
        self.assertEqual((refused | cancelled).mapped("state"), ["refused", "cancelled"])
        self.assertEqual(self._balances(self.ann, self.ben), [600, 600])
        self.assertEqual(self.computer.stock, 3)
        self.assertFalse(self.scheme.check_ledger())

    def test_handed_over_once_and_only_after_approval(self):
        claim = self._make_claim(self.ann, self.computer, "requested").with_user(self.coordinator)
        with self.assertRaisesRegex(UserError, "has to be approved"):
            claim.action_fulfil()
        claim.action_approve()
        claim.action_fulfil()
        with self.assertRaisesRegex(UserError, "handed over already"):
            claim.action_fulfil()
        with self.assertRaisesRegex(UserError, "can't be cancelled any more"):
            claim.action_cancel("Too late")
        self.assertEqual(self._balances(self.ann), [420])

    def test_a_batch_does_what_it_can_and_tells_the_rest(self):
        claims = self.env["timebank.redemption"].create(
            [
                {"reward_id": self.computer.id, "partner_id": member.partner_id.id}
                for member in (self.ann, self.ann, self.ben, self.ben)
            ]
        )
        outcome = claims.action_request()
        self.assertEqual(claims.mapped("state"), ["requested"] * 3 + ["draft"])
        (refusal,) = outcome["context"]["timebank_refusals"]
        self.assertIn("nothing left", refusal["reason"])
        self.assertEqual(self._balances(self.ann, self.ben), [240, 420])

    def test_no_claim_beyond_the_balance(self):
        with self.assertRaisesRegex(UserError, "has 10:00 hours to spend"):
            self._make_claim(self.ann, self.lesson, "requested", quantity=6)
        self.assertEqual(self._balances(self.ann), [600])

    def test_limit_for_each_member(self):
        self.lesson.write({"member_limit": 2, "limit_period": "month"})
        self._make_claim(self.ann, self.lesson, "requested", quantity=2)
        with self.assertRaisesRegex(UserError, "can have 2 of"):
            self._make_claim(self.ann, self.lesson, "requested")
        self._make_claim(self.ben, self.lesson, "requested")

    def test_a_limit_holds_whoever_pays(self):
        self.lesson.member_limit = 1
        pot = self.scheme.pot_account_id
        pot.holder_ids = self.ann.partner_id
        self._fill(pot, self.ben, 240)
        self._make_claim(self.ann, self.lesson, "requested")
        with self.assertRaisesRegex(UserError, "can have 1 of"):
            self._make_claim(self.ann, self.lesson, "requested", account_id=pot.id)

    def test_dates_kinds_roles_and_hours_given(self):
        today = fields.Date.context_today(self.scheme)
        early = self._make_reward("Panto", minutes=60, available_from=today + timedelta(days=3))
        late = self._make_reward("Fair", minutes=60)
        late.available_until = today - timedelta(days=1)
        staff = self._make_reward("Away day", minutes=60, for_beneficiary=False)
        keen = self._make_reward("Lunch", minutes=60, min_given_minutes=900)
        for reward, sentence in (
            (early, "can be claimed from"),
            (late, "could be claimed until"),
            (staff, "not meant for beneficiaries"),
            (keen, "at least 15:00 hours"),
        ):
            with self.assertRaisesRegex(UserError, sentence):
                self._make_claim(self.ann, reward, "requested")

    def test_required_checks(self):
        check_type = self.env["timebank.check.type"].create({"name": "Provisional licence"})
        self.lesson.check_type_ids = check_type
        with self.assertRaisesRegex(UserError, "Ann Lee needs Provisional licence"):
            self._make_claim(self.ann, self.lesson, "requested")
        self.env["timebank.check"].create({"partner_id": self.ann.partner_id.id, "type_id": check_type.id})
        self._make_claim(self.ann, self.lesson, "requested")

    def test_goods_only_where_the_policy_allows(self):
        bike = self._make_reward("Bicycle", "draft", minutes=600, kind="goods")
        with self.assertRaisesRegex(UserError, "offers services only"):
            bike.action_publish()
        self.scheme.allow_goods_rewards = True
        bike.action_publish()
        self.assertIn("ask your adviser", bike.notice)
        self.scheme.allow_goods_rewards = False
        with self.assertRaisesRegex(UserError, "offers services only"):
            self._make_claim(self.ann, bike, "requested")

    def test_an_archived_reward_is_not_claimed(self):
        self.lesson.action_archive()
        with self.assertRaisesRegex(UserError, "not in the catalogue"):
            self._make_claim(self.ann, self.lesson, "requested")

    def test_who_may_claim_for_whom(self):
        member = self.env["timebank.redemption"].with_user(self.portal)
        mine = member.create({"reward_id": self.lesson.id})
        mine.action_request()
        self.assertEqual(mine.state, "approved")
        others = {"reward_id": self.lesson.id, "account_id": self.ben.account_id.id}
        with self.assertRaisesRegex(AccessError, "no such record"):
            member.create(others)
        put = self._make_claim(self.ann, self.lesson)
        put.account_id = self.ben.account_id
        with self.assertRaisesRegex(UserError, "your own account"):
            put.with_user(self.portal).action_request()
        child = self.env["res.partner"].create({"name": "Joy Lee", "parent_id": self.ann.partner_id.id})
        for_child = self._make_claim(self.ann, self.lesson, account_id=self.ann.account_id.id)
        for_child.write({"partner_id": child.id, "account_id": self.ann.account_id.id})
        for_child.with_user(self.portal).action_request()
        self.assertEqual(for_child.state, "approved")
        self.assertEqual(self._balances(self.ann), [360])

    def test_nobody_decides_on_their_own_claim(self):
        self.coordinator.partner_id.name = "Coordinator"
        own = self._make_member(self.coordinator.partner_id)
        self._make_hours(own, 300)
        own.account_id.write({"has_own_limit": True, "credit_limit_minutes": 300})
        claim = self._make_claim(own, self.computer, "requested")
        with self.assertRaisesRegex(UserError, "your own claim"):
            claim.with_user(self.coordinator).action_approve()
        with self.assertRaises(AccessError):
            self._make_claim(self.ann, self.computer, "requested").with_user(
                self.coordinator2
            ).action_approve()

    def test_what_is_requested_stays_as_it_was(self):
        claim = self._make_claim(self.ann, self.lesson, "requested")
        self.lesson.minutes = 60
        self.assertEqual(claim.minutes, 120)
        with self.assertRaisesRegex(UserError, "instead of changing it"):
            claim.quantity = 2
        with self.assertRaises(AccessError):
            claim.state = "draft"
        with self.assertRaises(UserError):
            claim.unlink()
        with self.assertRaises(AccessError):
            claim.with_user(self.portal).write({"cost_amount": 0})

    def test_a_draft_takes_the_price_of_the_day(self):
        claim = self._make_claim(self.ann, self.lesson)
        self.lesson.minutes = 60
        claim.action_request()
        self.assertEqual((claim.minutes, claim.transfer_ids.minutes), (60, 60))

    def test_a_thank_you_costs_nothing(self):
        tea = self._make_reward("Thank-you tea", minutes=0, is_free=True, approval="auto")
        claim = self._make_claim(self.ann, tea, "requested")
        self.assertEqual(claim.state, "approved")
        self.assertFalse(claim.transfer_ids)
        claim.with_user(self.portal).action_cancel("Can't come")
        self.assertFalse(self.scheme.check_ledger())

    def test_the_check_finds_a_claim_without_its_credits(self):
        claim = self._make_claim(self.ann, self.lesson, "requested")
        self.env.flush_all()
        self.env.cr.execute("UPDATE timebank_redemption SET state = 'cancelled' WHERE id = %s", [claim.id])
        self.env.invalidate_all()
        (violation,) = self.scheme.check_ledger()
        self.assertEqual((violation["invariant"], violation["res_id"]), ("origin", claim.id))

    def test_constant_queries(self):
        def claims(count):
            return self.env["timebank.redemption"].create(
                [{"reward_id": self.lesson.id, "partner_id": self.ann.partner_id.id}] * count
            )

        self.ann.account_id.write({"has_own_limit": True, "credit_limit_minutes": 100000})
        claims(1).action_request()
        few, many = claims(3), claims(30)
        self.env.flush_all()
        counts = []
        for batch in (few, many):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            batch.action_request()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 2)

    def test_an_invented_claim_is_found(self):
        """Put into the table as it stands there when it was made by its verbs, or nearly so."""
        columns = {
            "reward_id": self.lesson.id,
            "scheme_id": self.scheme.id,
            "company_id": self.scheme.company_id.id,
            "partner_id": self.ann.partner_id.id,
            "account_id": self.ann.account_id.id,
            "quantity": 1,
            "minutes": 0,
            "state": "approved",
            "kept_code": "FREE-FREE-FREE",
            "requested_on": TODAY,
            "approved_on": TODAY,
            "create_uid": self.manager.id,
            "create_date": self.lesson.priced_on + timedelta(days=1),
        }
        for missing in (
            {},
            {"minutes": None},
            {"minutes": 120},
            {"minutes": 120, "approved_on": None},
            {"requested_on": None},
            {"create_date": None},
        ):
            vals = {**columns, **missing}
            with self.subTest(missing=missing), self._undone():
                marks = ", ".join(["%s"] * len(vals))
                self._tamper(
                    f"INSERT INTO timebank_redemption ({', '.join(vals)}) VALUES ({marks})", *vals.values()
                )
                found = self.scheme.check_ledger()
                self.assertIn("timebank.redemption", [violation["model"] for violation in found])

    def test_a_new_price_leaves_earlier_claims_as_they_are(self):
        self._make_claim(self.ann, self.lesson, "requested")
        self.lesson.minutes = 60
        self._make_claim(self.ben, self.lesson, "requested")
        self.env.flush_all()
        self.assertEqual(self.scheme.check_ledger(), [])
