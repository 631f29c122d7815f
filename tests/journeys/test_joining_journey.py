"""From a bank's page to the first look at one's own, on a phone without scripts."""

import re
from urllib.parse import urlsplit

from .common import JourneyCase


class TestJoiningJourney(JourneyCase):
    def test_somebody_joins_and_signs_in(self):
        with self.at_screen(self.manager, start="/odoo/timebanks") as screen:
            screen.open("River Street")
            screen.tab("Members' pages")
            screen.tick("A page for everybody")
            screen.tick("People can apply there")
            screen.tick("Members can sign in by a link in a mail")
            screen.page.get_by_placeholder("What your time bank does").fill("We help each other in Leeds.")
            screen.picture("join-setting")
            screen.save()
        code = self.scheme.code
        with self.at_screen(None, phone=True, scripts=False, start=f"/timebank/bank/{code}") as screen:
            self.assertEqual(screen.heading(), "River Street")
            self.assertIn("We help each other in Leeds.", screen.reads())
            self.assertIn("Tea", screen.reads())
            screen.picture("join-bank")
            screen.follow("Join us")
            screen.fill("Your name", "Dot Hill")
            screen.fill("Mail address", "dot@example.org")
            screen.fill("What I can do", "Baking, and mending bicycles")
            screen.mark("River Street may keep what I have written here, to answer me")
            screen.picture("join-form")
            screen.press("Send")
            self.assertEqual(screen.heading(), "Thank you")
            screen.picture("join-thanks")
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Members", "Members")
            screen.switch("list")
            screen.open("Dot Hill")
            self.assertEqual(screen.value("In their own words"), "Baking, and mending bicycles")
            screen.picture("join-applicant")
            screen.press("Accept")
            self.assertEqual(screen.status(), "Active")
        self.assertTrue(self.env["res.users"].search([("login", "=", "dot@example.org")]))
        with self.at_screen(None, phone=True, scripts=False, start="/timebank/sign-in") as screen:
            screen.fill("Mail address", "dot@example.org")
            screen.picture("sign-in")
            screen.press("Send me a link")
            self.assertEqual(screen.heading(), "Look at your mails")
            screen.picture("sign-in-sent")
            kept = [one for one in screen.page.context.cookies() if one["name"] == "session_id"]
        path = self._get_link("dot@example.org")
        with self.at_screen(None, phone=True, scripts=False, start="/timebank/accessibility") as screen:
            screen.picture("accessibility")
            screen.page.context.add_cookies(kept)  # the same browser, opened again
            screen.go(path)
            self.assertIn("You are Dot Hill.", screen.reads())
            screen.picture("sign-in-button")
            screen.press("Sign in")
            self.assertEqual(screen.heading(), "Hello Dot")
            screen.follow("About me")
            screen.picture("me")
            screen.follow("Change what I can do")
            screen.mark("Monday morning")
            screen.mark("English")
            screen.picture("me-can")
            screen.press("Save")
            self.assertIn("Monday morning", screen.reads())
            screen.follow("Change what others see, and mails")
            screen.mark("First name")
            screen.picture("me-seen")
            screen.press("Save")
            self.assertIn("Other members see First name", screen.reads())
            screen.follow("Leave the time bank")
            screen.picture("me-leave")
            screen.mark("I am sure that I want to leave")
            screen.press("Tell my coordinator")
            self.assertIn("Your coordinator knows that you would like to leave", screen.reads())
            screen.press("I would rather stay")
            self.assertIn("Good that you stay.", screen.reads())

    def _get_link(self, address):
        """The path of the link in the mail that was sent to an address."""
        with self.enter_registry_test_mode():
            self.env.ref("timebank_coproduction.cron_sign_in").method_direct_trigger()
        mail = self.env["mail.mail"].search([("email_to", "=", address)])
        return urlsplit(re.search(r'href="([^"]*sign-in/[^"]*)"', mail.body_html)[1]).path
