"""Approved claims that are taken back wait again, and hold what they held."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..rewards_common import RewardCase


@tagged("post_install", "-at_install")
class TestClaimsUndo(RewardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.computer.write({"approval": "manual", "fulfilment": "code"})
        cls.claims = cls._make_claim(cls.ann, cls.computer, "requested")
        cls.claims |= cls._make_claim(cls.ben, cls.computer, "requested")

    def _approve(self):
        return self.claims.with_user(self.coordinator).with_context(timebank_told=True).action_approve()

    def test_taken_back(self):
        self.assertEqual(self._approve()["params"]["text"], "2 approved: 6:00 hours.")
        codes = self.claims.mapped("code")
        held = self._balances(self.ann, self.ben), self.computer.stock
        told = self.claims.with_user(self.coordinator).with_context(timebank_told=True).action_undo()
        self.assertEqual(told["params"]["text"], "2 taken back and waiting again: 6:00 hours.")
        self.assertEqual(set(self.claims.mapped("state")), {"requested"})
        self.assertFalse(any(self.claims.mapped("code")) or self.claims.approver_id)
        self.assertTrue(all(self.claims.mapped("todo_id")))
        self.assertEqual((self._balances(self.ann, self.ben), self.computer.stock), held)
        with self.assertRaisesRegex(UserError, "no claim with this code"):
            self.env["timebank.redemption"].with_user(self.coordinator).fulfil_by_code(codes[0])
        self._approve()
        self.assertFalse(set(self.claims.mapped("code")) & set(codes))
        self.assertFalse(self.scheme.check_ledger())

    def test_not_what_was_handed_over_or_by_others(self):
        self._approve()
        self.claims[0].with_user(self.coordinator).action_fulfil()
        action = self.claims.with_user(self.coordinator).action_undo()
        self.assertEqual(len(action["context"]["timebank_refusals"]), 1)
        self.assertEqual(self.claims.mapped("state"), ["fulfilled", "requested"])
        self.claims[1].with_user(self.manager).action_approve()
        with self.assertRaisesRegex(UserError, "not approved by you"):
            self.claims[1].with_user(self.coordinator).action_undo()

    def test_slips_are_printed_where_there_is_a_code(self):
        with self.assertRaisesRegex(UserError, "has a code"):
            self.claims.with_user(self.coordinator).action_print_slips()
        self._approve()
        action = self.claims.with_user(self.coordinator).action_print_slips()
        self.assertEqual(action["report_name"], "timebank_coproduction.report_claim_slip")
        printed = (
            self.env["ir.actions.actions"].with_user(self.coordinator).get_bindings("timebank.redemption")
        )
        self.assertIn("Slip with the code", [one["name"] for one in printed["report"]])
