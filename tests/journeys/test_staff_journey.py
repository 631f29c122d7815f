"""Staff without a role, who belong to a bank as others do: their own hours, and a place in a session."""

from .common import JourneyCase


class TestStaffJourney(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stella = cls._make_member(cls.staff.partner_id)

    def test_hours_are_handed_in(self):
        """Her own, from Today; who runs the bank finds them and approves."""
        with self.at_screen(self.staff) as screen:
            screen.open_app()
            screen.press("My hours")
            screen.new()
            screen.fill("Hours", "1:15")
            screen.fill("e.g. Shopping and a chat", "Sorted the seeds")
            screen.picture("staff-hours")
            screen.press("Hand in")
            self.assertEqual(screen.status(), "To approve")
            self.assertFalse(screen.shows_button("Approve"))
            screen.back("My hours")
            self.assertEqual(screen.cell("Sorted the seeds", "Hours"), "1:15")
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Today", "Hours to approve")
            screen.open("Stella Fox")
            self.assertEqual(screen.value("Hours"), "1:15")
            screen.press("Approve")
            self.assertIn("Stella Fox", screen.notification())
        with self.at_screen(self.staff) as screen:
            screen.open_app()
            screen.press("My credits")
            self.assertIn("1:15", screen.text())
        self.assertEqual(self._balances(self.stella), [75])

    def test_a_place_in_a_session(self):
        """On the members' pages, which are hers as well; who runs the session finds her on its register."""
        with self.at_screen(self.staff, start="/timebank", scripts=False) as page:
            page.follow("Sessions")
            page.follow("Tea")
            page.page.get_by_label("To take part").check()
            page.press("Sign up")
            self.assertIn("You are signed up.", page.reads())
            page.picture("staff-signed-up")
        with self.at_screen(self.staff) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Sessions")
            screen.switch("list")
            screen.open("Tea")
            self.assertFalse(screen.shows_button("Call off"))
            self.assertIn("Stella Fox", screen.text())
            self.assertNotIn("Ann Lee", screen.text())
        with self.at_screen(self.coordinator) as screen:
            screen.go(f"/odoo/timebank-sessions/{self.tea.id}")
            self.assertEqual(screen.cell("Stella Fox", "State"), "Signed up")
