"""Suggestions: what fits, what doesn't, and why, in cases that a broker would agree with."""

import doctest
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.timebank_coproduction.tools import matching, planning, shares

from ..common import TODAY
from ..exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestMatching(ExchangeCase):
    def names(self, request, limit=10):
        return [row["name"] for row in request.suggest(limit)]

    def test_tools_doctests(self):
        for module in (matching, planning, shares):
            self.assertFalse(doctest.testmod(module).failed, module.__name__)

    def test_archery(self):
        """The wish waits; the day somebody who can teach joins, it is found."""
        wish = self._make_request(self.ann, self.archery)
        self.assertEqual(wish.suggest(5), [])
        teacher = self._make_member("Dai Archer")
        offer = self._make_offer(teacher, self.archery)
        found = wish.suggest(5)
        self.assertEqual([row["offer_id"] for row in found], [offer.id])
        self.assertIn("offers Archery", found[0]["reasons"])
        self.assertEqual([row["request_id"] for row in offer.suggest(5)], [wish.id])

    def test_a_limit_as_high_as_can_be(self):
        """What somebody can spend is more than a whole number of the database holds."""
        self._make_hours(self.ann, 60, "approved")
        self.scheme.credit_limit_minutes = 2**31 - 1
        self.assertEqual(self.ann.account_id.credit_limit_minutes, 2**31 - 1)
        wish = self._make_request(self.ann, self.archery)
        self._make_offer(self._make_member("Dai Archer"), self.archery)
        self.assertEqual(len(wish.suggest(5)), 1)

    def test_tree(self):
        """The same skill, then a more exact one, a broader one, a neighbour; nothing else."""
        group = self.env.ref("timebank_coproduction.skill_sport_health")
        football = self.env.ref("timebank_coproduction.skill_football")
        longbow = self.env["timebank.skill"].create({"name": "Longbow", "parent_id": self.archery.id})
        baking = self.env.ref("timebank_coproduction.skill_baking")
        people = {}
        for skill in (baking, football, group, longbow, self.archery):
            member = self._make_member(f"Giver of {skill.name}")
            people[skill] = member.name
            self._make_offer(member, skill)
        wish = self._make_request(self.ann, self.archery)
        self.assertEqual(
            self.names(wish),
            [people[skill] for skill in (self.archery, longbow, group, football)],
        )
        self.assertEqual(self.names(wish, 2), [people[self.archery], people[longbow]])

    def test_near_first(self):
        here = {"partner_latitude": 53.2, "partner_longitude": -4.1}
        there = {"partner_latitude": 53.2, "partner_longitude": -3.9}
        near, far = self._make_member("Near"), self._make_member("Far")
        self.ann.partner_id.write(here)
        near.partner_id.write({**here, "partner_latitude": 53.21})
        far.partner_id.write(there)
        self._make_offer(far, self.archery)
        offer = self._make_offer(near, self.archery)
        wish = self._make_request(self.ann, self.archery)
        self.assertEqual(self.names(wish), ["Near", "Far"])
        self.assertIn("lives 1.1 km away", wish.suggest(1)[0]["reasons"])
        offer.radius_km = 1
        self.assertEqual(self.names(wish), ["Far"], "further than the giver goes")

    def test_postcode_where_no_coordinates(self):
        near, far = self._make_member("Near"), self._make_member("Far")
        self.ann.partner_id.zip, near.partner_id.zip = "LL57 2DG", "ll57 1AB"
        far.partner_id.zip = "CF10 3NP"
        for member in (far, near):
            self._make_offer(member, self.archery)
        wish = self._make_request(self.ann, self.archery)
        self.assertEqual(self.names(wish), ["Near", "Far"])
        self.assertIn("in the same part of town (LL57)", wish.suggest(1)[0]["reasons"])

    def test_when(self):
        tuesday = self.env.ref("timebank_coproduction.availability_tuesday_morning")
        friday = self.env.ref("timebank_coproduction.availability_friday_evening")
        early, late, silent = (self._make_member(name) for name in ("Early", "Late", "Silent"))
        early.availability_ids, late.availability_ids = tuesday, friday
        for member in (silent, late, early):
            self._make_offer(member, self.archery)
        wish = self._make_request(self.ann, self.archery, availability_ids=tuesday.ids)
        found = wish.suggest(5)
        self.assertEqual([row["name"] for row in found], ["Early", "Silent", "Late"])
        self.assertIn("free Tuesday morning", found[0]["reasons"])
        self.assertIn("no time in common so far", found[2]["reasons"])

    def test_language(self):
        welsh = self.env.ref("timebank_coproduction.language_welsh")
        one, other = self._make_member("Speaks Welsh"), self._make_member("Quiet")
        (self.ann | one).language_ids = welsh
        other.language_ids = self.env.ref("timebank_coproduction.language_urdu")
        for member in (other, one):
            self._make_offer(member, self.archery)
        wish = self._make_request(self.ann, self.archery)
        self.assertEqual(self.names(wish), ["Speaks Welsh", "Quiet"])
        self.assertIn("speaks Welsh", wish.suggest(1)[0]["reasons"])

    def test_fair(self):
        """Somebody who received and never gave comes before somebody with hours in hand."""
        rich, taker = self._make_member("Rich"), self._make_member("Taker")
        self._make_hours(rich, 300, state="approved")
        self._make_hours(self.ben, 120, state="approved")
        self.scheme.credit_limit_minutes = 600
        self._make_hours(self.ben, 60, "approved", receiver_id=taker.partner_id.id)
        for member in (rich, taker):
            self._make_offer(member, self.archery)
        wish = self._make_request(self.ann, self.archery)
        self.assertEqual(self.names(wish), ["Taker", "Rich"])
        self.assertIn("has received and not yet been asked to give", wish.suggest(1)[0]["reasons"])

    def test_receiver_who_cannot_pay_is_told(self):
        self._make_offer(self.ben, self.archery)
        wish = self._make_request(self.ann, self.archery, minutes=90)
        self.assertIn("Ann Lee has 0:00 hours to spend, and this takes 1:30", wish.suggest(1)[0]["reasons"])

    def test_never(self):
        """Not oneself, not another kind, not what is paused or run out, not another bank."""
        wish = self._make_request(self.ann, self.archery)
        self._make_offer(self.ann, self.archery)
        self._make_offer(self.ben, self.archery, kind="equipment")
        self._make_offer(self.cat, self.archery).action_pause()
        stale = self._make_offer(self.agency, self.archery)
        other_bank = self._make_scheme("Hill Top")
        self._make_offer(self._make_member("Hal", scheme=other_bank), self.archery)
        stale._in_verb().write({"expires_on": TODAY - timedelta(days=1)})
        self.assertEqual(self.names(wish), [])

    def test_declined_people_are_not_suggested_again(self):
        offer, wish = self._make_pair()
        other = self._make_offer(self.ben, self.archery, description="Another one")
        introduction = self._introduce(offer, wish)
        introduction.action_decline("They don't get on")
        self.assertEqual(wish.suggest(5), [])
        back = self._make_request(self.ben, self.archery)
        self._make_offer(self.ann, self.archery)
        self.assertEqual(back.suggest(5), [], "nor the other way round")
        introduction.ask_again = True
        self.assertEqual([row["offer_id"] for row in wish.suggest(5)], [other.id])

    def test_checks_in_date(self):
        """Asked for by the request or by the offer: without it nobody is suggested."""
        kind = self.env["timebank.check.type"].create({"name": "Careful driver"})
        wish = self._make_request(self.ann, self.archery)
        offer = self._make_offer(self.ben, self.archery, check_type_ids=kind.ids)
        self.assertEqual(self.names(wish), [])
        introduction = self.env["timebank.introduction"].create({"offer_id": offer.id, "request_id": wish.id})
        with self.assertRaisesRegex(UserError, "needs Careful driver"):
            introduction.action_introduce()
        check = self.env["timebank.check"].create(
            {"partner_id": self.ben.partner_id.id, "type_id": kind.id, "issued_on": TODAY}
        )
        self.assertIn("Careful driver in date", wish.suggest(1)[0]["reasons"])
        wish.check_type_ids = kind
        self.assertEqual(self.names(wish), ["Ben Okoro"])
        check.write({"issued_on": "2020-01-01", "expires_on": "2026-03-17"})
        self.assertEqual(self.names(wish), [])
        introduction.unlink()

    def test_only_brokers_see_suggestions(self):
        _offer, wish = self._make_pair()
        for user in (self.portal, self.coordinator2):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                wish.with_user(user).suggest(5)
        self.assertTrue(wish.with_user(self.coordinator).suggest(5))

    def test_queries_do_not_grow(self):
        wish = self._make_request(self.ann, self.archery)
        self._make_offer(self._make_member("First"), self.archery)
        one = self._count_queries(wish)
        for number in range(20):
            self._make_offer(self._make_member(f"Giver {number}"), self.archery)
        self.assertLessEqual(self._count_queries(wish), one)

    def _count_queries(self, wish):
        wish.suggest(1)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        wish.suggest(1)
        return self.cr.sql_log_count - before
