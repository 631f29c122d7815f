"""What somebody tries on members' pages who means no good."""

from odoo.addons.timebank_coproduction.models.member import timebank_sign_in

from ..page_common import PageCase


class TestPageAttacks(PageCase):
    def test_who_is_not_accepted_learns_nothing_of_members(self):
        """Also where they may sign in, as a member of another bank does."""
        skill = self.env["timebank.skill"].create({"name": "Knitting socks"})
        for model in ("timebank.offer", "timebank.request"):
            one = self.env[model].create(
                {
                    "scheme_id": self.scheme.id,
                    "partner_id": self.ben.partner_id.id,
                    "skill_id": skill.id,
                    "description": "Warm socks",
                }
            )
            one.action_publish()
        self.come(self.portal)
        board = f"/timebank/{self.ann.id}/board"
        self.assertIn("Warm socks", self.go(board).text())
        self.ann._in_verb().state = "applicant"
        for path in ("?q=", "?side=request", f"/request/{one.id}"):
            self.assertNotIn("Warm socks", self.go(board + path).text(), path)
        for path in ("log?name=ben", "credits/give?name=ben"):
            self.assertNotIn(self.ben.shown_name, self.go(f"/timebank/{self.ann.id}/{path}").text(), path)

    def test_who_is_not_accepted_has_two_pages(self):
        """Found by their routes: home, which says what happens next, and what they say of themselves."""
        self.env["timebank.reward"].create(
            {"name": "Coffee", "scheme_id": self.scheme.id, "is_free": True}
        ).action_publish()
        self.ann._in_verb().state = "applicant"
        self.come(self.portal)
        base = f"/timebank/{self.ann.id}"
        page = self.go(base)
        self.assertIn("What happens next A coordinator reads what you wrote", page.text())
        self.assertEqual(
            [words for words in ("Sessions", "Rewards", "Log time") if words in page.links()], []
        )
        routes = {
            rule.rule.partition("member_id>")[2]
            for rule in self.env["ir.http"].routing_map().iter_rules()
            if rule.endpoint.routing["auth"] == "timebank_member" and "GET" in rule.methods
        }
        for path in sorted(path for path in routes if "<" not in path):
            page = self.go(base + path)
            if path in ("", "/me", "/me/can", "/me/seen", "/me/leave"):
                self.assertEqual(page.status, 200, path)
            else:
                self.assertEqual((page.status, page.heading()), (403, "Once you are accepted"), path)
        for model in ("timebank.reward", "timebank.session", "timebank.activity"):
            found = self.env[model].with_user(self.portal).search([("scheme_id", "=", self.scheme.id)])
            self.assertFalse(found, model)
        self.ann._in_verb().state = "paused"
        self.assertTrue(self.env["timebank.reward"].with_user(self.portal).search([]))

    def test_a_file_in_place_of_words_is_nothing_typed(self):
        """Each route of ours that a form is sent to says so; two that failed, as a browser sends it."""
        http = self.env["ir.http"]
        for rule, endpoint in http._generate_routing_rules(["timebank_coproduction"], http._get_converters()):
            routing = endpoint.routing
            takes = "POST" in (routing["methods"] or ()) and routing["type"] == "http"
            if takes and rule.startswith("/timebank"):
                self.assertTrue(getattr(endpoint.func, "takes_words", False), rule)
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/stories/new")
        form, _button = page.form("Keep it, and say who may be told")
        for name in ("story", "shown_as", "title"):
            typed = {one: value for one, value in form.form_values() if one != name}
            with self.subTest(field=name):
                answer = self.url_open(
                    page.address, data=typed, files={name: ("words.txt", b"Once upon a time", "text/plain")}
                )
                self.assertLess(answer.status_code, 500)

    def test_signs_that_no_database_takes(self):
        self.come(self.portal)
        for path in ("sessions?where=%00", "credits/give?name=%00b", "board?q=%00&group=%00", "log?name=%00"):
            page = self.go(f"/timebank/{self.ann.id}/{path}")
            self.assertEqual(page.status, 200, path)

    def test_nobody_keeps_a_member_out_by_asking_for_links(self):
        links, address = self.env["timebank.sign.in"], "ann@example.org"
        for _attempt in range(timebank_sign_in.MOST_FROM_ALL * 2):
            links._ask(address, "mallory", "192.0.2.1")
        self.assertEqual(links.search_count([("address", "=", address)]), timebank_sign_in.MOST_FOR_ADDRESS)
        links._ask(address, "ann", "192.0.2.2")
        self.assertEqual(
            links.search_count([("address", "=", address)]), timebank_sign_in.MOST_FOR_ADDRESS + 1
        )

    def test_a_mailbox_is_not_flooded_from_many_addresses(self):
        links, address = self.env["timebank.sign.in"], "ann@example.org"
        for number in range(timebank_sign_in.MOST_FROM_ALL * 2):
            links._ask(address, "mallory", f"192.0.2.{number}")
        self.assertEqual(links.search_count([("address", "=", address)]), timebank_sign_in.MOST_FROM_ALL)

    def test_a_coordinator_gains_nothing_by_acting_for_somebody(self):
        """Neither on their own account, nor on a pot that they hold."""
        self._fund(self.ann, 120)
        me = self._make_member(self.coordinator.partner_id)
        pot = self.env["timebank.account"].create(
            {"name": "Mine", "scheme_id": self.scheme.id, "holder_ids": self.coordinator.partner_id.ids}
        )
        self.come(self.coordinator)
        for taker in (me.account_id, pot):
            page = self.go(f"/timebank/{self.ann.id}/credits/give/{taker.id}")
            page = self.press(page, "Go on", time="1:00", memo="So said Ann")
            page = self.press(page, "Yes, give it")
            self.assertTrue(page.errors(), taker.name)
            self.assertFalse(taker.balance_minutes)

    def test_who_speaks_for_a_member_is_noted(self):
        """A coordinator who asks, and says yes, in two members' stead leaves their name on it."""
        skill = self.env["timebank.skill"].create({"name": "Knitting socks"})
        vals = {"scheme_id": self.scheme.id, "skill_id": skill.id}
        offer = self.env["timebank.offer"].create({**vals, "partner_id": self.ann.partner_id.id})
        request = self.env["timebank.request"].create({**vals, "partner_id": self.ben.partner_id.id})
        offer.action_publish()
        request.action_publish()
        ann, ben = self._as(self.coordinator, self.ann), self._as(self.coordinator, self.ben)
        introduction = self.env["timebank.introduction"].browse(
            ann.ask_to_be_introduced(offer=offer.id, request=request.id)
        )
        ben.answer_introduction(introduction.id, accepts=True)
        notes = " ".join(introduction.message_ids.mapped("body"))
        for member in (self.ann, self.ben):
            self.assertIn(f"Done by {self.coordinator.name} for {member.name}.", notes)

    def test_numbers_that_no_database_takes(self):
        """Wherever an address carries a number, any digits are a page that isn't there, or the first."""
        self.come(self.portal)
        for digits in ("9" * 10, "9" * 400, "-1", "²", "٣", "1e3", ""):
            for path in ("hours?page=", "sessions?page=", "sessions?activity=", "board?group="):
                with self.subTest(path=path, digits=digits[:12]):
                    self.assertEqual(self.go(f"/timebank/{self.ann.id}/{path}{digits}").status, 200)
            for path in ("rewards?page=", "credits?page=", "log/time?whom=", "log/what?whom=bank&minutes="):
                with self.subTest(path=path, digits=digits[:12]):
                    self.assertIn(self.go(f"/timebank/{self.ann.id}/{path}{digits}").status, (200, 400, 404))
