"""A bank moves in from another program: files, questions, balances, proof, and the way back."""

from datetime import datetime

from freezegun import freeze_time

from ..moving_in_common import MOVING_DAY, SAMPLES
from .common import JourneyCase

FILES = [
    SAMPLES / "timeoverflow" / f"{name}_2026-11-20.csv"
    for name in ("Members", "Transfers", "Offers", "Inquiries")
]


class TestMovingInJourney(JourneyCase):
    def test_coordinator(self):
        self.scheme.credit_limit_minutes = 20 * 60
        self.env.flush_all()
        with freeze_time(datetime.combine(MOVING_DAY, datetime.min.time()).replace(hour=10), tick=True):
            self._move()

    def _move(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Configuration", "Moving in")
            screen.new()
            screen.pick("Time bank", "River Street")
            screen.attach("Files", *FILES)
            screen.save()
            screen.picture("moving-files")
            screen.press("Rehearse")
            self.assertEqual(screen.status(), "Rehearsed")
            self.assertIn("TimeOverflow", screen.title())
            self.assertIn("A mail address of two people", screen.text())
            screen.picture("moving-questions")
            screen.press("Answer the rest as proposed")
            self.assertTrue(screen.shows_button("Carry out"))
            screen.tab("What was recognised")
            self.assertIn("Members_2026-11-20.csv: TimeOverflow, members", screen.text())
            screen.page.locator("button[name=action_view_people]").click()
            screen.settle()
            self.assertEqual(screen.cell("Zoë Müller", "Will have"), "24:00")
            screen.picture("moving-balances")
            screen.back()
            screen.page.locator("button[name=action_view_rows]").click()
            screen.settle()
            screen.picture("moving-rows")
            screen.back()
            screen.press("Carry out")
            screen.page.locator(".o_dialog .modal-footer .btn-primary").click()
            screen.settle()
            self.assertIn("is being carried out", screen.text())
        self.env.ref("timebank_coproduction.cron_migration").method_direct_trigger()
        self.env.invalidate_all()
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Configuration", "Moving in")
            screen.open("TimeOverflow into River Street")
            self.assertEqual(screen.status(), "Done")
            self.assertIn("every balance in the ledger is the one that was rehearsed", screen.text())
            screen.picture("moving-done")
            screen.press("Undo")
            screen.fill_reason("It was only a try")
            screen.press("Confirm")
            screen.open_menu("Configuration", "Moving in")
            self.assertIn("Undone", screen.row("TimeOverflow into River Street").inner_text())
        self.assertEqual(self.scheme.check_ledger(), [])
