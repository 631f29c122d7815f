import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.timebank_coproduction.models.session import timebank_tablet_visit
from odoo.addons.timebank_coproduction.models.session.ir_http import COOKIE
from odoo.addons.timebank_coproduction.models.session.timebank_member_tablet import MOST_ANYWHERE, MOST_MORE
from odoo.addons.timebank_coproduction.models.session.timebank_pin_lock import MOST_WRONG
from odoo.addons.timebank_coproduction.models.session.timebank_tablet_visit import (
    IDLE_MINUTES,
    MOST_MINUTES,
    MOST_TRIED,
)

from ..kiosk_common import LiveKioskCase
from ..page_common import PageCase

PIN = "4071"


class TabletCase(PageCase, LiveKioskCase):
    """Dora, who has neither mail nor a login, at the tablet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.card_sign_in = True
        cls.dora.with_user(cls.coordinator)._set_pin(PIN)
        cls.base = f"/timebank/{cls.dora.id}"

    def setUp(self):
        super().setUp()
        self.authenticate(None, None)

    def ask(self, card=None, pin=PIN):
        """Type card and PIN on the tablet: the page that follows."""
        card = self.dora.card_code if card is None else card
        return self.press(self.go(f"{self.url}/mine"), "Open my pages", card=card, pin=pin)

    def visits(self):
        return self.env["timebank.tablet.visit"].search([], order="id")


class TestTabletPage(TabletCase):
    def test_in_and_out(self):
        door = self.go(self.url)
        page = self.follow(door, "My pages")
        page = self.press(page, "Open my pages", card=self.dora.card_code.lower(), pin=PIN)
        self.assertEqual((page.status, page.heading()), (200, "Hello Dora"))
        self.assertIn("Pages of Dora Quist", page.text())
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertTrue(page.headers["Refresh"].startswith(f"{IDLE_MINUTES * 60};"))
        page = self.press(page, "Done")
        self.assertTrue(page.address.endswith(self.url))
        self.assertTrue(self.visits().ended_on)
        self.assertIn("/web/login", self.go(self.base).address)

    def test_off_unless_the_bank_wants_it(self):
        self.scheme.card_sign_in = False
        self.assertNotIn("My pages", self.go(self.url).links())
        self.assertEqual(self.go(f"{self.url}/mine").status, 404)
        with self.assertRaisesRegex(UserError, "switch it on first"):
            self.dora.with_user(self.coordinator).action_new_pin()

    def test_what_fits_not_is_answered_alike(self):
        """A wrong card, a wrong PIN, another bank's card, one without a PIN, and what is none."""
        hill = self._make_scheme("Hillside", card_sign_in=True)
        other = self._make_member("Hilda Moss", scheme=hill)
        other.action_new_card()
        other._set_pin(PIN)
        said = set()
        for card, pin in (
            (None, "4072"),
            ("0000-0000-0000-0000", PIN),
            (other.card_code, PIN),
            (self.hid.card_code, PIN),
            (self.hid.card_code, ""),
            ("", ""),
            (None, "４０７１"),
        ):
            page = self.ask(card, pin)
            self.assertEqual(page.status, 400)
            (alert,) = page.tree.xpath("//*[@role='alert']")
            said.add(alert.text_content())
        self.assertEqual(len(said), 1)
        self.assertFalse(self.visits())

    def todos(self):
        kind = self.env.ref("timebank_coproduction.mail_activity_pin")
        return self.dora.activity_ids.filtered(lambda todo: todo.activity_type_id == kind)

    def test_wrong_too_often_locks_the_card(self):
        for _try in range(MOST_WRONG):
            self.assertFalse(self.todos())
            self.ask(pin="4072")
        self.assertTrue(self.dora.is_pin_locked)
        self.assertFalse(self.dora.pin_locked_until, "on this tablet alone")
        self.assertEqual(self.ask().status, 400)
        (todo,) = self.todos()
        self.assertEqual(todo.user_id, self.coordinator)
        self.assertIn("Dora Quist", todo.summary)
        self.assertIn("locked for 15 minutes on the tablet of", todo.note)
        with self.assertRaises(AccessError):
            self.dora.with_user(self.portal).action_unlock_pin()
        self.dora.with_user(self.coordinator).action_unlock_pin()
        self.assertFalse(self.dora.is_pin_locked)
        self.assertFalse(self.todos())
        self.assertEqual(self.ask().heading(), "Hello Dora")

    def test_who_guesses_elsewhere_locks_it_there_alone(self):
        """Somebody who has seen a card and the tablet's link keeps its owner from nothing."""
        visits = self.env["timebank.tablet.visit"]
        for _try in range(2 * MOST_WRONG):
            visits._begin(self.live, self.dora.card_code, "4072", "203.0.113.9")
        self.assertFalse(visits._begin(self.live, self.dora.card_code, PIN, "203.0.113.9")[0])
        self.assertEqual(self.dora.pin_wrong, MOST_WRONG, "what is locked isn't tried")
        self.assertEqual(len(self.todos()), 1)
        self.assertEqual(self.ask().heading(), "Hello Dora")
        self.assertFalse(visits._begin(self.live, self.dora.card_code, PIN, "203.0.113.9")[0])
        self.assertTrue(self.todos(), "the coordinator is to look at it")
        self.dora.with_user(self.coordinator).action_unlock_pin()
        self.assertFalse(self.todos())
        self.assertTrue(visits._begin(self.live, self.dora.card_code, PIN, "203.0.113.9")[0])

    def test_from_very_many_places_locks_it_everywhere(self):
        for number in range(MOST_ANYWHERE):
            self.assertFalse(self.dora.pin_locked_until)
            self.assertFalse(self.dora._is_pin("4072", f"tablet {number}"))
        self.assertTrue(self.dora.pin_locked_until)
        self.assertFalse(self.dora._is_pin(PIN, "another tablet"))
        self.assertIn("on every tablet", self.todos().note)

    def test_it_unlocks_by_itself(self):
        """On a tablet after a quarter of an hour, and each time four times as long, at most after a day; the
        page says so to everybody.
        """
        words = self.go(f"{self.url}/mine").text()
        self.assertIn("locked here for 15 minutes, and longer each time", words)
        start = fields.Datetime.now()
        clock = self.startPatcher(freeze_time(start))
        for minutes in (15, 60, 240):
            for _try in range(MOST_WRONG):
                self.assertFalse(self.dora._is_pin("4072"))
            clock.move_to(start + timedelta(minutes=minutes - 1))
            self.env.invalidate_all()
            self.assertTrue(self.dora.is_pin_locked)
            self.assertFalse(self.dora._is_pin(PIN), "not even the right one")
            start += timedelta(minutes=minutes)
            clock.move_to(start)
            self.env.invalidate_all()
            self.assertFalse(self.dora.is_pin_locked)
        self.assertTrue(self.dora._is_pin(PIN))
        self.assertEqual((self.dora.pin_wrong, self.dora.pin_locked_until), (0, False))
        self.assertFalse(self.dora.pin_lock_ids)
        self.assertFalse(self.todos())

    def test_everywhere_it_unlocks_by_itself_too(self):
        """After an hour, and each time twice as long, at most after a day."""
        start, tried = fields.Datetime.now(), 0
        clock = self.startPatcher(freeze_time(start))
        for hours in (1, 2, 4, 8, 16, 24, 24):
            for _try in range(MOST_MORE if tried else MOST_ANYWHERE):
                tried += 1
                self.assertFalse(self.dora._is_pin("4072", f"tablet {tried}"))
            clock.move_to(start + timedelta(hours=hours, minutes=-1))
            self.env.invalidate_all()
            self.assertTrue(self.dora.is_pin_locked)
            self.assertFalse(self.dora._is_pin(PIN), "not even the right one")
            start += timedelta(hours=hours)
            clock.move_to(start)
            self.env.invalidate_all()
            self.assertFalse(self.dora.is_pin_locked)
        self.assertTrue(self.dora._is_pin(PIN))

    def test_guessing_is_hopeless(self):
        """How many PINs somebody with a card has tried in a month, at as many tablets and addresses as there
        are.
        """
        start, tried = fields.Datetime.now(), 0
        clock = self.startPatcher(freeze_time(start))
        for hour in range(30 * 24):
            clock.move_to(start + timedelta(hours=hour, seconds=1))
            self.env.invalidate_all()
            while not self.dora.pin_locked_until or not self.dora._is_locked_everywhere():
                tried += 1
                self.dora._is_pin("4072", f"tablet {tried}")
        self.assertLess(tried, 200)  # of 10,000

    def test_right_begins_anew(self):
        for _round in range(2):
            for _try in range(MOST_WRONG - 1):
                self.assertFalse(self.dora._is_pin("4072"))
            self.assertTrue(self.dora._is_pin(PIN))

    def test_a_tablet_tries_so_many(self):
        """Whichever cards they are."""
        self.patch(timebank_tablet_visit, "MOST_TRIED", 2)
        self.assertGreater(MOST_TRIED, 2)
        for _try in range(2):
            self.ask("0000-0000-0000-0000")
        self.assertEqual(self.ask().status, 400)
        self.assertFalse(self.dora.pin_wrong, "and a tablet that is stopped locks nobody's card")

    def test_who_tries_elsewhere_keeps_nobody_out(self):
        """The tablet's link can be read over somebody's shoulder."""
        self.patch(timebank_tablet_visit, "MOST_TRIED", 2)
        visits = self.env["timebank.tablet.visit"]
        for _try in range(4):
            visits._begin(self.live, "0000-0000-0000-0000", PIN, "203.0.113.9")
        self.assertFalse(visits._begin(self.live, self.dora.card_code, PIN, "203.0.113.9")[0])
        self.assertEqual(self.ask().heading(), "Hello Dora")

    def test_pages_that_are_there(self):
        self.ask()
        for path in ("/log", "/log/time?whom=bank", "/hours", "/sessions", "/sessions/past", "/rewards"):
            self.assertEqual(self.go(self.base + path).status, 200, path)
        page = self.go(f"{self.base}/credits")
        self.assertFalse(set(page.links()) & {"Give some of them", "As a PDF", "For a spreadsheet"})
        self.assertFalse(set(page.links()) & {"Offers and requests", "About me", "Sign out", "My time banks"})

    def test_every_other_page_is_not(self):
        """Found by their routes: what isn't marked for the tablet is refused, and changes nothing."""
        self.ask()
        form = self.go(self.base).tree.forms[0].form_values()
        rules = [
            rule for rule in self.env["ir.http"].routing_map().iter_rules() if "member_id" in rule.arguments
        ]
        routes = [rule for rule in rules if rule.endpoint.routing["auth"] == "timebank_member"]
        marked = [rule for rule in routes if rule.endpoint.routing["timebank_on_tablet"]]
        self.assertGreater(len(marked), 20)
        self.assertGreater(len(routes), len(marked))
        before = self._counts()
        for rule in routes:
            if rule in marked:
                continue
            values = dict.fromkeys(rule.arguments, 1) | {"member_id": self.dora.id}
            for name, converter in rule._converters.items():
                if hasattr(converter, "items"):  # one of several words
                    values[name] = min(converter.items)
            _domain, address = rule.build(values)
            post = "POST" in rule.methods
            response = self.url_open(address, data=dict(form)) if post else self.url_open(address)
            self.assertEqual(response.status_code, 403, address)
            self.assertIn("Not on the tablet", response.text, address)
        self.assertEqual(self._counts(), before)

    def test_nobody_elses(self):
        """Neither another member's, nor the same person's in another bank."""
        hill = self._make_member(self.dora.partner_id, scheme=self._make_scheme("Hillside"))
        theirs = self._make_hours(self.ben, 30, "submitted")
        self.ask()
        for member in (self.ann, self.ben, hill):
            for path in ("", "/log", "/hours", "/credits", "/me"):
                self.assertEqual(self.go(f"/timebank/{member.id}{path}").status, 404, path)
        self.assertEqual(self.go(f"{self.base}/hours/{theirs.id}").status, 404)
        self.assertIn("/web/login", self.go("/timebank").address)
        self.assertIn("/web/login", self.go(f"/timebank/personal/{self.dora.id}").address)

    def test_logging_time_says_where(self):
        page = self.ask()
        page = self.follow(page, "Log time")
        page = self.follow(page, "River Street as a whole")
        page = self.press(page, "Continue", time="45 min")
        page = self.press(page, "Hand in", description="Folded leaflets")
        self.assertEqual(page.heading(), "Time I have logged")
        entry = self.env["timebank.hours"].search([("partner_id", "=", self.dora.partner_id.id)])
        self.assertEqual((entry.minutes, entry.create_uid.partner_id), (45, self.dora.partner_id))
        self.assertIn("with card and PIN, on the tablet", " ".join(entry.message_ids.mapped("body")))

    def test_sessions(self):
        later = self._make_session(
            name="Choir",
            start=fields.Datetime.add(fields.Datetime.now(), days=2),
            stop=fields.Datetime.add(fields.Datetime.now(), days=2, hours=1),
        )
        self.ask()
        page = self.press(self.go(f"{self.base}/sessions/{later.id}"), "Sign up")
        line = later.attendance_ids
        self.assertEqual((line.partner_id, line.state), (self.dora.partner_id, "signed_up"))
        self.press(page, "I can't come")
        self.assertEqual(line.state, "withdrawn")
        notes = " ".join(self.dora.message_ids.mapped("body"))
        self.assertIn("Opened their own pages", notes)
        self.assertEqual(notes.count("on the tablet. Attendance Dora Quist at Choir"), 2)

    def test_claiming_a_reward(self):
        self._fund(self.dora, 60)
        reward = self.env["timebank.reward"].create(
            {"name": "Coffee", "scheme_id": self.scheme.id, "minutes": 15}
        )
        reward.action_publish()
        self.ask()
        page = self.press(self.go(f"{self.base}/rewards/{reward.id}"), "Claim it")
        page = self.press(page, "Yes, claim it")
        self.assertFalse(page.tree.xpath("//script"))  # which would keep it on the tablet
        claim = self.env["timebank.redemption"].search([("reward_id", "=", reward.id)])
        self.assertEqual((claim.partner_id, self.dora.balance_minutes), (self.dora.partner_id, 45))
        self.assertIn("with card and PIN, on the tablet", " ".join(claim.message_ids.mapped("body")))


