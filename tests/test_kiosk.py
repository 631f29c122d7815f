"""The tablet at the door, the claim link and the opt-out: what a link can do, and what it can't."""

import json
from datetime import UTC, datetime

from freezegun import freeze_time
from freezegun.api import real_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from .session_common import NOW, SessionCase


class KioskCase(SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dora = cls._make_member("Dora Quist", name_shown="full")
        cls.hid = cls._make_member("Hidden Holly", name_shown="hidden")
        (cls.ann | cls.ben | cls.dora | cls.hid).action_new_card()


class TestKiosk(KioskCase):
    def _open(self):
        self.session.with_user(self.coordinator).action_open_kiosk()
        return self.env["timebank.session"]._find_kiosk(self.session.kiosk_token)

    def test_link_is_unguessable_and_for_one_session(self):
        other = self._make_session()
        self.assertEqual(self._open(), self.session)
        other.action_open_kiosk()
        self.assertGreater(len(self.session.kiosk_token), 40)
        self.assertNotEqual(self.session.kiosk_token, other.kiosk_token)

    def test_only_coordinators_open_it_and_see_the_link(self):
        for user in (self.portal, self.staff, self.coordinator2):
            with self.assertRaises(AccessError):
                self.session.with_user(user).action_open_kiosk()
        self._open()
        with self.assertRaises(AccessError):
            self.session.with_user(self.portal).read(["kiosk_token"])

    def test_link_ends_with_the_session(self):
        self._open()
        with freeze_time("2026-03-18 12:10:00"):
            self.assertTrue(self.session._find_kiosk(self.session.kiosk_token))
        with freeze_time("2026-03-18 12:20:00"):
            self.assertFalse(self.session._find_kiosk(self.session.kiosk_token))
            with self.assertRaises(UserError):
                self.session.action_open_kiosk()

    def test_link_ends_when_the_register_is_closed_or_the_tablet_lost(self):
        self._open()
        token = self.session.kiosk_token
        self.session.with_user(self.coordinator).action_end_kiosk()
        self.assertFalse(self.session._find_kiosk(token))
        self._open()
        token = self.session.kiosk_token
        self.session.action_close()
        self.assertFalse(self.session._find_kiosk(token))

    def test_found_by_the_name_that_is_shown(self):
        for member in (self.ann, self.dora, self.hid):
            self.session.sign_up(member.partner_id)
        kiosk = self._open()
        self.assertEqual([row["name"] for row in kiosk._kiosk_find("an")], ["Ann L."])
        self.assertEqual([row["name"] for row in kiosk._kiosk_find("quist")], ["Dora Quist"])
        self.assertEqual(kiosk._kiosk_find("lee"), [])
        self.assertEqual(kiosk._kiosk_find("holly"), [])

    def test_members_who_are_not_on_the_list_are_not_found(self):
        self.assertEqual(self._open()._kiosk_find("ben"), [])

    def test_one_letter_shows_nobody(self):
        self.session.sign_up(self.ann.partner_id)
        self.assertEqual(self._open()._kiosk_find("a"), [])

    def test_nothing_but_names_goes_out(self):
        self.session.sign_up(self.ann.partner_id)
        self.assertEqual(set(self._open()._kiosk_find("ann")[0]), {"key", "name", "inside"})

    def test_in_and_out_by_name(self):
        line = self.session.sign_up(self.ann.partner_id, "helper")
        kiosk = self._open()
        self.assertEqual(kiosk._kiosk_move(line.id, "in"), {"name": "Ann", "inside": True})
        self.assertEqual(line.check_in, fields.Datetime.to_datetime(NOW))
        with freeze_time("2026-03-18 11:30:00"):
            self.assertEqual(kiosk._kiosk_move(line.id, "out"), {"name": "Ann", "inside": False})
        self.assertEqual(line.minutes, 60)

    def test_card_of_somebody_not_signed_up_adds_them(self):
        kiosk = self._open()
        (row,) = kiosk._kiosk_find(self.ben.card_code.lower().replace("-", " "))
        kiosk._kiosk_move(row["key"], "in")
        line = self.session.attendance_ids
        self.assertRecordValues(
            line, [{"partner_id": self.ben.partner_id.id, "state": "attended", "role": "attendee"}]
        )

    def test_card_of_another_bank_is_unknown(self):
        other = self._make_scheme("Hill Top")
        stranger = self._make_member("Zoë", scheme=other)
        stranger.action_new_card()
        kiosk = self._open()
        self.assertEqual(kiosk._kiosk_find(stranger.card_code), [])
        with self.assertRaisesRegex(UserError, "don't know that card"):
            kiosk._kiosk_move(stranger.card_code, "in")

    def test_lost_card_opens_nothing(self):
        lost = self.ben.card_code
        self.ben.action_new_card()
        self.assertEqual(self._open()._kiosk_find(lost), [])

    def test_numbers_of_other_sessions_lead_nowhere(self):
        other = self._make_session(start="2026-03-18 14:00", stop="2026-03-18 15:00")
        line = other.sign_up(self.ann.partner_id)
        with self.assertRaisesRegex(UserError, "could not find you"):
            self._open()._kiosk_move(line.id, "in")

    def test_who_is_not_shown_cannot_be_signed_in_by_number(self):
        line = self.session.sign_up(self.hid.partner_id)
        with self.assertRaisesRegex(UserError, "could not find you"):
            self._open()._kiosk_move(line.id, "in")

    def test_door_methods_are_closed_over_the_external_api(self):
        for name in ("_find_kiosk", "_kiosk_find", "_kiosk_move"):
            method = getattr(type(self.session), name)
            self.assertTrue(getattr(method, "_api_private", False), name)

    def test_cards_print(self):
        members = self.ann | self.dora
        html = self.env["ir.actions.report"]._render_qweb_html(
            "timebank_coproduction.report_member_card", members.ids
        )[0]
        self.assertIn(self.ann.card_code, html.decode())
        action = members.with_user(self.coordinator).action_print_cards()
        self.assertEqual(action["report_name"], "timebank_coproduction.member_card")


@tagged("post_install", "-at_install")
class TestLinks(KioskCase, HttpCase):
    """Over HTTP, while the clock goes on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        del cls.session  # a name that browser tests use for the visitor's own
        cls.startClassPatcher(freeze_time(datetime.fromtimestamp(real_time(), UTC), tick=True))
        now = fields.Datetime.now()
        cls.live = cls._make_session(
            name="Tea at the door",
            start=fields.Datetime.subtract(now, minutes=30),
            stop=fields.Datetime.add(now, minutes=90),
        )
        cls.line = cls.live.sign_up(cls.dora.partner_id, "helper")
        cls.live.action_open_kiosk()
        cls.url = f"/timebank/kiosk/{cls.live.kiosk_token}"

    def _call(self, path, **params):
        response = self.url_open(
            path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return response.json()["result"]

    def test_page_and_calls(self):
        page = self.url_open(self.url)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Tea at the door", page.text)
        self.assertNotIn("Dora", page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        (row,) = self._call(f"{self.url}/find", text="dora")["people"]
        self.assertEqual(
            self._call(f"{self.url}/move", key=row["key"], way="in"), {"name": "Dora", "inside": True}
        )
        self.assertIn("error", self._call(f"{self.url}/move", key=row["key"], way="sideways"))
        self.assertIn("error", self._call(f"{self.url}/move", key=[1], way="in"))
        self.assertEqual(self.line.state, "attended")

    def test_guessing_is_limited(self):
        for number in range(10):
            self.assertEqual(self.url_open(f"/timebank/kiosk/{'x' * 42}{number}").status_code, 404)
        self.assertEqual(self.url_open(self.url).status_code, 404)
        self.assertEqual(self._call(f"{self.url}/find", text="dora"), {"ended": True})

    def test_claiming_needs_a_press(self):
        future = fields.Datetime.add(fields.Datetime.now(), days=2)
        session = self._make_session(start=future, stop=fields.Datetime.add(future, hours=1), capacity=1)
        session.sign_up(self.ann.partner_id)
        waiting = session.sign_up(self.ben.partner_id)
        session.withdraw(self.ann.partner_id)
        self.env.flush_all()
        url = waiting._get_claim_url()
        page = self.url_open(url)
        self.assertIn("kept for you", page.text)
        self.assertEqual(waiting.state, "waiting")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        page = self.url_open(url, data={"csrf_token": token})
        self.assertIn("The place is yours", page.text)
        self.assertEqual(waiting.state, "signed_up")
        self.assertEqual(self.url_open(url).status_code, 404)

    def test_opting_out(self):
        url = self.line._get_opt_out_url()
        page = self.url_open(url)
        self.assertTrue(self.dora.session_mails)
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        self.url_open(url, data={"csrf_token": token, "mails": "off"})
        self.assertFalse(self.dora.session_mails)
        self.assertEqual(self.url_open(url[:-3] + "xyz").status_code, 404)

    def test_two_people_sign_in_one_by_card(self):
        """In the browser: one finds her name, one holds up a card."""
        code = """
            const until = async (what, test) => {
                for (let round = 0; round < 200; round++) {
                    const found = test();
                    if (found) { return found; }
                    await new Promise((resolve) => setTimeout(resolve, 100));
                }
                throw new Error(`waited in vain for ${what}`);
            };
            const $ = (selector) => document.querySelector(selector);
            const type = (text) => {
                $(".o_kiosk_text").value = text;
                $(".o_kiosk_text").dispatchEvent(new InputEvent("input", { bubbles: true }));
            };
            const greeted = (text) => () => $(".o_kiosk_greeting").textContent === text;
            (async () => {
                type("dor");
                const button = await until("Dora", () => $(".o_kiosk_people button"));
                if (!button.textContent.includes("Dora Quist")) { throw new Error(button.textContent); }
                button.click();
                await until("greeting", greeted("Welcome, Dora!"));
                type("CARD");
                $(".o_kiosk_form").requestSubmit();
                await until("greeting", greeted("Welcome, Ben!"));
                type("CARD");
                $(".o_kiosk_form").requestSubmit();
                await until("farewell", greeted("Thank you, Ben. See you soon!"));
                console.log("test successful");
            })().catch((error) => console.error(error.message));
        """.replace("CARD", self.ben.card_code)
        self.browser_js(
            self.url,
            code,
            ready="document.activeElement?.classList.contains('o_kiosk_text')",
            timeout=120,
        )
        self.live.attendance_ids.invalidate_recordset()
        by_name = {line.partner_id.name: line for line in self.live.attendance_ids}
        self.assertTrue(by_name["Dora Quist"].check_in)
        self.assertFalse(by_name["Dora Quist"].check_out)
        self.assertTrue(by_name["Ben Okoro"].check_out)
