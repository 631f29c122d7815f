"""A member tells a story on their own pages, says who may be told, and takes it back."""

import base64
from datetime import timedelta

from ..common import TODAY
from ..evidence.story_common import StoryCase, make_photo
from ..page_common import PageCase


class TestStories(PageCase, StoryCase):
    def setUp(self):
        super().setUp()
        self.scheme.write({"web_page": True})
        self.come(self.portal)

    def _tell(self, **typed):
        page = self.go(f"/timebank/{self.ann.id}/stories")
        page = self.follow(page, "Tell a story")
        typed = {
            "title": "The first soup",
            "story": "I had nobody to cook for.\nNow there are twelve.",
            **typed,
        }
        return self.press(page, "Keep it, and say who may be told", **typed)

    def _stories(self):
        return self.env["timebank.story"].search([])

    def test_told_used_and_taken_back(self):
        page = self._tell()
        self.assertEqual(page.heading(), "Who may be told?")
        story = self._stories()
        self.assertEqual((story.partner_ids, story.shown_as, story.way), (self.ann.partner_id, "Ann", "own"))
        self.assertFalse(self._tellable())
        page = self.press(page, "That is what I agree to", funder=True)
        self.assertIn("You can take your story back at any time.", page.text())
        self.assertEqual(self._tellable(), story)
        self.assertEqual(story.consent_ids.mapped("way"), ["page"])
        story._note_used("funder", "Report to the Soup Fund")
        page = self.go(f"/timebank/{self.ann.id}/stories/{story.id}")
        self.assertIn("Report to the Soup Fund", page.text())
        page = self.press(page, "Take my story back")
        self.assertIn("it isn’t told any more", page.text())
        self.assertFalse(self._tellable())
        self.assertIn("Taken back", self.go(f"/timebank/{self.ann.id}/stories").text())

    def test_what_is_missing_is_said_and_what_was_typed_stays(self):
        page = self._tell(title=" ", story="x" * 9000)
        self.assertEqual(page.status, 400)
        self.assertEqual(len(page.errors()), 2)
        self.assertEqual(len(page.typed("story")), 9000)
        self.assertFalse(self._stories())
        page = self.press(self._tell(), "That is what I agree to", funder=True, until="")
        self.assertTrue(page.errors())
        late = str(TODAY + timedelta(days=3000))
        page = self.press(page, "That is what I agree to", funder=True, until=late)
        self.assertIn("3 years", page.text())
        self.assertFalse(self._tellable())

    def test_nobody_agrees_to_words_that_they_have_not_seen(self):
        page = self._tell()
        self.assertIn("Now there are twelve.", page.text())
        story = self._stories()
        story.with_user(self.coordinator).text = "I am paid for this."
        page = self.press(page, "That is what I agree to", funder=True)
        self.assertIn("was changed meanwhile", page.text())
        self.assertIn("I am paid for this.", page.text())
        self.assertFalse(self._tellable())
        self.press(page, "That is what I agree to", funder=True)
        self.assertEqual(self._tellable(), story)

    def test_nothing_ticked_takes_it_all_back(self):
        page = self.press(self._tell(), "That is what I agree to", website=True)
        page = self.follow(page, "Say who may be told")
        self.assertTrue(page.typed("website"))
        self.press(page, "That is what I agree to", website=False)
        self.assertFalse(self._tellable("website"))
        self.assertEqual(self._stories().state, "withdrawn")

    def test_changed_words_ask_again(self):
        page = self.press(self._tell(), "That is what I agree to", funder=True)
        page = self.follow(page, "Change my story")
        self.press(page, "Keep it, and say who may be told", story="Another one")
        self.assertEqual(self._stories().text, "Another one")
        self.assertFalse(self._tellable())

    def test_with_a_photo_on_the_banks_page(self):
        page = self.follow(self.go(f"/timebank/{self.ann.id}/stories"), "Tell a story")
        photo = {"photo": ("soup.png", base64.b64decode(make_photo()), "image/png")}
        typed = {"title": "Soup", "story": "Twelve of us."}
        refused = self.press(page, "Keep it, and say who may be told", files=photo, **typed)
        self.assertIn("Say in a few words what is on the photo.", refused.errors())
        page = self.press(page, "Keep it, and say who may be told", files=photo, photo_alt="A pan", **typed)
        story = self._stories()
        self.assertTrue(story.photo)
        self.press(page, "That is what I agree to", website=True, photo=True)
        address = f"/timebank/bank/{self.scheme.code}"
        self.come(None)
        public = self.go(address)
        self.assertIn("Twelve of us.", public.text())
        [image] = public.tree.xpath("//article//img")
        self.assertEqual(image.get("alt"), "A pan")
        self.assertEqual(self.url_open(image.get("src")).headers["Content-Type"], "image/jpeg")
        self.ann.sudo()._withdraw_story(story)
        self.assertNotIn("Twelve of us.", self.go(address).text())
        self.assertEqual(self.url_open(image.get("src")).status_code, 404)

    def test_rubbish_for_a_photo(self):
        page = self.follow(self.go(f"/timebank/{self.ann.id}/stories"), "Tell a story")
        files = {"photo": ("soup.png", b"<svg onload='x'/>", "image/png")}
        typed = {"title": "Soup", "story": "Twelve", "photo_alt": "A pan"}
        page = self.press(page, "Keep it, and say who may be told", files=files, **typed)
        self.assertIn("That is no photo", page.text())
        self.assertFalse(self._stories())

    def test_told_by_two(self):
        story = self._make_story(self.ann, self.ben)
        page = self.go(f"/timebank/{self.ann.id}/stories/{story.id}")
        self.assertNotIn("Change my story", page.links())
        page = self.press(self.follow(page, "Say who may be told"), "That is what I agree to", funder=True)
        self.assertIn("the others who are in it have to agree", page.text())
        self.assertFalse(self._tellable())
        self.assertEqual(self.go(f"/timebank/{self.ann.id}/stories/{story.id}/change").status, 200)
        page = self.go(f"/timebank/{self.ann.id}/stories/{story.id}/change")
        page = self.press(page, "Keep it, and say who may be told", story="Mine alone")
        self.assertIn("Others tell that story with you", page.text())
        self.assertNotEqual(story.text, "Mine alone")

    def test_nobody_elses(self):
        story = self._make_story(self.ben, photo=make_photo(), photo_alt="Soup")
        for path in ("", "/change", "/uses", "/photo"):
            self.assertEqual(self.go(f"/timebank/{self.ann.id}/stories/{story.id}{path}").status, 404)
            self.assertEqual(self.go(f"/timebank/{self.ben.id}/stories/{story.id}{path}").status, 404)

    def test_scores_of_a_self_audit(self):
        page = self.go(f"/timebank/{self.ann.id}/self-audit")
        self.assertIn("Nobody is asked at the moment.", page.text())
        audit = self.env["timebank.self.audit"].create({"scheme_id": self.scheme.id})
        page = self.follow(self.go(f"/timebank/{self.ann.id}"), "Say what I think")
        refused = self.press(page, "Send my scores")
        self.assertIn("Score at least one of them.", refused.errors())
        page = self.press(page, "Send my scores", assets="3", words="More evenings")
        self.assertIn("your scores are kept", page.text())
        self.assertEqual((audit.voice_ids.assets, audit.voice_ids.words), ("3", "More evenings"))
        self.assertEqual(page.typed("assets"), "3")
        self.assertNotIn("Say what I think", self.go(f"/timebank/{self.ann.id}").links())
        earlier = self.env["timebank.self.audit"].create(
            {"scheme_id": self.scheme.id, "met_on": "2026-01-05"}
        )
        page = self.follow(self.go(f"/timebank/{self.ann.id}"), "Say what I think")
        self.assertFalse(page.typed("assets"), "each is scored in its turn")
        self.press(page, "Send my scores", assets="1")
        self.assertEqual((earlier.voice_ids.assets, audit.voice_ids.assets), ("1", "3"))
