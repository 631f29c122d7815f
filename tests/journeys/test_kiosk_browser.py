"""The kiosk in a browser: a name chosen, a card read by a card reader, a card held up to the camera."""

import tempfile
from pathlib import Path

from freezegun import freeze_time
from lxml import html

from odoo import fields
from odoo.tests import tagged

from ..kiosk_common import LiveKioskCase
from .camera import UNTIL, held_up_to

#: What the visitors' hands do, and what they see.
HANDS = """
    const $ = (selector) => document.querySelector(selector);
    const type = (text) => {
        $(".o_kiosk_text").value = text;
        $(".o_kiosk_text").dispatchEvent(new InputEvent("input", { bubbles: true }));
    };
    const greeting = $(".o_kiosk_greeting");
    const greetings = [];
    new MutationObserver(() => greetings.push(greeting.textContent)).observe(greeting, { childList: true });
    const greeted = (text) => until(text, () => greetings.at(-1) === text);
    const check = (holds, what) => { if (!holds) { throw new Error(what); } };
    (async () => {
        %s
        console.log("test successful");
    })().catch((error) => console.error(error.message));
"""


@tagged("post_install", "-at_install")
class TestKioskInBrowser(LiveKioskCase):
    def _visit(self, steps):
        self.browser_js(
            self.url,
            UNTIL + HANDS % steps,
            ready="document.activeElement?.classList.contains('o_kiosk_text')",
            timeout=120,
        )
        self.live.attendance_ids.invalidate_recordset()
        return {line.partner_id: line for line in self.live.attendance_ids}

    def test_two_people_sign_in_one_by_card(self):
        """One finds her name, one has a card with a reader that types it, and reads it once more."""
        steps = """
            type("dor");
            const button = await until("Dora", () => $(".o_kiosk_people button"));
            check(button.textContent.includes("Dora Quist"), button.textContent);
            button.click();
            await greeted("Welcome, Dora!");
            type("CARD");
            $(".o_kiosk_form").requestSubmit();
            await greeted("Welcome, Ben!");
            type("CARD");
            $(".o_kiosk_form").requestSubmit();
            const welcomes = () => greetings.filter((text) => text === "Welcome, Ben!");
            await until("the second reading", () => welcomes().length > 1);
        """.replace("CARD", self.ben.card_code)
        lines = self._visit(steps)
        for partner in (self.dora.partner_id, self.ben.partner_id):
            self.assertTrue(lines[partner].check_in)
            self.assertFalse(lines[partner].check_out)

    def test_who_is_inside_signs_out_by_card(self):
        with freeze_time(fields.Datetime.subtract(fields.Datetime.now(), minutes=10)):
            self.live.check_in(self.ben.partner_id)
        steps = """
            type("CARD");
            $(".o_kiosk_form").requestSubmit();
            await greeted("Thank you, Ben. See you soon!");
        """.replace("CARD", self.ben.card_code)
        self.assertTrue(self._visit(steps)[self.ben.partner_id].check_out)

    def test_card_held_up_to_the_camera(self):
        """It signs in once, for as long as it is held up, though the camera loses sight of it."""
        steps = """
            $(".o_kiosk_camera").click();
            await greeted("Welcome, Ben!");
            await until("the end of the greeting", () => greeting.classList.contains("d-none"));
            check(greetings.length === 1, greetings.join());
            check(!$(".o_kiosk_video").classList.contains("d-none"), "no picture");
            $(".o_kiosk_camera").click();
            await until("darkness", () => $(".o_kiosk_video").classList.contains("d-none"));
            check(!$(".o_kiosk_video").srcObject, "the camera is still on");
        """
        with tempfile.TemporaryDirectory() as folder, held_up_to(Path(folder), self.ben.card_code):
            lines = self._visit(steps)
        self.assertTrue(lines[self.ben.partner_id].check_in)
        self.assertFalse(lines[self.ben.partner_id].check_out)

    def test_code_that_is_no_card(self):
        """A QR of something else asks the server nothing."""
        steps = """
            $(".o_kiosk_camera").click();
            await greeted("We don't know that card. Please ask at the desk.");
        """
        with tempfile.TemporaryDirectory() as folder, held_up_to(Path(folder), "https://example.org"):
            lines = self._visit(steps)
        self.assertEqual(list(lines), [self.dora.partner_id])

    def test_everything_is_said_in_the_language_of_the_browser(self):
        """What the script says as well, which it reads from attributes."""
        french = self.env["res.lang"]._activate_lang("fr_FR")
        view = self.env.ref("timebank_coproduction.kiosk_page")
        terms = view._fields["arch_db"].get_trans_terms(view.arch_db)
        view.update_field_translations("arch_db", {french.code: {term: f"«{term}»" for term in terms}})
        answer = self.url_open(self.url, headers={"Accept-Language": "fr-FR,fr"})
        kiosk = html.fromstring(answer.text).find(".//main")
        said = {name: value for name, value in kiosk.items() if name.startswith("data-")}
        del said["data-token"]
        self.assertEqual(said["data-welcome"], "«Welcome, {name}!»")
        said |= {part.tag: part.text_content().strip() for part in kiosk.iter("label", "button")}
        untold = {name: value for name, value in said.items() if value and not value.startswith("«")}
        self.assertFalse(untold)

    def test_camera_that_does_not_work(self):
        """Without one, the page says so, and names go on working."""
        steps = """
            $(".o_kiosk_camera").click();
            await greeted("The camera can't be used. Please type your name, or ask at the desk.");
            check($(".o_kiosk_video").classList.contains("d-none"), "an empty picture");
            type("dor");
            (await until("Dora", () => $(".o_kiosk_people button"))).click();
            await greeted("Welcome, Dora!");
        """
        self.assertTrue(self._visit(steps)[self.dora.partner_id].check_in)
