"""Offers and requests on the members' pages, and how two are introduced there."""

from datetime import timedelta

from odoo import fields, http
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..exchange_common import ExchangeCase
from ..page_common import PageCase


@tagged("post_install", "-at_install")
class TestBoard(PageCase, ExchangeCase):
    frozen = False

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ben.partner_id.write({"phone": "01248 222222", "email": "ben@example.com", "street": "3 Quay"})
        cls.offer = cls._make_offer(cls.ben, description="Patient with beginners")
        cls.base = f"/timebank/{cls.ann.id}/board"

    def _at(self, user, path=""):
        """Sign in, and open a page of the user's own board."""
        self.come(user)
        member = self.env["timebank.member"].search([("partner_id", "=", user.partner_id.id)])
        return self.go(f"/timebank/{member.id}/board{path}")

    # The board
    def test_search(self):
        self._make_offer(self.cat, self.env.ref("timebank_coproduction.skill_spaces"), kind="space")
        page = self._at(self.portal)
        self.assertEqual((page.status, page.heading()), (200, "Offers and requests"))
        self.assertIn("Archery, Ben O.", page.links())
        self.assertIn("What others offer (2)", page.text())
        page = self.press(page, "Search", q="beginners")
        self.assertEqual(page.typed("q"), "beginners")
        self.assertIn("What others offer (1)", page.text())
        page = self.press(page, "Search", q="juggling")
        self.assertIn("Nothing is found", page.text())
        page = self.press(page, "Search", q="", side="request")
        self.assertIn("Nobody asks for anything", page.text())
        page = self.press(page, "Search", group=str(self.archery.parent_id.id), side="offer")
        self.assertIn("What others offer (1)", page.text())

    def test_the_kinds_are_those_of_what_the_bank_has(self):
        """Not of another bank's offers, nor of skills that nobody has."""
        home, paint = self.env["timebank.skill"].create([{"name": "Hogar"}, {"name": "Quiet"}])
        cooking = home.create({"name": "Cocina", "parent_id": home.id})
        other = self._make_scheme("Hillside")
        far = self._make_member("Far Away", scheme=other)
        self._make_offer(far, cooking)
        page = self._at(self.portal)
        [kinds] = page.tree.xpath("//select[@name='group']")
        told = [option.text_content().strip() for option in kinds.xpath("option")]
        self.assertEqual(told, ["All kinds", self.archery.parent_id.name])
        self.assertNotIn(paint.name, told)
        self._make_request(self.ben, cooking)
        self.assertIn("Hogar", self._at(self.portal).text())

    def test_pages(self):
        for number in range(21):
            self._make_offer(self.cat, description=f"Number {number}")
        page = self._at(self.portal, "?q=archery")
        self.assertIn("Page 1 of 2", page.text())
        page = self.follow(page, "Next page")
        self.assertIn("Page 2 of 2", page.text())
        self.assertEqual(page.typed("q"), "archery")
        self.assertNotIn("Next page", page.links())
        for odd in (
            "?page=x",
            "?page=0",
            "?page=99999999999",
            "?page=9999",
            "?group=x",
            "?side=x",
            "?q=%00",
            "?group=²",
        ):
            with self.subTest(odd):
                self.assertEqual(self._at(self.portal, odd).status, 200)

    def test_nobody_is_told_more(self):
        self.ben.name_shown = "hidden"
        page = self._at(self.portal)
        detail = self.follow(page, "Archery, A member")
        for shown in (page, detail):
            for secret in ("Okoro", "Ben", "01248", "example.com", "Quay"):
                self.assertNotIn(secret, shown.text())

    # The member's own
    def test_make_change_pause_renew_close(self):
        page = self.follow(self._at(self.portal, "/mine"), "Ask for something")
        page = self.press(
            page, "Put it on the board", words="With a bow", hours="soon", needed_by="2001-01-01"
        )
        self.assertEqual(page.heading(), "Ask for something")
        self.assertEqual(len(page.errors()), 2, page.errors())
        self.assertEqual((page.typed("words"), page.typed("hours")), ("With a bow", "soon"))
        page = self.press(page, "Put it on the board", skill=str(self.archery.id), hours="45 min")
        self.assertEqual(len(page.errors()), 1)
        self.assertIn("day gone by", page.errors()[0])
        page = self.press(page, "Put it on the board", needed_by="")
        self.assertEqual(page.heading(), "My offers and requests")
        self.assertIn("It is on the board now.", page.text())
        wish = self.ann.request_ids
        self.assertEqual((wish.state, wish.minutes, wish.partner_id), ("published", 45, self.ann.partner_id))
        page = self.press(page, "Pause: Archery")
        self.assertEqual(wish.state, "paused")
        page = self.press(page, "Show again: Archery")
        self.assertEqual(wish.state, "published")
        page = self.press(self.follow(page, "Change: Archery"), "Keep the changes", words="With two bows")
        self.assertEqual((wish.description, wish.state), ("With two bows", "published"))
        page = self.press(page, "Close: Archery")
        self.assertEqual(wish.state, "closed")
        self.assertIn("It is closed.", page.text())

    def test_acting_for_somebody(self):
        self.come(self.coordinator)
        page = self.go(f"/timebank/{self.cat.id}/board/new/offer")
        self.assertIn("You are acting for Cat Evans", page.text())
        self.press(page, "Put it on the board", skill=str(self.archery.id))
        self.assertEqual(self.cat.offer_ids.state, "published")
        self.assertEqual(self.cat.offer_ids.create_uid, self.coordinator)

    # Introductions
    def test_from_the_board_to_time_given(self):
        (self.portal + self.portal2).tz = "UTC"
        page = self.follow(self._at(self.portal), "Archery, Ben O.")
        page = self.press(page, "Ask to be introduced", words="To try a bow", hours="x")
        self.assertIn("not an amount of time", page.errors()[0])
        self.assertFalse(self.ann.request_ids)
        page = self.press(page, "Ask to be introduced", hours="1:30")
        self.assertIn("They are told", page.text())
        self.assertEqual(self.ann.request_ids.description, "To try a bow")
        introduction = self.ann.request_ids.introduction_ids
        self.assertEqual(introduction.state, "asked")
        self.assertNotIn("Okoro", page.text())

        page = self._at(self.portal2, "/introductions")
        self.assertIn("Introductions (1 to answer)", page.links())
        page = self.follow(page, "Archery, Ann L.")
        self.assertNotIn("Lee", page.text())
        page = self.press(page, "Yes, introduce us")
        self.assertIn("Ann Lee", page.text())
        self.assertIn("Your coordinator puts you through", page.text())
        page = self.follow(page, "We agreed when")
        page = self.press(page, "Note it", day="2001-02-30", time="25:00")
        self.assertEqual(len(page.errors()), 2)
        day = fields.Date.today() - timedelta(days=1)
        page = self.press(page, "Note it", day=str(day), time="14:30", place="Scout hut")
        self.assertIn("14:30", page.text())

        page = self._at(self.portal, f"/introduction/{introduction.id}")
        page = self.follow(page, "We have met")
        self.assertEqual((page.typed("day"), page.typed("time")), (str(day), "14:30"))
        page = self.press(page, "Send", hours="1:15")
        self.assertEqual(page.errors(), ["Choose how it went."])
        page = self.press(page, "Send", how="well")
        self.assertIn("Thank you for telling us", page.text())
        self.assertEqual((introduction.state, introduction.hours_ids.minutes), ("done", 75))
        self.assertEqual(introduction.receiver_went, "well")

        page = self._at(self.portal2, "/introductions")
        page = self.follow(self.follow(page, "Archery, Ann Lee"), "Say how it went")
        self.assertNotIn("time", page.form("Send")[0].fields)
        self.press(page, "Send", how="mixed", words="We were late")
        self.assertEqual(introduction.giver_went, "mixed")
        self.assertEqual(introduction.with_user(self.coordinator).giver_words, "We were late")
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_what_their_time_counts_as_is_asked_where_nothing_says_so(self):
        """As the bank wants it: it has to be said, may be, or isn't asked at all."""
        self.env["timebank.skill"].search([("category_id", "!=", False)]).category_id = False
        yesterday = str(fields.Date.today() - timedelta(days=1))
        for number, policy in enumerate(("required", "asked", "unused")):
            self.scheme.category_policy = policy
            introduction = self._introduce(self._make_offer(self.ben), self._make_request(self.ann))
            page = self._at(self.portal, f"/introduction/{introduction.id}/met")
            typed = {"day": yesterday, "time": f"1{number}:00", "hours": "1", "how": "well"}
            with self.subTest(policy=policy):
                self.assertEqual("category_id" in page.form("Send")[0].fields, policy != "unused")
                if policy == "required":
                    page = self.press(page, "Send", **typed)
                    self.assertEqual(page.errors(), ["Choose what it counts as."])
                    self.assertEqual(introduction.state, "introduced")
                chosen = {"category_id": str(self.category.id)} if policy != "unused" else {}
                page = self.press(page, "Send", **typed, **chosen)
                self.assertIn("Thank you for telling us", page.text())
                self.assertEqual(introduction.hours_ids.state, "submitted")
                self.assertEqual(bool(introduction.hours_ids.category_id), policy != "unused")

    def test_what_is_known_isnt_asked_nor_taken(self):
        """What the skill or a coordinator has said stands, whatever a form sends."""
        self.scheme.category_policy = "required"
        introduction = self._introduce(self._make_offer(self.ben), self._make_request(self.ann))
        other = self.env["timebank.category"].search([("id", "!=", self.category.id)], limit=1)
        introduction.category_id = other
        page = self._at(self.portal, f"/introduction/{introduction.id}/met")
        self.assertNotIn("category_id", page.form("Send")[0].fields)
        own = introduction.with_user(self.portal)
        own.action_agree(meet_at=fields.Datetime.now() - timedelta(days=1))
        own.action_done(self.category.id)
        self.assertNotEqual(introduction.hours_ids.category_id, self.category)

    def test_with_something_of_ones_own(self):
        wish = self._make_request(self.ann)
        page = self._at(self.portal, f"/offer/{self.offer.id}")
        self.assertEqual(page.typed("own"), str(wish.id))
        self.press(page, "Ask to be introduced")
        self.assertEqual(wish.introduction_ids.state, "asked")
        self.assertEqual(self.ann.request_ids, wish)
        page = self.follow(self.go(f"{self.base}/offer/{self.offer.id}"), "See your introduction")
        self.assertIn("You asked Ben O.", page.text())

    def test_what_is_about_something_else_is_not_chosen_beforehand(self):
        """It can be; else a request like the offer is made."""
        other = self._make_request(
            self.ann, self.env.ref("timebank_coproduction.skill_plumbing"), description="For a party"
        )
        page = self._at(self.portal, f"/offer/{self.offer.id}")
        self.assertEqual(page.typed("own"), "new")
        self.assertIn("Archery: a new request Plumbing: For a party", page.text())
        self.press(page, "Ask to be introduced", hours="1:30")
        self.assertFalse(other.introduction_ids)
        self.assertEqual((self.ann.request_ids - other).skill_id, self.offer.skill_id)

    def test_an_organisation_is_called_by_its_whole_name(self):
        self._make_offer(self.agency, description="Eighty chairs")
        page = self._at(self.portal)
        self.assertIn("Archery, Harbour Trust", page.links())

    def test_as_many_queries_for_many(self):
        """However much is on a page."""
        skills = self.env["timebank.skill"].search([("kind", "=", "skill")], limit=12)
        paths = ("", "/mine", "/introductions")
        for skill in skills[:2]:
            self._introduce(
                self._make_offer(self._make_member(f"Giver {skill.name}"), skill),
                self._make_request(self.ann, skill),
            )
        few = [self._count_queries(self.base + path) for path in paths]
        self.assertGreater(min(few), 5)
        for skill in skills[2:]:
            self._introduce(
                self._make_offer(self._make_member(f"Giver {skill.name}"), skill),
                self._make_request(self.ann, skill),
            )
        many = [self._count_queries(self.base + path) for path in paths]
        for path, less, more in zip(paths, few, many, strict=True):
            with self.subTest(path=path):
                self.assertLessEqual(more, less)

    def _count_queries(self, path):
        """Of the second visit: the first fills caches."""
        self.come(self.portal)
        self.go(path)
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.go(path)
        return self.env.cr.sql_log_count - before

    def test_a_request_answered(self):
        """Whoever can do what is asked for offers it, and the one who asked says no."""
        wish = self._make_request(self.cat)
        page = self.press(self._at(self.portal, f"/request/{wish.id}"), "Ask to be introduced", words="I can")
        introduction = wish.introduction_ids
        self.assertEqual((introduction.giver_id, introduction.state), (self.ann.partner_id, "asked"))
        page = self.press(page, "Take it back")
        self.assertEqual(introduction.state, "declined")
        self.assertIn("It came to nothing.", page.text())

    def test_no_and_never(self):
        wish = self._make_request(self.ann)
        introduction = self._introduce(self.offer, wish)
        page = self.follow(self._at(self.portal, f"/introduction/{introduction.id}"), "It won't happen")
        page = self.press(page, "Tell the coordinators")
        self.assertEqual(page.errors(), ["Say why in a few words."])
        self.press(page, "Tell the coordinators", reason="Too far")
        self.assertEqual(introduction.state, "declined")

    # Who may not
    @mute_logger("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_not_theirs(self):
        """Whoever it is, whatever they name: nothing is shown and nothing changes."""
        hill = self._make_scheme("Hillside", coordinator_ids=[])
        far = new_test_user(self.env, "tb_far", groups="base.group_portal", name="Far Away")
        away = self._make_member(far.partner_id, scheme=hill)
        wish = self._make_request(self.ann)
        theirs = self._make_offer(away)
        between = self._introduce(self._make_offer(self.cat), self._make_request(self.ben))
        asked = self.env["timebank.introduction"].browse(
            self.ann.with_user(self.portal).ask_to_be_introduced(self.offer.id, wish.id)
        )
        records = self.offer + theirs, wish, between + asked
        before = [record.read() for record in records]
        for user, base in (
            (None, self.base),
            (self.portal2, self.base),
            (far, self.base),
            (self.staff, self.base),
            (self.coordinator2, self.base),
            (self.portal, f"/timebank/{self.ben.id}/board"),
            (self.portal, f"/timebank/{away.id}/board"),
        ):
            self._refuse_all(user, base, self.offer, asked)
        for paths in (
            (
                f"/offer/{theirs.id}",
                f"/offer/{self.offer.id}/edit",
                "/offer/999999999",
                f"/request/{wish.id}",
            ),
            (f"/introduction/{between.id}", "/introduction/999999999"),
        ):
            self.come(self.portal)
            for path in paths:
                with self.subTest(path=path):
                    self.assertEqual(self.go(self.base + path).status, 404)
        self._refuse_all(self.portal, self.base, theirs, between, answered=False)
        self.env.invalidate_all()
        self.assertEqual([record.read() for record in records], before)
        self.assertFalse(away.request_ids | self.ben.request_ids - between.request_id)

    def _refuse_all(self, user, base, offer, introduction, answered=True):
        """Sends everything there is to send, with a right token, and is answered 404 or sent to sign in."""
        self.come(user)
        deeds = [f"/offer/{offer.id}/{deed}" for deed in ("edit", "pause", "renew", "close", "ask")]
        deeds += [f"/introduction/{introduction.id}/{deed}" for deed in ("answer", "agree", "met", "decline")]
        deeds += ["/new/offer"] if answered else []
        typed = {
            "csrf_token": http.Request.csrf_token(self), "accepts": "1", "reason": "x",
            "day": "2026-03-01", "time": "10:00", "hours": "1",
            "how": "well", "skill": str(self.archery.id), "own": "new",
        }  # fmt: skip
        for path in deeds:
            with self.subTest(user=user and user.name, path=path):
                answer = self.opener.post(self.base_url() + base + path, data=typed, allow_redirects=False)
                if user:
                    self.assertEqual(answer.status_code, 404)
                else:
                    self.assertIn(answer.status_code, (303, 400))
        if answered:
            for path in ("", "/mine", "/introductions", f"/offer/{offer.id}", "/new/request"):
                with self.subTest(user=user and user.name, path=path):
                    page = self.go(base + path)
                    self.assertTrue("/web/login" in page.address if not user else page.status == 404)

    @mute_logger("odoo.http")
    def test_how_it_is_sent(self):
        """What changes something is neither opened as a page, nor sent without the form's proof."""
        own = self._make_offer(self.ann)
        self.come(self.portal)
        path = f"{self.base}/offer/{own.id}/close"
        self.assertIn(self.go(path).status, (404, 405))
        answer = self.opener.post(self.base_url() + path, data={})
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(own.state, "published")

    def test_signs_that_no_database_takes(self):
        self.come(self.portal)
        typed = {
            "csrf_token": http.Request.csrf_token(self),
            "skill": f"{self.archery.id}\0",
            "words": "With\0 a bow",
        }
        self.opener.post(self.base_url() + self.base + "/new/offer", data=typed)
        self.assertEqual(self.ann.offer_ids.description, "With a bow")

    # The link in the reminder
    def test_the_mailed_link(self):
        """Without signing in, in the shell that members know; what isn't right looks like what is used up."""
        self.offer.expires_on = fields.Date.today() + timedelta(days=1)
        path = self.offer._get_renew_url().replace(self.offer.get_base_url(), "")
        self.come(None)
        page = self.go(path)
        self.assertEqual((page.status, page.heading()), (200, "Archery"))
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertNotIn("Ben", page.text())
        page = self.press(page, "Keep it")
        self.assertEqual(page.heading(), "Thank you!")
        self.assertGreater(self.offer.expires_on, fields.Date.today() + timedelta(days=100))
        page = self.go(path)
        self.assertEqual((page.status, page.heading()), (404, "This link has been used"))
