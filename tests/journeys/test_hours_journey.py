"""A coordinator of two banks logs hours, approves many at once, takes it back, refuses and reverses; so
does a manager who coordinates neither."""

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

    def test_several_people_of_whom_she_is_one(self):
        """Her own is kept, she is told why it waits, and a colleague finds it to approve."""
        self._make_member(self.coordinator.partner_id)
        self.scheme.coordinator_ids |= self.coordinator2
        with self.at_screen(self.coordinator) as screen:
            for givers, title in (
                (("Cora Hart",), "0 approved, 1 could not be"),
                (("Cora Hart", "José Álvarez"), "1 approved, 1 could not be"),
            ):
                screen.open_app()
                screen.open_menu("Today", "Several people at once")
                screen.pick("Time bank", "River Street")
                for giver in givers:
                    screen.pick("Given by", giver.split()[0], giver)
                screen.fill("Hours each gave", len(givers))
                screen.press("Record")
                self.assertEqual(screen.dialog(), title)
                self.assertIn("All are recorded.", screen.text())
                self.assertIn("another coordinator has to decide", screen.text())
                screen.picture(f"hours-several-waiting-{len(givers)}")
                screen.close()
        with self.at_screen(self.coordinator2) as screen:
            self._to_approve(screen)
            for _entry in range(2):
                screen.open("Cora Hart")
                screen.press("Approve")
                screen.notification()
                screen.open_menu("Today", "Hours to approve")
            self.assertEqual(len(self.read_statement(screen, "Cora Hart")), 2)

    def test_what_for(self):
        """A bank that may go without is told what comes of it; one that wants a category gets it."""
        self.hillside.category_policy = "required"
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Today", "All hours")
            screen.new()
            screen.pick("Time bank", "River Street")
            self.assertIn("counts as “None” in reports", screen.text())
            screen.picture("hours-what-for")
            screen.discard()
            screen.open_menu("Today", "Several people at once")
            screen.pick("Time bank", "Hillside")
            self.assertNotIn("counts as “None” in reports", screen.text())
            screen.pick("Given by", "Hal", "Hal Hill")
            screen.press("Record")
            self.assertEqual(screen.notification(), "Missing required fields")
            self.assertEqual(screen.dialog(), "Enter hours of several people")
            screen.picture("hours-category-wanted")
            screen.pick("Category", "Neighbourly", "Neighbourly help")
            screen.press("Record")
            self.assertEqual(screen.cell("Hal Hill", "Category"), "Neighbourly help")
        self.assertEqual(self.hill.account_id.balance_minutes, 300)

    def test_approves_in_bulk_and_takes_it_back(self):
        """Told how many and how much; *Undo* puts them back, and they can be approved again."""
        waiting = self._waiting()
        with self.at_screen(self.coordinator) as screen:
            self._to_approve(screen)
            self.assertEqual(len(screen.rows()), len(waiting))
            screen.picture("hours-to-approve")
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

    def test_what_was_changed_meanwhile_is_not_approved(self):
        """Two are changed in another window after the list was opened; then it shows what they say now."""
        with self.at_screen(self.coordinator) as screen:
            self._to_approve(screen)
            beside = screen.another()
            for name, hours in (("José Álvarez", "1:15"), ("Mary-Jane Fox", "2")):
                self._to_approve(beside)
                beside.open(name)
                beside.fill("Hours", hours)
                beside.save()
            screen.tick_rows("José Álvarez", "Hannah Hill")
            screen.press("Approve")
            self.assertEqual(screen.dialog(), "1 approved, 1 could not be")
            self.assertIn("was changed after you opened this page", screen.text())
            self.assertIn("José Álvarez, 1:15", screen.text())
            screen.picture("hours-changed-meanwhile")
            screen.close()
            self.assertEqual(screen.cell("José Álvarez", "Hours"), "1:15")
            screen.tick_rows("José Álvarez")
            screen.press("Approve")
            screen.notification()
            self.assertNotIn("José Álvarez", " ".join(screen.rows()))
        self.assertEqual(self.jose.account_id.balance_minutes, 375)

    def test_one_that_was_changed_meanwhile_on_the_phone(self):
        with self.at_screen(self.coordinator, phone=True) as screen:
            beside = screen.another()
            screen.go("/odoo/timebank-to-approve")
            beside.go("/odoo/timebank-to-approve")
            beside.open("José Álvarez")
            beside.fill("Hours", "1:15")
            beside.save()
            with screen.refused("José Álvarez, 1:15", "was changed after you opened this page"):
                screen.press_in_row("José Álvarez", "Approve")
            self.assertIn("1:15", " ".join(one for one in screen.rows() if "José" in one))
            screen.press_in_row("José Álvarez", "Approve")
            screen.notification()
        self.assertEqual(self.jose.account_id.balance_minutes, 375)

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

    def test_a_manager_decides_for_two_banks(self):
        """Approves, refuses and reverses what waits in both at once, each time told of how much."""
        earned = {self.jose: 300, self.mari: 120}
        with self.at_screen(self.manager) as screen:
            self._to_approve(screen)
            screen.tick_rows("José Álvarez", "Mari Harbour")
            screen.press("Approve")
            self.assertIn("2 approved: 1:30 hours.", screen.notification())
            screen.tick_rows("Mary-Jane Fox", "Hannah Hill")
            screen.press("Refuse")
            self.assertIn("2 chosen, 1:30 hours.", screen.text())
            screen.fill_reason("Given twice")
            screen.press("Refuse")
            self.assertIn("2 refused: 1:30 hours.", screen.notification())
            for member, minutes in earned.items():
                self.assertEqual(member.account_id.balance_minutes, minutes + 45)
            for member in earned:
                entry = self._newest(member)
                screen.go(f"/odoo/action-timebank_coproduction.timebank_hours_action/{entry.id}")
                screen.press("Reverse")
                screen.fill_reason("Another day")
                screen.press("Reverse")
                screen.notification()
                self.assertEqual(screen.status(), "Reversed")
            screen.picture("hours-of-two-banks")
        self.env.invalidate_all()
        for member, minutes in earned.items():
            self.assertEqual(member.account_id.balance_minutes, minutes)
            self.assertFalse(member.scheme_id.check_ledger())
        for member in (self.mary, self.hannah):
            entry = self._newest(member)
            self.assertEqual((entry.state, entry.refusal_reason), ("refused", "Given twice"))

    def _newest(self, member):
        return self.env["timebank.hours"].search(
            [("partner_id", "=", member.partner_id.id), ("scheme_id", "=", member.scheme_id.id)],
            order="date desc, id desc",
            limit=1,
        )
