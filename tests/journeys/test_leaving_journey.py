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

    def test_pause_and_archive(self):
        """What is open is said before somebody pauses; a contact is archived once they have."""
        self.coordinator.group_ids |= self.env.ref("base.group_partner_manager")
        self.tea.sign_up(self.jose.partner_id)
        with self.at_screen(self.coordinator) as screen:
            screen.go(f"/odoo/contacts/{self.jose.partner_id.id}")
            screen.act("Archive")
            with screen.refused("José Álvarez is a member of River Street", "Open the membership"):
                screen.press("Archive")
                screen.picture("archive-a-member")
            screen.press("Pause")
            self.assertEqual(screen.dialog(), "Pause a membership")
            self.assertIn("Places in sessions are kept: Tea", screen.text())
            self.assertIn("Offers and requests pause too: Baking", screen.text())
            screen.picture("pausing")
            screen.press("Pause")
            self.assertIsNone(screen.dialog())
            self.assertEqual(screen.status(), "Paused")
            screen.go(f"/odoo/contacts/{self.jose.partner_id.id}")
            screen.act("Archive")
            screen.press("Archive")
            self.assertIn("ARCHIVED", screen.text())
            screen.open_app()
            screen.open_menu("Members", "Members")
            screen.search_filter("Paused")
            screen.open("José Álvarez")
            screen.press("Welcome back")
            self.assertEqual(screen.status(), "Active")
        self.assertEqual((self.jose.state, self.jose.partner_id.active), ("active", True))
        self.assertEqual(self.jose.balance_minutes, 300)
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