class TestTabletVisit(TabletCase):
    """When a visit is over."""

    def assert_over(self):
        page = self.go(self.base)
        self.assertEqual(page.heading(), "Your pages are closed")
        self.assertNotIn("Dora", page.text())
        self.assertFalse(self.opener.cookies.get(COOKIE))

    def test_nobody_presses_anything(self):
        self.ask()
        with freeze_time(fields.Datetime.now() + timedelta(minutes=IDLE_MINUTES - 1), tick=True):
            self.assertEqual(self.go(self.base).heading(), "Hello Dora")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=2 * IDLE_MINUTES - 2), tick=True):
            self.assertEqual(self.go(self.base).heading(), "Hello Dora")
        with freeze_time(fields.Datetime.now() + timedelta(minutes=3 * IDLE_MINUTES - 1), tick=True):
            self.assert_over()

    def test_in_any_case(self):
        self.ask()
        for minutes in range(IDLE_MINUTES - 1, MOST_MINUTES, IDLE_MINUTES - 1):
            with freeze_time(fields.Datetime.now() + timedelta(minutes=minutes), tick=True):
                self.go(self.base)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=MOST_MINUTES), tick=True):
            self.assert_over()

    def test_the_bank_switches_it_off(self):
        self.ask()
        self.scheme.card_sign_in = False
        self.assert_over()

    def test_the_tablet_is_another(self):
        self.ask()
        self.live.action_end_kiosk()
        self.live.action_open_kiosk()
        self.assert_over()

    def test_the_tablet_is_closed(self):
        self.ask()
        self.live.action_end_kiosk()
        self.assert_over()

    def test_the_pin_is_another(self):
        self.ask()
        self.dora.with_user(self.coordinator).action_new_pin()
        self.assert_over()

    def test_the_pin_is_taken_away(self):
        self.ask()
        self.dora.with_user(self.coordinator).action_end_pin()
        self.assert_over()
        self.assertEqual(self.ask().status, 400)

    def test_the_member_works_with_odoo_now(self):
        self.ask()
        self.dora.partner_id.email = "dora@example.org"
        user = self.dora._get_tablet_user()
        user.write({"active": True, "group_ids": [(6, 0, self.env.ref("base.group_user").ids)]})
        self.assert_over()

    def test_another_browser(self):
        self.ask()
        key = self.opener.cookies[COOKIE]
        self.opener.cookies.clear()
        self.assertIn("/web/login", self.go(self.base).address)
        token, seen, signature = key.split(".")
        for forged in (
            f"{token}.{int(seen) + 60}.{signature}",
            f"{token}.{seen}.{'0' * len(signature)}",
            token,
            f"{token}..",
            "x.y.z",
            "é",
        ):
            self.opener.cookies.clear()
            response = self.url_open(self.base, headers={"Cookie": f"{COOKIE}={forged}".encode()})
            self.assertNotIn("Hello Dora", response.text)

    def test_a_login_in_the_same_browser_counts_for_nothing(self):
        """Nobody uses the tablet while a coordinator is signed in; a visit that is over isn't theirs."""
        self.ask()
        key = self.opener.cookies[COOKIE]
        self.come(self.coordinator)
        page = self.go(f"{self.url}/mine")
        with self.assertRaises(AssertionError):
            page.form("Open my pages")
        self.opener.cookies.set(COOKIE, key, path="/timebank")
        self.assertEqual(self.go(f"/timebank/{self.ann.id}").status, 404)
        self.visits()._end()
        self.env.flush_all()
        self.assertEqual(self.go(f"/timebank/{self.ann.id}").heading(), "Your pages are closed")
        page = self.press(self.go(f"{self.url}/mine"), "Sign out of Odoo")
        self.assertTrue(page.form("Open my pages"))

    def test_a_form_of_elsewhere(self):
        self.ask()
        before = self._counts()
        response = self.url_open(f"{self.base}/log/what?whom=bank&minutes=30", data={"description": "x"})
        self.assertEqual(response.status_code, 400)
        self.assertEqual(self._counts(), before)
        self.assertEqual(self.url_open("/timebank/tablet/done", data={"x": "1"}).status_code, 400)
        self.assertFalse(self.visits().ended_on)


