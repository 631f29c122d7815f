from datetime import timedelta

from ..common import TODAY
from .common import NOW, JourneyCase


class TestSessionsJourney(JourneyCase):
    """On a phone without scripts: a session is found and signed up for, a full one waited for, and left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        begin, hours = NOW + timedelta(days=8), timedelta(hours=2)
        cls.lunch = cls._make_session(start=begin, stop=begin + hours, location="Mill Hall", capacity=2)
        cls.full = cls._make_session(start=begin + hours, stop=begin + 2 * hours, capacity=1)
        cls.full.sign_up(cls.jose.partner_id)

    def test_find_sign_up_wait_withdraw(self):
        day = (TODAY + timedelta(days=8)).isoformat()
        with self.at_screen(self.portal, phone=True, start="/timebank", scripts=False) as phone:
            phone.follow("Sessions")
            phone.picture("member-sessions")
            phone.page.get_by_text("Only some of them").click()
            phone.fill("Day", day)
            phone.page.get_by_label("Where").select_option("Mill Hall")
            phone.press("Show")
            self.assertIn("To choose from (1)", phone.reads())
            phone.follow("Café shift")
            self.assertIn("2 places left", phone.reads())
            phone.picture("member-session")
            phone.press("Sign up")
            self.assertIn("You are signed up.", phone.reads())
            phone.follow("All sessions")
            self.assertIn("You are coming", phone.reads())
            phone.follow("Café shift")
            self.assertIn("Full", phone.reads())
            phone.press("Join the waiting list")
            self.assertIn("You are on the waiting list", phone.reads())
            phone.picture("member-session-waiting")
            phone.press("I can't come")
            self.assertIn("You are off the list.", phone.reads())
        states = {
            session: session.attendance_ids.filtered(
                lambda line: line.partner_id == self.ann.partner_id
            ).state
            for session in (self.lunch, self.full)
        }
        self.assertEqual(states, {self.lunch: "signed_up", self.full: "withdrawn"})

    def test_a_helper_withdraws_late(self):
        """The evening before: whoever runs it finds it among the to-dos, until somebody else helps."""
        begin = NOW + timedelta(days=1)
        supper = self._make_session(
            name="Late supper", start=begin, stop=begin + timedelta(hours=2), helpers_wanted=1
        )
        supper.sign_up(self.ann.partner_id, "helper")
        path = f"/timebank/{self.ann.id}/sessions/{supper.id}"
        with self.at_screen(self.portal, phone=True, start=path, scripts=False) as phone:
            phone.press("I can't come")
            self.assertIn("You are off the list.", phone.reads())
        with self.at_screen(self.coordinator, start="/odoo/timebank-todos") as screen:
            self.assertTrue([row for row in screen.rows() if "Withdrew late: Ann Lee" in row])
            screen.go(f"/odoo/timebank-sessions/{supper.id}")
            self.assertIn("Helpers missing: 1", screen.text())
            screen.picture("session-withdrew-late")
            screen.add_line()
            screen.pick_line("Person", "Mary", "Mary-Jane Fox")
            screen.choose_line("Role", "Helper")
            screen.save()
            self.assertNotIn("Helpers missing", screen.text())
            screen.go("/odoo/timebank-todos")
            self.assertFalse([row for row in screen.rows() if "Withdrew late" in row])
