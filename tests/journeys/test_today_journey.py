"""Where everybody starts: each figure of the first screen is a way in, on the desk and on the phone."""

from .common import JourneyCase

FIGURE = "a[data-figure]"


class TodayCase(JourneyCase):
    def _figures(self, screen):
        """``{key: (count, title)}`` as they stand on the screen."""
        return {
            one.get_attribute("data-figure"): (
                int(one.locator(".o_timebank_today_count").inner_text()),
                one.locator(".fw-bold").last.inner_text().strip(),
            )
            for one in screen.page.locator(FIGURE).all()
        }

    def _press_figure(self, screen, key):
        screen.page.locator(f'a[data-figure="{key}"]').click()
        screen.settle()

    def _look_into_each(self, screen):
        """Press each figure: as many rows as it says are there; then back.

        :return: the figures' keys
        """
        found = self._figures(screen)
        for key, (count, title) in found.items():
            with self.subTest(key):
                self._press_figure(screen, key)
                if screen.view() not in ("list", "kanban"):
                    screen.switch("list")
                self.assertEqual(screen.title(), title)
                self.assertEqual(len(screen.rows()), count)
                screen.check()
                screen.back()
                self.assertEqual(screen.title(), "Today")
        return set(found)

    def _start(self, screen):
        screen.open_app()
        screen.page.locator(".o_timebank_today").wait_for()


class TestTodayJourney(TodayCase):
    def test_coordinator(self):
        with self.at_screen(self.coordinator) as screen:
            self._start(screen)
            screen.picture("today-coordinator")
            found = self._look_into_each(screen)
            self.assertLessEqual({"hours", "claims", "registers", "requests", "checks"}, found)
            screen.press("Broker's desk")
            self.assertEqual(screen.title(), "Broker's desk")
            screen.back()

    def test_coordinator_on_the_phone(self):
        with self.at_screen(self.coordinator, phone=True, start="/odoo/timebank-today") as screen:
            screen.picture("today-phone")
            self.assertLessEqual({"hours", "claims"}, self._look_into_each(screen))
            wide = screen.page.evaluate("document.scrollingElement.scrollWidth")
            self.assertLessEqual(wide, 390)

    def test_finance(self):
        with self.at_screen(self.finance) as screen:
            self._start(screen)
            screen.picture("today-finance")
            self.assertLessEqual({"bills", "off_course"}, self._look_into_each(screen))
            self.assertFalse(screen.shows_button("Broker's desk"))

    def test_several_roles(self):
        with self.at_screen(self.several) as screen:
            self._start(screen)
            screen.picture("today-several")
            self.assertLessEqual({"hours", "bills"}, self._look_into_each(screen))

    def test_no_role(self):
        with self.at_screen(self.staff) as screen:
            self._start(screen)
            screen.picture("today-nobody")
            self.assertIn("Nothing needs you now", screen.text())

    def test_what_is_decided_is_gone(self):
        with self.at_screen(self.coordinator) as screen:
            self._start(screen)
            count, _title = self._figures(screen)["hours"]
            self._press_figure(screen, "hours")
            screen.open_first()
            screen.press("Approve")
            screen.back("Today")
            self.assertEqual(self._figures(screen)["hours"][0], count - 1)


