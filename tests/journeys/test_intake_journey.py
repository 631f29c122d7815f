"""A coordinator takes people in: somebody new, somebody known, and somebody who may be."""

from .common import JourneyCase


class TestIntakeJourney(JourneyCase):
    def _begin(self, screen, name, **details):
        """From the desk to the last step, for somebody who can bake."""
        screen.open_app()
        screen.press("New member")
        screen.pick("Can do or lend", "Baking")
        for _step in range(4):
            screen.press("Next")
        screen.pick("Time bank", "River Street")
        screen.fill("Full name", name)
        for label, value in details.items():
            screen.fill(label.capitalize(), value)

    def _named(self, name):
        here = [("scheme_id", "=", self.scheme.id)]
        return self.env["timebank.member"].search([*here, ("name", "ilike", name)])

    def test_somebody_new(self):
        with self.at_screen(self.coordinator) as screen:
            self._begin(screen, "Nia Bowen", phone="0113 496 0077", postcode="LS7 3AA")
            screen.picture("intake")
            screen.press("Welcome them")
            self.assertIsNone(screen.dialog())
            screen.open_menu("Members", "Members")
            self.assertTrue(screen.row("Nia Bowen").is_visible())
        self.assertEqual((self._named("Nia Bowen").state, len(self._named("Nia Bowen"))), ("active", 1))
        self.assertEqual(self._named("Nia Bowen").offer_ids.skill_id, self.baking)

    def test_likely_double_is_asked_about(self):
        with self.at_screen(self.coordinator) as screen:
            self._begin(screen, "jose alvarez", postcode="ls62ab")
            screen.press("Welcome them")
            self.assertEqual(screen.dialog(), "Welcome a member")
            self.assertIn("Is it one of these?", screen.text())
            screen.picture("intake-double")
            with screen.refused("Choose who it is"):
                screen.press("Welcome them")
            screen.choose_radio("José Álvarez")
            screen.press("Welcome them")
            self.assertIsNone(screen.dialog())
        self.assertEqual(self._named("José Álvarez"), self.jose)
        self.assertIn(self.baking, self.jose.offer_ids.skill_id)

    def test_another_john_smith(self):
        """Of two with that name, one is told apart by the postcode; the new one is a third."""
        with self.at_screen(self.coordinator) as screen:
            self._begin(screen, "John Smith", postcode="LS2 1AA")
            screen.press("Welcome them")
            self.assertNotIn("LS8 5HT", screen.text())
            screen.tick("None of them: somebody new")
            screen.press("Welcome them")
            self.assertIsNone(screen.dialog())
        self.assertEqual(len(self._named("John Smith")), 3)
