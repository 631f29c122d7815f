"""What members say of themselves on their own pages, and that they would like to leave."""

from odoo import http
from odoo.exceptions import AccessError

from ..page_common import PageCase


class TestMe(PageCase):
    def test_own_number_has_figures(self):
        """On Odoo's page for it, by the rule of the page on which they asked to join."""
        self.come(self.portal)
        person = self.ann.partner_id
        details = {
            "partner_id": person.id,
            "address_type": "billing",
            "name": person.name,
            "email": "ann@example.com",
            "phone": "abc",
            "csrf_token": http.Request.csrf_token(self),
        }
        answer = self.url_open("/my/address/submit", data=details).json()
        self.assertIn("phone", answer["invalid_fields"])
        self.assertIn("“abc” is no telephone number, such as 0113 496 0023.", answer["messages"])

    def test_what_i_can_do_and_when(self):
        slot = self.env.ref("timebank_coproduction.availability_0_1", raise_if_not_found=False)
        slot = slot or self.env["timebank.availability"].search([], limit=1)
        language = self.env["timebank.language"].search([], limit=1)
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/me")
        self.assertEqual(page.heading(), "About me")
        page = self.follow(page, "Change what I can do")
        form, _button = page.form("Save")
        data = [
            *form.form_values(),
            ("time", slot.id),
            ("language", language.id),
            ("time", "999999"),
            ("time", "x"),
        ]
        data = [(name, value) for name, value in data if name not in ("own_words", "own_wishes")]
        data += [("own_words", "Baking\nand   singing"), ("own_wishes", "A garden")]
        self.opener.post(page.address, data=data)
        self.env.invalidate_all()
        self.assertEqual((self.ann.availability_ids, self.ann.language_ids), (slot, language))
        self.assertEqual((self.ann.own_words, self.ann.own_wishes), ("Baking and singing", "A garden"))
        page = self.go(f"/timebank/{self.ann.id}/me?done=can")
        for words in ("Saved", "Baking and singing", slot.display_name, language.name):
            self.assertIn(words, page.text())
        page = self.go(f"/timebank/{self.ann.id}/me/can")
        self.assertTrue(page.tree.xpath(f"//input[@id='time-{slot.id}']/@checked"))

    def test_too_much(self):
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/me/can")
        page = self.press(page, "Save", own_words="x" * 1001, own_wishes="Tea")
        self.assertEqual((page.status, page.typed("own_wishes")), (400, "Tea"))
        self.assertIn("too long", page.errors()[0])
        self.assertFalse(self.ann.own_wishes)

    def test_what_others_see_and_mails(self):
        self.come(self.portal)
        page = self.follow(self.go(f"/timebank/{self.ann.id}/me"), "Change what others see, and mails")
        page = self.press(page, "Save", name_shown="first", share_phone=True, session_mails=False)
        self.assertIn("Saved: what others see", page.text())
        self.assertEqual(
            (self.ann.name_shown, self.ann.share_phone, self.ann.share_email, self.ann.session_mails),
            ("first", True, False, False),
        )
        page = self.go(f"/timebank/{self.ann.id}/me/seen")
        form, _button = page.form("Save")
        data = {**dict(form.form_values()), "name_shown": "nickname"}
        answer = self.opener.post(page.address, data=data)
        self.assertIn("Choose how your name is shown.", answer.text)
        self.assertEqual(self.ann.name_shown, "first")

    def test_what_is_on_the_board(self):
        skill = self.env.ref("timebank_coproduction.skill_plumbing")
        offer = self.env["timebank.offer"].create(
            {"partner_id": self.ann.partner_id.id, "scheme_id": self.scheme.id, "skill_id": skill.id}
        )
        offer.action_publish()
        self.come(self.portal)
        self.assertIn("I can On the board: Plumbing", self.go(f"/timebank/{self.ann.id}/me").text())

    def test_leaving(self):
        self._fund(self.ann, 90)
        self.come(self.portal)
        page = self.follow(self.go(f"/timebank/{self.ann.id}/me"), "Leave the time bank")
        self.assertIn("1:30 hours", page.text())
        self.assertEqual(page.typed("credits"), "ask")  # nothing is given away by not choosing
        page = self.press(page, "Tell my coordinator", why="Moving away")
        self.assertEqual((page.errors(), page.typed("why")), (["Tick that you are sure."], "Moving away"))
        self.assertFalse(self.ann.activity_ids)
        page = self.press(page, "Tell my coordinator", sure=True, credits="keep")
        self.assertIn("Your coordinator knows that you would like to leave", page.text())
        todo = self.ann.activity_ids
        self.assertEqual((todo.user_id, todo.summary), (self.coordinator, "Would like to leave: Ann Lee"))
        self.assertIn("They stay, in case I come back · Moving away", todo.note)
        self.assertEqual((self.ann.state, self.ann.balance_minutes), ("active", 90))
        self.assertFalse(self.go(f"/timebank/{self.ann.id}/me/leave").tree.forms)
        page = self.press(self.go(f"/timebank/{self.ann.id}/me"), "I would rather stay")
        self.assertIn("Good that you stay", page.text())
        self.assertFalse(self.ann.activity_ids)

    def test_the_to_do_goes_with_the_membership(self):
        self.ann.with_user(self.portal)._wish_to_leave("")
        self.ann.with_user(self.portal)._wish_to_leave("Again")
        self.assertEqual(len(self.ann.activity_ids), 1)
        self._leave(self.ann)
        self.assertFalse(self.ann.activity_ids)

    def test_a_coordinator_on_their_behalf(self):
        self.come(self.coordinator)
        page = self.go(f"/timebank/{self.ann.id}/me/seen")
        self.press(page, "Save", name_shown="full")
        self.assertEqual(self.ann.name_shown, "full")
        who, note = self.ann.message_ids[:2]
        self.assertIn("Done by Cora Hart for Ann Lee.", who.body)
        self.assertEqual(note.author_id, self.coordinator.partner_id)
        self.assertIn("Changed on the member's pages: Name shown to others", note.body)
        self.assertNotIn("/my/account", self.go(f"/timebank/{self.ann.id}/me").links().values())

    def test_nobody_elses(self):
        before = self.ann.read()[0]
        for user, status in ((self.portal2, 404), (self.coordinator2, 404), (self.staff, 404)):
            self.come(user)
            for path in ("", "/can", "/seen", "/leave"):
                page = self.go(f"/timebank/{self.ann.id}/me{path}")
                self.assertEqual(page.status, status, (user.login, path))
            for path in ("/can", "/seen", "/leave", "/stay"):
                self.assertEqual(self._send(path, {"sure": "on", "name_shown": "full"}), 400)
        self.come(None)
        for path in ("", "/can", "/seen", "/leave"):
            self.assertIn("/web/login", self.go(f"/timebank/{self.ann.id}/me{path}").address)
        self.env.invalidate_all()
        self.assertEqual(self.ann.read()[0], before)

    def _send(self, path, data):
        answer = self.opener.post(f"{self.base_url()}/timebank/{self.ann.id}/me{path}", data=data)
        return answer.status_code

    def test_with_a_token_of_ones_own(self):
        """Another member's form sent to Ann's address, and one read where it is sent."""
        self.come(self.portal2)
        page = self.go(f"/timebank/{self.ben.id}/me/seen")
        form, _button = page.form("Save")
        data = {**dict(form.form_values()), "name_shown": "full", "sure": "on"}
        for path in ("/can", "/seen", "/leave", "/stay"):
            self.assertEqual(self._send(path, data), 404)
        self.assertEqual(self.ann.name_shown, "initial")
        self.assertIn(self.go(f"/timebank/{self.ben.id}/me/stay").status, (404, 405))

    def test_the_model_asks_too(self):
        with self.assertRaises(AccessError):
            self.ann.with_user(self.portal2)._change_own({"own_words": "Hers"})
        with self.assertRaises(AccessError):
            self.ann.with_user(self.portal)._change_own({"role": "professional"})
        self.assertFalse(self.ann.own_words)
