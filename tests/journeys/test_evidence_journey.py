"""What a trustee is shown: figures, charts and tables, the records behind them, and the page on paper."""

import os
from datetime import date
from pathlib import Path

from odoo.fields import Command

from ..common import TODAY
from .common import JourneyCase

TABLET = {"width": 768, "height": 1024}
SECTION = '.o_timebank_evidence_section[data-section="{}"]'

AXE = os.environ.get("TIMEBANK_AXE")
#: What is ours of a page; of Odoo's own box for several records one rule is known to be broken.
LOOK = """
(part) => axe.run(document.querySelector(part), {
    resultTypes: ["violations"], rules: {"aria-allowed-attr": {enabled: false}}
}).then(
    ({violations}) => violations.flatMap(
        ({id, impact, nodes}) => nodes.map(({html}) => `${id} (${impact}): ${html.slice(0, 200)}`)
    )
)
"""


class TestEvidenceJourney(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.activity.planned_by = "jointly"
        members = [cls._make_member(f"Helper {number}") for number in range(7)]
        hours = cls.env["timebank.hours"]
        for number, member in enumerate([*members, cls.cat]):
            for month in (1, 2, 3):
                hours += cls._make_hours(
                    member,
                    60 + 30 * number,
                    date=date(2026, month, 4),
                    project_id=cls.project.id,
                    activity_id=cls.activity.id,
                )
        hours.with_user(cls.coordinator).action_submit()
        hours.with_user(cls.manager).action_approve()
        cls.env.flush_all()

    def _open_from_form(self, screen):
        """The button among a form's figures; of many some stand behind *More*."""
        button = screen.page.locator(".oe_stat_button").filter(has_text="Evidence")
        if not button.count():
            screen.page.locator(".o-form-buttonbox .o_button_more").click()
        button.first.click()
        screen.settle()
        self.assertEqual(screen.title(), "Evidence")

    def _choose(self, screen, label, option):
        screen.page.get_by_label(label, exact=True).select_option(label=option)
        screen.settle()

    def _chosen(self, screen, label):
        return screen.page.get_by_label(label, exact=True).locator("option:checked").inner_text()

    def _section(self, screen, key):
        return screen.page.locator(SECTION.format(key))

    def _press(self, screen, key, words):
        self._section(screen, key).get_by_role("button", name=words, exact=True).click()
        screen.settle()

    def _value(self, screen, key):
        return screen.page.locator(f'[data-figure="{key}"] .o_timebank_evidence_value').inner_text()

    def test_coordinator(self):
        measured = (
            self.scheme.with_user(self.coordinator)
            .with_context(timebank_hide_small=True)
            .get_measures(date(2026, 1, 1), TODAY)
        )
        entries = self.env["timebank.hours"].search_count(
            [("scheme_id", "=", self.scheme.id), ("state", "=", "approved"), ("date", ">=", "2026-01-01")]
        )
        with self.at_screen(self.coordinator, start=f"/odoo/timebank.scheme/{self.scheme.id}") as screen:
            self._open_from_form(screen)
            self.assertEqual(screen.page.locator("h1").inner_text(), "River Street")
            self._choose(screen, "Period", "This year")
            self.assertEqual(self._value(screen, "head_count"), str(measured["head_count"]))
            self.assertTrue(self._section(screen, "involvement").locator("canvas").is_visible())
            screen.picture("evidence-coordinator")
            # what the chart rests on
            self._press(screen, "involvement", "Table")
            self.assertFalse(self._section(screen, "involvement").locator("canvas").count())
            rows = self._section(screen, "involvement").locator("tbody tr")
            self.assertEqual(rows.count(), 4)
            self.assertIn("Whole period", rows.last.inner_text())
            self._press(screen, "involvement", "What is this?")
            self.assertTrue(
                self._section(screen, "involvement").get_by_text("each is counted once").is_visible()
            )
            screen.picture("evidence-table")
            self._press(screen, "involvement", "What the figures mean")
            self.assertEqual(screen.title(), "What the figures mean")
            heading = screen.page.locator("[data-anchor='who-takes-part']")
            self.assertTrue(heading.evaluate("part => part === document.activeElement"))
            screen.picture("evidence-measures")
            screen.back()
            self.assertEqual(self._chosen(screen, "Period"), "This year")
            # the records, and back to where one was
            self._press(screen, "involvement", "Hours behind this")
            self.assertEqual(screen.view(), "list")
            self.assertEqual(len(screen.rows()), entries)
            screen.back()
            self.assertEqual(self._chosen(screen, "Period"), "This year")
            self.assertTrue(self._section(screen, "involvement").locator("tbody").is_visible())
            # from a figure to the people whom it counts
            figure = screen.page.locator('[data-figure="head_count"] a')
            self.assertIn("Show the records", figure.get_attribute("aria-label"))
            figure.focus()
            screen.page.keyboard.press("Enter")
            screen.settle()
            self.assertEqual(screen.view(), "list")
            self.assertEqual(screen.page.locator(".o_group_header").count(), measured["head_count"])
            screen.back()
            # a reload, as from a bookmark
            screen.go(screen.page.url)
            self.assertEqual(self._chosen(screen, "Period"), "This year")
            self.assertEqual(screen.page.locator("h1").inner_text(), "River Street")
            self._choose(screen, "Period", "Last year")
            self.assertIn("Nothing happened", screen.page.locator(".o_timebank_evidence_empty").inner_text())

    def test_by_keyboard(self):
        with self.at_screen(self.coordinator, start="/odoo/timebank-evidence?period=this_year") as screen:
            box = screen.page.get_by_label("Compared with", exact=True)
            box.focus()
            screen.page.keyboard.press("ArrowDown")
            screen.settle()
            self.assertEqual(self._chosen(screen, "Compared with"), "Just before")
            self.assertTrue(box.evaluate("box => box === document.activeElement"))
            button = self._section(screen, "involvement").get_by_role("button", name="Table", exact=True)
            button.focus()
            screen.page.keyboard.press("Enter")
            screen.settle()
            self.assertEqual(button.get_attribute("aria-pressed"), "true")
            self.assertTrue(button.evaluate("box => box === document.activeElement"))
            levels = screen.page.evaluate(
                "[...document.querySelectorAll('.o_timebank_evidence :is(h1, h2, h3)')].map((h) => h.tagName)"
            )
            self.assertEqual(levels[0], "H1")
            self.assertEqual(set(levels[1:]), {"H2"})

    def test_manager_on_a_tablet(self):
        with self.at_screen(self.manager) as screen:
            screen.page.set_viewport_size(TABLET)
            screen.go("/odoo/timebank-evidence?period=this_year")
            self.assertEqual(screen.too_wide(), [])
            hidden = screen.page.locator(".o_timebank_evidence_hidden").count()
            self.assertTrue(hidden)
            screen.picture("evidence-tablet")
            screen.page.get_by_label("Show small numbers").click()
            screen.settle()
            self.assertLess(screen.page.locator(".o_timebank_evidence_hidden").count(), hidden)
            self.assertIn("Small numbers are shown", screen.page.locator("header").last.inner_text())
            # nobody shows them round by going back to a bookmark
            screen.go(screen.page.url)
            self.assertEqual(screen.page.locator(".o_timebank_evidence_hidden").count(), hidden)

    def test_an_old_bookmark_shows_what_one_may_see(self):
        harbour = self._make_scheme("Harbour", coordinator_ids=[Command.set(self.manager.ids)])
        self.env.flush_all()
        asked = f"scheme_ids={self.scheme.id},{harbour.id}&period=this_year"
        with self.at_screen(self.coordinator, start=f"/odoo/timebank-evidence?{asked}") as screen:
            told = screen.page.locator(".o_timebank_evidence .alert")
            self.assertIn("These are the figures that you can see", told.inner_text())
            self.assertEqual(screen.page.locator("h1").inner_text(), "Hillside, River Street")
            screen.picture("evidence-bookmark")
            self._choose(screen, "Period", "This year")
            self.assertFalse(told.count())
            for wrong in ("period=own", "period=for_ever", "grant_id=999999", "date_from=never&period=own"):
                screen.go(f"/odoo/timebank-evidence?{wrong}")
                self.assertIn("that you can see", told.inner_text())
                self.assertEqual(self._chosen(screen, "Period"), "Last 12 months")

    def test_nobody_is_kept_off_the_pages(self):
        """What axe-core finds on the pages of evidence, with a table and a definition open as well."""
        with self.at_screen(self.coordinator, start="/odoo/timebank-evidence?period=this_year") as screen:
            self._look_for_barriers(screen)
            for words in ("Table", "What is this?"):
                self._press(screen, "involvement", words)
            self._look_for_barriers(screen)
            screen.page.get_by_label("Show small numbers").click()
            screen.settle()
            self._look_for_barriers(screen)
            self._press(screen, "involvement", "What the figures mean")
            self._look_for_barriers(screen, ".o_timebank_measures")
        with self.at_screen(self.manager, start="/odoo/timebank-evidence?period=this_year") as screen:
            self._look_for_barriers(screen)

    def _look_for_barriers(self, screen, part=".o_timebank_evidence"):
        if AXE:
            screen.page.add_script_tag(content=Path(AXE).read_text())
            self.assertEqual(screen.page.evaluate(LOOK, part), [])

    def test_finance_comes_from_the_grant(self):
        grant = self.grant
        with self.at_screen(self.finance, start=f"/odoo/timebank.grant/{grant.id}") as screen:
            self._open_from_form(screen)
            self.assertEqual(self._chosen(screen, "Grant"), grant.name)
            self.assertFalse(screen.page.get_by_label("Show small numbers").count())
            self._choose(screen, "Grant", "All")
            self._choose(screen, "Period", "This year")
            self.assertTrue(self._value(screen, "head_count"))
            screen.picture("evidence-finance")

    def test_on_paper(self):
        with self.at_screen(self.coordinator, start="/odoo/timebank-evidence?period=this_year") as screen:
            self._press(screen, "involvement", "What is this?")
            screen.page.emulate_media(media="print")
            for css in (".o_main_navbar", ".o_control_panel", ".o_timebank_evidence_filters", "button"):
                for part in screen.page.locator(css).all():
                    self.assertFalse(part.is_visible(), css)
            # also of what isn't opened, and of how many each figure is
            for section in screen.page.locator(".o_timebank_evidence_section").all():
                self.assertTrue(section.locator(".o_timebank_evidence_definition").is_visible())
            words = screen.page.locator(".o_timebank_evidence").inner_text()
            for said in (
                "1 January 2026 to 18 March 2026",
                "As at",
                "at least 6 hours",
                "five people or more",
            ):
                self.assertIn(said, words)
            tall = screen.page.evaluate("document.documentElement.scrollHeight")
            self.assertGreater(tall, 2000)
            self.assertGreater(len(screen.page.pdf()), 10_000)
            screen.page.emulate_media(media="screen")
