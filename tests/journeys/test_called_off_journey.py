"""A session is called off, and taken up again: who runs it is told each time, and whom to ring."""

from .common import JourneyCase


class TestCalledOffJourney(JourneyCase):
    """Ann is told by mail; whom no mail reaches, Harry, is rung."""

    def _send(self):
        """What the job does."""
        notices = self.env["timebank.session.notice"].search([("attendance_id.session_id", "=", self.tea.id)])
        kinds = {(one.attendance_id.partner_id.name, one.kind) for one in notices}
        notices._send()
        return kinds

    def test_called_off_and_taken_up_again(self):
        self.tea.sign_up(self.harry.partner_id)
        self._send()
        page = f"/odoo/timebank-sessions/{self.tea.id}"
        with self.at_screen(self.coordinator, start=page) as screen:
            screen.press("Call off")
            self.assertEqual(screen.dialog(), "Call this session off?")
            self.assertIn("For whoever a mail doesn’t reach, you get a call to make.", screen.text())
            screen.picture("session-call-off")
            screen.press("Call it off")
            self.assertIn("“Tea”: cancelled.", screen.notification())
            self.assertEqual(screen.status(), "Cancelled")
        self.assertEqual(self._send(), {("Ann Lee", "cancelled")})
        with self.at_screen(self.coordinator, start="/odoo/timebank-desk") as screen:
            self._call(screen, "what doesn't take place: “Tea”").get_by_role("button", name="Rung").click()
            screen.settle()
            self.assertIn("Rung: Harry Fox", screen.notification())
            screen.go(page)
            screen.press("Take up again")
            self.assertEqual(screen.dialog(), "Take this session up again?")
            screen.press("Take it up again")
            self.assertIn("“Tea”: taken up again.", screen.notification())
            self.assertEqual(screen.status(), "Draft")
            screen.picture("session-taken-up")
            screen.go("/odoo/timebank-desk")
            self.assertTrue(self._call(screen, "what takes place after all: “Tea”").is_visible())
            screen.go(page)
            screen.press("Open for sign-up")
            self.assertEqual(screen.status(), "Open")
            self.assertEqual(screen.cell("Harry Fox", "State"), "Signed up")
        self.assertEqual(self._send(), {("Ann Lee", "on_again")})

    def _call(self, screen, what):
        calls = screen.page.locator("section[data-section=calls] li")
        return calls.filter(has_text="Harry Fox").filter(has_text=what)
