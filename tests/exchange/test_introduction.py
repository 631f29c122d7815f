"""Introductions: from a suggestion to hours, and every way that goes wrong."""

from datetime import date, datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import undone
from ..exchange_common import ExchangeCase

MET = datetime(2026, 3, 17, 14, 0)


@tagged("post_install", "-at_install")
class TestIntroduction(ExchangeCase):
    def test_from_suggestion_to_credits(self):
        self._make_hours(self.ann, 120, state="approved")
        offer, wish = self._make_pair()
        action = wish.with_user(self.coordinator).action_suggest()
        introduction = self.env["timebank.introduction"].search(action["domain"])
        self.assertEqual(introduction.state, "suggested")
        self.assertGreater(introduction.score, 50)
        self.assertIn("Offers Archery", introduction.reasons)
        introduction = introduction.with_user(self.coordinator)
        introduction.action_introduce()
        introduction.write({"meet_at": MET, "place": "Scout hut", "hours": 1.5})
        introduction.action_agree()
        introduction.action_done()
        self.assertEqual(introduction.state, "done")
        self.assertEqual(wish.state, "met")
        self.assertEqual(offer.state, "published")
        hours = introduction.hours_ids
        self.assertEqual((hours.state, hours.minutes), ("submitted", 90))
        self.assertEqual((hours.partner_id, hours.receiver_id), (self.ben.partner_id, self.ann.partner_id))
        self.assertEqual(hours.request_id, wish)
        hours.action_approve()
        self.assertEqual(self._balances(self.ann, self.ben), [30, 90])
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_days_are_the_banks(self):
        """Around midnight: whoever looks from another zone, the day is the one where the bank is."""
        self.scheme.tz = "Pacific/Auckland"
        for day, zone in ((17, "America/New_York"), (16, "Pacific/Auckland")):
            self.coordinator.tz = zone
            offer, wish = self._make_pair()
            with freeze_time("2026-03-17 11:30:00"):  # half past midnight of the 18th there
                introduction = self._introduce(offer, wish).with_user(self.coordinator)
            introduction = introduction.with_context(tz=zone)
            self.assertEqual(introduction.introduced_on, date(2026, 3, 18))
            introduction.write({"meet_at": datetime(2026, 3, day, 10, 30), "hours": 1.0})
            introduction.action_agree()
            introduction.action_done()
            hours = introduction.hours_ids
            self.assertEqual((hours.date, hours.start_minute), (date(2026, 3, day), 23 * 60 + 30))
            introduction.write({"ask_again": True})

    def test_mails_tell_only_what_was_agreed(self):
        self.ann.partner_id.write({"phone": "01248 111111", "email": "ann@example.com"})
        self.ben.partner_id.write({"phone": "01248 222222", "email": "ben@example.com"})
        self.ann.share_phone = True
        self.ben.share_email = True
        before = self.env["mail.mail"].search([])
        self._introduce(*self._make_pair())
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(len(mails), 2)
        to_ben = mails.filtered(lambda mail: self.ben.partner_id in mail.recipient_ids)
        to_ann = mails - to_ben
        self.assertEqual(to_ann.recipient_ids, self.ann.partner_id)
        self.assertIn("01248 111111", to_ben.body_html)
        self.assertNotIn("ann@example.com", to_ben.body_html)
        self.assertIn("ben@example.com", to_ann.body_html)
        self.assertNotIn("01248 222222", to_ann.body_html)

    def test_nothing_shared_goes_through_the_coordinator(self):
        self.ann.partner_id.write({"phone": "01248 111111", "email": "ann@example.com"})
        self.ben.partner_id.email = "ben@example.com"
        before = self.env["mail.mail"].search([])
        self._introduce(*self._make_pair())
        for mail in self.env["mail.mail"].search([]) - before:
            self.assertIn("we put you through", mail.body_html)
            self.assertNotIn("01248 111111", mail.body_html)

    def test_offline_people_are_telephoned(self):
        introduction = self._introduce(
            self._make_offer(self._make_member("Offline")), self._make_request(self.ann)
        )
        self.assertIn("Ring Offline, about Archery and Ann Lee", introduction.activity_ids.mapped("summary"))
        introduction.activity_schedule("mail.mail_activity_data_todo", summary="Bring the bows")
        introduction.with_user(self.portal).action_agree(meet_at=MET)
        self.assertEqual(introduction.activity_ids.mapped("summary"), ["Bring the bows"])

    def test_nobody_is_telephoned_about_what_was_declined(self):
        introduction = self._introduce(
            self._make_offer(self._make_member("Offline")), self._make_request(self.ann)
        )
        introduction.with_user(self.portal).action_decline("No time this month")
        self.assertFalse(introduction.activity_ids)

    def test_decline(self):
        introduction = self._introduce(*self._make_pair())
        with self.assertRaisesRegex(UserError, "why"):
            introduction.action_decline("  ")
        introduction.with_user(self.portal2).action_decline("No time this month")
        self.assertEqual(introduction.state, "declined")
        self.assertEqual(introduction.declined_by_id, self.ben.partner_id)
        with self.assertRaisesRegex(UserError, "was declined"):
            introduction.action_agree(meet_at=MET)
        with self.assertRaisesRegex(UserError, "was declined"):
            introduction.action_done()

    def test_the_two_people_may_agree(self):
        introduction = self._introduce(*self._make_pair())
        introduction.with_user(self.portal).action_agree(meet_at=MET, place="Hall", minutes=45)
        self.assertEqual((introduction.state, introduction.minutes), ("agreed", 45))
        introduction.with_user(self.portal).action_done()
        self.assertEqual(introduction.hours_ids.state, "submitted")
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_model"):
            introduction.with_user(self.portal).place = "Elsewhere"

    def test_the_entry_in_the_way_is_named_to_who_may_see_it(self):
        """The same time is in the books already: which entry that is, whoever gave it is told."""
        introduction = self._introduce(*self._make_pair())
        introduction.action_agree(meet_at=MET, minutes=45)
        (self.portal + self.portal2 + self.coordinator).tz = "UTC"
        self._make_hours(
            self.ben,
            60,
            "submitted",
            date=MET.date(),
            start_minute=MET.hour * 60,
            receiver_id=self.cat.partner_id.id,
            description="Arrows",
        )
        for user, told in ((self.portal2, True), (self.coordinator, True), (self.portal, False)):
            with self.subTest(user=user.name), self.assertRaises(UserError) as refused:
                introduction.with_user(user).action_done()
            self.assertIn("Ben Okoro has recorded 1:00 of that day already", str(refused.exception))
            self.assertEqual("“Arrows”" in str(refused.exception), told, str(refused.exception))
        self.assertEqual(introduction.state, "agreed")

    def test_a_screen_asks_what_it_counts_as(self):
        """Where the bank wants to know and nothing says so: before any hours are handed in, and once."""
        introductions = self._introduce(*self._make_pair()) | self._introduce(
            self._make_offer(self.cat), self._make_request(self.ann)
        )
        introductions.action_agree(meet_at=MET, minutes=15)
        introductions.category_id = False
        one, other = introductions.with_user(self.coordinator).with_context(timebank_told=True)
        other.category_id = self.category
        for policy, asked in (("required", True), ("unused", False), ("asked", True)):
            with self.subTest(policy), undone(self.env):
                self.scheme.category_policy = policy
                answer = one.action_done()
                self.assertEqual(answer["type"] == "ir.actions.act_window", asked)
                self.assertEqual(bool(one.hours_ids), not asked)
        both = (one | other).action_done()["context"]["timebank_refusals"]
        self.assertEqual([(refusal["id"], other.state) for refusal in both], [(one.id, "done")])
        with undone(self.env):
            one.with_user(self.portal2).action_done()
            self.assertTrue(one.hours_ids, "whoever gave the time isn't asked")
        dialog = one.action_done()
        with Form(one.browse(dialog["res_id"]), view=dialog["views"][0][0]) as form:
            form.category_id = self.category
        one.with_context(timebank_asked=True).action_done()
        self.assertEqual(one.hours_ids.category_id, self.category)

    def test_they_have_met_says_what_follows(self):
        introduction = self._introduce(*self._make_pair()).with_user(self.coordinator)
        introduction.action_agree(meet_at=MET, minutes=45)
        introduction.category_id = self.category
        said = introduction.with_context(timebank_told=True).action_done()["params"]["text"]
        self.assertEqual(
            said,
            "Ben Okoro and Ann Lee have met. 0:45 hours are handed in: a coordinator is to approve them.",
        )

    def test_strangers_may_not(self):
        introduction = self._introduce(self._make_offer(self.cat), self._make_request(self.ann))
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            introduction.with_user(self.portal2).action_agree(meet_at=MET)

    def test_order_of_steps(self):
        offer, wish = self._make_pair()
        introduction = self.env["timebank.introduction"].create({"offer_id": offer.id, "request_id": wish.id})
        with self.assertRaisesRegex(UserError, "introduce them first"):
            introduction.action_agree(meet_at=MET)
        introduction.action_introduce()
        with self.assertRaisesRegex(UserError, "say first when"):
            introduction.action_done()
        who = f"{offer.partner_id.name} and {wish.partner_id.name}"
        with self.assertRaisesRegex(UserError, f"Say first when {who} meet"):
            introduction.action_agree()
        introduction.action_agree(meet_at=datetime(2026, 3, 20, 9, 0))
        with self.assertRaisesRegex(UserError, "still to come"):
            introduction.action_done()
        with self.assertRaises(AccessError):
            introduction.state = "done"
        with self.assertRaisesRegex(UserError, "told to people"):
            introduction.unlink()

    def test_not_to_oneself(self):
        with self.assertRaisesRegex(ValidationError, "themselves"):
            self.env["timebank.introduction"].create(
                {
                    "offer_id": self._make_offer(self.ann).id,
                    "request_id": self._make_request(self.ann).id,
                }
            )

    def test_across_banks(self):
        """Only where the giver belongs to the receiver's bank too."""
        other = self._make_scheme("Hill Top")
        hal = self._make_member("Hal", scheme=other)
        vals = {
            "offer_id": self._make_offer(hal).id,
            "request_id": self._make_request(self.ann).id,
        }
        with self.assertRaisesRegex(ValidationError, "both belong to"), self.cr.savepoint():
            self.env["timebank.introduction"].create(vals)
        self._make_member(hal.partner_id)
        introduction = self.env["timebank.introduction"].create(vals)
        self.assertEqual(introduction.scheme_id, self.scheme)

    def test_different_things_do_not_meet(self):
        kitchen = self._make_offer(self.agency, kind="space")
        with self.assertRaisesRegex(ValidationError, "different things"):
            self.env["timebank.introduction"].create(
                {"offer_id": kitchen.id, "request_id": self._make_request(self.ann).id}
            )

    def test_paused_members_are_not_introduced(self):
        offer, wish = self._make_pair()
        introduction = self.env["timebank.introduction"].create({"offer_id": offer.id, "request_id": wish.id})
        self.ben.action_pause()
        with self.assertRaises(UserError):
            introduction.action_introduce()

    def test_suggested_is_nothing_to_members(self):
        offer, wish = self._make_pair()
        introduction = self.env["timebank.introduction"].create({"offer_id": offer.id, "request_id": wish.id})
        as_ann = self.env["timebank.introduction"].with_user(self.portal)
        self.assertFalse(as_ann.search([]))
        introduction.action_introduce()
        self.assertEqual(as_ann.search([]), introduction)

    def test_hours_once(self):
        introduction = self._introduce(*self._make_pair())
        introduction.action_agree(meet_at=MET)
        introduction.action_done()
        with self.assertRaises(UserError):
            introduction.action_done()
        self.assertEqual(len(introduction.hours_ids), 1)

    def test_columns_follow_the_course(self):
        """On the board: suggested, introduced, …, and no empty column."""
        offer, wish = self._make_pair()
        self._introduce(offer, wish).action_decline("Too far")
        self._introduce(self._make_offer(self.cat), wish)
        self.env["timebank.introduction"].create(
            {"offer_id": self._make_offer(self.agency).id, "request_id": wish.id}
        )
        introductions = self.env["timebank.introduction"].with_context(read_group_expand=True)
        board = introductions.web_read_group([("request_id", "=", wish.id)], ["state"])
        self.assertEqual(
            [group["state"] for group in board["groups"]], ["suggested", "introduced", "declined"]
        )
