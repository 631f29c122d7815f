"""Four questions behind a private link: no login, no script, the same answer for whatever leads nowhere."""

import random
from datetime import timedelta

from freezegun import freeze_time

from ...tools.wellbeing import QUESTIONS
from ..page_common import Page, PageCase
from ..wellbeing_common import WellbeingCase


class TestWellbeingPage(PageCase, WellbeingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.wave = cls._make_wave()
        cls.wave.with_user(cls.coordinator).action_invite()
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.link = self._find_links()["p0@example.org"]
        self.come(None)

    def _answer(self, page, **values):
        filled = {"age": "over", "agreed": "on", **dict.fromkeys(QUESTIONS, "7"), **values}
        return self.press(page, "Send my answers", **filled)

    def _response(self):
        self.env.invalidate_all()
        return self.wave.response_ids.filtered(lambda one: one.partner_id == self.people[0])

    def test_answer_and_change(self):
        page = self.go(self.link)
        self.assertEqual((page.status, page.heading()), (200, "How are you, Person?"))
        self.assertFalse(page.tree.xpath("//script"))
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        page = self._answer(page, satisfied="0", anxious="unsaid")
        self.assertIn("Thank you", page.text())
        response = self._response()
        self.assertEqual([response[name] for name in QUESTIONS], [0, 7, 7, False])
        self.assertEqual((response.way, response.typed_by_id.id), ("link", False))
        # it is there when they come back, and is changed
        page = self.go(self.link)
        self.assertEqual(page.typed("satisfied"), "0")
        self.assertEqual(page.typed("anxious"), "unsaid")
        self._answer(page, satisfied="10")
        self.assertEqual(self._response().satisfied, 10)
        self.assertEqual(len(self.wave.response_ids), 1)

    def test_what_is_missing_is_said(self):
        page = self.press(self.go(self.link), "Send my answers", happy="4")
        self.assertEqual(page.status, 400)
        self.assertEqual(len(page.errors()), 5)  # age, agreement, three questions
        self.assertEqual(page.typed("happy"), "4")
        self.assertFalse(self._response())

    def test_rather_not(self):
        self._answer(self.go(self.link))
        page = self.press(self.go(self.link), "I'd rather not answer")
        self.assertIn("That is fine", page.text())
        self.assertFalse(self._response())
        invitation = self.wave.invitation_ids.filtered(lambda one: one.partner_id == self.people[0])
        self.assertEqual(invitation.state, "declined")
        # and may after all
        self._answer(self.go(self.link))
        self.assertTrue(self._response())

    def test_under_16(self):
        page = self._answer(self.go(self.link), age="under")
        self.assertIn("16 and over", page.text())
        self.assertFalse(self._response())

    def test_what_leads_nowhere_looks_alike(self):
        unknown = self.go("/timebank/wellbeing/" + "x" * 32)
        self.assertEqual(unknown.status, 404)
        texts = {unknown.text()}
        for path in (
            "/timebank/wellbeing/x",
            self.link[:-1],
            self.link + "0",
            "/timebank/wellbeing/%00" + "x" * 32,
        ):
            page = self.go(path)
            texts.add(page.text())
            self.assertEqual(page.status, 404, path)
        with freeze_time(self.wave.date_to + timedelta(days=1, hours=10)):
            texts.add(self.go(self.link).text())
        self.wave.invitation_ids.with_user(self.coordinator).action_withdraw()
        texts.add(self.go(self.link).text())
        self.assertEqual(len(texts), 1)
        tries = self.env["timebank.code.attempt"].search([("what", "=", "link")])
        self.assertEqual(len(tries), 7)

    def test_hostile_answers(self):
        page = self.go(self.link)
        form, _button = page.form("Send my answers")
        token = form.fields["csrf_token"]
        for typed in ("11", "-1", "1e1", "٣", "9" * 500, "<b>", ""):
            values = {**dict.fromkeys(QUESTIONS, "7"), "happy": typed, "age": "over", "agreed": "on"}
            answer = self.url_open(self.link, data={"csrf_token": token, "deed": "answer", **values})
            self.assertEqual(answer.status_code, 400, typed)
            self.assertFalse(self._response())
        self.assertEqual(self.url_open(self.link, data={"deed": "decline"}).status_code, 400, "no token")

    def test_generated_rubbish_is_answered_in_words(self):
        """Digits of all lengths and scripts, and signs: an answer from 0 to 10, or a plain sentence."""
        chance = random.Random(7)
        signs = "0123456789 +-.,eE_xX٠١٢०१²½\u200b\n"
        page = self.go(self.link)
        form, _button = page.form("Send my answers")
        token = form.fields["csrf_token"]
        made = ["".join(chance.choices(signs, k=chance.choice((1, 2, 3, 5, 60)))) for _one in range(60)]
        for typed in ("00099", "00", "07", "9" * 5000, *made):
            values = {**dict.fromkeys(QUESTIONS, "7"), "happy": typed, "age": "over", "agreed": "on"}
            answer = Page(self.url_open(self.link, data={"csrf_token": token, "deed": "answer", **values}))
            if typed in map(str, range(11)):
                self.assertEqual(self._response().happy, int(typed))
            else:
                self.assertEqual(answer.status, 400, typed)
                self.assertTrue(any("Choose a number" in error for error in answer.errors()), typed)

    def test_a_licensed_scale(self):
        scale = self.env["timebank.wellbeing.scale"].create(
            {
                "name": "Two statements",
                "licence_reference": "L-204",
                "wording": "One is made up\nTwo is made up",
                "answer_words": "never\nalways",
                "scores": "2 2\n3 3.5\n4 5",
            }
        )
        scale.action_switch_on()
        self.wave.scale_id = scale
        page = self._answer(self.go(self.link), **{"scale-0": "2"})
        self.assertEqual([error for error in page.errors() if "Two" in error], ["Choose one: Two is made up"])
        self._answer(page, **{"scale-1": "unsaid"})
        self.assertEqual(self._response().scale_points, [2, None])
        self.assertEqual(self.go(self.link).typed("scale-1"), "unsaid")
