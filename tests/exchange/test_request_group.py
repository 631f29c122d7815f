"""Requests of groups: who shares the time and the cost, and who isn't asked to give."""

from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import TODAY
from ..exchange_common import ExchangeCase

YESTERDAY = datetime.combine(TODAY - timedelta(days=1), datetime.min.time()).replace(hour=14)


@tagged("post_install", "-at_install")
class TestRequestGroup(ExchangeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.walkers = cls.ann | cls.cat | cls.agency
        cls.dan = cls._make_member("Dan Archer")

    def _ask(self, members=None, **vals):
        members = self.walkers if members is None else members
        return self._make_request(
            self.ann,
            **{
                "for_whom": "group",
                "on_behalf_of": "The Tuesday walkers",
                "group_partner_ids": [Command.set(members.partner_id.ids)],
                **vals,
            },
        )

    def test_for_whom_follows_who_asks(self):
        self.assertEqual(self._make_request(self.ann).for_whom, "person")
        self.assertEqual(self._make_request(self.agency).for_whom, "agency")
        wish = self._ask()
        self.assertEqual((wish.for_whom, wish.display_name), ("group", "Archery, The Tuesday walkers"))
        wish.for_whom = "person"
        self.assertFalse(wish.group_partner_ids)
        self.assertEqual(wish.display_name, "Archery, Ann Lee")

    def test_nobody_of_the_group_is_suggested(self):
        for member in (self.cat, self.agency, self.dan):
            self._make_offer(member)
        wish = self._ask()
        self.assertEqual([row["name"] for row in wish.suggest(5)], ["Dan Archer"])
        self.assertEqual(self.cat.offer_ids.suggest(5), [])
        with self.assertRaisesRegex(ValidationError, "Cat .* belongs to The Tuesday walkers"):
            self.env["timebank.introduction"].create(
                {"offer_id": self.cat.offer_ids.id, "request_id": wish.id}
            )

    def test_whoever_declined_one_of_them_is_not_suggested(self):
        offer = self._make_offer(self.dan)
        self._introduce(offer, self._make_request(self.cat)).action_decline("They don't get on")
        self.assertEqual(self._ask().suggest(5), [])
        self.assertTrue(self._ask(self.ann | self.agency).suggest(5))

    def test_each_pays_a_share(self):
        self.scheme.credit_limit_minutes = 60
        introduction = self._introduce(self._make_offer(self.dan), self._ask(minutes=100))
        self.assertEqual(introduction.display_name, "Dan Archer for The Tuesday walkers: Archery")
        introduction.action_agree(meet_at=YESTERDAY)
        introduction.action_done()
        hours = introduction.hours_ids
        self.assertEqual(sorted(hours.mapped("minutes")), [33, 33, 34])
        self.assertEqual(hours.receiver_id, self.walkers.partner_id)
        starts = sorted((entry.start_minute, entry.start_minute + entry.minutes) for entry in hours)
        self.assertEqual([stop for _start, stop in starts[:-1]], [start for start, _stop in starts[1:]])
        hours.with_user(self.coordinator).action_approve()
        self.assertEqual(self._balances(self.dan), [100])
        self.assertEqual(sum(self._balances(*self.walkers)), -100)
        self.assertEqual(introduction.request_id.state, "met")
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_without_names_whoever_asks_pays(self):
        introduction = self._introduce(
            self._make_offer(self.dan), self._ask(members=self.env["timebank.member"])
        )
        introduction.action_agree(meet_at=YESTERDAY)
        introduction.action_done()
        self.assertEqual(introduction.hours_ids.receiver_id, self.ann.partner_id)

    def test_the_poorest_counts(self):
        """Who can't pay their share is told; a share is less than the whole."""
        self._make_hours(self.ann, 60, "approved")
        self._make_hours(self.ben, 20, "approved")
        self._make_offer(self.dan)
        wish = self._ask(self.ann | self.ben, minutes=60)
        (row,) = wish.suggest(5)
        sentence = f"{self.ben.name} has 0:20 hours to spend, and this takes 0:30"
        self.assertIn(sentence, row["reasons"])
        wish.minutes = 40
        (better,) = wish.suggest(5)
        self.assertNotIn("to spend", " ".join(better["reasons"]))
        self.assertGreater(better["score"], row["score"])

    def test_refused(self):
        with self.assertRaisesRegex(ValidationError, "Which group is it"):
            self._ask(on_behalf_of=" ")
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        with self.assertRaisesRegex(ValidationError, "Stranger is not a member of River Street"):
            self._ask(group_partner_ids=[Command.set(stranger.ids)])
        with self.assertRaisesRegex(ValidationError, "less than a minute for each"):
            self._ask(minutes=2)

    def test_members_speak_for_themselves(self):
        """A member may ask for a group; who else pays is for a coordinator to say."""
        wish = self._ask(self.ann).with_user(self.portal)
        with self.assertRaisesRegex(AccessError, "no such record"):
            wish.group_partner_ids = [Command.link(self.ben.partner_id.id)]
        child = self._make_member("Joy Lee")
        child.partner_id.parent_id = self.ann.partner_id
        with self.assertRaisesRegex(ValidationError, "Ask your coordinator"):
            wish.group_partner_ids = [Command.link(child.partner_id.id)]
        wish.with_user(self.coordinator).group_partner_ids = [Command.link(self.ben.partner_id.id)]
        wish.description = "Any evening"

    def test_who_shares_may_read(self):
        wish = self._ask(self.ann | self.ben)
        self.assertEqual(wish.with_user(self.portal2).on_behalf_of, "The Tuesday walkers")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            wish.with_user(self.portal2).description = "Changed"
        wish.group_partner_ids = self.ann.partner_id
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            wish.with_user(self.portal2).read(["on_behalf_of"])

    def test_a_pot_pays(self):
        """The group's pot pays for all of it; without enough in it nothing is approved."""
        pot = self._make_pot(30)
        self._make_offer(self.dan)
        wish = self._ask(self.ann | self.cat, pot_id=pot.id)
        (row,) = wish.suggest(5)
        self.assertIn("Walkers' pot has 0:30 hours to spend, and this takes 1:00", row["reasons"])
        introduction = self._introduce(self.dan.offer_ids, wish)
        introduction.action_agree(meet_at=YESTERDAY)
        introduction.action_done()
        hours = introduction.hours_ids
        self.assertEqual((hours.pot_id, hours.mapped("minutes")), (pot, [30, 30]))
        hours.with_user(self.coordinator).action_approve()
        self.assertEqual(sorted(hours.mapped("state")), ["approved", "submitted"])
        self.assertEqual((pot.balance_minutes, *self._balances(self.dan, self.ann)), (0, 30, 60))
        waiting = hours.filtered(lambda entry: entry.state == "submitted")
        with self.assertRaisesRegex(UserError, "Walkers' pot has 0:00 hours to spend"):
            waiting.with_user(self.coordinator).action_approve()
        self.assertEqual(self.scheme.check_ledger(), [])

    def _make_pot(self, minutes):
        self._make_hours(self.ann, 60 + minutes, "approved")
        pot = self.env["timebank.account"].create(
            {
                "name": "Walkers' pot",
                "scheme_id": self.scheme.id,
                "holder_ids": [Command.set(self.ann.partner_id.ids)],
            }
        )
        self.ann.account_id.with_user(self.portal).action_give(pot, minutes)
        return pot

    def test_only_holders_ask_for_the_pot(self):
        pot = self._make_pot(60)
        wish = self._make_request(self.ann).with_user(self.portal)
        wish.pot_id = pot
        other = self._make_request(self.ben).with_user(self.portal2)
        with self.assertRaisesRegex(AccessError, "no such record"):
            other.pot_id = pot.id
        other.sudo().pot_id = pot
        with self.assertRaisesRegex(ValidationError, "Only the holders of Walkers' pot"):
            other._check_group_and_pot({"pot_id": pot.id})
        elsewhere = self._make_scheme("Hill Top")
        with self.assertRaisesRegex(ValidationError, "not a pot of River Street"):
            wish.sudo().pot_id = elsewhere.pot_account_id
        with self.assertRaisesRegex(ValidationError, "is not a pot"):
            wish.sudo().pot_id = self.ben.account_id
