from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError

from ..common import TODAY
from ..grants_common import GrantCase


class TestGrantCommitment(GrantCase):
    def test_approving_commits_the_expected_cost(self):
        claim = self._claims(1)
        self.assertEqual(claim.grant_id, self.grant)
        self.assertEqual(self.grant.committed_amount, 12)
        self.assertEqual(self._figures(), (0, 0, 0, 12, 88))
        self.assertTrue(claim.code, "a supplier's bill can name it")

    def test_the_grant_that_ends_first_pays(self):
        sooner = self._make_grant("Sooner", date_end=date(2026, 6, 30))
        self.assertEqual(self._claims(1).grant_id, sooner)

    def test_a_grant_out_of_its_period_or_for_another_bank_does_not_pay(self):
        self.grant.action_close()
        self._make_grant("Past", date_end=date(2026, 2, 28))
        self._make_grant("Next", date_start=date(2026, 4, 1))
        other = self._make_scheme("Hillside", code="ELSE")
        self._make_grant("Elsewhere", scheme_ids=other.ids)
        self.assertFalse(self._claims(1).grant_id, "own funds")

    def test_its_last_day_is_by_the_organisation_s_clock(self):
        """Not by that of whoever approves, wherever they say that they are."""
        self.grant.action_close()
        self._make_grant("Over", date_end=TODAY - timedelta(days=1))
        claim = self._make_claim(self.ann, self.swim, "requested").with_user(self.coordinator)
        claim.with_context(tz="Etc/GMT+12").action_approve()
        self.assertEqual((claim.state, claim.grant_id.id), ("approved", False))

    def test_the_reward_may_name_its_grants(self):
        named = self._make_grant("Named", date_end=date(2027, 3, 31))
        self.swim.grant_ids = named
        self.assertEqual(self._claims(1).grant_id, named)

    def test_a_claim_beyond_the_budget_is_refused(self):
        claims = self.env["timebank.redemption"]
        for _number in range(9):
            claims |= self._make_claim(self.ann, self.swim, "requested")
        result = claims.with_user(self.coordinator).action_approve()
        self.assertEqual(claims.mapped("state"), ["approved"] * 8 + ["requested"])
        (refused,) = result["context"]["timebank_refusals"]
        self.assertIn("Neighbours Together", refused["reason"])
        self.assertIn("4.00 left", refused["reason"])
        with self.assertRaisesRegex(UserError, "Finance can allow it"):
            claims[-1].with_user(self.coordinator).action_approve()
        self.assertEqual(self._figures()[4], 4)

    def test_finance_overrides_with_a_reason(self):
        self.grant.action_amend({"reward_percentage": 1}, "Funder's letter")
        claim = self._make_claim(self.ann, self.swim, "requested")
        with self.assertRaises(AccessError):
            claim.with_user(self.coordinator).action_override_budget("Please")
        with self.assertRaisesRegex(UserError, "Say why"):
            claim.with_user(self.finance).action_override_budget(" ")
        claim.with_user(self.finance).action_override_budget("Trustees, 3 March")
        claim.with_user(self.coordinator).action_approve()
        self.assertEqual((claim.state, claim.grant_id), ("approved", self.grant))
        self.assertEqual(self._figures()[4], -2)

    def test_finance_changes_the_grant_until_it_is_matched(self):
        other = self._make_grant("Other", scheme_ids=False)
        claim = self._claims(1)
        with self.assertRaises(AccessError):
            claim.with_user(self.coordinator).action_set_grant(other)
        claim.with_user(self.finance).action_set_grant(other)
        self.assertEqual(claim.grant_id, other)
        claim.with_user(self.finance).action_set_grant(False)
        self.assertFalse(claim.grant_id)
        claim.with_user(self.finance).action_set_grant(self.grant.id)
        self._match(claim, self._bill(("Swim pass", 12)), 12)
        with self.assertRaisesRegex(UserError, "undo the match first"):
            claim.with_user(self.finance).action_set_grant(other)

    def test_another_grant_has_to_have_enough(self):
        poor = self._make_grant("Poor", reward_percentage=1, scheme_ids=[])
        claim = self._claims(1)
        with self.assertRaisesRegex(UserError, "not enough left"):
            claim.with_user(self.finance).action_set_grant(poor)
        claim.with_user(self.finance).action_set_grant(poor, "Agreed")
        self.assertEqual(claim.budget_override_reason, "Agreed")

    def test_a_cancelled_claim_is_no_longer_committed(self):
        claim = self._claims(1)
        claim.with_user(self.coordinator).action_cancel("Ill")
        self.assertEqual(self._figures(), (0, 0, 0, 0, 100))

    def test_a_billed_claim_is_not_cancelled(self):
        claim = self._claims(1)
        self._match(claim, self._bill(("Swim pass", 12)), 12)
        with self.assertRaisesRegex(UserError, "billed by its supplier"):
            claim.with_user(self.coordinator).action_cancel("Ill")

    def test_a_grant_can_not_be_typed_in(self):
        claim = self._claims(1)
        for vals in ({"grant_id": False}, {"matched_amount": 12}, {"budget_override_reason": "x"}):
            with self.subTest(vals), self.assertRaises(AccessError):
                claim.with_user(self.finance).write(vals)

    def test_the_number_of_queries_does_not_grow(self):
        def approve(count):
            claims = self.env["timebank.redemption"]
            for _number in range(count):
                claims |= self._make_claim(self.ben, self.swim)
            claims.action_request()
            claims = claims.with_user(self.coordinator)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            claims.action_approve()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self.grant.action_amend({"reward_percentage": 100}, "All of it")
        approve(2)
        few, many = approve(2), approve(8)
        self.assertLessEqual(many, few + 6)
