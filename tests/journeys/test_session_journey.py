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
            screen.fill("When", "20/03/2026 14:00:00")
            screen.save()
            self.assertEqual(screen.value("Activity"), "Bingo")
            self.assertEqual(screen.status(), "Draft")
        self.assertEqual(self._newest().activity_id.scheme_id, self.hillside)
