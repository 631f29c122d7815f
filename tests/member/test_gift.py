"""Gifts between accounts: who may give from which, and no further than what is there."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
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
        said = wizard.action_confirm()
        self.assertEqual(self._balances(self.ann, self.ben), [90, 30])
        self.assertEqual(wizard.action_confirm(), said, "confirmed twice, it is given once")
        self.assertEqual(self._balances(self.ann, self.ben), [90, 30])

    def _dialog(self, user, action):
        """The dialog that a button opened, as a form of it shows it."""
        gifts = self.env["timebank.gift"].with_user(user).with_context(action["context"])
        return Form(gifts)

    def test_the_dialog_says_who_gives_what_to_whom(self):
        pot = self.scheme.pot_account_id
        form = self._dialog(self.coordinator, self.ann.with_user(self.coordinator).action_open_gift())
        form.to_account_id = pot
        form.hours = 1.5
        self.assertEqual(
            form.sentence,
            f"Ann Lee gives 1:30 hours to {pot.name}. Ann Lee has 0:30 then. {pot.name} has 1:30 then.",
        )
        form.hours = 2.25
        self.assertEqual(form.sentence, "Ann Lee has 2:00 hours: too little to give that much.")
        form.hours = 1.5
        form.other_way = True
        self.assertEqual((form.from_account_id, form.to_account_id), (pot, self.ann.account_id))
        self.assertEqual(form.sentence, f"{pot.name} has 0:00 hours: too little to give that much.")
        form.other_way = True
        form.memo = "Ann rang"
        told = form.save().action_confirm()
        self.assertEqual(told["params"]["text"], f"Ann Lee gave 1:30 hours to {pot.name}.")
        self.assertEqual((pot.balance_minutes, *self._balances(self.ann)), (90, 30))

    def test_the_dialog_offers_whom_it_would_not_refuse(self):
        """Into an account that its user holds: from their own alone; out of it: to others alone."""
        pot = self.scheme.pot_account_id
        mine = self._make_member(self.coordinator.partner_id).account_id
        pot.holder_ids = self.coordinator.partner_id
        elsewhere = self._make_member("Hal", scheme=self._make_scheme("Hill Top")).account_id
        accounts = self.env["timebank.account"].with_user(self.coordinator)

        def offered(domain):
            return accounts.search(list(domain))

        into = offered(pot.with_user(self.coordinator)._get_givers_domain())
        self.assertEqual(into, mine)
        out = offered(pot.with_user(self.coordinator)._get_takers_domain())
        self.assertIn(self.ann.account_id, out)
        self.assertNotIn(mine, out)
        self.assertNotIn(elsewhere, out)
        own = offered(mine.with_user(self.coordinator)._get_takers_domain())
        self.assertIn(pot, own)
        self.assertFalse((into | out | own) & (self.scheme.operating_account_id | elsewhere))
        # what is offered is what is accepted
        self._fund(self.ann, 60)
        for target in out:
            with self._undone():
                self._post(self.scheme.operating_account_id, pot, 60)
                self.give(self.coordinator, pot, target, 10, "For the trip")
        for target in accounts.search([("scheme_id", "=", self.scheme.id)]) - out:
            with self._undone():
                self._post(self.scheme.operating_account_id, pot, 60)
                with self.assertRaises(UserError):
                    self.give(self.coordinator, pot, target, 10, "For the trip")

    def test_a_member_learns_no_balance(self):
        """Staff who belong to the bank give from their own; what others have is not told."""
        mine = self._make_member(self.staff.partner_id)
        self._fund(mine, 60)
        pot = self.scheme.pot_account_id
        pot.holder_ids = self.staff.partner_id
        form = self._dialog(self.staff, mine.account_id.with_user(self.staff).action_open_gift())
        form.to_account_id = pot.with_user(self.staff)
        form.hours = 0.5
        self.assertEqual(
            form.sentence,
            f"{mine.name} gives 0:30 hours to {pot.name}. {mine.name} has 0:30 then."
            f" {pot.name} has 0:30 then.",
        )
        form.save().action_confirm()
        self.assertEqual(pot.balance_minutes, 30)
