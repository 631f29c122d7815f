from odoo.exceptions import AccessError, UserError
from odoo.tests import Form

from ..grants_common import GrantCase


class TestClaimCost(GrantCase):
    """What a decided claim is expected to cost changes with a reason, within the grant's budget."""

    def test_typed_in_until_it_is_decided(self):
        claim = self._make_claim(self.ann, self.swim, "requested").with_user(self.finance)
        claim.cost_amount = 14
        self.assertEqual(claim.cost_amount, 14)
        claim = self._claims(1).with_user(self.finance)
        with self.assertRaisesRegex(UserError, "“Change expected cost”"):
            claim.cost_amount = 14
        with self.assertRaisesRegex(AccessError, "can't be typed in"):
            claim.tolerance_amount = 8
        self.assertEqual((claim.cost_amount, claim.tolerance_amount), (12, 1.2))

    def test_only_finance_with_a_reason(self):
        claim = self._claims(1)
        for user in (self.coordinator, self.manager):
            for verb in (claim.with_user(user).action_set_cost, claim.with_user(user).action_set_tolerance):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    verb(14, "New price")
        claim = claim.with_user(self.finance)
        for verb in (claim.action_set_cost, claim.action_set_tolerance):
            with self.assertRaisesRegex(UserError, "Say why"):
                verb(14, " ")
        draft = self._make_claim(self.ann, self.swim, "requested").with_user(self.finance)
        with self.assertRaisesRegex(UserError, "does not stand"):
            draft.action_set_cost(14, "New price")

    def test_it_is_committed_and_in_the_chatter(self):
        claim = self._claims(1).with_user(self.finance)
        claim.action_set_cost(15, "New price list")
        self.assertEqual(self._figures(), (0, 0, 0, 15, 85))
        said = claim.message_ids[:1].body
        for piece in ("12.00", "15.00", "New price list"):
            self.assertIn(piece, said)
        self.assertEqual(claim.message_ids[:1].author_id, self.finance.partner_id)

    def test_never_below_what_is_matched(self):
        claim = self._claims(1).with_user(self.finance)
        self._match(claim, self._bill(("Pass", 12)), 12)
        with self.assertRaisesRegex(UserError, "matched with bills over .*12.00"):
            claim.action_set_cost(5, "Cheaper")
        claim.action_set_cost(11.5, "Cheaper")
        self.assertEqual((claim.cost_amount, self.scheme.check_ledger()), (11.5, []))

    def test_not_beyond_the_budget_without_a_word(self):
        claim = self._claims(1).with_user(self.finance)
        with self.assertRaisesRegex(UserError, "has .*88.00 left, and this takes .*3,988.00 more"):
            claim.action_set_cost(4000, "New price")
        claim.action_set_cost(100, "New price")
        self.assertFalse(claim.budget_override_reason)
        claim.action_set_cost(120, "The trustees agreed", beyond_budget=True)
        self.assertEqual(claim.budget_override_reason, "The trustees agreed")
        self.assertEqual(self._figures()[4], -20)

    def test_a_tolerance(self):
        claim = self._claims(1).with_user(self.finance)
        claim.action_set_tolerance(8, "Two sizes")
        self.assertIn("8.00", claim.message_ids[:1].body)
        self._match(claim, self._bill(("Pass", 20)), 20, difference_reason="price")
        with self.assertRaisesRegex(UserError, "undo a match first"):
            claim.action_set_tolerance(7, "One size")
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_the_dialog(self):
        claim = self._claims(1).with_user(self.finance)
        dialog = self.env["timebank.claim.cost"].with_user(self.finance).with_context(active_id=claim.id)
        with Form(dialog) as form:
            self.assertEqual((form.cost_amount, form.tolerance_amount), (12, 1.2))
            form.cost_amount = 14
            form.is_tolerance_set = True
            form.tolerance_amount = 3
            form.reason = "New price list"
        form.record.action_confirm()
        self.assertEqual((claim.cost_amount, claim.tolerance_amount), (14, 3))
