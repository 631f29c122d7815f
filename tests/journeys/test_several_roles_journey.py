"""Sally coordinates a bank and does its finance: each role's work is hers, and not the review of her own."""

from .common import JourneyCase


class TestSeveralRolesJourney(JourneyCase):
    def test_hours_are_approved(self):
        """Those of her bank; her own are for somebody else."""
        with self.at_screen(self.several) as screen:
            screen.open_app()
            screen.open_menu("Today", "Hours to approve")
            screen.open("Hannah Hill")
            screen.press("Approve")
            self.assertIn("Hannah Hill", screen.notification())
            self.assertEqual(screen.status(), "Approved")
            screen.open_menu("Today", "All hours")
            screen.search("Sally")
            screen.open("Sally Marsh")
            self.assertEqual(screen.status(), "To approve")
            self.assertFalse(screen.shows_button("Approve"))
            self.assertIn("0:45", " ".join(self.read_statement(screen, "Hannah Hill")))
        self.assertEqual(self._balances(self.hannah, self.sally), [45, 0])

    def test_what_she_prepared_somebody_else_reviews(self):
        with self.at_screen(self.several) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Grants")
            screen.open("Neighbours Together")
            screen.press("Match bills")
            screen.mark("bills", "Swim passes")
            screen.mark("claims", "Swim pass for Ann Lee")
            screen.press("Match")
            self.assertIn("Matched", screen.text())
            screen.picture("several-matched")
            screen.open_menu("Grants and reports", "Reconciliations")
            screen.open("Neighbours Together")
            screen.press("Refresh")
            screen.press("Sign as preparer")
            screen.press("Ok")
            self.assertEqual(screen.status(), "Prepared")
            self.assertFalse(screen.shows_button("Sign as reviewer"))
            self.assertIn("a second person in finance", screen.alerts())
            screen.picture("several-prepared")
        with self.at_screen(self.finance2) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Reconciliations")
            screen.open("Neighbours Together")
            screen.press("Sign as reviewer")
            self.assertEqual(screen.status(), "Reviewed")
