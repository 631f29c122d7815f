"""Gifts between accounts: who may give from which, and no further than what is there."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestGift(ExchangeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_hours(cls.ann, 120, state="approved")

    def give(self, user, source, target, minutes=30, memo=None):
        return source.with_user(user).action_give(target, minutes, memo)

    def test_members_give_from_their_own(self):
        transfer = self.give(self.portal, self.ann.account_id, self.ben.account_id.id, 50)
        self.assertEqual((transfer.kind, transfer.minutes), ("gift", 50))
        self.assertEqual(self._balances(self.ann, self.ben), [70, 50])
        self.assertEqual(self.scheme.check_ledger(), [])
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self.give(self.portal2, self.ann.account_id, self.ben.account_id)

    def test_not_beyond_the_balance(self):
        """A gift never uses the credit limit."""
        self.scheme.credit_limit_minutes = 600
        with self.assertRaisesRegex(UserError, "has 2:00 hours to spend"):
            self.give(self.portal, self.ann.account_id, self.ben.account_id, 121)
        self.assertEqual(self._balances(self.ann), [120])
        for minutes in (0, -5, 1.5):
            with self.assertRaises(UserError):
                self.give(self.portal, self.ann.account_id, self.ben.account_id, minutes)

    def test_for_somebody_offline(self):
        """A coordinator says who asked for it, and gives nothing to themselves."""
        with self.assertRaisesRegex(UserError, "who asked"):
            self.give(self.coordinator, self.ann.account_id, self.ben.account_id)
        self.give(self.coordinator, self.ann.account_id, self.ben.account_id, memo="Ann rang")
        broker = self._make_member(self.coordinator.partner_id)
        with self.assertRaisesRegex(UserError, "yourself"):
            self.give(self.coordinator, self.ann.account_id, broker.account_id, memo="Ann rang")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self.give(self.coordinator2, self.ann.account_id, self.ben.account_id, memo="x")

    def test_not_from_or_to_the_bank_itself(self):
        operating = self.scheme.operating_account_id
        with self.assertRaisesRegex(UserError, "bank's own"):
            self.give(self.manager, operating, self.ann.account_id, memo="Because")
        with self.assertRaisesRegex(UserError, "community pot"):
            self.give(self.portal, self.ann.account_id, operating)
        self.give(self.portal, self.ann.account_id, self.scheme.pot_account_id)
        self.assertEqual(self.scheme.pot_account_id.balance_minutes, 30)

    def test_not_across_banks_nor_to_oneself(self):
        hal = self._make_member("Hal", scheme=self._make_scheme("Hill Top"))
        with self.assertRaisesRegex(AccessError, "no such record"):
            self.give(self.portal, self.ann.account_id, hal.account_id)
        with self.assertRaisesRegex(UserError, "different time banks"):
            self.give(self.manager, self.ann.account_id, hal.account_id, memo="Ann rang")
        with self.assertRaisesRegex(UserError, "itself"):
            self.give(self.portal, self.ann.account_id, self.ann.account_id)

    def test_frozen_and_closed_accounts_refuse(self):
        self.ben.account_id.action_freeze()
        with self.assertRaisesRegex(UserError, "frozen"):
            self.give(self.portal, self.ann.account_id, self.ben.account_id)
        self.ben.account_id.action_reopen()
        self.ann.account_id.action_freeze()
        with self.assertRaisesRegex(UserError, "frozen"):
            self.give(self.portal, self.ann.account_id, self.ben.account_id)
        self.cat.account_id.action_close()
        self.ann.account_id.action_reopen()
        with self.assertRaisesRegex(UserError, "closed"):
            self.give(self.portal, self.ann.account_id, self.cat.account_id)

    def test_a_manager_reverses(self):
        transfer = self.give(self.portal, self.ann.account_id, self.ben.account_id)
        transfer.with_user(self.manager).action_reverse("Meant for Cat")
        self.assertEqual(self._balances(self.ann, self.ben), [120, 0])

    def test_wizard(self):
        wizard = (
            self.env["timebank.gift"]
            .with_user(self.coordinator)
            .create(
                {
                    "from_account_id": self.ann.account_id.id,
                    "to_account_id": self.ben.account_id.id,
                    "hours": 0.5,
                    "memo": "Ann rang",
                }
            )
        )
        wizard.action_confirm()
        self.assertEqual(self._balances(self.ann, self.ben), [90, 30])
