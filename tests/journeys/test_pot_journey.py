"""Credits given into a pot and out of it, and what is printed of them."""

from .common import JourneyCase


class TestPotJourney(JourneyCase):
    def test_into_a_pot_and_out_of_it(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Pots")
            screen.new()
            screen.fill("e.g. Young people's trip", "Seeds for the garden")
            screen.pick("Time bank", "River Street")
            screen.save()
            screen.press("Give to the pot")
            self.assertEqual(screen.value("To"), "Seeds for the garden")
            offers = screen.offers("From", "h")
            self.assertFalse([one for one in offers if "Hannah" in one or "Harbour" in one and "Mari" in one])
            screen.pick("From", "José", "José Álvarez")
            screen.fill("Hours", "1:30")
            self.assertIn("José Álvarez gives 1:30 hours to Seeds for the garden.", screen.text())
            self.assertIn("José Álvarez has 3:30 then. Seeds for the garden has 1:30 then.", screen.text())
            screen.picture("gift")
            screen.fill("What for", "José rang")
            screen.press("Give")
            self.assertIn("José Álvarez gave 1:30 hours", screen.notification())
            self.assertIn("1:30", screen.text())
            screen.press("Give from the pot")
            screen.pick("To", "Mary", "Mary-Jane Fox")
            screen.fill("Hours", "30m")
            screen.fill("What for", "Half a sack of compost")
            screen.press("Give")
            screen.notification()
            screen.picture("pot-after-gifts")
        pot = self.env["timebank.account"].search([("name", "=", "Seeds for the garden")])
        self.assertEqual((pot.balance_minutes, self.mary.account_id.balance_minutes), (60, 210))

    def test_from_a_member_on_a_phone(self):
        with self.at_screen(self.coordinator, phone=True) as screen:
            screen.go(f"/odoo/timebank-members/{self.jose.id}")
            screen.press("Give credits")
            screen.pick("To", "Trip", "Trip to the coast")
            screen.fill("Hours", "2")
            screen.fill("What for", "José rang")
            screen.picture("gift-phone")
            screen.tick("The other way round")
            self.assertIn("Trip to the coast has 0:00 hours: too little to give that much.", screen.text())
            screen.tick("The other way round")
            screen.press("Give")
            self.assertIn("José Álvarez gave 2:00 hours to Trip to the coast.", screen.notification())
        self.assertEqual(self.pot.balance_minutes, 120)

    def test_given_to_one_of_two_of_a_name(self):
        """By telephone and postcode: it goes to the John Smith who is meant."""
        with self.at_screen(self.coordinator) as screen:
            screen.go(f"/odoo/timebank-members/{self.jose.id}")
            screen.press("Give credits")
            johns = [one for one in screen.offers("To", "John") if "John Smith" in one]
            self.assertEqual(len({" ".join(one.split()) for one in johns}), 2, johns)
            screen.pick("To", "John", "LS8 5HT")
            self.assertEqual(screen.value("To"), "John Smith")
            screen.fill("Hours", "1")
            screen.fill("What for", "José rang")
            screen.picture("gift-to-one-of-two")
            screen.press("Give")
            self.assertIn("José Álvarez gave 1:00 hours to John Smith.", screen.notification())
        self.assertEqual(self._balances(self.smith, self.smith2), [0, 60])
