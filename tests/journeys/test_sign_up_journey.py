"""Somebody who is elsewhere at that time is signed up all the same, and nobody else waits for it."""

from datetime import datetime

from .common import JourneyCase


class TestSignUpJourney(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.talk = cls._make_session(
            name="Talk",
            location="Library",
            start=datetime(2026, 3, 20, 15),
            stop=datetime(2026, 3, 20, 17),
        )
        cls.walk = cls._make_session(
            name="Walk", start=datetime(2026, 3, 18, 9, 30), stop=datetime(2026, 3, 18, 11)
        )
        cls._make_line(cls.mary, cls.walk, role="attendee", present=False)

    def _line(self, session, member):
        return session.attendance_ids.filtered(lambda one: one.partner_id == member.partner_id)

    def test_on_the_register_at_a_desk(self):
        """Ann is at the tea until four: the register says so, and keeps why she may come."""
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Sessions")
            screen.switch("list")
            screen.open("Talk")
            screen.add_line()
            screen.pick_line("Person", "Harry", "Harry Fox")
            screen.add_line()
            screen.pick_line("Person", "Ann", "Ann Lee")
            screen.picture("sign-up-clash-typed")
            self.assertIn("signed up for “Tea”", screen.row("Ann Lee").inner_text())
            screen.save()
            self.assertEqual(screen.cell("Harry Fox", "State"), "Signed up")
            self.assertEqual(screen.cell("Ann Lee", "State"), "Waiting")
            screen.picture("sign-up-clash")
            screen.press_in_row("Ann Lee", "Sign up anyway")
            self.assertIn("signed up for “Tea”", screen.text())
            screen.picture("sign-up-anyway")
            screen.fill_reason("Comes over when the tea ends")
            screen.press("Sign up anyway")
            self.assertEqual(screen.cell("Ann Lee", "State"), "Signed up")
            self.assertNotIn("Can't come as it is now", screen.text())
        self.assertEqual(self._line(self.talk, self.ann).clash_reason, "Comes over when the tea ends")

    def test_on_a_phone_during_the_session(self):
        """The register is what she sees first; who is added and has no check waits, and it says why."""
        self.activity.check_type_ids = self.env.ref("timebank_coproduction.check_type_food")
        with self.at_screen(self.coordinator, phone=True) as screen:
            screen.go(f"/odoo/timebank-sessions/{self.walk.id}")
            register = screen.page.locator(".o_kanban_record").filter(has_text="Mary-Jane Fox")
            self.assertLess(register.bounding_box()["y"], 700, "seen without scrolling")
            screen.picture("register-phone")
            screen.add_card()
            screen.pick("Person", "Harry", "Harry Fox")
            screen.choose_radio("Helper")
            self.assertIn("Food hygiene", screen.text())
            screen.picture("register-phone-check")
            screen.press("Save & Close")
            screen.save()
            self.assertIn("Waiting", screen.row("Harry Fox").inner_text())
            self.assertIn("Food hygiene", screen.row("Harry Fox").inner_text())
            screen.picture("register-phone-waiting")
        self.assertEqual(self._line(self.walk, self.harry).state, "waiting")

    def test_on_a_phone_anyway(self):
        with self.at_screen(self.coordinator, phone=True) as screen:
            screen.go(f"/odoo/timebank-sessions/{self.talk.id}")
            screen.add_card()
            screen.pick("Person", "Ann", "Ann Lee")
            self.assertIn("signed up for “Tea”", screen.text())
            screen.fill("Why anyway", "Comes over")
            screen.picture("sign-up-anyway-phone")
            screen.press("Save & Close")
            screen.save()
            self.assertIn("Signed up", screen.row("Ann Lee").inner_text())
        self.assertEqual(self._line(self.talk, self.ann).clash_reason, "Comes over")

    def test_from_the_members_page(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Members", "Members")
            screen.open("Ann Lee")
            screen.press("Sign up")
            screen.pick("Session", "Talk")
            self.assertIn("signed up for “Tea”", screen.text())
            self.assertFalse(screen.shows_button("Sign up"))
            screen.fill("Why anyway", "Comes over")
            screen.picture("member-sign-up")
            screen.press("Sign up anyway")
            self.assertIn("Ann Lee is signed up for “Talk”", screen.notification())
        self.assertEqual(self._line(self.talk, self.ann).state, "signed_up")