class TestManagersJourney(TodayCase):
    def test_first_hour_of_a_bank(self):
        with self.at_screen(self.manager) as screen:
            self._start(screen)
            screen.picture("today-manager")
            self.assertLessEqual({"hours", "claims", "registers"}, self._look_into_each(screen))
            screen.open_menu("Configuration", "Time banks")
            screen.new()
            screen.fill("Time bank", "Newtown")
            screen.save()
            screen.press("See what to set up")
            card = screen.page.locator('[data-section="first_hour"]').filter(has_text="To set up Newtown")
            card.wait_for()
            screen.picture("today-first-hour")

            def step(key):
                return card.locator(f'[data-step="{key}"]')

            def go_to(key):
                step(key).locator("a").click()
                screen.settle()

            def tick(key):
                step(key).get_by_text("Done", exact=True).click()
                screen.settle()
                self.assertEqual(step(key).count(), 0)

            # its rules and coordinators, on its own page
            go_to("rules")
            self.assertEqual(screen.title(), "Newtown")
            screen.fill("Credit limit", "5")
            screen.choose("category_policy", "Hours that are handed in have a category")
            screen.choose("Time zone", "Europe/Dublin")
            screen.pick("Coordinators", "Cole Dunn")
            screen.save()
            screen.picture("bank-new")
            screen.back("Today")
            tick("rules")
            self.assertEqual(step("coordinators").count(), 0, "there are two")
            # what its reports and its people call things
            go_to("categories")
            screen.new()
            screen.fill_line("Name", "Allotments")
            screen.press("Save")
            screen.back("Today")
            tick("categories")
            go_to("skills")
            screen.new()
            screen.fill("e.g. Archery", "Grafting fruit trees")
            screen.save()
            screen.back("Today")
            tick("skills")
            # the first member, into this bank, who can do what was just named
            go_to("members")
            self.assertEqual(screen.value("Time bank"), "Newtown")
            screen.pick("Can do or lend", "Grafting", "Grafting fruit trees")
            for _step in range(4):
                screen.press("Next")
            screen.fill("Full name", "Nora First")
            screen.fill("Phone", "0113 496 0101")
            screen.press("Welcome them")
            self.assertIsNone(screen.dialog())
            self.assertEqual(screen.title(), "Nora First")
            screen.open_menu("Today", "Today")
            self.assertEqual((step("members").count(), step("session").count()), (0, 1))
            # the first session, of an activity that is made on the way
            go_to("session")
            self.assertEqual(screen.view(), "form")
            screen.pick("Activity", "Grafting day", "Create and edit")
            self.assertEqual(screen.value("Time bank"), "Newtown")
            screen.press("Save")
            screen.fill_range("When", "03/19/2026 11:00", "03/19/2026 13:00")
            screen.save()
            screen.open_menu("Today", "Today")
            self.assertEqual(card.count(), 0)
            screen.picture("today-after-first-hour")
        bank = self.env["timebank.scheme"].search([("name", "=", "Newtown")])
        self.assertFalse(bank.has_steps_left)
        self.assertEqual((bank.credit_limit_minutes, bank.tz), (300, "Europe/Dublin"))
        self.assertIn(self.coordinator2, bank.coordinator_ids)
        session = self.env["timebank.session"].search([("scheme_id", "=", bank.id)])
        self.assertEqual(session.tz, "Europe/Dublin")

    def test_whether_all_is_well(self):
        """A job has stopped: its manager is told where all that is watched stands, and sees which and why."""
        cron = self.env.ref("timebank_coproduction.cron_fold")
        job = self.env["timebank.job"].search([("cron_id", "=", cron.id)])
        job._in_verb().write({"succeeded_on": "2026-03-15 01:00:00"})
        with self.at_screen(self.manager) as screen:
            screen.open_app()
            screen.open_menu("Configuration", "Health")
            self.assertEqual(screen.title(), "Health")
            self.assertIn(cron.name, screen.row("Late or failed").inner_text())
            for watched in ("Ledger of River Street", "Replica", "Disk of attachments", "Versions"):
                self.assertEqual(screen.row(watched).count(), 1, watched)
            screen.picture("health")
            for name in ("Seals", "Codes tried"):
                screen.press(name)
                self.assertEqual(screen.title(), name)
                screen.back()
            screen.press("Jobs")
            screen.open(cron.name)
            self.assertEqual(screen.status(), "Late")
            screen.picture("job-late")

    def test_where_people_begin(self):
        """On *Today*, unless they chose; with several new banks, what is to decide comes first."""
        for name in ("Newtown", "Oldtown"):
            self._make_scheme(name)
        with self.at_screen(self.manager) as screen:
            self.assertEqual(screen.title(), "Today")
            parts = screen.page.locator(".o_timebank_today [data-section]")
            order = [one.get_attribute("data-section") for one in parts.all()]
            self.assertEqual(order[0], "decide")
            self.assertIn("first_hour", order)
            lists = screen.page.locator('[data-section="first_hour"]').all()
            self.assertFalse([one for one in lists if one.get_attribute("open") is not None])
            screen.picture("today-several-new")
