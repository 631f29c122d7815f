"""The broker's desk: what it shows, to whom, and what one click does."""

from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import TODAY
from ..exchange_common import ExchangeCase


@tagged("post_install", "-at_install")
class TestDesk(ExchangeCase):
    def section(self, key, user=None):
        desk = self.env["timebank.scheme"].with_user(user or self.coordinator).get_desk()
        return {section["key"]: section for section in desk["sections"]}[key]

    def press(self, button):
        return getattr(
            self.env[button["model"]].with_user(self.coordinator).browse(button["args"][0]), button["method"]
        )(*button["args"][1:])

    def test_archery(self):
        """The wish waits, the teacher joins, one click introduces them."""
        wish = self._make_request(self.ann)
        self.assertEqual(self.section("unmet")["rows"][0]["id"], wish.id)
        self.assertEqual(self.section("missing")["rows"][0]["id"], self.archery.id)
        self._make_offer(self.ben)
        self.assertFalse(self.section("unmet")["count"])
        (row,) = self.section("matches")["rows"]
        self.assertEqual(row["title"], "Ben Okoro for Ann Lee: Archery")
        self.press(row["buttons"][0])
        self.assertEqual(wish.introduction_ids.state, "introduced")
        self.assertFalse(self.section("matches")["count"], "it is under way")

    def test_interest_wakes(self):
        self.ann.interest_ids = self.archery
        offer = self._make_offer(self.ben)
        (row,) = self.section("interests")["rows"]
        self.press(row["buttons"][0])
        introduction = offer.introduction_ids
        self.assertEqual((introduction.state, introduction.receiver_id), ("introduced", self.ann.partner_id))
        self.assertFalse(self.section("interests")["count"])

    def test_neighbours_are_no_match(self):
        """Football is close to archery in the tree, and still not what was asked for."""
        self._make_request(self.ann)
        self._make_offer(self.ben, self.env.ref("timebank_coproduction.skill_football"))
        self.assertFalse(self.section("matches")["count"])
        self.assertEqual(self.section("unmet")["count"], 1)

    def test_give_back(self):
        self.scheme.credit_limit_minutes = 600
        self._make_hours(self.ben, 200, "approved", receiver_id=self.ann.partner_id.id)
        self._make_offer(self.ann)
        (row,) = self.section("give_back")["rows"]
        self.assertEqual(row["id"], self.ann.id)
        self.assertIn("Said they can: Archery", row["text"])
        self.press(row["buttons"][0])
        self.assertEqual(self.ann.activity_ids.user_id, self.coordinator)
        log = self.press(row["buttons"][1])
        self.assertEqual(log["context"]["default_partner_id"], self.ann.partner_id.id)

    def test_support_ended(self):
        self.ann.write({"supported_from": date(2025, 1, 1), "supported_until": TODAY - timedelta(days=3)})
        self.assertEqual([row["id"] for row in self.section("give_back")["rows"]], [self.ann.id])

    def test_unseen(self):
        self.ann.joined_on = self.ben.joined_on = date(2025, 1, 1)
        self._make_hours(self.ben, 30, "approved")
        self.assertEqual([row["id"] for row in self.section("unseen")["rows"]], [self.ann.id])

    def test_follow_up(self):
        introduction = self._introduce(*self._make_pair())
        self.assertFalse(self.section("follow_up")["count"])
        introduction.action_agree(meet_at=datetime(2026, 3, 16, 9, 0))
        (row,) = self.section("follow_up")["rows"]
        self.press(row["buttons"][0])
        self.assertEqual(introduction.state, "done")

    def test_idle(self):
        offer = self._make_offer(self.ben)
        offer._in_verb().write({"published_on": TODAY - timedelta(days=90)})
        self.assertEqual([row["id"] for row in self.section("idle")["rows"]], [offer.id])

    def test_what_ran_out_is_renewed_with_one_click(self):
        offer, wish = self._make_offer(self.ben), self._make_request(self.ann)
        for record, days in ((offer, 3), (wish, 1)):
            record._in_verb().write({"expires_on": TODAY - timedelta(days=days)})
        self.env["timebank.scheme"]._cron_exchange()
        rows = self.section("run_out")["rows"]
        self.assertEqual([row["title"] for row in rows], [wish.display_name, offer.display_name])
        (button,) = rows[1]["buttons"]
        records = self.env[button["model"]].with_user(self.coordinator).browse(button["args"][0])
        getattr(records, button["method"])()
        self.assertEqual((offer.state, offer.expires_on > TODAY), ("published", True))
        self.assertEqual([row["title"] for row in self.section("run_out")["rows"]], [wish.display_name])

    def test_each_row_leads_somewhere(self):
        """Introduce, ask, add an offer or log: one click from every row."""
        offer = self._make_offer(self.ben, self.env.ref("timebank_coproduction.skill_baking"))
        offer._in_verb().write({"published_on": TODAY - timedelta(days=90)})
        self._make_request(self.ann)
        desk = self.scheme.with_user(self.coordinator).get_desk()
        shown = {section["key"]: section["rows"] for section in desk["sections"] if section["rows"]}
        self.assertLessEqual({"unmet", "missing", "idle"}, set(shown))
        for key, rows in shown.items():
            for row in rows:
                with self.subTest(section=key, row=row["title"]):
                    self.assertTrue(row["buttons"])
        (button,) = shown["missing"][0]["buttons"]
        action = getattr(self.env[button["model"]].browse(button["args"][0]), button["method"])()
        self.assertEqual(action["context"]["default_skill_id"], self.archery.id)

    def test_a_manager_without_a_bank_has_all_on_the_desk(self):
        banks = self.env["timebank.scheme"].with_user(self.manager).get_desk()["banks"]
        self.assertIn(self.scheme.id, [bank["id"] for bank in banks])
        self.assertEqual(len(banks), self.env["timebank.scheme"].search_count([("state", "=", "open")]))

    def test_a_manager_has_their_own_banks_first_and_can_choose_any(self):
        hill = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator2.ids)])
        self.scheme.coordinator_ids = [Command.link(self.manager.id)]
        desk = self.env["timebank.scheme"].with_user(self.manager).get_desk()
        banks = [bank["id"] for bank in desk["banks"]]
        self.assertEqual((desk["shown"], desk["bank"]), (self.scheme.ids, self.scheme.id))
        self.assertEqual(banks[0], self.scheme.id)
        self.assertIn(hill.id, banks)
        self.assertEqual(hill.with_user(self.manager).get_desk()["shown"], hill.ids)
        hill.coordinator_ids = [Command.link(self.manager.id)]
        desk = self.env["timebank.scheme"].with_user(self.manager).get_desk()
        self.assertEqual((set(desk["shown"]), desk["bank"]), (set((self.scheme | hill).ids), False))
        # who coordinates has those alone
        for user, own in ((self.coordinator, self.scheme), (self.coordinator2, hill)):
            desk = self.env["timebank.scheme"].with_user(user).get_desk()
            self.assertEqual([bank["id"] for bank in desk["banks"]], own.ids)

    def test_each_sees_their_own_banks(self):
        self._make_request(self.ann)
        desk = self.env["timebank.scheme"].with_user(self.coordinator2).get_desk()
        self.assertFalse(any(section["count"] for section in desk["sections"]))
        for user in (self.coordinator2, self.staff):
            with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
                self.scheme.with_user(user).get_desk()


