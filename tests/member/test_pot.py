"""Pots: holders, a goal, and who may spend."""

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TODAY
from ..exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestPot(ExchangeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_hours(cls.ann, 120, state="approved")
        cls.pot = (
            cls.env["timebank.account"]
            .with_user(cls.coordinator)
            .create(
                {
                    "name": "Trip to the coast",
                    "scheme_id": cls.scheme.id,
                    "holder_ids": [Command.set(cls.ben.partner_id.ids)],
                    "goal_hours": 4,
                    "open_to_all": True,
                }
            )
            .with_env(cls.env)
        )

    def test_saved_up_and_spent(self):
        self.assertEqual((self.pot.kind, self.pot.goal_minutes, self.pot.goal_share), ("pot", 240, 0))
        self.ann.account_id.with_user(self.portal).action_give(self.pot, 60)
        self.assertEqual(self.pot.goal_share, 25)
        as_ben = self.pot.with_user(self.portal2)
        self.assertTrue(as_ben.is_holder)
        as_ben.action_give(self.agency.account_id, 45, "The minibus")
        self.assertEqual(self._balances(self.agency), [45])
        self.assertEqual(self.pot.balance_minutes, 15)
        with self.assertRaisesRegex(UserError, "has 0:15"):
            as_ben.action_give(self.agency.account_id, 16)
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_goal_is_never_more_than_reached(self):
        self.pot.goal_hours = 1
        self.ann.account_id.with_user(self.portal).action_give(self.pot, 120)
        self.assertEqual(self.pot.goal_share, 100)

    def test_only_holders_spend(self):
        self.ann.account_id.with_user(self.portal).action_give(self.pot, 60)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self.pot.with_user(self.portal).action_give(self.ann.account_id, 60)
        self.pot.holder_ids = self.ann.partner_id
        with self.assertRaisesRegex(UserError, "others decide what it gets. Ask Cora Hart."):
            self.pot.with_user(self.portal).action_give(self.ann.account_id, 60)
        self.pot.with_user(self.portal).action_give(self.ben.account_id, 60)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self.pot.with_user(self.portal2).action_give(self.ann.account_id, 60)

    def test_found_by_holder(self):
        mine = [("is_holder", "=", True)]
        accounts = self.env["timebank.account"]
        self.assertEqual(accounts.with_user(self.portal2).search(mine), self.pot)
        self.assertFalse(accounts.with_user(self.portal).search(mine))

    def test_holders_are_members(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        with self.assertRaisesRegex(ValidationError, "can't hold a pot"):
            self.pot.holder_ids = stranger
        with self.assertRaisesRegex(ValidationError, "Only a pot"):
            self.ann.account_id.holder_ids = self.ben.partner_id

    def test_pays_for_time(self):
        """Who gave is paid from the pot, whoever received; a reversal fills it up again."""
        self.ann.account_id.with_user(self.portal).action_give(self.pot, 60)
        hours = self._pay(self.agency, 45, receiver_id=self.ben.partner_id.id)
        hours.with_user(self.coordinator).action_approve()
        self.assertEqual(hours.transfer_ids.from_account_id, self.pot)
        self.assertEqual(hours.transfer_ids.kind, "exchange")
        self.assertEqual((self.pot.balance_minutes, *self._balances(self.agency, self.ben)), (15, 45, 0))
        self.assertEqual(self.scheme.check_ledger(), [])
        hours.with_user(self.coordinator).action_reverse("Another day")
        self.assertEqual((self.pot.balance_minutes, *self._balances(self.agency)), (60, 0))
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_never_pays_more_than_is_in_it(self):
        self.ann.account_id.with_user(self.portal).action_give(self.pot, 60)
        hours = self._pay(self.agency, 61)
        with self.assertRaisesRegex(UserError, "Trip to the coast has 1:00 hours to spend"):
            hours.with_user(self.coordinator).action_approve()
        self.pot.action_freeze()
        with self.assertRaisesRegex(UserError, "frozen"):
            self._pay(self.agency, 20).with_user(self.coordinator).action_approve()

    def test_time_from_a_pot_waits_for_approval(self):
        self.scheme.approval = "trusted"
        self.ben.trusted = True
        hours = self.env["timebank.hours"].with_user(self.portal2)
        entry = hours.create(
            {
                "scheme_id": self.scheme.id,
                "partner_id": self.ben.partner_id.id,
                "date": TODAY,
                "minutes": 30,
                "pot_id": self.pot.id,
            }
        )
        entry.action_submit()
        self.assertEqual(entry.state, "submitted")

    def test_only_holders_and_coordinators_let_it_pay(self):
        hours = self.env["timebank.hours"].with_user(self.portal)
        vals = {
            "scheme_id": self.scheme.id,
            "partner_id": self.ann.partner_id.id,
            "date": TODAY,
            "minutes": 30,
            "pot_id": self.pot.id,
        }
        with self.assertRaisesRegex(AccessError, "no such record"):
            hours.create(vals)
        with self.assertRaisesRegex(UserError, "Only the holders of Trip to the coast"):
            hours._check_may_spend(vals)
        with self.assertRaisesRegex(ValidationError, "not a pot of River Street"):
            self._pay(self.agency, 30, pot_id=self._make_scheme("Hill Top").pot_account_id.id)

    def _pay(self, giver, minutes, **vals):
        entry = self.env["timebank.hours"].create(
            {
                "scheme_id": self.scheme.id,
                "partner_id": giver.partner_id.id,
                "date": TODAY,
                "minutes": minutes,
                "pot_id": self.pot.id,
                **vals,
            }
        )
        entry.action_submit()
        return entry
