"""Asking to be introduced on the members' pages: what each is told, who may answer, and how often."""

from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.timebank_coproduction.models.exchange.timebank_introduction_asking import MOST_ASKED

from ..common import TODAY
from ..exchange_common import ExchangeCase

MET = datetime(2026, 3, 17, 14, 0)


@tagged("post_install", "-at_install")
class TestAsking(ExchangeCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann.partner_id.write({"email": "ann@example.com", "phone": "01248 111111"})
        cls.ben.partner_id.write({"email": "ben@example.com", "phone": "01248 222222"})
        cls.offer, cls.wish = cls._make_offer(cls.ben), cls._make_request(cls.ann)

    def _ask(self):
        number = self.ann.with_user(self.portal).ask_to_be_introduced(self.offer.id, self.wish.id)
        return self.env["timebank.introduction"].browse(number)

    def _mails(self, deed):
        before = self.env["mail.mail"].search([])
        deed()
        return self.env["mail.mail"].search([]) - before

    def test_ask_accept_meet(self):
        asked = self._mails(self._ask)
        introduction = self.wish.introduction_ids
        self.assertEqual((introduction.state, introduction.asked_by_id), ("asked", self.ann.partner_id))
        self.assertEqual(asked.recipient_ids, self.ben.partner_id)
        self.assertEqual(asked.subject, "Ann L. asks to be introduced to you: Archery")
        self.assertNotIn("Ann Lee", asked.body_html)
        self.assertNotIn("01248", asked.body_html)
        self.assertIn(f"/timebank/{self.ben.id}/board/introduction/{introduction.id}", asked.body_html)
        told = self._mails(
            lambda: self.ben.with_user(self.portal2).answer_introduction(introduction.id, accepts=True)
        )
        self.assertEqual(introduction.state, "introduced")
        self.assertEqual(len(told), 2)
        introduction.with_user(self.portal).action_agree(meet_at=MET)
        introduction.with_user(self.portal2).action_done()
        self.ann.with_user(self.portal).say_how_it_went(introduction.id, "well")
        self.ben.with_user(self.portal2).say_how_it_went(introduction.id, "badly", "The bow broke")
        seen = introduction.with_user(self.coordinator)
        self.assertEqual((seen.receiver_went, seen.giver_went), ("well", "badly"))
        self.assertEqual(seen.giver_words, "The bow broke")
        self.assertIn("Ring Ben Okoro, about how “Archery” went", introduction.activity_ids.mapped("summary"))
        self.assertEqual(introduction.hours_ids.state, "submitted")
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_the_mail_says_how_to_answer(self):
        """With a login on the pages; without one by mail, or by telephone where there is a number."""
        asked = self._mails(self._ask)
        self.assertIn("Say yes or no on your pages", asked.body_html)
        self.portal2.active = False
        for phone, said in (
            (False, "Answer this mail with yes or no, and we see to it."),
            ("01248 333333", "Answer this mail with yes or no, or ring 01248 333333, and we see to it."),
        ):
            self.scheme.company_id.phone = phone
            self.wish = self._make_request(self.ann)
            asked = self._mails(self._ask)
            self.assertIn(said, asked.body_html)
            self.assertNotIn("your pages", asked.body_html)
            self.assertNotIn(f"/timebank/{self.ben.id}/board", asked.body_html)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_nobody_learns_more_before_yes(self):
        """Neither reads the introduction, and names are those that are shown, also in what names them."""
        introduction = self._ask()
        for user in (self.portal, self.portal2):
            with self.assertRaises(AccessError):
                self._as(user, introduction).read(["display_name"])
        as_ben = self._as(self.portal2, introduction).sudo()
        self.assertEqual(as_ben.display_name, "Ben Okoro for Ann L.: Archery")
        self.assertEqual(as_ben.request_id.display_name, "Archery, Ann L.")
        self.assertEqual(
            self._as(self.coordinator, introduction).display_name, "Ben Okoro for Ann Lee: Archery"
        )
        said = introduction.with_user(self.portal2)._say_to(self.ben)
        self.assertEqual((said["who"], introduction._say_reach(self.ben)), ("Ann L.", []))
        self.ann.share_phone = True
        self.ben.with_user(self.portal2).answer_introduction(introduction.id, accepts=True)
        said = self._as(self.portal2, introduction)._say_to(self.ben)
        self.assertEqual((said["who"], introduction._say_reach(self.ben)), ("Ann Lee", ["01248 111111"]))
        with self.assertRaises(AccessError):
            self._as(self.portal2, introduction).read(["receiver_went"])

    def test_no(self):
        introduction = self._ask()
        self.ben.with_user(self.portal2).answer_introduction(introduction.id, reason="Too far")
        self.assertEqual((introduction.state, introduction.declined_by_id), ("declined", self.ben.partner_id))
        self.assertEqual(introduction.with_user(self.coordinator).decline_reason, "Too far")
        with self.assertRefused("needs your coordinator"):
            self._ask()

    def test_taken_back_and_asked_again(self):
        introduction = self._ask()
        self.ann.with_user(self.portal).answer_introduction(introduction.id)
        self.assertEqual(introduction.state, "declined")
        self.assertEqual(self._ask().state, "asked")

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_who_may_answer(self):
        introduction = self._ask()
        other = new_test_user(self.env, "tb_other", groups="base.group_portal", name="Dee Roe")
        dee = self._make_member(other.partner_id)
        for member, user, accepts in (
            (self.ann, self.portal, True),  # the one who asked
            (dee, other, True),
            (dee, other, False),
            (self.ben, other, True),
            (self.ben, self.portal, True),
            (self.ben, self.staff, True),
            (self.ben, self.coordinator2, True),
        ):
            with self.subTest(user=user.name, member=member.name), self.assertRaises(UserError):
                member.with_user(user).answer_introduction(introduction.id, accepts=accepts)
            self.assertEqual(introduction.state, "asked")
        self.ben.with_user(self.coordinator).answer_introduction(introduction.id, accepts=True)
        self.assertEqual(introduction.state, "introduced")
        with self.assertRefused("answered already"):
            self.ben.with_user(self.portal2).answer_introduction(introduction.id)

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_what_may_be_asked(self):
        hill = self._make_scheme("Hillside", coordinator_ids=[])
        there = self._make_member("Far Away", scheme=hill)
        elsewhere = self._make_offer(there)
        paused = self._make_offer(self.cat)
        paused.action_pause()
        space = self._make_offer(self.cat, self.env.ref("timebank_coproduction.skill_spaces"), kind="space")
        ask = self.ann.with_user(self.portal).ask_to_be_introduced
        for offer, wish, sentence in (
            (elsewhere, self.wish, "not on the board"),
            (paused, self.wish, "not on the board"),
            (self._make_offer(self.ann), self.wish, "not on the board"),
            (space, self.wish, "of the same kind"),
            (self.offer, self._make_request(self.ann, publish=False), "not on the board: renew"),
        ):
            with self.subTest(sentence), self.assertRefused(sentence):
                ask(offer.id, wish.id)
        with self.assertRaisesRegex(AccessError, "yours"):
            ask(self.offer.id, self._make_request(self.cat).id)
        with self.assertRaises(AccessError):
            self.ben.with_user(self.portal).ask_to_be_introduced(self.offer.id, self.wish.id)
        self._ask()
        with self.assertRefused("asked on Mar 18, 2026 already"):
            self._ask()
        self.ann.with_user(self.coordinator).action_pause()
        with self.assertRefused("paused"):
            self._ask()

    def test_checks(self):
        """Who would give is told which they need; who asked them isn't."""
        kind = self.env["timebank.check.type"].create({"name": "Background check"})
        self.wish.check_type_ids = kind
        with self.assertRefused("You need Background check in date first"):
            self.ben.with_user(self.portal2).ask_to_be_introduced(self.offer.id, self.wish.id)
        introduction = self._ask()
        with self.assertRefused("You need Background check in date first"):
            self.ben.with_user(self.portal2).answer_introduction(introduction.id, accepts=True)
        self.assertEqual(introduction.state, "asked")

    def test_so_many_a_day(self):
        wishes = [self._make_request(self.ann) for _number in range(MOST_ASKED + 1)]
        ask = self.ann.with_user(self.portal).ask_to_be_introduced
        for wish in wishes[:-1]:
            ask(self.offer.id, wish.id)
        with self.assertRefused(f"asked {MOST_ASKED} times today"):
            ask(self.offer.id, wishes[-1].id)
        self.env["timebank.introduction"].search([])._in_verb().write({"asked_on": TODAY - timedelta(days=1)})
        self.assertTrue(ask(self.offer.id, wishes[-1].id))

    def test_offline_people_are_telephoned(self):
        offer = self._make_offer(self.cat)
        number = self.ann.with_user(self.portal).ask_to_be_introduced(offer.id, self.wish.id)
        introduction = self.env["timebank.introduction"].browse(number)
        self.assertIn("Archery: Ann L. asks to be introduced", introduction.activity_ids.summary)
        introduction.with_user(self.coordinator).action_introduce()
        self.assertEqual(introduction.state, "introduced")

    def test_suggested_already(self):
        suggested = self.env["timebank.introduction"].create(
            {"offer_id": self.offer.id, "request_id": self.wish.id}
        )
        self.assertEqual(self._ask(), suggested)
        self.assertEqual(suggested.state, "asked")
        self.scheme.with_user(self.coordinator).plan_introductions()
        self.assertEqual(suggested.state, "asked")

    def test_leaving(self):
        introduction = self._ask()
        self._leave(self.ben)
        self.assertEqual(introduction.state, "declined")

    def test_board(self):
        """Others' of this bank that are good now, found by their words and names, and no more of them."""
        self.ben.name_shown = "hidden"
        self._make_offer(self.cat, description="Patient with beginners")
        self._make_offer(self.ann)
        self._make_offer(self._make_member("Far Away", scheme=self._make_scheme("Hillside")))
        self._make_offer(self._make_member("Pia Paused")).member_id.action_pause()
        offers = self.env["timebank.offer"].with_user(self.portal)
        rows, count = offers._get_board(self.ann)
        self.assertEqual(count, 2)
        self.assertEqual({row["who"] for row in rows}, {"A member", "Cat E."})
        for words, found in (
            ("patient BEGINNERS", 1),
            ("archery", 2),
            ("Okoro", 0),
            ("ben", 0),
            ("\0%_'", 0),
        ):
            with self.subTest(words=words):
                self.assertEqual(offers._get_board(self.ann, words)[1], found)
        self.assertEqual(offers._get_board(self.ann, group=self.archery.parent_id)[1], 2)
        self.assertEqual(len(offers._get_board(self.ann, limit=1)[0]), 1)
        self.assertNotIn("example.com", str(rows))
        requests = self.env["timebank.request"].with_user(self.portal2)
        (row,), _count = requests._get_board(self.ben)
        self.assertEqual((row["who"], row["minutes"]), ("Ann L.", 60))
