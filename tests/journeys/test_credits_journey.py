from .common import JourneyCase


class TestCreditsJourney(JourneyCase):
    """On a phone: rewards claimed, shown and called off, credits given, the statement read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.lesson.write({"fulfilment": "code", "cash_price": 5, "description": "With a licensed teacher."})
        cls.computer.fulfilment = "collected"

    def _claim(self, reward):
        mine = [("reward_id", "=", reward.id), ("partner_id", "=", self.ann.partner_id.id)]
        return self.env["timebank.redemption"].search(mine, order="id desc", limit=1)

    def test_claim_cancel_give_and_read(self):
        """Nothing of it needs scripts."""
        had = self.ann.balance_minutes
        with self.at_screen(self.portal, phone=True, start="/timebank", scripts=False) as phone:
            phone.follow("Rewards")
            phone.picture("member-rewards")
            phone.follow("Driving lesson")
            phone.picture("member-reward")
            phone.press("Claim it")
            self.assertIn("It costs 2 hours", phone.reads())
            phone.picture("member-claim-check")
            phone.press("Yes, claim it")
            self.assertIn("Show this code to whoever hands it over.", phone.reads())
            phone.picture("member-claim-code")
            phone.follow("Rewards")
            phone.follow("Refurbished computer")
            phone.press("Claim it")
            phone.press("Yes, claim it")
            self.assertIn("Waiting for approval", phone.reads())
            phone.follow("Cancel it")
            phone.picture("member-claim-cancel")
            phone.press("Yes, cancel it")
            self.assertIn("It is cancelled. Your credits are back.", phone.reads())
            phone.follow("What I have claimed")
            phone.picture("member-claims")
            phone.follow("My credits")
            phone.follow("Give some of them")
            phone.fill("Somebody else, or a pot", "ben")
            phone.press("Look for them")
            phone.picture("member-give-whom")
            phone.follow("Ben O.")
            phone.press("Go on")
            self.assertIn("Say how much you give", phone.reads())
            phone.complaints.clear()  # of the answer that what was typed is wrong
            phone.fill("How much", "30 min")
            phone.fill("What for", "The ladder")
            phone.picture("member-give-what")
            phone.press("Go on")
            phone.picture("member-give-check")
            phone.press("Yes, give it")
            self.assertIn("It is given.", phone.reads())
            self.assertIn("The ladder", phone.reads())
            phone.picture("member-credits")
            phone.page.get_by_label("Another time").select_option("This month")
            phone.press("Show")
            self.assertIn("The ladder", phone.reads())
            phone.page.set_viewport_size({"width": 320, "height": 800})
            phone.picture("member-credits-narrow")
            phone.follow("Trip to the coast")
            phone.picture("member-pot")
        lesson, computer = self._claim(self.lesson), self._claim(self.computer)
        self.assertEqual((lesson.state, computer.state), ("approved", "cancelled"))
        self.assertEqual(self.ann.balance_minutes, had - 120 - 30)

    def test_a_claim_without_a_network(self):
        """What was opened is shown again; the pages of somebody else forget it, and so does signing out."""
        self._make_claim(self.ann, self.lesson, "approved")
        claim = self._claim(self.lesson)
        address = f"/timebank/{self.ann.id}/rewards/claims/{claim.id}"
        with self.at_screen(self.portal, phone=True, start=address) as phone:
            page = phone.page
            page.wait_for_function(
                "async path => Boolean(await caches.match(location.origin + path))", arg=address
            )
            page.wait_for_function("() => Boolean(navigator.serviceWorker.controller)")
            page.goto(f"/timebank/{self.ann.id}")
            page.context.set_offline(True)
            page.goto(address)
            self.assertIn(claim.code, page.locator("main").inner_text())
            self.assertTrue(page.locator("main svg").is_visible())
            phone.picture("member-claim-offline")
            page.context.set_offline(False)
            page.goto("/timebank/999999")  # somebody else's, for all that this browser knows
            page.wait_for_function(
                "async () => !(await (await caches.open('timebank-claims')).keys()).some("
                "one => one.url.includes('/claims/'))"
            )
            phone.complaints.clear()  # of what there was no network for, and of what isn't there
            page.goto(address)
            page.get_by_role("link", name="Sign out").click()
            page.wait_for_url("**/web/login**")
            self.assertFalse(page.evaluate("() => caches.has('timebank-claims')"))