class TestPin(TabletCase):
    def test_it_is_told_once(self):
        told = self.ann.with_user(self.coordinator).action_new_pin()["params"]["message"]
        (pin,) = re.findall(r"\d+", told)
        self.assertTrue(self.ann._is_pin(pin))
        for role in (self.coordinator, self.portal):
            with self.assertRaises(AccessError):
                self.ann.with_user(role).read(["pin"])
        self.assertNotIn(pin, " ".join(self.ann.message_ids.mapped("body")))

    def test_who_gives_it(self):
        other = new_test_user(self.env, "tb_other", groups="timebank_coproduction.group_timebank_coordinator")
        self._make_scheme("Hillside", card_sign_in=True, coordinator_ids=[Command.set(other.ids)])
        for user in (self.portal, self.portal2, self.staff, self.finance, other):
            for verb in ("action_new_pin", "action_unlock_pin", "action_end_pin"):
                with self.assertRaises(AccessError):
                    getattr(self.dora.with_user(user), verb)()

    def test_members_choose_their_own(self):
        self.come(self.portal)
        page = self.follow(self.go(f"/timebank/{self.ann.id}/me"), "My PIN for the tablet")
        for pin, again, words in (
            ("407", "407", "4 to 6 digits"),
            ("1234", "1234", "guessed first"),
            ("8305", "8306", "not the same"),
        ):
            refused = self.press(page, "Save", pin=pin, again=again)
            self.assertIn(words, " ".join(refused.errors()))
        self.assertFalse(self.ann.has_pin)
        page = self.press(page, "Save", pin="8305", again="8305")
        self.assertIn("You have a new PIN.", page.text())
        self.assertTrue(self.ann._is_pin("8305"))

    def test_on_the_tablet_by_the_one_until_now(self):
        page = self.follow(self.ask(), "Change my PIN")
        refused = self.press(page, "Save", old="4072", pin="8305", again="8305")
        self.assertEqual(refused.errors(), ["That is not your PIN."])
        page = self.press(page, "Save", old=PIN, pin="8305", again="8305")
        self.assertEqual(page.heading(), "Your pages are closed")
        self.assertEqual(self.ask(pin="8305").heading(), "Hello Dora")

    def test_who_works_with_odoo_has_none(self):
        me = self._make_member(self.coordinator.partner_id)
        with self.assertRaisesRegex(UserError, "another login"):
            me.sudo()._set_pin(PIN)

    def test_nobody_signs_in_by_the_login(self):
        user = self.dora._get_tablet_user()
        self.assertFalse(user.active)
        self.assertFalse(self.dora.partner_id.user_ids)
        self.assertTrue(self.dora.partner_id.active)
        self.assertEqual(user.group_ids, self.env.ref("base.group_portal"))

    def test_mail_comes_later(self):
        """Whoever gets a mail address is invited as anybody, and is on the tablet with that login."""
        seat = self.dora._get_tablet_user()
        self.dora.partner_id.email = "dora@example.org"
        wizard = self.env["portal.wizard"].create({"partner_ids": [(6, 0, self.dora.partner_id.ids)]})
        wizard.user_ids.action_grant_access()
        user = self.dora._get_tablet_user()
        self.assertNotEqual(user, seat)
        self.assertEqual((user.active, user.login), (True, "dora@example.org"))

    def test_a_login_that_was_taken_away(self):
        """Whose login of the portal ends has no pages on the tablet either."""
        self.dora.partner_id.email = "dora@example.org"
        wizard = self.env["portal.wizard"].create({"partner_ids": [(6, 0, self.dora.partner_id.ids)]})
        wizard.user_ids.action_grant_access()
        self.ask()
        self.env.invalidate_all()
        wizard.user_ids.action_revoke_access()
        self.env.invalidate_all()
        self.assertFalse(self.dora._get_tablet_user())
        self.assertEqual(self.go(self.base).heading(), "Your pages are closed")
        self.assertEqual(self.ask().status, 400)
