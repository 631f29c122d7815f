import gzip

from lxml import html

from ..exchange_common import ExchangeCase
from ..page_common import PageCase


class TestHome(PageCase):
    def test_who_has_one_bank_is_there_at_once(self):
        self._fund(self.ann, 90)
        self.come(self.portal)
        page = self.go("/timebank")
        self.assertEqual((page.status, page.heading()), (200, "Hello Ann"))
        self.assertIn("1:30 hours", page.text())
        self.assertTrue(page.address.endswith(f"/timebank/{self.ann.id}"))

    def test_several_banks_are_told_apart(self):
        hill = self._make_member(self.portal.partner_id, scheme=self._make_scheme("Hillside"))
        self.come(self.portal)
        page = self.go("/timebank")
        self.assertEqual(page.heading(), "My time banks")
        self.assertIn("Sign out", page.links())
        self.assertTrue(self.follow(page, "Hillside").address.endswith(f"/timebank/{hill.id}"))

    def test_somebody_elses_is_not_found(self):
        """What isn't theirs and what isn't there look alike."""
        self.come(self.portal)
        other, none = self.go(f"/timebank/{self.ben.id}"), self.go("/timebank/999999999")
        self.assertEqual((other.status, none.status), (404, 404))
        self.assertEqual(other.text(), none.text())

    def test_another_companys_and_another_banks_are_not_found(self):
        wales = self.env["res.company"].create({"name": "Cymru Together"})
        bont = self._make_scheme("Y Bont", company_id=wales.id, coordinator_ids=False)
        hill = self._make_scheme("Hillside", coordinator_ids=False)
        members = [self._make_member(f"{bank.name} member", scheme=bank) for bank in (bont, hill)]
        for user in (self.portal, self.coordinator, self.staff):
            self.come(user)
            for member in members:
                for path in ("", "/log", "/hours", "/log/time?whom=bank", "/log/what?whom=bank&minutes=60"):
                    self.assertEqual(self.go(f"/timebank/{member.id}{path}").status, 404, path)

    def test_a_coordinator_acts_for_somebody(self):
        self.come(self.coordinator)
        page = self.go(f"/timebank/{self.ann.id}")
        self.assertIn("You are acting for Ann Lee", page.text())

    def test_without_signing_in(self):
        self.come(None)
        self.assertIn("/web/login", self.go(f"/timebank/{self.ann.id}").address)

    def test_nothing_foreign_runs(self):
        """No script, and a policy that lets none in."""
        self.come(self.portal)
        page = self.go("/timebank")
        self.assertFalse(page.tree.xpath("//script"))
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])

    def test_what_nobody_asked_for_does_no_harm(self):
        self.come(self.portal)
        self.assertEqual(self.go(f"/timebank/{self.ann.id}?member_id=1&x=2").heading(), "Hello Ann")

    def test_light(self):
        """Page and style sheet, as they are sent compressed, weigh little; nothing else is fetched."""
        self.come(self.portal)
        page = self.go("/timebank")
        (sheet,) = page.tree.xpath("//link[@rel='stylesheet']/@href")
        style = self.url_open(sheet)
        self.assertIn("--tb-brand", style.text)
        self.assertNotIn("css_error_message", style.text)
        weight = sum(
            len(gzip.compress(text.encode()))
            for text in (html.tostring(page.tree, encoding="unicode"), style.text)
        )
        self.assertLess(weight, 30 * 1024)


