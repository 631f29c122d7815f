"""What a member's key can do with rewards and vouchers over the external API, and what it can't."""

from odoo.tests import tagged

from ..api_common import ApiCase
from ..rewards_common import RewardCase

CLAIM, VOUCHER, REWARD = "timebank.redemption", "timebank.voucher", "timebank.reward"


@tagged("post_install", "-at_install")
class TestRewardsApi(ApiCase, RewardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lesson.write({"fulfilment": "code", "expected_cost": 18})
        cls.mine = cls._make_claim(cls.ann, cls.computer, "requested")
        cls.bens = cls._make_claim(cls.ben, cls.computer, "requested")
        cls.draft = cls._make_claim(cls.ann, cls.computer)
        batch = cls.env["timebank.voucher.batch"].create({"scheme_id": cls.scheme.id, "quantity": 3})
        batch.action_issue()
        cls.vouchers = batch.voucher_ids

    def _snapshot(self):
        self.env.invalidate_all()
        claims = self.mine | self.bens | self.draft
        return [
            claims.read(["state", "minutes", "quantity", "account_id", "code", "collect_by", "cost_amount"]),
            claims.transfer_ids.read(["minutes"]),
            (self.lesson | self.computer).read(["state", "minutes", "stock", "approval"]),
            self.vouchers.read(["state", "code", "minutes"]),
            (self.ann | self.ben).account_id.read(["balance_minutes"]),
            self.env[CLAIM].search_count([]),
            self.env["timebank.dues"].search_count([]),
            self.env["timebank.voucher.batch"].search_count([]),
        ]

    # Allowed
    def test_a_member_claims_and_cancels(self):
        rewards = self._call(self.portal, REWARD, "search_read", domain=[], fields=["name", "is_available"])
        self.assertIn("Driving lesson", [reward["name"] for reward in rewards.json()])
        [claim_id] = self._call(
            self.portal, CLAIM, "create", vals_list=[{"reward_id": self.lesson.id}]
        ).json()
        claim = self.env[CLAIM].browse(claim_id)
        self.assertEqual((claim.partner_id, claim.account_id), (self.portal.partner_id, self.ann.account_id))
        self.assertIs(self._call(self.portal, CLAIM, "action_request", [claim_id]).json(), True)
        self.assertEqual((claim.state, self._balances(self.ann)), ("approved", [300]))
        [seen] = self._call(self.portal, CLAIM, "read", [claim_id], fields=["code", "collect_by"]).json()
        self.assertEqual(seen["code"], claim.code)
        answer = self._call(self.portal, CLAIM, "action_cancel", [claim_id], reason="Can't come")
        self.assertIs(answer.json(), True)
        self.assertEqual((claim.state, self._balances(self.ann)), ("cancelled", [420]))
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_a_member_tops_up_by_voucher(self):
        account_id = self.ann.account_id.id
        first, second, third = self.vouchers.mapped("code")
        answer = self._call(self.portal, VOUCHER, "redeem", code=first.lower(), account=account_id)
        self.assertEqual((answer.json(), self._balances(self.ann)), (60, [480]))
        self._check_refused(self.portal, VOUCHER, "redeem", code=first, account=account_id)
        minutes, refusals = self._call(
            self.portal, VOUCHER, "redeem_many", code_list=[second, first], account=account_id
        ).json()
        self.assertEqual((minutes, [refusal["code"] for refusal in refusals]), (60, [first]))
        self.assertNotIn("handed in", refusals[0]["reason"], "members aren't told what is wrong with a code")
        self._check_refused(self.portal, VOUCHER, "redeem", code=third, account=self.ben.account_id.id)
        self._check_refused(
            self.portal, VOUCHER, "redeem", code=third, account=self.scheme.operating_account_id.id
        )
        self.assertEqual(self.scheme.check_ledger(), [])

    # Refused
    def test_claims_that_are_not_a_members_to_make(self):
        vals = {"reward_id": self.lesson.id}
        for more in (
            {"state": "approved"},
            {"code": "AAAA-AAAA-AAAA"},
            {"minutes": 1},
            {"cost_amount": 0},
            {"partner_id": self.ben.partner_id.id},
            {"collect_by": "2030-01-01"},
            {"quantity": 0},
        ):
            self._check_refused(self.portal, CLAIM, "create", vals_list=[{**vals, **more}])
        self.draft.account_id = self.ben.account_id
        self._check_refused(self.portal, CLAIM, "action_request", self.draft.ids)
        self.draft.write({"account_id": self.ann.account_id.id, "quantity": 3})
        self._check_refused(self.portal, CLAIM, "action_request", self.draft.ids)

    def test_what_is_not_a_members_to_decide(self):
        for claim in (self.mine, self.bens):
            for method, arguments in (
                ("action_approve", {}),
                ("action_refuse", {"reason": "No"}),
                ("action_fulfil", {}),
                ("action_order", {}),
                ("action_request", {}),
                ("action_set_grant", {"grant": False}),
                ("action_override_budget", {"reason": "Please"}),
                ("action_billing_done", {}),
                ("unlink", {}),
                ("write", {"vals": {"state": "approved"}}),
                ("write", {"vals": {"quantity": 2}}),
                ("write", {"vals": {"cost_amount": 0}}),
                ("write", {"vals": {"state": "approved"}, "context": {"timebank_in_verb": True}}),
            ):
                self._check_refused(self.portal, CLAIM, method, claim.ids, **arguments)
        self._check_refused(self.portal, CLAIM, "action_cancel", self.bens.ids, reason="Not mine")
        self._check_refused(self.portal, CLAIM, "action_cancel", self.mine.ids, reason=" ")
        self._check_refused(self.portal, CLAIM, "read", self.bens.ids, fields=["state"])
        self._check_refused(self.portal, CLAIM, "read", self.mine.ids, fields=["cost_amount"])
        self.lesson.approval = "auto"
        lesson = self._make_claim(self.ann, self.lesson, "requested")
        self._check_refused(self.portal, CLAIM, "fulfil_by_code", code=lesson.code)

    def test_inner_doors_are_shut(self):
        for user in self.keys:
            for method in (
                "_take",
                "_return_credits_and_stock",
                "_approve",
                "_fulfil",
                "_call_off",
                "_confirm_on_page",
                "_find_by_code",
                "_in_verb",
                "_cron_late",
            ):
                self._check_refused(user, CLAIM, method, self.mine.ids)
            self._check_refused(user, VOUCHER, "_cron_expire")
            self._check_refused(user, VOUCHER, "_return_value", self.vouchers.ids)
            self._check_refused(user, "timebank.dues", "_cron_claim")

    def test_catalogue_and_vouchers_are_the_coordinators(self):
        for model, method, ids, arguments in (
            (REWARD, "write", self.lesson.ids, {"vals": {"minutes": 1}}),
            (REWARD, "write", self.computer.ids, {"vals": {"stock": 100}}),
            (REWARD, "action_archive", self.lesson.ids, {}),
            (REWARD, "read", self.lesson.ids, {"fields": ["expected_cost"]}),
            (REWARD, "create", (), {"vals_list": [{"name": "Mine", "scheme_id": self.scheme.id}]}),
            (VOUCHER, "read", self.vouchers.ids, {"fields": ["code"]}),
            (VOUCHER, "action_cancel", self.vouchers.ids, {"reason": "Lost"}),
            ("timebank.voucher.batch", "create", (), {"vals_list": [{"scheme_id": self.scheme.id}]}),
            ("timebank.voucher.desk", "create", (), {"vals_list": [{"scheme_id": self.scheme.id}]}),
            ("timebank.code.attempt", "search_read", (), {"domain": [], "fields": ["source"]}),
            (
                "timebank.dues",
                "create",
                (),
                {"vals_list": [{"reward_id": self.lesson.id, "partner_id": self.portal.partner_id.id}]},
            ),
        ):
            self._check_refused(self.portal, model, method, ids, **arguments)

    def test_a_coordinator_forges_nothing_either(self):
        for method, arguments in (
            ("write", {"vals": {"state": "fulfilled"}}),
            ("write", {"vals": {"code": "AAAA-AAAA-AAAA"}}),
            ("write", {"vals": {"cost_amount": 0}}),
            ("unlink", {}),
            ("action_fulfil", {}),
        ):
            self._check_refused(self.coordinator, CLAIM, method, self.mine.ids, **arguments)
        for method, arguments in (
            ("write", {"vals": {"minutes": 600}}),
            ("unlink", {}),
            ("create", {"vals_list": [{"batch_id": self.vouchers.batch_id.id, "code": "A", "minutes": 60}]}),
        ):
            self._check_refused(self.coordinator, VOUCHER, method, self.vouchers.ids, **arguments)
