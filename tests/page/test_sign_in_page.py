"""A link by mail signs a member in: once, soon, where it was asked for, and nobody else."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessDenied
from odoo.tests import new_test_user

from odoo.addons.timebank_coproduction.models.member.timebank_sign_in import MOST_FROM_SOURCE

from ..page_common import PageCase

EMAIL = "ann@example.org"


class TestSignIn(PageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.mail_sign_in = True
        cls.ann.partner_id.email = EMAIL

    def _ask(self, address=EMAIL):
        self.come(None)
        return self.press(self.go("/timebank/sign-in"), "Send me a link", email=address)

    def _get_mails(self, address=EMAIL):
        with self.enter_registry_test_mode():
            self.env.ref("timebank_coproduction.cron_sign_in").method_direct_trigger()
        return self.env["mail.mail"].search([("email_to", "=", address)])

    def _get_link(self, mail):
        """The path of the link in a mail."""
        return urlsplit(re.search(r'href="([^"]*sign-in/[^"]*)"', mail.body_html)[1]).path

    def _enter(self, path, **typed):
        return self.press(self.go(path), "Sign in", **typed)

    def _who(self):
        """Who is signed in, by the page where members begin."""
        page = self.go("/timebank")
        return None if page.address.endswith("/timebank/sign-in") else page.heading()

    def test_a_link_is_asked_for_and_used(self):
        page = self._ask()
        self.assertEqual((page.status, page.heading()), (200, "Look at your mails"))
        mail = self._get_mails()
        self.assertIn("15 minutes", mail.body_html)
        page = self.go(self._get_link(mail))
        self.assertIn("You are Ann Lee", page.text())
        self.assertIsNone(self._who())  # to look at the link signs nobody in
        page = self.press(page, "Sign in")
        self.assertEqual((page.status, page.heading()), (200, "Hello Ann"))

    def test_once(self):
        """Pressed again, the button of the page that was open does nothing."""
        self._ask()
        path = self._get_link(self._get_mails())
        page = self.go(path)
        session = self.opener.cookies["session_id"]
        self.assertEqual(self.press(page, "Sign in").heading(), "Hello Ann")
        self.assertNotEqual(self.opener.cookies["session_id"], session)
        self.opener.cookies.set("session_id", None)
        self.opener.cookies.set("session_id", session, domain="127.0.0.1")
        page = self.go(path)
        self.assertEqual((page.status, page.heading()), (404, "This link doesn't work here"))
        self.assertIsNone(self._who())

    def test_in_another_browser(self):
        self._ask()
        path = self._get_link(self._get_mails())
        self.come(None)
        page = self.go(path)
        self.assertEqual((page.status, page.heading()), (404, "This link doesn't work here"))
        # who asked for one of their own has another's link all the same
        self._ask("mallory@example.org")
        self.assertEqual(self.go(path).status, 404)

    def test_too_late(self):
        self._ask()
        path = self._get_link(self._get_mails())
        page = self.go(path)
        with freeze_time(fields.Datetime.now() + timedelta(minutes=15)):
            self.assertEqual(self.press(page, "Sign in").status, 404)
        self.assertIsNone(self._who())

    def test_forged(self):
        self._ask()
        self._get_mails()
        for token in (
            "x",
            "sent%00",
            "0" * 43,
            self.env["timebank.sign.in"].search([]).sudo()._fields and "é",
        ):
            page = self.go(f"/timebank/sign-in/{token}")
            self.assertEqual(page.status, 404, token)

    def test_only_digests_are_kept(self):
        self._ask()
        token = self._get_link(self._get_mails()).rsplit("/", 1)[1]
        self.env.cr.execute("SELECT row_to_json(timebank_sign_in)::text FROM timebank_sign_in")
        self.assertNotIn(token, str(self.env.cr.fetchall()))

    def test_whoever_the_address_is(self):
        """The same answer for as many queries; no mail to who isn't a member of a bank that has links."""
        other = self._make_scheme("Hillside")
        elsewhere = new_test_user(self.env, "eve", groups="base.group_portal", email="eve@example.org")
        self._make_member(elsewhere.partner_id, scheme=other)
        new_test_user(self.env, "mel", groups="base.group_portal", email="mel@example.org")
        self.cat.partner_id.email = "cat@example.org"
        self.portal2.write({"email": "ben@example.org", "active": False})
        answers, work = set(), set()
        addresses = ["nobody@example.org", EMAIL, "eve@example.org", "mel@example.org", "cat@example.org"]
        addresses += ["ben@example.org"]
        self._ask("warm@example.org")
        for address in addresses:
            page = self.go("/timebank/sign-in")
            before = self.cr.sql_log_count
            page = self.press(page, "Send me a link", email=address)
            work.add(self.cr.sql_log_count - before)
            answers.add((page.status, page.address, page.text()))
        self.assertEqual((len(answers), len(work)), (1, 1), (answers, work))
        self._get_mails()
        sent = self.env["mail.mail"].search([("email_to", "in", addresses)])
        self.assertEqual(sent.mapped("email_to"), [EMAIL])
        self.assertEqual(self.env["timebank.sign.in"].search([]).mapped("address"), [EMAIL])

    def test_never_an_internal_user(self):
        """Neither who works here, nor who came to after the link was sent."""
        self.staff.email = EMAIL
        self._make_member(self.staff.partner_id)
        self._ask()
        path = self._get_link(self._get_mails())
        page = self.go(path)
        self.assertIn("You are Ann Lee", page.text())
        self.portal.write({"group_ids": [(6, 0, self.env.ref("base.group_user").ids)]})
        self.assertEqual(self.press(page, "Sign in").status, 404)
        self.assertIsNone(self._who())
        link = self.env["timebank.sign.in"].search([])
        self.assertFalse(link._get_users())

    def test_as_somebody_else(self):
        """What a form says of who it is counts among those of the address alone."""
        self._ask()
        path = self._get_link(self._get_mails())
        page = self.go(path)
        form, _button = page.form("Sign in")
        data = {**dict(form.form_values()), "user": self.portal2.id, "login": "admin"}
        self.opener.post(page.address, data=data)
        self.assertEqual(self._who(), "Hello Ann")

    def test_a_couple_with_one_address(self):
        self.ben.partner_id.email = "Ann@Example.org"
        self._ask()
        self.staff.email = EMAIL
        self._make_member(self.staff.partner_id)  # who works with Odoo has no link
        mail = self._get_mails()
        links = dict(re.findall(r'href="[^"]*(/timebank/sign-in/[^"]*)">Sign in as ([^<]*)<', mail.body_html))
        self.assertEqual(sorted(links.values()), ["Ann Lee", "Ben Okoro"])
        (ann, ben) = sorted(links, key=links.get)
        page = self.go(ben)
        self.assertIn("You are Ben Okoro", page.text())
        self.assertEqual(self.press(page, "Sign in").heading(), "Hello Ben")
        self.authenticate(None, None)
        self.assertEqual(self.go(ann).status, 404)  # in a browser that didn't ask

    def test_each_of_a_couple_by_their_own(self):
        self.ben.partner_id.email = EMAIL
        self._ask()
        paths = re.findall(r'href="[^"]*(/timebank/sign-in/[^"]*)"', self._get_mails().body_html)
        self.portal2.active = False
        self.assertEqual([self.go(path).status for path in paths], [200, 404])

    def test_a_link_that_is_none_names_nobody(self):
        """Nor those members whose mail address isn't known."""
        self.ben.partner_id.email = False
        self.come(None)
        page = self.go("/timebank/sign-in/nothing")
        self.assertEqual(page.status, 404)
        self.assertNotIn("Ben", page.text())

    def test_a_second_factor_is_asked_for(self):
        self.portal.sudo().totp_secret = "ABCDEFGHIJKLMNOP"
        self._ask()
        page = self._enter(self._get_link(self._get_mails()))
        self.assertIn("/web/login/totp", page.address)
        self.assertIsNone(self._who())

    def test_a_form_of_ours(self):
        self._ask()
        path = self._get_link(self._get_mails())
        for address in (path, "/timebank/sign-in"):
            answer = self.opener.post(self.base_url() + address, data={"email": EMAIL})
            self.assertEqual(answer.status_code, 400)
        self.assertIsNone(self._who())

    def test_how_often(self):
        for _time in range(5):
            self.assertEqual(self._ask().heading(), "Look at your mails")
        self.assertEqual(len(self._get_mails()), 3)
        for _time in range(MOST_FROM_SOURCE):
            self.env["timebank.pace"]._count("sign in from", "127.0.0.1", 15)
        page = self._ask("eve@example.org")
        self.assertEqual((page.status, page.typed("email")), (429, "eve@example.org"))
        with freeze_time(fields.Datetime.now() + timedelta(minutes=16)):
            self.assertEqual(self._ask().status, 200)

    def test_no_address(self):
        page = self._ask("ann at example")
        self.assertEqual((page.status, page.typed("email")), (400, "ann at example"))
        self.assertEqual(page.errors(), ["Give your mail address, such as ann@example.org."])

    def test_from_the_page_for_a_password(self):
        self.come(None)
        page = self.follow(self.go("/web/login"), "Members of the time bank: sign in by a link in a mail")
        self.assertEqual(page.heading(), "Sign in")

    def test_where_it_is_off(self):
        self.scheme.mail_sign_in = False
        self.come(None)
        self.assertNotIn("link in a mail", self.go("/web/login").text())
        self.assertIn("/web/login", self.go("/timebank").address)
        self.assertIn("/web/login", self.go("/timebank/sign-in").address)
        self.come(self.portal)
        self.assertEqual(self.go("/timebank/sign-in").heading(), "Hello Ann")

    def test_it_leads_to_the_database_and_nowhere_else(self):
        """What a request says of its host is nothing to go by."""
        self.come(None)
        page = self.go("/timebank/sign-in")
        form, _button = page.form("Send me a link")
        data = {**dict(form.form_values()), "email": EMAIL}
        self.opener.post(page.address, data=data, headers={"X-Forwarded-Host": "evil.example"})
        self.assertNotIn("evil", self._get_mails().body_html)

    def test_by_another_door(self):
        """A password's door doesn't take a link."""
        self._ask()
        token = self._get_link(self._get_mails()).rsplit("/", 1)[1]
        users = self.env["res.users"]
        for credential in (
            {"type": "timebank_link", "login": self.portal.login},
            {"type": "timebank_link", "login": self.portal.login, "token": token},
            {"type": "timebank_link", "login": "admin", "token": token, "browser": "x"},
            {"type": "password", "login": self.portal.login, "password": token},
        ):
            with self.assertRaises(AccessDenied):
                users.authenticate(credential, {"interactive": True})
