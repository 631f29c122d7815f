"""Somebody without mail gets a PIN, and uses the tablet at the door with it and the card."""

import re
from datetime import datetime

from .common import JourneyCase
from .screen import FIRST_PATIENCE


class TestTabletJourney(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.door = cls._make_session(
            name="Open door", start=datetime(2026, 3, 18, 9, 30), stop=datetime(2026, 3, 18, 12)
        )
        cls.harry.name_shown = "hidden"  # who isn't named at the door comes by the card

    def test_without_mail(self):
        with self.at_screen(self.manager, start="/odoo/timebanks") as screen:
            screen.open("River Street")
            screen.tab("Members' pages")
            screen.tick("Members can open their pages with card and PIN")
            screen.picture("tablet-setting")
            screen.save()
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Members", "Members")
            screen.switch("list")
            screen.open("Harry Fox")
            screen.tab("Sessions and checks")
            screen.press("New PIN")
            said = screen.corner()
            screen.picture("tablet-new-pin")
            self.assertIn("Harry Fox: ", said)
            (pin,) = re.findall(r"\d{4}", said)
            screen.go(f"/odoo/timebank-sessions/{self.door.id}")
            tablet = screen.press_to_open("Kiosk")
            door = tablet.page.url
            tablet.page.get_by_role("link", name="My pages").click()
            tablet.settle()
            tablet.picture("tablet-somebody-signed-in")
            self.assertIn("Somebody is signed in to Odoo", tablet.page.inner_text("main"))
            tablet.page.close()
        card = self.harry.card_code
        with self.at_screen(None, start=f"{door}/mine") as screen:
            screen.picture("tablet-ask")
            screen.page.get_by_label("The code on your card").fill(card)
            screen.page.get_by_label("The code on your card").press("Enter")  # as a card reader does
            screen.page.locator(".o_mine_pin:focus").wait_for()
            screen.page.keyboard.type(pin)
            screen.page.get_by_role("button", name="Open my pages").click()
            # the first of the members' pages, whose styles are built for it
            screen.page.get_by_role("heading", name="Hello Harry").wait_for(timeout=FIRST_PATIENCE)
            screen.picture("tablet-home")
            screen.page.get_by_role("button", name="Done").click()
            screen.page.locator(".o_kiosk_text").wait_for()
            screen.picture("tablet-door")
            screen.page.go_back()
            screen.settle()
            self.assertNotIn("Harry", screen.page.inner_text("body"))
        with self.at_screen(None, phone=True, scripts=False, start=door) as screen:
            screen.follow("My pages")
            screen.fill("The code on your card", card)
            screen.fill("Your PIN", pin)
            screen.press("Open my pages")
            self.assertEqual(screen.heading(), "Hello Harry")
            screen.picture("tablet-home-phone")
            screen.follow("Sessions")
            screen.follow("Tea")
            screen.mark("To take part")
            screen.picture("tablet-session")
            screen.press("Sign up")
            self.assertIn("You are signed up.", screen.reads())
            screen.follow("Log time")
            screen.follow("River Street as a whole")
            screen.fill("Or another time", "45 min")
            screen.press("Continue")
            screen.press("Hand in")
            self.assertIn("45 minutes", screen.reads())
            screen.follow("My credits")
            screen.picture("tablet-credits")
            screen.follow("Change my PIN")
            screen.picture("tablet-pin")
            screen.press("Done")
        self.assertEqual(self.tea._get_line(self.harry.partner_id).state, "signed_up")
