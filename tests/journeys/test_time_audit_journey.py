"""What a month's audit warns of: from Today to a step that is noted, and whether it helped a month later."""

from datetime import date, datetime

from freezegun import freeze_time

from .common import JourneyCase

FEBRUARY, MARCH = (date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31))


class TestTimeAuditJourney(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.jose | cls.mary | cls.ben | cls.harry | cls.li | cls.smith).joined_on = date(2025, 3, 1)
        for member, day in ((cls.ben, date(2025, 6, 3)), (cls.mary, date(2026, 2, 10))):
            hours = cls._make_hours(member, 600, "submitted", date=day)
            hours.with_user(cls.manager).action_approve()
        cls._count(FEBRUARY)
        cls.env.flush_all()

    @classmethod
    def _count(cls, month):
        """As the job does at night, of one month."""
        cls.env["timebank.time.audit"]._count(cls.scheme, *month)

    def _open_audit(self, screen):
        screen.open_app()
        screen.page.locator('a[data-figure="audits"]').click()
        screen.settle()
        self.assertEqual(screen.title(), "Time audits to look at")
        screen.open("River Street")

    def test_coordinator(self):
        with self.at_screen(self.coordinator) as screen:
            self._open_audit(screen)
            self.assertEqual(screen.status(), "To look at")
            self.assertIn("Little comes back", screen.text())
            self.assertIn("2 of 6 members have credits and have spent none", screen.text())
            screen.picture("audit-warnings")
            # who is behind it
            screen.press_in_row("Dormant", title="Who or what is behind it")
            self.assertEqual(len(screen.rows()), 2)
            self.assertTrue(screen.row("Ben Okoro").is_visible() and screen.row("Mary-Jane Fox").is_visible())
            screen.back()
            # what can be done: asked, and noted by itself
            screen.press_in_row("Dormant", "Ask them")
            self.assertIn("to-do to ask each of 2 people", screen.notification())
            self.assertEqual(screen.cell("Dormant", "What you did"), "Asked 2 people")
            screen.press_in_row("Little comes back", "Rewards")
            self.assertEqual(screen.title(), "What credits buy at River Street")
            screen.back()
            screen.fill_row("Little comes back", "What you did", "A bus trip is in the catalogue")
            screen.save()
            self.assertEqual(screen.status(), "Looked at")
            screen.picture("audit-noted")
            screen.open_menu("Grants and reports", "Time audit")
            self.assertIn("Looked at", screen.row("February 2026").inner_text())
            screen.picture("audit-list")
            screen.switch("graph")
            screen.picture("audit-graph")
        self._come_back_a_month_later()

    def _come_back_a_month_later(self):
        with freeze_time(datetime(2026, 4, 2, 10), tick=True):
            self._make_claim(self.mary, self.lesson, "approved")
            self._count(MARCH)
            with self.at_screen(self.coordinator) as screen:
                self._open_audit(screen)
                screen.tab("Since the month before")
                self.assertEqual(
                    screen.cell("Little comes back", "What was done"), "A bus trip is in the catalogue"
                )
                self.assertIn("%", screen.cell("Little comes back", "This month"))
                screen.picture("audit-month-later")

    def test_on_the_phone(self):
        with self.at_screen(self.coordinator, phone=True, start="/odoo/timebank-today") as screen:
            screen.page.locator('a[data-figure="audits"]').click()
            screen.settle()
            screen.picture("audit-phone-list")
            screen.open("River Street")
            self.assertIn("Little comes back", screen.text())
            self.assertEqual(screen.too_wide(), [])
            screen.picture("audit-phone")
