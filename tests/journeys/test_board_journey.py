"""Two members meet over an offer on the board: on telephones, without scripts."""

from .common import JourneyCase


class TestBoardJourney(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ben.partner_id.email = "ben@example.com"
        cls.ben.share_email = True
        cls._make_offer(cls.ben, description="Patient with beginners")

    def _at_phone(self, user, member):
        return self.at_screen(user, phone=True, start=f"/timebank/{member.id}", scripts=False)

    def test_found_asked_introduced_and_met(self):
        with self._at_phone(self.portal, self.ann) as screen:
            screen.follow("Offers and requests")
            screen.fill("What are you looking for?", "beginners")
            screen.press("Search")
            screen.picture("board-found")
            screen.follow("Archery, Ben O.")
            screen.picture("board-listed")
            screen.fill("What would you like", "To try it once")
            screen.fill("How long would it take?", "1:30")
            screen.press("Ask to be introduced")
            self.assertIn("They are told.", screen.reads())
            screen.picture("introduction-asked")
        with self._at_phone(self.portal2, self.ben) as screen:
            screen.follow("Offers and requests")
            screen.follow("Introductions (1 to answer)")
            screen.picture("introductions")
            screen.follow("Archery, Ann L.")
            self.assertIn("“To try it once”", screen.reads())
            screen.picture("introduction-to-answer")
            screen.press("Yes, introduce us")
            self.assertEqual(screen.heading(), "Archery, Ann Lee")
            screen.picture("introduction-made")
        with self._at_phone(self.portal, self.ann) as screen:
            screen.follow("Offers and requests")
            screen.follow("Introductions")
            screen.follow("Archery, Ben Okoro")
            self.assertIn("ben@example.com", screen.reads())
            screen.follow("We have met")
            screen.fill("Day", "2026-03-17")
            screen.fill("From what time?", "half past")
            screen.press("Send")
            self.assertIn("There is a problem", screen.reads())
            screen.complaints.clear()  # of the answer that what was typed is wrong
            screen.picture("introduction-how-wrong")
            screen.fill("From what time?", "14:30")
            screen.mark("Well")
            screen.press("Send")
            self.assertIn("Thank you for telling us how it went.", screen.reads())
        with self._at_phone(self.portal2, self.ben) as screen:
            screen.follow("Offers and requests")
            screen.follow("Introductions")
            screen.follow("Archery, Ann Lee")
            screen.follow("Say how it went")
            screen.mark("Well")
            screen.fill("More about it", "She hit the middle")
            screen.press("Send")
            self.assertIn("the time is handed in", screen.reads())
            screen.follow("Offers and requests")
            screen.follow("Mine")
            screen.picture("board-mine")
        hours = self.env["timebank.hours"].search([("introduction_id", "!=", False)])
        self.assertEqual(
            (hours.state, hours.minutes, hours.receiver_id), ("submitted", 90, self.ann.partner_id)
        )
