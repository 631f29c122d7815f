"""What is done on the phone, at the café's counter or in the hall: codes, vouchers, a pot."""

import re

from .common import JourneyCase

CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b")


class TestPhoneJourney(JourneyCase):
    def test_what_is_done_on_the_way(self):
        """An entry is approved, a number looked up to ring, and what waits for the desk read."""
        with self.at_screen(self.coordinator, phone=True) as screen:
            screen.open_app()
            screen.open_menu("Today", "Hours to approve")
            screen.picture("hours-to-approve-phone")
            waiting = len(screen.rows())
            screen.open("José Álvarez")
            screen.press("Approve")
            self.assertIn("José Álvarez, 0:45 on Mar 17, 2026”: approved.", screen.notification())
            screen.open_menu("Today", "Hours to approve")
            self.assertEqual(len(screen.rows()), waiting - 1)
            screen.open_menu("Members", "Members")
            screen.picture("members-phone")
            screen.open("Harry Fox")
            self.assertIn("0113 496 0032", screen.text())
            screen.open_menu("Activities", "Broker's desk")
            self.assertIn("José Álvarez for Harry Fox: Baking", screen.text())
            screen.picture("broker-desk-phone")
            screen.open_menu("Rewards", "Catalogue")
            self.assertIn("Gardening club", screen.text())
            screen.picture("catalogue-phone")
        self.assertEqual(self.jose.account_id.balance_minutes, 345)

    def test_a_button_of_a_card_that_is_pressed_again_is_pressed_once(self):
        """While it runs, and when the next card has come up into its place."""
        for number in range(3):
            self._make_hours(self.jose, 15 + number, "submitted", description="Chairs")
        with self.at_screen(self.coordinator, phone=True) as screen:
            screen.open_app()
            screen.open_menu("Today", "Hours to approve")
            waiting = len(screen.rows())
            card = screen.page.locator(".o_kanban_record").first
            place = card.get_by_role("button", name="Approve").bounding_box()
            for pause in (0, 60, 150, 300):
                screen.page.wait_for_timeout(pause)
                screen.page.mouse.click(place["x"] + 20, place["y"] + 10)
            self.assertIn("approved", screen.notification())
            self.assertEqual(len(screen.rows()), waiting - 1)
            self.assertTrue(screen.page.locator(".o_kanban_renderer").is_visible())

    def test_a_claim_is_handed_over_by_its_code(self):
        """A reward is made, claimed for a member, and handed over by the code that the page shows."""
        with self.at_screen(self.coordinator, phone=True) as screen:
            self.publish_and_claim(screen)
            screen.picture("claim-approved-phone")
            code = CODE.search(screen.text()).group()
            screen.open_menu("Rewards", "Scan or type a code")
            screen.fill("Scan it here, or type it", code.lower())
            self.assertIn("Bicycle repair for José Álvarez", screen.text())
            screen.picture("desk-claim-phone")
            screen.press("Hand over")
            self.assertIn("Handed over: Bicycle repair for José Álvarez.", screen.text())
            screen.fill("Scan it here, or type it", code)
            self.assertIn("used already", screen.text())
            screen.close()
            screen.open_menu("Rewards", "Claims")
            screen.open("Bicycle repair")
            self.assertEqual(screen.status(), "Handed over")
        self.assertEqual(self.jose.account_id.balance_minutes, 210)

    def test_a_voucher_is_taken_in(self):
        """Spent at the counter, or for whoever brought it; once."""
        with self.at_screen(self.coordinator, phone=True) as screen:
            screen.open_app()
            screen.open_menu("Rewards", "Vouchers")
            screen.press("Single vouchers")
            first, second = (CODE.search(row).group() for row in screen.rows()[:2])
            screen.open_menu("Rewards", "Scan or type a code")
            screen.fill("Scan it here, or type it", first)
            screen.press("Take in")
            self.assertIn("Handed in: 1 hour, spent here.", screen.text())
            screen.fill("Scan it here, or type it", second.lower())
            screen.pick("Onto", "José", "José Álvarez")
            screen.picture("desk-voucher-phone")
            screen.press("Take in")
            self.assertIn("José Álvarez", screen.text())
            screen.fill("Scan it here, or type it", first)
            self.assertIn("handed in already", screen.text())
            self.assertFalse(screen.shows_button("Take in"))
            screen.close()
            self.assertEqual(len(screen.rows()), 2, "those that are left: the page behind is as new")
        self.assertEqual(self.jose.account_id.balance_minutes, 360)
        self.assertEqual(self.batch.returned_count, 2)

    def test_a_pot_gives(self):
        """Out of a pot, after something went into it; what stands on both sides is said before and after."""
        with self.at_screen(self.coordinator, phone=True) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Pots")
            screen.open("Trip to the coast")
            screen.press("Give to the pot")
            screen.pick("From", "José", "José Álvarez")
            screen.fill("Hours", "2")
            screen.fill("What for", "José rang")
            screen.press("Give")
            self.assertIn("José Álvarez gave 2:00 hours", screen.notification())
            screen.press("Give from the pot")
            screen.pick("To", "Mary", "Mary-Jane Fox")
            screen.fill("Hours", "30m")
            self.assertIn("Trip to the coast gives 0:30 hours to Mary-Jane Fox.", screen.text())
            screen.fill("What for", "Half a sack of compost")
            screen.picture("pot-gives-phone")
            screen.press("Give")
            self.assertIn("gave 0:30 hours to Mary-Jane Fox", screen.notification())
            screen.back()
            self.assertIn("1:30", screen.row("Trip to the coast").inner_text())
        self.assertEqual((self.pot.balance_minutes, self.mary.account_id.balance_minutes), (90, 210))
