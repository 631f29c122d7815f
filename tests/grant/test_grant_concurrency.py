"""Two people at the same moment: no budget is spent twice, no bill line matched twice."""

from functools import partial

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import TODAY
from ..concurrency_common import GROUP, ConcurrencyCase

#: Tables in which the test leaves rows besides the ledger's, each before those it refers to.
WRITTEN = (
    "timebank_reward_match",
    "timebank_bill_line",
    "timebank_transfer",
    "timebank_redemption",
    "timebank_reward",
    "timebank_grant",
)


@tagged("post_install", "-at_install")
class TestGrantAtOnce(ConcurrencyCase):
    written = WRITTEN

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._connection() as env:
            cls.finance_ids = [
                new_test_user(env, f"tb_paying_{number}", groups=GROUP + "finance").id for number in range(2)
            ]
            cls.analytic_id = (
                env["account.analytic.account"]
                .create({"name": "At once", "plan_id": env["account.analytic.plan"].search([], limit=1).id})
                .id
            )
            supplier = env["res.partner"].create({"name": "Pool"})
            grant = env["timebank.grant"].create(
                {
                    "name": "At once",
                    "funder_id": supplier.id,
                    "amount": 360,
                    "date_start": TODAY.replace(day=1),
                    "date_end": TODAY.replace(day=31),
                    "scheme_ids": [Command.set([cls.scheme_id])],
                    "every_expense_counts": True,
                    "analytic_account_id": cls.analytic_id,
                }
            )
            grant.action_open()
            reward = env["timebank.reward"].create(
                {
                    "name": "Swim",
                    "scheme_id": cls.scheme_id,
                    "minutes": 10,
                    "expected_cost": 18,
                    "approval": "manual",
                    "supplier_id": supplier.id,
                }
            )
            reward.action_publish()
            cls.grant_id, cls.reward_id, cls.supplier_id = grant.id, reward.id, supplier.id
            cls.move_ids = []
        cls.addClassCleanup(cls._clean_grants)

    @classmethod
    def _clean_grants(cls):
        """Before the bank's own: claims and bills refer to it."""
        with cls._connection() as env:
            env["timebank.reward.match"].search([("grant_id", "=", cls.grant_id)])._undo()
            moves = env["account.move"].browse(cls.move_ids)
            moves.button_draft()
            moves.with_context(force_delete=True).unlink()
            cls._clean_beside(env, "timebank.redemption", "timebank.grant", "timebank.reward")
            with cls._without_triggers(env, WRITTEN):
                cls._delete_written(env, WRITTEN)
            env["account.analytic.account"].browse(cls.analytic_id).unlink()

    def _requested(self, env, count):
        """Claims of as many members, waiting for approval."""
        claims = env["timebank.redemption"]
        for member in env["timebank.member"].browse(self.member_ids[:count]):
            self._fund(env, member.account_id, 60)
            claims |= claims.create({"reward_id": self.reward_id, "partner_id": member.partner_id.id})
        claims.action_request()
        return claims

    def _bill(self, env, price):
        move = env["account.move"].create(
            {
                "move_type": "in_invoice",
                "partner_id": self.supplier_id,
                "invoice_date": TODAY,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Swimming",
                            "price_unit": price,
                            "tax_ids": [],
                            "analytic_distribution": {self.analytic_id: 100},
                        }
                    )
                ],
            }
        )
        move.action_post()
        self.move_ids.append(move.id)
        return move.invoice_line_ids

    def test_budget_and_bills_hold(self):
        """The budget of 36 pays for two claims of 18, and a bill of 18 for one of them."""
        with self._connection() as env:
            claim_ids = self._requested(env, 4).ids
        approve = [
            (
                self.coordinator_ids[number % 2],
                lambda env, claim_id=claim_id: env["timebank.redemption"].browse(claim_id).action_approve(),
            )
            for number, claim_id in enumerate(claim_ids)
        ]
        results = self._at_once(*approve)
        self.assertEqual(results.count(True), 2)
        for sentence in self._refused(results):
            self.assertIn("Finance can allow it with a reason", sentence)
        with self._connection() as env:
            grant = env["timebank.grant"].browse(self.grant_id)
            self.assertEqual((grant.claim_count, grant.remaining_amount), (2, 0))
            approved = env["timebank.redemption"].browse(claim_ids).filtered(lambda c: c.state == "approved")
            line_id, approved_ids = self._bill(env, 18).id, approved.ids

        def match(env, claim_id):
            return bool(env["timebank.reward.match"].match(claim_id, line_id, 18))

        results = self._at_once(
            *(
                (user_id, partial(match, claim_id=claim_id))
                for user_id, claim_id in zip(self.finance_ids, approved_ids, strict=True)
            )
        )
        self.assertEqual(results.count(True), 1)
        [sentence] = self._refused(results)
        self.assertIn("left to match", sentence)
        with self._connection() as env:
            line = env["timebank.bill.line"].search([("move_line_id", "=", line_id)])
            self.assertEqual((line.matched_amount, line.open_amount, len(line.match_ids)), (18, 0, 1))
            claims = env["timebank.redemption"].browse(approved_ids)
            self.assertEqual(sorted(claims.mapped("matched_amount")), [0, 18])
            self.assertEqual(env["timebank.scheme"].browse(self.scheme_id).check_ledger(), [])

    def test_one_bill_matched_automatically_by_two_people(self):
        """Two people press “Match automatically” at the same moment."""
        with self._connection() as env:
            grant = env["timebank.grant"].browse(self.grant_id)
            grant.action_amend({"amount": 3600}, "For this test")
            claim = self._requested(env, 1)
            claim.action_approve()
            line_id = self._bill(env, 18).id
            env["account.move.line"].browse(line_id).name = f"Swim {claim.code}"
            claim_id = claim.id
        results = self._at_once(
            *(
                (user_id, lambda env: bool(env["timebank.grant"].browse(self.grant_id).action_auto_match()))
                for user_id in self.finance_ids
            )
        )
        self.assertIn(True, results)
        with self._connection() as env:
            self.assertEqual(len(env["timebank.redemption"].browse(claim_id).match_ids), 1)
            self.assertEqual(env["timebank.redemption"].browse(claim_id).matched_amount, 18)