class TestWhatWaits(PageCase):
    """What the first page tells: balance, what it buys, what waits, and where one stands."""

    def _home(self):
        return self.go(f"/timebank/{self.ann.id}")

    def _make_reward(self, name, minutes, **vals):
        reward = self.env["timebank.reward"].create(
            {"name": name, "scheme_id": self.scheme.id, "minutes": minutes, **vals}
        )
        reward.action_publish()
        return reward

    def test_what_credits_buy(self):
        """The cheapest first, all counted; not what is dearer, for others, or gone."""
        self._fund(self.ann, 120)
        for name, minutes in (("Massage", 120), ("Coffee", 15), ("Cinema", 90), ("Swim", 60)):
            self._make_reward(name, minutes)
        self._make_reward("Trip", 180)
        self._make_reward("Staff lunch", 30, for_beneficiary=False)
        self._make_reward("Sold out", 30, has_stock=True, stock=0)
        self.come(self.portal)
        text = self._home().text()
        self.assertIn("Coffee 15 minutes Swim 1 hour Cinema 1 hour 30 minutes See the 4 rewards", text)
        for name in ("Trip", "Staff lunch", "Sold out", "Massage"):
            self.assertNotIn(name, text)

    def test_what_is_not_handed_in_and_what_is_ready(self):
        self._fund(self.ann, 120)
        self._make_hours(self.ann, 30)
        coffee = self._make_reward("Coffee", 15, approval="auto")
        claim = self.env["timebank.redemption"].create(
            {"partner_id": self.ann.partner_id.id, "reward_id": coffee.id, "quantity": 1}
        )
        claim.action_request()
        self.assertEqual(claim.state, "approved")
        self.come(self.portal)
        page = self._home()
        self.assertIn("One of your entries isn't handed in yet", page.text())
        self.assertIn("Ready for you: Coffee.", page.text())
        self.assertEqual(self.follow(page, "Look at it").status, 200)
        self.assertEqual(self.follow(page, "See how you get it").heading(), "Coffee")

    def test_nothing_within_reach(self):
        self._make_reward("Trip", 180)
        self.come(self.portal)
        self.assertIn("No reward is within your reach yet.", self._home().text())

    def test_where_one_stands(self):
        bank = self._make_scheme("Hillside")
        applicant = self.env["timebank.member"].create(
            {"partner_id": self.portal.partner_id.id, "scheme_id": bank.id, "role": "volunteer"}
        )
        self.come(self.portal)
        page = self.go(f"/timebank/{applicant.id}")
        self.assertIn("You have applied to Hillside.", page.text())
        self.assertNotIn("You have Hillside", page.text())
        self.assertIn("You have applied", self.go("/timebank/banks").text())
        self.ann.action_pause()
        page = self._home()
        self.assertIn("You are taking a break from River Street.", page.text())
        self.assertEqual([link for link in page.links().values() if link.endswith("/log")], [self._nav(page)])
        self.ann.action_activate()
        self.scheme.action_close()
        self.assertIn("River Street is closed.", self._home().text())
        self.assertIn("River Street Closed", self.go("/timebank/banks").text())

    def _nav(self, page):
        """The address of the section, which stays among the sections."""
        return page.links()["Log time"]

    def test_somebody_who_belongs_to_no_bank(self):
        self.come(self.staff)
        self.assertIn("You don't belong to a time bank yet.", self.go("/timebank").text())

    def test_from_odoos_own_page(self):
        self.come(self.portal)
        page = self.go("/my")
        (link,) = [a for a in page.tree.xpath("//a[@href='/timebank']") if "My time bank" in a.text_content()]
        self.assertIn("Log time", link.text_content())

    def test_the_same_number_of_queries(self):
        """However much a member has done, and however many there are."""
        self.come(self.portal)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._home()
            return self.env.cr.sql_log_count - before

        self._make_hours(self.ben, 15, "submitted", receiver_id=self.ann.partner_id.id)
        self._make_hours(self.ann, 15, "submitted", receiver_id=self.ben.partner_id.id)
        self._make_reward("Tea", 0, is_free=True)
        count()
        few = count()
        for number in range(1, 9):
            member = self._make_member(f"Neighbour {number}")
            self._make_hours(member, 15 + number, "submitted", receiver_id=self.ann.partner_id.id)
            self._make_hours(self.ann, 15 + number, "submitted", receiver_id=member.partner_id.id)
            self._make_reward(f"Tea {number}", 0, is_free=True)
        self.assertLessEqual(count(), few)


class TestWhomToAnswer(PageCase, ExchangeCase):
    """Introductions that wait, each with the page on which they are answered."""

    def _follow(self, words):
        page = self.go(f"/timebank/{self.ann.id}")
        answer = self.follow(page, words)
        self.assertEqual(answer.status, 200)
        return page, answer

    def test_introduced(self):
        introduction = self._introduce(*self._make_pair())
        self.come(self.portal)
        page, answer = self._follow("Say when you meet")
        self.assertIn("You were introduced to Ben Okoro (Archery).", page.text())
        self.assertTrue(answer.address.endswith(f"/board/introduction/{introduction.id}"))

    def test_asked(self):
        own = self._make_offer(self.ann)
        asked = self.ben.with_user(self.portal2).ask_to_be_introduced(own.id, self._make_request(self.ben).id)
        self.come(self.portal)
        page, answer = self._follow("Say yes or no")
        self.assertIn("It is asked by Ben O. (Archery).", page.text())
        self.assertTrue(answer.address.endswith(f"/board/introduction/{asked}"))
