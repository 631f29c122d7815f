"""Offers: whose, how long, and what happens when they run out."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from ...models.common.roles import get_managers
from ..common import TODAY
from ..exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestOffer(ExchangeCase):
    def test_states(self):
        offer = self._make_offer(self.ben, publish=False)
        self.assertEqual(offer.state, "draft")
        for verb, state in (
            ("publish", "published"),
            ("pause", "paused"),
            ("publish", "published"),
            ("close", "closed"),
            ("draft", "draft"),
        ):
            getattr(offer, f"action_{verb}")()
            self.assertEqual(offer.state, state)
        with self.assertRaisesRegex(UserError, "not published"):
            offer.action_pause()
        with self.assertRaises(AccessError):
            offer.state = "published"

    def test_is_called_new_until_it_is_known_what_and_whose(self):
        for vals in ({}, {"partner_id": self.ben.partner_id.id}):
            self.assertEqual(self.env["timebank.offer"].new(vals).display_name, "New")

    def test_not_of_a_stranger(self):
        stranger = self.env["res.partner"].create({"name": "Stranger"})
        with self.assertRaisesRegex(ValidationError, "not a member of River Street"):
            self.env["timebank.offer"].create(
                {
                    "partner_id": stranger.id,
                    "scheme_id": self.scheme.id,
                    "skill_id": self.archery.id,
                }
            )

    def test_not_for_a_day_gone_by(self):
        with self.assertRaisesRegex(ValidationError, "run out already"):
            self._make_offer(self.ben, expires_on=TODAY - timedelta(days=1))

    def test_applicants_wait(self):
        member = self.env["timebank.member"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "New"}).id,
                "scheme_id": self.scheme.id,
            }
        )
        offer = self._make_offer(member, publish=False)
        with self.assertRaisesRegex(UserError, "not been accepted yet"):
            offer.action_publish()
        member.action_activate()
        offer.action_publish()
        self.assertEqual(offer.state, "published")

    def test_space_needs_no_skill(self):
        offer = self.env["timebank.offer"].create(
            {
                "partner_id": self.agency.partner_id.id,
                "scheme_id": self.scheme.id,
                "kind": "space",
                "description": "A kitchen, on weekday mornings",
            }
        )
        self.assertEqual(offer.skill_id, self.env.ref("timebank_coproduction.skill_spaces"))

    def test_many_at_once(self):
        offers = self._make_offer(self.ben, publish=False) | self._make_offer(self.cat)
        result = offers.action_publish()
        self.assertEqual(set(offers.mapped("state")), {"published"})
        self.assertEqual(result["res_model"], "timebank.outcome")

    def test_runs_out_and_is_renewed(self):
        offer = self._make_offer(self.ben, expires_on=TODAY + timedelta(days=10))
        self.ben.partner_id.email = "ben@example.com"
        mails = self.env["mail.mail"].search([])
        self.env["timebank.scheme"]._cron_exchange()
        self.assertEqual(offer.reminded_on, TODAY)
        mail = self.env["mail.mail"].search([]) - mails
        self.assertIn("Archery", mail.subject)
        self.assertIn(offer._get_renew_url(), mail.body_html)
        self.env["timebank.scheme"]._cron_exchange()
        self.assertEqual(self.env["mail.mail"].search([]) - mails, mail, "one reminder is enough")
        with freeze_time("2026-04-18 10:00:00"):
            self.env["timebank.scheme"]._cron_exchange()
            self.assertEqual(offer.state, "expired")
            offer.action_renew()
        self.assertEqual(offer.state, "published")
        self.assertEqual(str(offer.expires_on), "2026-10-18")
        self.assertFalse(offer.reminded_on)

    def test_offline_members_are_asked_by_the_coordinator(self):
        member = self._make_member("Offline")
        offer = self._make_offer(member, expires_on=TODAY + timedelta(days=5))
        self.env["timebank.scheme"]._cron_exchange()
        call = offer.activity_ids
        self.assertEqual((call.user_id, call.date_deadline), (self.coordinator, offer.expires_on))
        self.assertIn("Ring Offline, about “Archery”, which runs out", call.summary)
        desk = self.scheme.with_user(self.coordinator).get_desk()
        (row,) = next(one for one in desk["sections"] if one["key"] == "calls")["rows"]
        self.assertIn("Ring Offline", row["title"])
        offer.with_user(self.coordinator).action_renew()
        self.assertFalse(offer.activity_ids)

    def test_without_a_coordinator_a_manager_is_asked(self):
        """By jobs as by people: whether it is to go on, and to give back."""
        self.scheme.write({"coordinator_ids": [Command.clear()], "credit_limit_minutes": 600})
        offer = self._make_offer(self._make_member("Offline"), expires_on=TODAY + timedelta(days=5))
        entry = self._make_hours(self.ben, 200, "submitted", receiver_id=self.ann.partner_id.id)
        entry.with_user(self.manager).action_approve()
        self.env["timebank.scheme"]._cron_exchange()
        managers = get_managers(self.env, self.scheme.company_id)
        for todo in offer.activity_ids, self.ann.activity_ids:
            self.assertEqual(len(todo), 1)
            self.assertEqual(todo.user_id, managers[:1])

    def test_pause_and_leave_take_offers_along(self):
        offer = self._make_offer(self.ben)
        self.ben.action_pause()
        self.assertEqual(offer.state, "paused")
        self._leave(self.ben)
        self.assertEqual(offer.state, "closed")

    def test_members_see_and_change_their_own(self):
        mine, other = self._make_offer(self.ann), self._make_offer(self.ben)
        as_ann = self.env["timebank.offer"].with_user(self.portal)
        self.assertEqual(as_ann.search([]), mine)
        mine.with_user(self.portal).action_pause()
        new = as_ann.create({"scheme_id": self.scheme.id, "skill_id": self.archery.id})
        self.assertEqual(new.partner_id, self.ann.partner_id)
        new.action_publish()
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            other.with_user(self.portal).action_pause()
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            as_ann.create(
                {
                    "scheme_id": self.scheme.id,
                    "skill_id": self.archery.id,
                    "partner_id": self.ben.partner_id.id,
                }
            )

    def test_coordinators_see_their_banks(self):
        self._make_offer(self.ben)
        offers = self.env["timebank.offer"]
        self.assertTrue(offers.with_user(self.coordinator).search_count([]))
        self.assertFalse(offers.with_user(self.coordinator2).search([("scheme_id", "=", self.scheme.id)]))


@tagged("post_install", "-at_install")
class TestRenewLink(HttpCase, ExchangeCase):
    frozen = False

    def test_link(self):
        """Opening it changes nothing, the button renews, and then the link is used up."""
        today = fields.Date.today()
        offer = self._make_offer(self.ben, expires_on=today + timedelta(days=5))
        path = offer._get_renew_url().replace(offer.get_base_url(), "")
        page = self.url_open(path)
        self.assertIn("Keep it", page.text)
        self.assertEqual(offer.expires_on, today + timedelta(days=5))
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        page = self.url_open(path, data={"csrf_token": token})
        self.assertIn("Thank you", page.text)
        offer.invalidate_recordset()
        self.assertGreater(offer.expires_on, today + timedelta(days=100))
        self.assertIn("has been used", self.url_open(path).text)
        self.assertIn("has been used", self.url_open(path[:-4] + "0000").text)
        self.assertIn("has been used", self.url_open(path[:-4] + "é").text)
        self.assertEqual(self.url_open("/timebank/renew/timebank_offer/9999999999/x").status_code, 404)