@tagged("post_install", "-at_install")
class TestAskToGiveBack(ExchangeCase):
    def setUp(self):
        super().setUp()
        self.scheme.credit_limit_minutes = 600
        self._make_hours(self.ben, 200, "approved", receiver_id=self.ann.partner_id.id)

    def test_the_coordinator_is_told_once(self):
        self._make_offer(self.ann)
        wish = self._make_request(self.cat, description="For a birthday")
        self.env["timebank.scheme"]._cron_exchange()
        todo = self.ann.activity_ids
        self.assertEqual(todo.user_id, self.coordinator)
        self.assertIn("3:20 hours received", todo.summary)
        self.assertIn("Said they can: Archery", todo.note)
        self.assertIn(wish.partner_id.name, todo.note)
        self.env["timebank.scheme"]._cron_exchange()
        self.assertEqual(self.ann.activity_ids, todo)

    def test_not_those_who_gave_or_received_little(self):
        self._make_hours(self.ann, 10, "approved")
        self._make_hours(self.ben, 30, "approved", receiver_id=self.agency.partner_id.id)
        self.env["timebank.scheme"]._cron_exchange()
        self.assertFalse((self.ann | self.agency).activity_ids)


@tagged("post_install", "-at_install")
class TestDeskScreen(HttpCase, ExchangeCase):
    frozen = False

    def test_desk_in_a_browser(self):
        self._make_pair()
        self.start_tour("/odoo/timebank-desk", "timebank_desk_tour", login="tb_coordinator")
        introduction = self.env["timebank.introduction"].search(
            [("receiver_id", "=", self.ann.partner_id.id)]
        )
        self.assertEqual(introduction.state, "introduced")

    def test_plan_in_a_browser(self):
        self._make_pair()
        self.start_tour("/odoo/timebank-desk", "timebank_plan_tour", login="tb_coordinator")
        introduction = self.env["timebank.introduction"].search(
            [("receiver_id", "=", self.ann.partner_id.id)]
        )
        self.assertEqual(introduction.state, "introduced")
