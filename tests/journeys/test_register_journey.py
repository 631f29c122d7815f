"""A coordinator makes sessions of an idea, moves them, fills them, and runs their registers."""

from datetime import datetime

from .common import JourneyCase


class RegisterJourneyCase(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.approve_at_closing = True  # what a coordinator closes is approved with it

    def _line(self, session, member):
        return session.attendance_ids.filtered(lambda one: one.partner_id == member.partner_id)

    def _open_session(self, screen, name):
        """From the menu."""
        screen.open_app()
        screen.open_menu("Activities", "Sessions")
        screen.switch("list")
        screen.open(name)

    def _read_statement(self, screen, name, session):
        """What the member's statement, opened from the menu, says of the session: a text for each line."""
        return [row for row in self.read_statement(screen, name) if session in row]

    def _credited(self, member, day):
        """Minutes of the entries of that day that count."""
        hours = self.env["timebank.hours"].search(
            [("partner_id", "=", member.partner_id.id), ("date", "=", day), ("state", "=", "approved")]
        )
        return sum(hours.mapped("minutes"))


class TestPlanningJourney(RegisterJourneyCase):
    def test_from_an_idea_to_a_series_of_which_one_is_moved(self):
        """An idea is planned, its sessions are made for three weeks; one goes to another day and hall."""
        self._make_activity("Chess", project_id=False)
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Activities and ideas")
            screen.open("Chess")
            screen.press("Plan it")
            self.assertEqual(screen.status(), "Planned")
            screen.press("Start")
            self.assertEqual(screen.status(), "Running")
            screen.open_menu("Activities", "Sessions")
            screen.switch("list")
            screen.new()
            screen.pick("Activity", "Chess")
            screen.fill("When", "03/24/2026 14:00:00")
            screen.save()
            screen.press("Open for sign-up")
            self.assertEqual(screen.status(), "Open")
            screen.press("Repeat…")
            screen.top.locator("[name=count] input").fill("3")
            screen.press("Make the series")
            rows = [row for row in screen.rows() if "Chess" in row]
            self.assertEqual(len(rows), 3)
            screen.picture("series")
        series = self.env["timebank.session"].search([("activity_id.name", "=", "Chess")], order="start")
        # the clocks change on 29 March: two in the afternoon stays two in the afternoon
        self.assertEqual(
            series.mapped("start"),
            [datetime(2026, 3, 24, 14), datetime(2026, 3, 31, 13), datetime(2026, 4, 7, 13)],
        )
        self._move_one_and_apply_to_later(series)

    def _move_one_and_apply_to_later(self, series):
        first, moved, last = series
        with self.at_screen(self.coordinator, start=f"/odoo/timebank-sessions/{moved.id}") as screen:
            screen.fill_range("When", "04/01/2026 16:00:00", "04/01/2026 18:00:00")
            screen.fill("Location", "Church hall")
            screen.save()
            screen.go(f"/odoo/timebank-sessions/{first.id}")
            screen.fill("Location", "Library")
            screen.fill("Places", "12")
            screen.save()
            screen.press("Apply to later ones")
            screen.press("Change them")
            self.assertEqual(screen.dialog(), "1 changed, 1 could not be")
            self.assertIn("Chess", screen.text())
            screen.picture("series-applied")
            screen.close()
        self.env.invalidate_all()
        self.assertEqual(series.mapped("location"), ["Library", "Church hall", "Library"])
        self.assertEqual(series.mapped("capacity"), [12, 12, 12])
        self.assertEqual((moved.start, last.start), (datetime(2026, 4, 1, 15), datetime(2026, 4, 7, 13)))

    def test_people_are_told_of_a_move_with_old_and_new(self):
        """The mail that waits to be sent knows where and when it was; the register lists who can't come."""
        self.tea.sign_up(self.mary.partner_id)
        later = self._make_session(
            name="Lunch", start=datetime(2026, 3, 27, 12), stop=datetime(2026, 3, 27, 14)
        )
        later.sign_up(self.mary.partner_id)
        self.env["timebank.session.notice"].search([]).unlink()
        with self.at_screen(self.coordinator) as screen:
            self._open_session(screen, "Tea")
            screen.fill("Location", "Church hall")
            screen.fill_range("When", "03/27/2026 13:00:00", "03/27/2026 15:00:00")
            screen.save()
            self.assertIn("Can't come as it is now: 1", screen.text())
            self.assertIn("signed up for “Lunch”", screen.row("Mary-Jane Fox").inner_text())
            screen.picture("session-moved")
        notices = self.env["timebank.session.notice"].search([("kind", "=", "moved")])
        self.assertEqual(notices.attendance_id.partner_id, (self.ann | self.mary).partner_id)
        self.assertEqual(set(notices.mapped("start")), {datetime(2026, 3, 20, 14)})
        self.assertEqual(set(notices.mapped("location")), {"Mill Hall"})

    def test_a_withdrawal_moves_up_who_waits(self):
        self.tea.sign_up(self.mary.partner_id)
        self.tea.sign_up(self.harry.partner_id)
        with self.at_screen(self.coordinator) as screen:
            self._open_session(screen, "Tea")
            self.assertEqual(screen.cell("Harry Fox", "State"), "Waiting")
            screen.row("Mary-Jane Fox").locator("button[name=action_withdraw]").click()
            screen.settle()
            self.assertEqual(screen.cell("Mary-Jane Fox", "State"), "Withdrawn")
            screen.picture("session-withdrawn")
            # Harry has no mail: somebody has to ring him, and the desk says so
            screen.go("/odoo/timebank-desk")
            calls = screen.page.locator("section[data-section=calls] li").filter(has_text="Harry Fox")
            self.assertIn("0113 496 0032", calls.first.inner_text())
            self.assertIn("Tea", calls.first.inner_text())
            screen.picture("desk-calls")
        line = self._line(self.tea, self.harry)
        self.assertTrue(line.offered_until or line.state == "signed_up")

    def test_calls_are_made_from_the_desk(self):
        """Two about one session: both stay in sight, and one ticked off by mistake is there again."""
        for member in (self.harry, self.oneill):
            self.singing.sign_up(self._make_member(member.partner_id, scheme=self.hillside).partner_id)
        self.hillside.coordinator_ids |= self.coordinator
        self.singing.with_user(self.coordinator).location = "Mill Hall"
        with self.at_screen(self.coordinator, start="/odoo/timebank-desk") as screen:
            rows = {
                name: screen.page.locator("section[data-section=calls] li")
                .filter(has_text="what has moved: “Singing”")
                .filter(has_text=name)
                for name in ("Harry Fox", "Síle O’Neill")
            }
            for name, row in rows.items():
                self.assertRegex(row.locator("a[href^='tel:']").get_attribute("href"), r"^tel:0113")
                row.get_by_role("button", name="Rung").click()
                screen.settle()
                self.assertIn(f"Rung: {name}", screen.notification())
            for row in rows.values():
                self.assertEqual(row.get_by_role("button").all_inner_texts(), ["Not rung yet"])
            screen.picture("desk-rung")
            rows["Harry Fox"].get_by_role("button", name="Not rung yet").click()
            screen.settle()
            self.assertIn("Harry Fox", screen.notification())
            self.assertEqual(rows["Harry Fox"].get_by_role("button").all_inner_texts(), ["Rung"])
            self.assertEqual(rows["Síle O’Neill"].count(), 1)
        (call,) = self.singing.activity_ids
        self.assertIn("Harry Fox", call.note)


class TestRegisterJourney(RegisterJourneyCase):
    """The register of a café that began at eight, at ten o'clock."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cafe = cls._make_session(
            name="Breakfast", start=datetime(2026, 3, 18, 6), stop=datetime(2026, 3, 18, 9, 30)
        )
        cls._make_line(cls.mary, cls.cafe, present=False)
        cls._make_line(cls.jose, cls.cafe, present=False)
        cls._make_line(cls.li, cls.cafe, present=False)
        own = cls._make_hours(cls.jose, 60, "submitted", date=cls.cafe.date, start_minute=360)
        own.with_user(cls.manager).action_approve()

    def test_on_the_phone_closed_opened_and_closed_again(self):
        """A latecomer is added, two come, one of them has an hour of it in the books already."""
        with self.at_screen(self.coordinator, phone=True) as screen:
            self._open_session(screen, "Breakfast")
            screen.add_card()
            screen.pick("Person", "Harry", "Harry Fox")
            screen.choose("Role", "Helper")
            screen.fill("Hours", "1:15")
            screen.press("Save & Close")
            for name in ("José Álvarez", "Mary-Jane Fox"):
                screen.row(name).locator("[name=present] input").click()
                screen.settle()
            screen.picture("register-on-the-phone")
            screen.save()
            self._press_behind_dots(screen, "Close the register")
            screen.press("Close it")
            self.assertIn("Attended", screen.row("Harry Fox").inner_text())
            self.assertIn("Absent", screen.row("李").inner_text())
            screen.picture("register-closed-phone")
        self.assertEqual(self.cafe.state, "done")
        credited = {member: self._credited(member, self.cafe.date) for member in (self.jose, self.mary)}
        self.assertEqual(credited, {self.jose: 210, self.mary: 210})
        self.assertEqual(self._credited(self.harry, self.cafe.date), 75)
        with self.at_screen(self.coordinator, phone=True) as screen:
            self._open_session(screen, "Breakfast")
            self._press_behind_dots(screen, "Open again")
            screen.picture("register-open-again-phone")
            screen.fill_reason("Li was there as well")
            screen.press("Confirm")
            self.assertTrue(screen.row("李").locator("[name=present] input").count())
            self.assertFalse(screen.too_wide())
            screen.picture("register-opened-again-phone")
        self.assertEqual(self.cafe.state, "open")
        self.assertEqual(self._credited(self.mary, self.cafe.date), 0)
        self.assertEqual(self._credited(self.jose, self.cafe.date), 60)
        with self.at_screen(self.coordinator) as screen:
            self._open_session(screen, "Breakfast")
            screen.row("李").locator("[name=present] input").click()
            screen.settle()
            screen.save()
            screen.picture("register")
            screen.press("Close the register")
            screen.press("Close it")
            self.assertEqual(screen.status(), "Closed")
            screen.picture("register-closed")
            self.assertEqual(len(self._read_statement(screen, "李 伟", "Breakfast")), 1)
            self.assertEqual(len(self._read_statement(screen, "Mary-Jane Fox", "Breakfast")), 2)
        self.assertEqual(self._credited(self.li, self.cafe.date), 210)
        self.assertEqual(self._credited(self.mary, self.cafe.date), 210)
        self.assertEqual(self._credited(self.jose, self.cafe.date), 210)

    def test_closing_says_who_waits(self):
        """One place: who has it came, who waits is named before it is closed, and stays on the list."""
        self.cafe.capacity = 1
        for member in (self.ann, self.ben):
            self._make_line(member, self.cafe, role="attendee", present=False)
        with self.at_screen(self.coordinator) as screen:
            self._open_session(screen, "Breakfast")
            self.assertEqual(screen.cell("Ben Okoro", "State"), "Waiting")
            screen.row("Ann Lee").locator("[name=present] input").click()
            screen.settle()
            screen.press("Close the register")
            self.assertEqual(screen.dialog(), "Close the register?")
            self.assertIn("Still waiting for a place in “Breakfast”", screen.text())
            self.assertIn("Ben Okoro", screen.text())
            self.assertNotIn("Ann Lee", screen.text())
            screen.picture("register-who-waits")
            screen.press("Close it")
            self.assertEqual(screen.status(), "Closed")
            states = [screen.cell(name, "State") for name in ("Ann Lee", "Ben Okoro")]
            self.assertEqual(states, ["Attended", "Waiting"])

    def test_on_the_phone_who_waits_comes_in_for_who_doesnt_come(self):
        """One place: it is given up at the door, who waits and is there takes it, and a third one waits."""
        self.cafe.capacity = 1
        for member in (self.ann, self.ben):
            self._make_line(member, self.cafe, role="attendee", present=False)
        with self.at_screen(self.coordinator, phone=True) as screen:
            self._open_session(screen, "Breakfast")
            self.assertFalse(screen.row("Ben Okoro").locator("[name=present]").count())
            screen.press_in_row("Ann Lee", "Take off")
            screen.press("Take them off")
            self.assertIn("Withdrawn", screen.row("Ann Lee").inner_text())
            screen.row("Ben Okoro").locator("[name=present] input").click()
            screen.settle()
            screen.save()
            self.assertIn("Attended", screen.row("Ben Okoro").inner_text())
            screen.add_card()
            self.assertIn("No place is left: saved like this, they wait for one.", screen.text())
            screen.pick("Person", "Harry", "Harry Fox")
            screen.picture("register-full-phone")
            screen.press("Save & Close")
            screen.save()
            self.assertIn("Waiting", screen.row("Harry Fox").inner_text())
        self.assertEqual(self._line(self.cafe, self.ben).minutes, self.cafe.minutes)

    def test_on_the_phone_what_is_to_decide(self):
        """Who can't pay is tried again or let off, and one who was logged too early isn't any more."""
        self.cafe.activity_id.write({"attendee_effect": "charge", "attendee_minutes": 30})
        for member in (self.harry, self.oneill):
            self._make_line(member, self.cafe, role="attendee", present=True)
        with self.at_screen(self.coordinator, phone=True) as screen:
            self._open_session(screen, "Breakfast")
            screen.row("Mary-Jane Fox").locator("[name=present] input").click()
            screen.settle()
            screen.save()
            screen.press_in_row("Mary-Jane Fox", "Log now")
            self.assertIn("Mary-Jane Fox", screen.notification())
            screen.press_in_row("Mary-Jane Fox", "Undo the logging")
            screen.fill_reason("She goes on")
            screen.press("Reverse")
            self.assertTrue(screen.row("Mary-Jane Fox").get_by_role("button", name="Log now").count())
            self._press_behind_dots(screen, "Close the register")
            screen.press("Close it")
            self.assertEqual(screen.dialog(), "1 logged, 2 could not be")
            screen.notification()
            screen.press("Close")
            self._open_session(screen, "Breakfast")
            self.assertIn("Could not be logged: 2", screen.text())
            screen.picture("register-to-decide-phone")
            self._log_hours(screen, "Harry Fox", "0:30")
            self._open_session(screen, "Breakfast")
            screen.press_in_row("Harry Fox", "Try again")
            self.assertIn("Harry Fox", screen.notification())
            screen.press_in_row("Síle O’Neill", "Let off")
            screen.fill_reason("First time here")
            screen.press("Confirm")
            self.assertNotIn("Could not be logged", screen.text())
        lines = self._line(self.cafe, self.harry) | self._line(self.cafe, self.oneill)
        self.assertFalse(lines.filtered("problem"))
        self.assertEqual(lines.mapped("effect_minutes"), [30, 0])
        self.assertTrue(self._line(self.cafe, self.mary).settled_on)

    def _log_hours(self, screen, name, hours):
        """What somebody has given is recorded from their page, and approved."""
        screen.open_menu("Members", "Members")
        screen.open(name)
        screen.press("Record hours")
        screen.fill("Hours", hours)
        screen.press("Hand in")
        screen.press("Approve")
        screen.notification()

    def _press_behind_dots(self, screen, text):
        """A button of the status bar, which on a phone is behind a menu."""
        if screen.shows_button(text):
            return screen.press(text)
        screen.page.locator(".o_statusbar_buttons button, .o_cp_action_menus button").first.click()
        screen.page.locator(".o-dropdown--menu").get_by_text(text).first.click()
        return screen.settle()

    def test_two_stretches_and_a_forgotten_sign_out(self):
        """In and out twice counts what lies within; who never signs out was there until the end."""
        line, forgot = self._line(self.cafe, self.mary), self._line(self.cafe, self.li)
        with self.at_screen(self.coordinator, phone=True) as screen:
            self._open_session(screen, "Breakfast")
            for name, stretches in (
                ("Mary-Jane Fox", (("06:00", "06:30"), ("08:30", "09:00"))),
                ("李", (("08:30", ""),)),
            ):
                screen.open(name)
                for begin, end in stretches:
                    screen.add_line()
                    screen.fill_line("In", f"03/18/2026 {begin}:00")
                    screen.fill_line("Out", end and f"03/18/2026 {end}:00")
                if not end:
                    self.assertEqual(screen.value("Hours"), "0:00", "until it is known when she went")
                screen.press("Save")
            screen.save()
            self.assertIn("6:00–6:30", screen.row("Mary-Jane Fox").inner_text().replace("06:", "6:"))
            screen.picture("register-stretches-phone")
        with self.at_screen(self.coordinator) as screen:
            self._open_session(screen, "Breakfast")
            screen.press("Close the register")
            screen.press("Close it")
            screen.picture("register-stretches-closed")
            [row] = self._read_statement(screen, "Mary-Jane Fox", "Breakfast")
            self.assertIn("1:00", row)
        self.assertEqual(line.minutes, 60)
        self.assertEqual(forgot.minutes, 60)
        self.assertTrue(forgot.forgot_check_out)


class TestAucklandJourney(RegisterJourneyCase):
    """A bank in Auckland, run by somebody in London."""

    def test_a_session_of_tomorrow_there_is_closed_today_here(self):
        session = self._make_session(
            name="Sunrise swim",
            start=datetime(2026, 3, 18, 7, 30),
            stop=datetime(2026, 3, 18, 9),
            tz="Pacific/Auckland",
        )
        night = self._make_session(
            name="Night shift",
            start=datetime(2026, 3, 17, 10, 30),
            stop=datetime(2026, 3, 17, 12, 30),
            tz="Pacific/Auckland",
        )
        self._make_line(self.mary, session)
        self._make_line(self.mary, night)
        for one, day in ((session, "2026-03-18"), (night, "2026-03-17")):
            with self.at_screen(self.coordinator) as screen:
                self._open_session(screen, one.name)
                self.assertIn("(Pacific/Auckland)", screen.value("There"))
                screen.press("Close the register")
                screen.press("Close it")
                self.assertEqual(screen.status(), "Closed")
                self.assertNotIn("Could not be logged", screen.text())
                screen.picture(f"auckland-{day}")
                self.assertEqual(len(self._read_statement(screen, "Mary-Jane Fox", one.name)), 1)
            self.assertEqual(str(one.date), day)
            self.assertEqual(self._credited(self.mary, day), one.minutes)
