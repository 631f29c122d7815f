"""Around midnight: of which day things are, for the bank and wherever somebody's screen is."""

from datetime import date, datetime, timedelta

from .common import JourneyCase


class MidnightCase(JourneyCase):
    """Ten minutes to midnight in London; twenty minutes later it is tomorrow there."""

    #: The days before and after midnight.
    today = date(2026, 3, 18)
    tomorrow = date(2026, 3, 19)
    begin = datetime(2026, 3, 18, 23, 50)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.approve_at_closing = True
        cls.night = cls._make_session(
            name="Night shelter",
            start=cls.begin - timedelta(minutes=80),
            stop=cls.begin + timedelta(minutes=40),
            tz="Europe/London",
        )
        cls._make_line(cls.mary, cls.night, present=False)
        morning = cls.begin + timedelta(hours=9)
        cls.breakfast = cls._make_session(
            name="Early breakfast", start=morning, stop=morning + timedelta(hours=1), tz="Europe/London"
        )

    def _log(self, screen, name, hours):
        """Hours of somebody's, on the day that the form proposes: what day that is."""
        screen.open_menu("Today", "All hours")
        screen.new()
        screen.pick("Given by", name.split()[0], name)
        screen.fill("Hours", hours)
        day = screen.value("Date")
        screen.press("Hand in")
        self.assertEqual(screen.status(), "To approve")
        return day

    def _todays(self, screen):
        """The sessions that *Today* says are today's and tomorrow's."""
        found = []
        for key in ("sessions_today", "sessions_tomorrow"):
            screen.open_menu("Today", "Today")
            figure = screen.page.locator(f'a[data-figure="{key}"]')
            if not figure.count():
                found.append([])
                continue
            figure.click()
            screen.settle()
            if screen.view() not in ("list", "kanban"):
                screen.switch("list")
            names = ("Night shelter", "Early breakfast")
            found.append([name for name in names if name in " ".join(screen.rows())])
        return found

    def _go_through_the_night(self, screen):
        self.assertEqual(self._log(screen, "Mary-Jane Fox", "1"), f"{self.today:%m/%d/%Y}")
        self.assertEqual(self._todays(screen), [["Night shelter"], ["Early breakfast"]])
        screen.picture("midnight-before")
        self.wait_until(self.begin + timedelta(minutes=20))
        self.assertEqual(self._log(screen, "José Álvarez", "1:15"), f"{self.tomorrow:%m/%d/%Y}")
        self.assertEqual(self._todays(screen)[0], ["Early breakfast"])
        screen.picture("midnight-after")

    def _check_days(self):
        logged = [("minutes", "in", (60, 75))]
        newest = self.env["timebank.hours"].search(logged, order="id desc", limit=2)
        here = {one.partner_id: one.date for one in newest}
        found = [here[self.mary.partner_id], here[self.jose.partner_id]]
        self.assertEqual(found, [self.today, self.tomorrow])


class TestMidnightJourney(MidnightCase):
    def test_a_day_goes_by(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            self._go_through_the_night(screen)
        self._check_days()

    def test_a_day_goes_by_in_auckland(self):
        """At a screen on the other side of the world, of somebody who hasn't said where they are."""
        self.coordinator.tz = False
        with self.at_screen(self.coordinator, zone="Pacific/Auckland") as screen:
            screen.open_app()
            self._go_through_the_night(screen)
        self._check_days()

    def test_a_register_over_midnight(self):
        """What began on a day is of that day, though it is closed on the next."""
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Today", "Today")
            screen.page.locator('a[data-figure="sessions_today"]').click()
            screen.settle()
            if screen.view() not in ("list", "kanban"):
                screen.switch("list")
            screen.open("Night shelter")
            screen.row("Mary-Jane Fox").locator("[name=present] input").click()
            screen.settle()
            screen.save()
            self.wait_until(self.begin + timedelta(minutes=50))
            screen.press("Close the register")
            screen.press("Close it")
            self.assertEqual(screen.status(), "Closed")
            screen.picture("midnight-register")
            screen.press_figure("Hours")
            self.assertIn(f"{self.today:%b %d}", " ".join(screen.rows()))
            [row] = [row for row in self.read_statement(screen, "Mary-Jane Fox") if "Night shelter" in row]
            self.assertIn(f"{self.today:%b %d}", row)
            self.assertIn("2:00", row)
        self.assertEqual(self._balances(self.mary), [300])


class TestSummerMidnightJourney(TestMidnightJourney):
    """While clocks are an hour ahead: it is tomorrow in London, and not yet in Greenwich."""

    allow_inherited_tests_method = True  # the same nights, as Odoo's own runner has to be told

    today = date(2026, 6, 17)
    tomorrow = date(2026, 6, 18)
    begin = datetime(2026, 6, 17, 22, 50)
