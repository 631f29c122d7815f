"""A coordinator of two banks plans sessions, and fills them."""

from datetime import datetime

from .common import JourneyCase


class TestSessionJourney(JourneyCase):
    def _newest(self):
        return self.env["timebank.session"].search([], order="id desc", limit=1)

    def test_new_from_the_calendar(self):
        """The click brings the day and hour; the activities are those of her banks."""
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Sessions")
            screen.picture("sessions")
            screen.scale("Week")
            screen.click_at("2026-03-19", "11:00")
            offers = screen.offers("Activity")
            self.assertIn("Choir", offers)
            self.assertIn("Café shift", offers)
            self.assertNotIn("Boat repair", offers)
            screen.pick("Activity", "Choir")
            screen.picture("session-new")
            screen.press("Save")
            screen.switch("list")
            self.assertTrue(screen.row("Choir").is_visible())
        self.assertEqual(self._newest().start, datetime(2026, 3, 19, 11))
        self.assertEqual(self._newest().scheme_id, self.hillside)

    def test_new_from_the_list_with_a_new_activity(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Sessions")
            screen.switch("list")
            screen.new()
            screen.pick("Activity", "Bingo", "Create and edit")
            screen.pick("Time bank", "Hillside")
            screen.press("Save")
            screen.fill("When", "03/20/2026 14:00:00")
            screen.save()
            self.assertEqual(screen.value("Activity"), "Bingo")
            self.assertEqual(screen.status(), "Draft")
        self.assertEqual(self._newest().activity_id.scheme_id, self.hillside)

    def test_from_an_idea_to_its_first_session(self):
        """Each step leads to the next."""
        idea = self._make_activity("Cooking for one", scheme_id=self.hillside.id, project_id=False)
        idea.state = "idea"
        with self.at_screen(self.coordinator, start=f"/odoo/timebank-activities/{idea.id}") as screen:
            screen.press("Plan it")
            screen.press("Plan a session")
            self.assertEqual(screen.value("Activity"), "Cooking for one")
            screen.fill("When", "03/20/2026 18:00:00")
            screen.save()
            screen.press("Open for sign-up")
            self.assertEqual(screen.status(), "Open")
        self.assertEqual((idea.state, len(idea.session_ids)), ("running", 1))

    def test_a_full_session_lets_people_wait(self):
        """Two places, one of them taken: of two who are added, the second waits, and it shows."""
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Sessions")
            screen.switch("list")
            screen.open("Tea")
            screen.add_line()
            screen.pick_line("Person", "Mary", "Mary-Jane Fox")
            screen.choose_line("Role", "Attendee")
            screen.add_line()
            screen.pick_line("Person", "Harry", "Harry Fox")
            screen.choose_line("Role", "Attendee")
            screen.save()
            self.assertEqual(screen.cell("Mary-Jane Fox", "State"), "Signed up")
            self.assertEqual(screen.cell("Harry Fox", "State"), "Waiting")
            self.assertIn("1 waiting", screen.text())
            screen.picture("session-waiting")
        self.assertEqual((self.tea.taken_count, self.tea.waiting_count), (2, 1))
        line = self.tea.attendance_ids.filtered(lambda one: one.partner_id == self.harry.partner_id)
        self.assertTrue(line.waiting_since)

    def test_only_sessions_of_her_banks(self):
        """Harbour's isn't in her calendar; by its address it opens, without buttons that would fail."""
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Sessions")
            screen.scale("Week")
            self.assertIn("Singing", screen.text())
            screen.picture("sessions-of-her-banks")
            self.assertNotIn("Caulking", screen.text())
            screen.go(f"/odoo/timebank-sessions/{self.caulking.id}")
            self.assertEqual(screen.status(), "Open")
            self.assertFalse(screen.shows_button("Call off"))
            self.assertFalse(screen.shows_button("Kiosk"))
        with self.at_screen(self.staff, start="/odoo/timebank-sessions") as screen:
            screen.scale("Week")
            self.assertIn("Caulking", screen.text())
