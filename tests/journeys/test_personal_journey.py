"""Somebody asks what is held about them, and to be forgotten; a manager looks at what is due to go."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

from ..common import TODAY
from .common import JourneyCase


class TestPersonalJourney(JourneyCase):
    def test_a_coordinator_makes_a_copy(self):
        self.jose.with_user(self.coordinator).note = "<p>Rings on Mondays</p>"
        self.env.flush_all()
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Members", "Members")
            screen.open("José Álvarez")
            tab = self._open_copy(screen)
            text = " ".join(tab.page.inner_text("body").split())
            self.assertIn("Everything about José Álvarez", text)
            self.assertIn("Rings on Mondays", text)
            self.assertNotIn("Harry Fox", text)
            tab.picture("personal-page")
            with tab.page.expect_download() as coming:
                tab.page.get_by_text("Download with all files").click()
            parcel = zipfile.ZipFile(io.BytesIO(Path(coming.value.path()).read_bytes()))
            tab.page.emulate_media(media="print")
            tab.page.set_viewport_size({"width": 794, "height": 1123})
            tab.picture("personal-printed")
            tab.page.close()
            screen.picture("personal-member")
        data = json.loads(parcel.read("everything.json"))
        self.assertEqual(data["_about"]["made_for"], "Cora Hart")
        self.assertEqual(data["res.partner"][0]["email"], "jose@example.org")
        self.assertIn("made for Cora Hart", str(self.jose.message_ids.mapped("body")))

    def _open_copy(self, screen):
        with screen.page.expect_popup() as opened:
            screen.press("Everything about them")
        tab = type(screen)(opened.value)
        tab.page.wait_for_load_state()
        return tab

    def test_whose_it_is_to_ask(self):
        """Part of it is held by a bank that the coordinator doesn't run."""
        self._make_member(self.jose.partner_id, scheme=self.harbour)
        self.env.flush_all()
        with self.at_screen(self.coordinator) as screen:
            screen.go(f"/odoo/timebank-members/{self.jose.id}")
            with screen.refused("Part of this is held by Harbour", "Ask Cole Dunn"):
                screen.press("Everything about them")

    def test_their_own_on_a_phone(self):
        with self.at_screen(self.portal, phone=True) as screen:
            screen.page.goto(f"{self.base_url()}/my/home")
            screen.settle()  # Odoo's cards move until they have been counted
            screen.page.get_by_text("Everything about me").first.click()
            screen.page.wait_for_url("**/timebank/personal/me")
            text = " ".join(screen.page.inner_text("body").split())
            self.assertIn("Everything about Ann Lee", text)
            self.assertIn("What coordinators wrote for one another isn't in here", text)
            screen.picture("personal-phone")

    def test_a_manager_forgets(self):
        with self.at_screen(self.manager) as screen:
            screen.open_app()
            screen.open_menu("Members", "Members")
            screen.open("José Álvarez")
            self.assertFalse(screen.shows_button("Forget"))
            screen.go(f"/odoo/timebank-members/{self.gone.id}")
            screen.press("Forget")
            self.assertEqual(screen.dialog(), "Give a reason")
            self.assertIn("Gwen Gone: the contact too, as nobody else relies on it.", screen.text())
            screen.picture("forget")
            screen.fill_reason("Asked by letter of 2 March")
            screen.press("Forget for good")
            self.assertIn("Forgotten.", screen.notification())
            self.assertNotIn("Gwen", screen.text())
            self.assertIn("Former member", screen.text())
            self.assertFalse(screen.shows_button("Welcome back") or screen.shows_button("Forget"))
            screen.picture("forgotten")
            screen.open_menu("Configuration", "How long is kept what")
            screen.press("What was erased")
            screen.picture("erasures")
            screen.open("Asked by letter of 2 March")
            self.assertNotIn("Gwen", screen.text())
        self.assertTrue(self.gone.name.startswith("Former member"))
        self.assertFalse(self.scheme.check_ledger())

    def test_what_is_due(self):
        long_ago = TODAY - timedelta(days=800)
        self.gone._in_verb().write({"joined_on": long_ago, "left_on": long_ago})
        self.env.flush_all()
        bank = self.scheme.name
        with self.at_screen(self.manager) as screen:
            screen.open_app()
            screen.open_menu("Configuration", "How long is kept what")
            screen.picture("retention")
            rows = screen.top.locator(f".o_data_row:has(td[name=scheme_id]:text-is('{bank}'))")
            rows.filter(has_text="People who have left").get_by_text("What is due?").click()
            screen.settle()
            self.assertIn("Gwen Gone", screen.text())
            self.assertIn("kept for 24 months", screen.text())
            screen.picture("retention-due")
        self.assertEqual(self.gone.name, "Gwen Gone")
