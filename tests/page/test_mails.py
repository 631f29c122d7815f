"""Every mail to members, found by looking: what it looks like, where it leads, and how it is stopped."""

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from lxml import html
from werkzeug.routing import Map, Rule

from odoo.fields import Command
from odoo.tests import new_test_user, tagged
from odoo.tools import email_split

from odoo.addons.mail.tests.common import MockEmail

from ..page_common import PageCase
from ..trust.trust_common import TrustCase

#: Mails that aren't to members: to finance, coordinators and trustees.
TO_OTHERS = ("mail_template_anchor", "mail_coordinators", "mail_trustees")
#: Where Odoo lets somebody choose a password who has a link.
PASSWORDS = ("/web/signup", "/web/reset_password")


@tagged("post_install", "-at_install")
class TestMails(MockEmail, TrustCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.here.write({"email": "office@example.org", "primary_color": "#1d6fa5"})
        people = cls.env["timebank.member"].search([]).partner_id
        for number, person in enumerate(people):
            person.email = f"member{number}@example.org"
        cls.env["timebank.member"].search([]).statement_mails = True  # nobody gets it who hasn't asked for it
        ida = cls.world[cls.here]["timebank.attendance"].partner_id  # has a login, others have none
        new_test_user(cls.env, "mails_ida", groups="base.group_portal", partner_id=ida.id, name=ida.name)
        cls.templates = {
            data.name: cls.env["mail.template"].browse(data.res_id)
            for data in cls.env["ir.model.data"].search(
                [("module", "=", "timebank_coproduction"), ("model", "=", "mail.template")]
            )
            if data.name not in TO_OTHERS
        }

    def _send(self, name):
        """The mail of that template about the world's record, as it goes out."""
        template = self.templates[name]
        records = self.world[self.here][template.model][:1]
        if template.model == "timebank.attendance":
            # as the mails about a place, and what was moved, say
            records._in_verb().write(
                {"state": "waiting", "offered_until": records.start, "claim_code": "x" * 43}
            )
        with self.mock_mail_gateway():
            if template.model == "timebank.sign.in":
                link = f"{records.get_base_url()}/timebank/sign-in/x"
                told = template.with_context(timebank_links=[("Ann Lee", link)])
                mails = told._send_to_members(records, {})
            else:
                to = template._generate_template(records.ids, ["partner_to"])[records.id]["partner_ids"]
                before = self.env["mail.mail"].search([])
                unreached = records._mail_people(
                    f"timebank_coproduction.{name}", lambda one: self.env["res.partner"].browse(to)
                )
                self.assertFalse(unreached)
                mails = self.env["mail.mail"].search([]) - before
            mails.auto_delete = False
            mails.send()
        self.assertEqual(len(self._mails), 1, name)
        return records, self._mails[0]

    def _find_page(self, address):
        """The route that answers at an address, or to which it leads once there is a password.

        :raises NotFound: where there is none
        """
        rules = self.env["ir.http"]
        pages = Map(converters=rules._get_converters())
        ours = ["timebank_coproduction"]
        for path, endpoint in rules._generate_routing_rules(ours, rules._get_converters()):
            pages.add(Rule(path, endpoint=endpoint, methods=endpoint.routing["methods"]))
        return pages.bind("localhost").match(self._get_path(address), method="GET")

    def _get_path(self, address):
        parts = urlsplit(address)
        return parse_qs(parts.query)["redirect"][0] if parts.path in PASSWORDS else parts.path

    def test_each_mail(self):
        """One layout, a text without colours, links that are pages, and the way to stop it."""
        self.assertGreater(len(self.templates), 15)
        switches = self.env["timebank.member"]._get_mail_switches()
        pictures = os.environ.get("TIMEBANK_PICTURES")
        for name, template in self.templates.items():
            with self.subTest(mail=name):
                self.assertIn(template.timebank_kind, [*switches, "needed"])
                self.assertTrue(template.lang, "in the reader's language")
                records, mail = self._send(name)
                if pictures:
                    Path(pictures, f"{name}.html").write_text(mail["body"])
                    Path(pictures, f"{name}.txt").write_text(mail["body_alternative"])
                page = html.fromstring(mail["body"])
                links = page.xpath("//a[@href]")
                for link in links:
                    address = link.get("href")
                    if address.startswith("http"):
                        self.assertTrue(self._find_page(address))
                self.assertFalse(page.xpath("//*[contains(@style, '#71')]"), "the colours are the company's")
                text = mail["body_alternative"]
                for word in ("None", "False", "[1]", "{{", "<", "  ", "\n\n\n"):
                    self.assertNotIn(word, text)
                for link in links:
                    self.assertIn(link.get("href"), text)
                headers = mail["headers"]
                self.assertEqual(headers["X-Timebank-Mail"], template.timebank_kind)
                if template.timebank_kind == "needed":
                    self.assertNotIn("List-Unsubscribe", headers)
                    self.assertIn("always sent", text)
                    continue
                stop = headers["List-Unsubscribe"].strip("<>")
                self.assertIn(f"/{template.timebank_kind}/", stop)
                self.assertEqual(headers["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
                self.assertIn(stop, [link.get("href") for link in links])

    def test_the_button_leads_whoever_has_a_login_to_their_page(self):
        """And is left out for somebody who couldn't open it, unless it needs no login."""
        for name, template in self.templates.items():
            if template.model == "timebank.sign.in":
                continue
            with self.subTest(mail=name):
                records, mail = self._send(name)
                people = self.env["res.partner"].search([("email", "in", email_split(mail["email_to"][0]))])
                member = people.timebank_member_ids.filtered(lambda one: one.company_id == self.here)[:1]
                buttons = html.fromstring(mail["body"]).xpath("//a[contains(@style, 'inline-block')]/@href")
                without = any(
                    part in str(buttons) for part in ("/renew/", "/place/", "/wellbeing/", *PASSWORDS)
                )
                self.assertEqual(len(buttons), 1 if without or member._has_login() else 0)
                if buttons and not without:
                    self.assertIn(f"/timebank/{member.id}", buttons[0])

    def test_what_is_switched_off_isnt_sent_and_nobody_is_rung(self):
        for name, template in self.templates.items():
            if template.timebank_kind == "needed":
                continue
            with self.subTest(mail=name):
                records = self.world[self.here][template.model][:1]
                to = template._generate_template(records.ids, ["partner_to"])[records.id]["partner_ids"]
                people = self.env["res.partner"].browse(to)
                people.timebank_member_ids[template.timebank_kind] = False
                before = self.env["mail.mail"].search_count([])
                left = records._mail_people(f"timebank_coproduction.{name}", lambda one, who=people: who)
                self.assertFalse(left)
                self.assertEqual(self.env["mail.mail"].search_count([]), before)
                people.timebank_member_ids[template.timebank_kind] = True
                people.write({"email": False})
                left = records._mail_people(f"timebank_coproduction.{name}", lambda one, who=people: who)
                self.assertEqual(left, records, "who wants it and can't be reached is to be rung")
                people.write({"email": "again@example.org"})


@tagged("post_install", "-at_install")
class TestInvitation(MockEmail, PageCase):
    """Who gets a login gets one mail, which leads to a password and from there to their pages."""

    def _open(self, page):
        (address,) = page.xpath("//a[contains(@style, 'inline-block')]/@href")
        self.come(None)
        return self.go(address.replace(self.env["ir.http"].get_base_url(), ""))

    def test_an_applicant_who_is_accepted(self):
        person = self.env["res.partner"].create({"name": "Nia Plain", "email": "nia@example.org"})
        member = self.env["timebank.member"].create({"partner_id": person.id, "scheme_id": self.scheme.id})
        member._in_verb().applied_on = "2026-03-01 10:00:00"
        self.assertEqual(member.state, "applicant")
        with self.mock_mail_gateway():
            self._as(self.coordinator, member).action_activate()
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
        (sent,) = [mail for mail in self._mails if "nia@example.org" in mail["email_to"][0]]
        self.assertEqual(sent["subject"], "Your pages of River Street")
        self.assertIn("Hello Nia Plain", sent["body_alternative"])
        self.assertIn("You get this mail because you are with River Street", sent["body_alternative"])
        form = self._open(html.fromstring(sent["body"]))
        self.assertEqual(form.status, 200)
        with self.mock_mail_gateway():
            page = self.press(form, "Sign up", password="a long password", confirm_password="a long password")
        self.assertTrue(page.address.endswith(f"/timebank/{member.id}"), page.address)
        self.assertEqual(page.heading(), "Hello Nia")
        (told,) = self._mails
        self.assertEqual(told["subject"], "You can sign in to River Street now")
        self.assertIn("River Street is glad to have you", told["body_alternative"])
        self.assertIn(f"/timebank/{member.id}", told["body_alternative"])
        self.assertNotIn("odoo", told["body"].lower())

    def test_another_password(self):
        """Whoever forgot theirs gets our mail, which isn't kept where others read it."""
        self.ann.partner_id.email = "ann@example.org"
        for ask in (
            lambda: self.env["res.users"].sudo().reset_password(self.portal.login),
            lambda: self.portal.action_reset_password(),
        ):
            with self.mock_mail_gateway():
                ask()
            (told,) = self._mails
            self.assertEqual(told["subject"], "Choose another password for River Street")
            self.assertEqual(email_split(told["email_to"][0]), ["ann@example.org"])
            self.assertFalse(self.ann.message_ids.filtered(lambda message: "/web/" in message.body))
        form = self._open(html.fromstring(told["body"]))
        page = self.press(form, "Reset Password", password="another one 1", confirm_password="another one 1")
        self.assertIn("successfully", page.text())

    def test_an_administrator_makes_the_login(self):
        """Such as in Settings: the invitation is ours as well."""
        person = self.env["res.partner"].create({"name": "Nia Plain", "email": "nia@example.org"})
        member = self.env["timebank.member"].create({"partner_id": person.id, "scheme_id": self.scheme.id})
        with self.mock_mail_gateway():
            self.env["res.users"].with_context(no_reset_password=False).create(
                {
                    "login": "nia@example.org",
                    "partner_id": person.id,
                    "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
                }
            )
        (told,) = self._mails
        self.assertEqual(told["subject"], "Your pages of River Street")
        self.assertIn(f"%2Ftimebank%2F{member.id}", told["body"])

    def test_staff_get_odoos_own(self):
        self._make_member(self.coordinator.partner_id)
        self.coordinator.partner_id.email = "office@example.org"
        with self.mock_mail_gateway():
            self.coordinator.action_reset_password()
        self.assertIn("Password reset", self._mails[0]["subject"])

    def test_who_is_to_act_for_an_organisation(self):
        person = self.env["res.partner"].create({"name": "Max Reed", "email": "max@example.org"})
        with self.mock_mail_gateway():
            self.env["timebank.deputy"].with_user(self.coordinator).create(
                {"member_id": self.agency.id, "partner_id": person.id}
            )
            self.env["mail.mail"].search([("state", "=", "outgoing")]).send()
        (sent,) = [mail for mail in self._mails if "max@example.org" in mail["email_to"][0]]
        self.assertIn("You can act for Harbour Trust in River Street now", sent["body_alternative"])
        form = self._open(html.fromstring(sent["body"]))
        page = self.press(form, "Sign up", password="a long password", confirm_password="a long password")
        self.assertTrue(page.address.endswith(f"/timebank/{self.agency.id}"), page.address)
        self.assertIn("You are acting for Harbour Trust", page.text())

    def test_odoos_own_stays_odoos(self):
        """Who is let in for something else is told nothing of a time bank."""
        person = self.env["res.partner"].create({"name": "Max Reed", "email": "max@example.org"})
        with self.mock_mail_gateway():
            wizard = self.env["portal.wizard"].create({"partner_ids": [Command.set(person.ids)]})
            wizard.user_ids.action_grant_access()
        self.assertIn("Your account at", self._mails[0]["subject"])


class TestStoppingMails(PageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.ann | cls.ben).statement_mails = True  # off until somebody wants it

    def test_the_link_of_each_kind(self):
        """A scanner that opens it stops nothing; a press does, without a login or a form's token."""
        self.come(None)
        for switch in self.ann._get_mail_switches():
            with self.subTest(switch=switch):
                path = self.ann._get_stop_url(switch).removeprefix(self.ann.get_base_url())
                page = self.go(path)
                self.assertEqual(page.status, 200)
                self.assertTrue(self.ann[switch])
                page = self.press(page, "Stop these mails")
                self.assertIn("You get none of these mails", page.text())
                self.assertFalse(self.ann[switch])
                others = set(self.ann._get_mail_switches()) - {switch}
                self.assertTrue(all(self.ben[one] for one in (switch, *others)))
                page = self.press(page, "Send them again")
                self.assertTrue(self.ann[switch])
                answer = self.opener.post(
                    f"{self.base_url()}{path}", data={"List-Unsubscribe": "One-Click"}, timeout=30
                )
                self.env.invalidate_all()
                self.assertEqual(answer.status_code, 200)
                self.assertFalse(self.ann[switch])
                self.assertIn("switched off by a link", self.ann.message_ids[:1].body)
                self.assertEqual(self.opener.post(answer.url, data={}, timeout=30).status_code, 200)

    def test_wrong_links(self):
        self.come(None)
        good = self.ann._get_stop_url("session_mails").removeprefix(self.ann.get_base_url())
        code = self.ann._get_stop_code("session_mails")
        for wrong in (
            good[:-3] + "xyz",
            good[:-3] + "é",
            good.replace("session_mails", "reward_mails"),
            good.replace("session_mails", "trusted"),
            good.replace(str(self.ann.id), str(self.ben.id), 1),
            "/timebank/mails/9999999999/x",
            f"/timebank/mails/{self.ben.id}/{code}",
        ):
            with self.subTest(path=wrong):
                self.assertIn(self.go(wrong).status, (404, 429))
                answer = self.opener.post(f"{self.base_url()}{wrong}", data={}, timeout=30)
                self.assertIn(answer.status_code, (404, 429))
        self.env.invalidate_all()
        for member in (self.ann, self.ben):
            self.assertTrue(all(member[switch] for switch in member._get_mail_switches()))

    def test_a_link_of_an_older_mail(self):
        self.come(None)
        code = self.ann._get_stop_code("session_mails")
        page = self.go(f"/timebank/mails/{self.ann.id}/{code}")
        self.press(page, "Stop these mails")
        self.assertFalse(self.ann.session_mails)

    def test_on_my_own_pages(self):
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/me/seen")
        self.press(page, "Save", introduction_mails=False, check_mails=False)
        self.assertEqual(
            {switch for switch in self.ann._get_mail_switches() if not self.ann[switch]},
            {"introduction_mails", "check_mails"},
        )
        page = self.go(f"/timebank/{self.ann.id}/me")
        self.assertIn("Mails about rewards", page.text())
        self.assertNotIn("Mails about checks", page.text())
