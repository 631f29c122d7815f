"""A coordinator of two banks logs hours, approves many at once, takes it back, refuses and reverses."""

from ..common import TODAY
from .common import JourneyCase


class TestHoursJourney(JourneyCase):
    def _to_approve(self, screen):
        screen.open_app()
        screen.open_menu("Today", "Hours to approve")

    def _waiting(self):
        return self.env["timebank.hours"].search(
            [("state", "=", "submitted"), ("scheme_id", "in", (self.scheme | self.hillside).ids)]
        )

    def test_several_people_at_once(self):
        """The bank comes first, and what was made is shown."""
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Today", "Several people at once")
            screen.pick("Time bank", "River Street")
            screen.pick("Given by", "jose", "José Álvarez")
            screen.pick("Given by", "Mary", "Mary-Jane Fox")
            screen.fill("Hours each gave", "1h30")
            screen.fill("Description", "Cleared the garden")
            screen.picture("hours-several")
            screen.press("Record")
            self.assertIsNone(screen.dialog())
            self.assertEqual(len(screen.rows()), 2)
            self.assertEqual(screen.cell("José Álvarez", "Hours"), "1:30")
            self.assertEqual(screen.cell("Mary-Jane Fox", "Status"), "Approved")
            screen.picture("hours-several-made")
        self.assertEqual(self.jose.account_id.balance_minutes, 390)

    def test_approves_in_bulk_and_takes_it_back(self):
        """Told how many and how much; *Undo* puts them back, and they can be approved again."""
        waiting = self._waiting()
        with self.at_screen(self.coordinator) as screen:
            self._to_approve(screen)
            self.assertEqual(len(screen.rows()), len(waiting))
            screen.tick_rows("José Álvarez", "Mary-Jane Fox", "Hannah Hill")
            screen.press("Approve")
            screen.picture("hours-approved")
            self.assertEqual(len(screen.rows()), len(waiting) - 3)
            self.assertIn("3 approved: 2:15 hours.", screen.corner())
            screen.press_in_corner("Undo")
            self.assertIn("3 taken back and waiting again: 2:15 hours.", screen.notification())
            self.assertEqual(len(screen.rows()), len(waiting))
            screen.picture("hours-taken-back")
            screen.tick_rows("José Álvarez", "Mary-Jane Fox")
            screen.press("Approve")
            self.assertIn("2 approved: 1:30 hours.", screen.notification())
        self.assertEqual(self.jose.account_id.balance_minutes, 345)

    def test_what_was_left_is_listed(self):
        """Her own entry is left, with the reason; the rest can be taken back from the list of it."""
        mine = self._make_member(self.coordinator.partner_id)
        self._make_hours(mine, 30, "submitted", date=TODAY)
        with self.at_screen(self.coordinator) as screen:
            self._to_approve(screen)
            screen.tick_rows("José Álvarez", "Cora Hart")
            screen.press("Approve")
            self.assertEqual(screen.dialog(), "1 approved, 1 could not be")
            self.assertIn("another coordinator has to decide", screen.text())
            screen.picture("hours-left")
            screen.press("Undo the rest")
            self.assertIn("waiting again", screen.notification())
        self.assertEqual(self.jose.account_id.balance_minutes, 300)

    def test_refuses_in_bulk_and_reverses(self):
        with self.at_screen(self.coordinator) as screen:
            self._to_approve(screen)
            screen.tick_rows("José Álvarez", "Mary-Jane Fox")
            screen.press("Refuse")
            self.assertIn("2 chosen, 1:30 hours.", screen.text())
            screen.picture("hours-refuse")
            screen.fill_reason("Given twice")
            screen.press("Refuse")
            self.assertIn("2 refused: 1:30 hours.", screen.notification())
            screen.open_menu("Today", "All hours")
            screen.open("5:00")
            screen.press("Reverse")
            screen.fill_reason("Another day")
            screen.press("Reverse")
            screen.notification()
            self.assertIn("Another day", screen.text())
            screen.picture("hours-reversed")
        self.assertEqual(self.jose.account_id.balance_minutes, 0)
