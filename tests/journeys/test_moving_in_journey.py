"""A bank moves in from another program: files, questions, balances, proof, and the way back."""

from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

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

    def test_headings_nobody_knows(self):
        """A charity's own table: what its columns mean, and whom a name means, is said on the screen."""
        table = Path(self.enterContext(TemporaryDirectory())) / "odd.csv"
        table.write_text(
            "Colour;Wann;Dauer;Wem\nMay Park;13/01/2026;90;Bob Lee\nBob Lee;14/01/2026;45;\n"
            "May and Bob;15/01/2026;20;\nMay and Bob;16/01/2026;30;\n"
        )
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Configuration", "Moving in")
            screen.new()
            screen.pick("Time bank", "River Street")
            screen.attach("Files", table)
            screen.save()
            screen.press("Rehearse")
            self.assertEqual(screen.status(), "Files")
            self.assertIn("say what its columns mean", screen.text())
            screen.open("odd.csv")
            for heading, meaning in (
                ("Colour", "Name (of who gave, or the member)"),
                ("Dauer", "How long"),
                ("Wem", "Name of who received"),
            ):
                screen.choose_row(heading, "What it means", meaning)
            screen.choose_radio("Hours: a row for each time that somebody gave")
            screen.choose_radio("Read it so")
            screen.choose("Bare numbers are", "Minutes")
            screen.picture("moving-mapping")
            screen.top.locator(".modal-footer .o_form_button_save").click()
            screen.settle()
            screen.press("Rehearse")
            self.assertEqual(screen.status(), "Rehearsed")
            self.assertIn("nobody will be mailed", screen.text())
            screen.tab("Names")
            screen._cell(screen.row("May and Bob"), "Of the files").click()
            screen.settle()
            screen.pick_line("Of the files", "May Park")
            screen.pick_line("Of the files", "Bob Lee")
            screen.choose_line("Several people", "Each has the whole time")
            screen.picture("moving-names")
            screen.save()
            screen.press("Rehearse again")
            screen.tab("What was recognised")
            self.assertIn("1:30 hours", screen.text())
            self.assertTrue(screen.shows_button("Carry out"))
        move = self.env["timebank.migration"].search([], limit=1)
        self.assertEqual(sorted(move.row_ids.mapped("minutes")), [20, 20, 30, 30, 45, 90])
        with self.at_screen(self.coordinator, phone=True) as screen:
            screen.go(f"/odoo/timebank.migration/{move.id}")
            screen.tab("Names")
            self.assertEqual(screen.too_wide(), [])
            screen.picture("moving-names-phone")
            screen.tab("What was recognised")
            self.assertEqual(screen.too_wide(), [])
            screen.picture("moving-tables-phone")

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
            proof = " ".join(screen.printed("Print the proof").split())
            self.assertIn("Every row is accounted for", proof)
            self.assertIn("Zoë Müller", proof)
            screen.press("Undo")
            screen.fill_reason("It was only a try")
            screen.press("Confirm")
            screen.open_menu("Configuration", "Moving in")
            self.assertIn("Undone", screen.row("TimeOverflow into River Street").inner_text())
        self.assertEqual(self.scheme.check_ledger(), [])
