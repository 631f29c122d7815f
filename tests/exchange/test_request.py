"""Requests: for whom, by when, and when they are met."""

from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged

from ..common import TODAY
from ..exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestRequest(ExchangeCase):
    def test_minutes_and_hours(self):
        self.assertEqual(self._make_request(self.ann).minutes, 60)
        wish = self._make_request(self.ann, hours=1.5)
        self.assertEqual(wish.minutes, 90)
        wish.hours = 2
        self.assertEqual(wish.minutes, 120)
        with self.assertRaises(UserError):
            wish.hours = float("nan")

    def test_not_needed_yesterday(self):
        with self.assertRaisesRegex(ValidationError, "day gone by"):
            self._make_request(self.ann, needed_by=TODAY - timedelta(days=1))
        wish = self._make_request(self.ann, needed_by=TODAY)
        with self.assertRaisesRegex(ValidationError, "day gone by"):
            wish.needed_by = TODAY - timedelta(days=3)

    def test_agencies_ask_like_anyone(self):
        wish = self._make_request(self.agency, on_behalf_of="The Thursday history group")
        self.assertEqual(wish.state, "published")

    def test_the_bank_follows_who_asks(self):
        """In the form: where somebody belongs to one bank only, nobody has to choose it."""
        with Form(self.env["timebank.request"].with_context(default_scheme_id=False)) as form:
            form.partner_id = self.ben.partner_id
            form.skill_id = self.archery
            self.assertEqual(form.scheme_id, self.scheme)
            form.for_whom = "group"
            self.assertEqual(form.group_partner_ids[:], self.ben.partner_id)
            form.on_behalf_of = "The archers"
        self.assertEqual(form.record.for_whom, "group")

    def test_met_by_hand(self):
        wish = self._make_request(self.ann)
        wish.action_meet()
        self.assertEqual(wish.state, "met")
        with self.assertRaisesRegex(UserError, "met or closed"):
            wish.action_meet()
        with self.assertRaises(UserError):
            wish.action_renew()

    def test_sooner_counts_for_the_offer(self):
        offer = self._make_offer(self.ben)
        later = self._make_request(self.ann, needed_by=TODAY + timedelta(days=28))
        soon = self._make_request(self.cat, needed_by=TODAY + timedelta(days=2))
        self.assertEqual([row["request_id"] for row in offer.suggest(5)], [soon.id, later.id])
