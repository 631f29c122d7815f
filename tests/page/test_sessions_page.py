from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import vobject
from freezegun import freeze_time

from odoo.tests import new_test_user

from ..common import TODAY
from ..page_common import PageCase
from ..session_common import START, STOP, SessionCase

WEEK = timedelta(days=7)


class TestSessions(PageCase, SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        del cls.session  # a name that tests of pages use for the visitor's own
        cls.tea = cls._make_activity("Tea")
        cls.tea_time = cls._make_session(
            activity_id=cls.tea.id, start=START + WEEK, stop=STOP + WEEK, location="Church hall", capacity=1
        )
        cls.shift = cls._make_session(start=START + 2 * WEEK, stop=STOP + 2 * WEEK, helpers_wanted=2)
        other = cls._make_scheme("Hillside")
        hill = cls._make_activity("Hill walk", scheme_id=other.id, project_id=False)
        cls.walk = cls._make_session(activity_id=hill.id, start=START + WEEK, stop=STOP + WEEK)
        cls.hal = new_test_user(cls.env, "tb_hal", groups="base.group_portal", name="Hal Hill")
        cls.hal_there = cls._make_member(cls.hal.partner_id, scheme=other)

    def _line(self, session, member):
        return session.attendance_ids.filtered(lambda line: line.partner_id == member.partner_id)

    def _address(self, session="", rest="", member=None):
        number = f"/{session.id}" if session else ""
        return f"/timebank/{(member or self.ann).id}/sessions{number}{rest}"

    def test_from_the_list_to_a_place(self):
        self.come(self.portal)
        page = self.go(self._address())
        self.assertNotIn("Hill walk", page.text(), "another bank's")
        page = self.follow(page, "Tea")
        self.assertIn("10:00–12:00", page.text())
        self.assertIn("1 place left", page.text())
        page = self.press(page, "Sign up")
        self.assertIn("You are signed up.", page.text())
        self.assertEqual(self._line(self.tea_time, self.ann).state, "signed_up")
        page = self.press(page, "I can't come")
        self.assertIn("You are off the list.", page.text())
        self.assertEqual(self._line(self.tea_time, self.ann).state, "withdrawn")

    def test_full_means_waiting_and_the_place_is_kept(self):
        self.tea_time.sign_up(self.ben.partner_id)
        self.come(self.portal)
        page = self.press(self.go(self._address(self.tea_time)), "Join the waiting list")
        self.assertIn("You are on the waiting list", page.text())
        self.tea_time.withdraw(self.ben.partner_id)
        page = self.go(self._address(self.tea_time))
        self.assertIn("A place is kept for you until", page.text())
        self.press(page, "Take the place")
        self.assertEqual(self._line(self.tea_time, self.ann).state, "signed_up")

    def test_how_to_come_is_asked_where_helpers_are_wanted(self):
        self.come(self.portal)
        page = self.press(self.go(self._address(self.shift)), "Sign up")
        self.assertEqual(page.errors(), ["Choose how you would like to come."])
        self.assertFalse(self._line(self.shift, self.ann))
        self.press(page, "Sign up", role="helper")
        self.assertEqual(self._line(self.shift, self.ann).role, "helper")

    def test_what_keeps_somebody_away_is_told_before(self):
        clash = self._make_session(start=START + WEEK, stop=STOP + WEEK, activity_id=self.tea.id)
        self.tea_time.sign_up(self.ann.partner_id)
        self.come(self.portal)
        page = self.go(self._address(clash))
        self.assertIn("is signed up for “Tea” on", page.text())
        with self.assertRaises(AssertionError):
            page.form("Sign up")
        names = [
            a.text_content() for a in self.go(self._address()).tree.xpath("//ul[@aria-labelledby='ahead']//a")
        ]
        self.assertEqual(names[-1], "Tea", "what can't be taken comes last")

    def test_narrowed(self):
        self.come(self.portal)
        page = self.press(self.go(self._address()), "Show", where="Church hall", day="2026-03-25")
        self.assertIn("To choose from (1)", page.text())
        page = self.press(page, "Show", day="2026-03-26")
        self.assertIn("There is nothing like that.", page.text())
        page = self.go(self._address(rest="?day=yesterday&page=-4&activity=x"))
        self.assertEqual((page.status, len(page.errors())), (400, 1))

    def test_another_banks_and_drafts_are_not_found(self):
        draft = self._make_session(state="draft", start=START + WEEK, stop=STOP + WEEK)
        self.come(self.portal)
        for session in (self.walk, draft):
            self.assertEqual(self.go(self._address(session)).status, 404)
        own = self.go(self._address(self.tea_time))
        form, _button = own.form("Sign up")
        form.set("action", self._address(self.walk, "/sign-up"))
        self.assertEqual(self.press(own, "Sign up").status, 404)
        self.assertFalse(self.walk.attendance_ids)

    def test_nobody_signs_up_somebody_else(self):
        """Not by their address, and not without the form's token."""
        self.come(self.hal)
        self.assertEqual(self.go(self._address(self.tea_time)).status, 404)
        self.come(self.portal)
        answer = self.url_open(self._address(self.tea_time, "/sign-up"), data={"role": "attendee"})
        self.assertEqual(answer.status_code, 400)
        self.assertFalse(self.tea_time.attendance_ids)

    def test_a_coordinator_signs_up_somebody_offline(self):
        self.come(self.coordinator)
        page = self.press(self.go(self._address(self.tea_time)), "Sign up")
        self.assertIn("You are acting for Ann Lee", page.text())
        line = self._line(self.tea_time, self.ann)
        self.assertEqual((line.state, line.create_uid), ("signed_up", self.coordinator))

    def test_as_many_queries_for_many_as_for_few(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            member = self.ann.with_user(self.portal)
            member._get_sessions_ahead()
            return self.cr.sql_log_count - before

        count()
        few = count()
        for number in range(30):
            day = timedelta(days=20 + number)
            self._make_session(start=START + day, stop=STOP + day, helpers_wanted=1)
        self.assertLessEqual(count(), few + 1)

    def test_the_calendar_is_its_members_own(self):
        self.tea_time.sign_up(self.ann.partner_id)
        self.shift.sign_up(self.ben.partner_id, "helper")
        self.come(self.portal)
        page = self.press(self.go(self._address(rest="/calendar")), "Make an address")
        (address,) = [link for link in page.links().values() if link.endswith(".ics")]
        self.come(None)
        answer = self.url_open(address[address.index("/timebank") :])
        self.assertEqual(answer.status_code, 200, address)
        (event,) = vobject.readOne(answer.text).contents["vevent"]
        self.assertEqual(event.summary.value, "Tea")
        self.assertEqual(event.dtstart.value.replace(tzinfo=None), START + WEEK)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def test_a_new_address_ends_the_one_before(self):
        self.ann.with_user(self.portal).action_new_calendar()
        before = self.ann.with_user(self.portal)._get_calendar_path()
        self.ann.with_user(self.portal).action_new_calendar()
        self.come(None)
        self.assertEqual(self.url_open(before).status_code, 404)
        self.assertEqual(self.url_open("/timebank/calendar/x.ics").status_code, 404)

    def test_nobody_has_the_address_of_somebody_elses_calendar(self):
        self.ann.with_user(self.portal).action_new_calendar()
        self.assertFalse(self.ann.with_user(self.coordinator)._get_calendar_path())
        with self.assertRefused("themselves"):
            self.ann.with_user(self.coordinator).action_new_calendar()

    def test_where_one_was(self):
        line = self._make_line(self.ann, self._make_session(start=START - WEEK, stop=STOP - WEEK), "attendee")
        line.session_id.action_close()
        self.come(self.portal)
        self.assertIn("Café shift", self.go(self._address(rest="/past")).text())
        self.assertLess(line.session_id.date, TODAY)

    def test_over_but_not_closed_and_cancelled(self):
        """What is over is where one was, closed or not; what is cancelled is said until then."""
        self._make_line(self.ann, self._make_session(start=START - WEEK, stop=STOP - WEEK), "attendee")
        self.tea_time.sign_up(self.ann.partner_id)
        self.tea_time.with_user(self.coordinator).action_cancel()
        self.come(self.portal)
        self.assertIn("Café shift", self.go(self._address(rest="/past")).text())
        page = self.go(self._address())
        self.assertIn("Cancelled", page.text())
        self.assertIn("This session is cancelled.", self.follow(page, "Tea").text())

    def test_a_cancelled_one_is_cancelled_in_the_calendar_too(self):
        self.tea_time.sign_up(self.ann.partner_id)
        self.tea_time.with_user(self.coordinator).action_cancel()
        (event,) = vobject.readOne(self.ann._make_calendar().decode()).contents["vevent"]
        self.assertEqual(event.status.value, "CANCELLED")
        self.assertNotIn(self.env.cr.dbname, event.uid.value)

    def _event(self):
        """Ann's only event, as another program reads it."""
        (event,) = vobject.readOne(self.ann._make_calendar().decode()).contents["vevent"]
        return event

    def test_a_change_comes_after_what_was_before(self):
        """Moved, given up and taken again: each has a higher number, of the same event."""
        numbers, states, uids = [], [], set()
        steps = (
            lambda: self.tea_time.sign_up(self.ann.partner_id),
            lambda: self.tea_time.write({"location": "Library"}),
            lambda: self.tea_time.withdraw(self.ann.partner_id),
            lambda: self.tea_time.sign_up(self.ann.partner_id),
            lambda: self.tea_time.with_user(self.coordinator).action_cancel(),
        )
        for minute, step in enumerate(steps):
            with freeze_time(f"{TODAY} 11:{minute:02}:00"):
                step()
                self.env.flush_all()
                event = self._event()
            numbers.append(int(event.sequence.value))
            states.append(event.status.value)
            uids.add(event.uid.value)
            self.assertEqual(event.last_modified.value, event.dtstamp.value)
        self.assertEqual(numbers, sorted(set(numbers)))
        self.assertEqual(states, ["CONFIRMED", "CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED"])
        self.assertEqual(len(uids), 1)

    def test_the_calendar_when_the_clocks_change(self):
        """At eleven by the clocks of London on the days before and after they go forward."""
        self.scheme.tz = "Europe/London"
        london = ZoneInfo("Europe/London")
        for day, utc in ((28, 11), (29, 10)):
            session = self._make_session(
                start=datetime(2026, 3, day, utc), stop=datetime(2026, 3, day, utc + 1), helpers_wanted=1
            )
            self._make_line(self.ann, session, "attendee")
        events = vobject.readOne(self.ann._make_calendar().decode()).contents["vevent"]
        shown = [event.dtstart.value.astimezone(london).strftime("%d %H:%M") for event in events]
        self.assertEqual(shown, ["28 11:00", "29 11:00"])

    def test_forms_of_another_session_and_without_token(self):
        self.come(self.portal)
        for deed in ("sign-up", "take", "withdraw"):
            for session in (self.walk, self.tea_time):
                address = self._address(session, f"/{deed}")
                self.assertEqual(self.url_open(address, data={"x": "1"}).status_code, 400, "no token")
                self.assertIn(self.url_open(address).status_code, (404, 405), "a GET")
        self.assertFalse((self.walk | self.tea_time).attendance_ids)

    def test_what_is_full_says_that_one_would_wait(self):
        self.shift.capacity = 1
        self.shift.sign_up(self.ben.partner_id)
        self.come(self.portal)
        self.assertIn("To take part (full: you would wait)", self.go(self._address(self.shift)).text())
