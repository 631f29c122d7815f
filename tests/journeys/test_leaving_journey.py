"""A coordinator ends a membership: what is open is shown, and settled in one go."""

from .common import JourneyCase


class TestLeavingJourney(JourneyCase):
    def test_leave_and_come_back(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Members", "Members")
            screen.open("José Álvarez")
            screen.press("Leave")
            self.assertEqual(screen.dialog(), "End a membership")
            screen.picture("leaving")
            screen.press("End the membership")
            self.assertEqual(screen.dialog(), "End a membership", "asked for the reason first")
            screen.fill("Why", "Moved to Leeds")
            screen.press("End the membership")
            self.assertIsNone(screen.dialog())
            self.assertEqual(screen.status(), "Left")
            screen.press("Welcome back")
            self.assertEqual(screen.status(), "Active")
        self.assertEqual((self.jose.state, self.jose.balance_minutes), ("active", 0))
        self.assertFalse(self.scheme.check_ledger())

    def test_on_the_phone(self):
        with self.at_screen(self.coordinator, phone=True) as screen:
            screen.open_app()
            screen.open_menu("Members", "Members")
            screen.open("José Álvarez")
            screen.press("Leave")
            screen.fill("Why", "Moved to Leeds")
            screen.picture("leaving-phone")
            screen.press("End the membership")
            self.assertIsNone(screen.dialog())
        self.assertEqual((self.jose.state, self.jose.account_id.state), ("left", "closed"))
        self.assertEqual(self.scheme.pot_account_id.balance_minutes, 300)
