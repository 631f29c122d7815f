"""The tablet at the door: people with accents, apostrophes, hyphens and other scripts find themselves."""

from datetime import datetime

from .common import JourneyCase

#: What people type, and whose name it is; the door shows it by its first name and an initial.
TYPED = {
    "jose": "José Álvarez",
    "jose ALV": "José Álvarez",
    "Jose Alvarez": "José Álvarez",
    "sile": "Síle O’Neill",
    "sile o'neill": "Síle O’Neill",
    "O’Neill, Síle": "Síle O’Neill",
    "jane": "Mary-Jane Fox",
    "mary jane fox": "Mary-Jane Fox",
    "李": "李 伟",
    "李 伟": "李 伟",
}


class TestKioskJourney(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.door = cls._make_session(
            name="Open door", start=datetime(2026, 3, 18, 9, 30), stop=datetime(2026, 3, 18, 12)
        )
        cls.guests = cls.jose | cls.oneill | cls.mary | cls.li
        for guest in cls.guests:
            cls.door.sign_up(guest.partner_id)

    def test_everybody_finds_their_name(self):
        """Each is found as they type it, one signs in, and the register shows since when."""
        # before any page is loading: both would read by the same cursor
        shown = dict(zip(self.guests.mapped("name"), self.guests.mapped("shown_name"), strict=True))
        with self.at_screen(self.coordinator, start=f"/odoo/timebank-sessions/{self.door.id}") as screen:
            tablet = screen.press_to_open("Kiosk")
            tablet.page.set_viewport_size({"width": 1024, "height": 768})
            box = tablet.page.locator(".o_kiosk_text")
            for typed, name in TYPED.items():
                with self.subTest(typed):
                    box.fill("")
                    tablet.page.locator(".o_kiosk_people button").wait_for(state="detached")
                    box.fill(typed)
                    tablet.page.locator(".o_kiosk_people button").filter(has_text=shown[name]).wait_for()
                    self.assertEqual(tablet.page.locator(".o_kiosk_people button").count(), 1)
            self.assertNotIn("Álvarez", tablet.page.inner_text("body"))  # nobody's surname is told
            box.fill("jos")
            found = tablet.page.locator(".o_kiosk_people button").filter(has_text="José")
            found.wait_for()
            tablet.picture("kiosk")
            found.click()
            tablet.page.locator(".o_kiosk_greeting").filter(has_text="Welcome, José!").wait_for()
            tablet.page.close()
            screen.go(f"/odoo/timebank-sessions/{self.door.id}")
            self.assertRegex(screen.row("José Álvarez").inner_text(), r"10:0\d")
            screen.picture("register-door")
        line = self.door.attendance_ids.filtered(lambda one: one.partner_id == self.jose.partner_id)
        self.assertTrue(line.check_in)
        self.assertFalse(line.check_out)
