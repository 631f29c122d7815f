"""Time is typed as people say it."""

from ..durations import UNREADABLE, UNREADABLE_WITH_COMMA, WRITTEN, WRITTEN_WITH_COMMA
from .common import JourneyCase

READ = """([texts, decimal]) => {
    const { readHours } = odoo.loader.modules.get("@timebank_coproduction/hours/read_hours");
    return texts.map((text) => {
        try {
            return Math.floor(readHours(text, decimal) * 60 + 0.5);
        } catch {
            return null;
        }
    });
}"""


class TestDurationsJourney(JourneyCase):
    def test_the_browser_reads_as_the_server_does(self):
        tables = [
            (".", {**WRITTEN, **dict.fromkeys(UNREADABLE)}),
            (",", {**WRITTEN_WITH_COMMA, **dict.fromkeys(UNREADABLE_WITH_COMMA)}),
        ]
        with self.at_screen(self.coordinator) as screen:
            for decimal, table in tables:
                read = screen.page.evaluate(READ, [list(table), decimal])
                self.assertEqual(dict(zip(table, read, strict=True)), table)

    def test_hours_as_they_are_said(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Today", "All hours")
            screen.new()
            for said, shown in (("1,5", "1:30"), ("1h15", "1:15"), ("90m", "1:30"), ("2", "2:00")):
                screen.fill("Hours", said)
                self.assertEqual(screen.value("Hours"), shown)
            screen.fill("Hours", "a while")
            self.assertIn("“a while” is not an amount of time that can be recorded", screen.notification())
            screen.fill("Hours", "90 min")
            self.assertEqual(screen.value("Hours"), "1:30")
