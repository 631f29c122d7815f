"""What everybody may know of a bank, and how somebody asks to join it."""

import re
from datetime import datetime, timedelta

from odoo.fields import Command

from odoo.addons.timebank_coproduction.models.member import timebank_member_pages
from odoo.addons.timebank_coproduction.models.member.timebank_member_pages import MOST_FROM_SOURCE

from ..common import TODAY
from ..page_common import PageCase
from ..session_common import SessionCase

TYPED = {"name": "Dot Hill", "email": "dot@example.org", "own_words": "Baking", "own_wishes": "Company"}


class JoinCase(PageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.write({"web_page": True, "web_apply": True, "code": "QQQ"})

    def _apply(self, **typed):
        page = self.go("/timebank/join/QQQ")
        return self.press(page, "Send", **{**TYPED, "agreed": "on", **typed})

    def _get_applicants(self):
        return self.env["timebank.member"].search([("state", "=", "applicant"), ("applied_on", "!=", False)])


class TestJoin(JoinCase):
    def test_somebody_applies_and_is_accepted(self):
        self.come(None)
        page = self.follow(self.go("/timebank/bank/qqq"), "Join us")
        self.assertEqual(page.heading(), "Join River Street")
        page = self.press(page, "Send", **TYPED, agreed="on", zip="LS1 4AP", phone="0113 496 0077")
        self.assertEqual((page.status, page.heading()), (200, "Thank you"))
        applicant = self._get_applicants()
        person = applicant.partner_id
        self.assertEqual(
            (person.name, person.email, person.zip, applicant.own_words, applicant.own_wishes),
            ("Dot Hill", "dot@example.org", "LS1 4AP", "Baking", "Company"),
        )
        self.assertEqual((applicant.scheme_id, applicant.account_id.id), (self.scheme, False))
        todo = applicant.activity_ids
        self.assertEqual((todo.user_id, todo.summary), (self.coordinator, "Would like to join: Dot Hill"))
        self._as(self.coordinator, applicant).action_activate()
        self.assertFalse(applicant.activity_ids)
        user = person.user_ids
        self.assertEqual((user.login, user._is_portal()), ("dot@example.org", True))
        mails = self.env["mail.mail"].search([("recipient_ids", "in", person.ids)])
        self.assertIn("River Street is glad to have you.", mails[:1].body_html or "")

    def test_who_has_no_mail_address_is_rung(self):
        self.come(None)
        self._apply(email="", phone="0113 496 0077")
        applicant = self._get_applicants()
        self._as(self.coordinator, applicant).action_activate()
        self.assertFalse(applicant.partner_id.user_ids)
        self.assertIn("Ring Dot Hill", applicant.activity_ids.summary)

    def test_who_shares_an_address_gets_no_second_login(self):
        self.portal.write({"login": "lee@example.org", "email": "lee@example.org"})
        self.come(None)
        self._apply(email="lee@example.org")
        applicant = self._get_applicants()
        self._as(self.coordinator, applicant).action_activate()
        self.assertFalse(applicant.partner_id.user_ids)
        self.assertIn("Ring Dot Hill", applicant.activity_ids.summary)

    def test_who_was_made_an_applicant_by_a_coordinator_is_not_invited(self):
        person = self.env["res.partner"].create({"name": "Eli", "email": "eli@example.org"})
        self._make_member(person)
        self.assertFalse(person.user_ids)

    def test_the_answer_tells_nobody_who_is_a_member(self):
        """The same page for a member's name as for a stranger's, for as many queries but a few."""
        self.ann.partner_id.write({"email": "ann@example.org", "phone": "0113 496 0011"})
        self.ann.partner_id.flush_recordset()
        answers, work = [], []
        self.come(None)
        self._apply(name="Warm Up", email="warm@example.org")
        for typed in (
            {"name": "Zed Quill", "email": "zed@example.org", "phone": "0113 496 9999"},
            {"name": "Ann Lee", "email": "ann@example.org", "phone": "0113 496 0011"},
        ):
            page = self.go("/timebank/join/QQQ")
            before = self.cr.sql_log_count
            page = self.press(page, "Send", **{**TYPED, **typed, "agreed": "on"})
            work.append(self.cr.sql_log_count - before)
            answers.append((page.status, page.address, re.sub(r"nonce.*?>", "", page.text())))
        self.assertEqual(answers[0], answers[1])
        self.assertLess(abs(work[0] - work[1]), 25)
        applicant = self._get_applicants().filtered(lambda one: one.name == "Ann Lee")
        self.assertNotEqual(applicant.partner_id, self.ann.partner_id)
        both = (applicant | self.ann).partner_id
        double = self.env["timebank.double"].search(
            [("partner_id", "in", both.ids), ("other_id", "in", both.ids)]
        )
        self.assertIn("the same mail address", double.with_user(self.coordinator).reason_text)
        self.assertIn("Ann Lee", applicant.message_ids[:1].body or "")

    def test_whom_they_may_be_is_merged(self):
        self.ann.partner_id.email = "ann@example.org"
        self.come(None)
        self._apply(name="Ann Lee", email="ann@example.org")
        applicant = self._get_applicants()
        merging = self.env["base.partner.merge.automatic.wizard"].create(
            {
                "partner_ids": [Command.set((applicant | self.ann).partner_id.ids)],
                "dst_partner_id": self.ann.partner_id.id,
                "state": "selection",
            }
        )
        merging.action_merge()
        self.assertFalse(applicant.exists())
        self.assertEqual(self.ann.state, "active")
        self.assertFalse(self.ann.activity_ids.filtered(lambda one: "join" in (one.summary or "")))

    def test_what_is_wrong_is_said_and_what_was_typed_stays(self):
        self.come(None)
        before = self._counts()
        page = self._apply(name=" ", email="nobody", phone="12", own_words="Baking", agreed=None)
        self.assertEqual(page.status, 400)
        self.assertEqual(
            page.errors(),
            [
                "What is your name?",
                "“nobody” is no mail address, such as ann@example.org.",
                "“12” is no telephone number, such as 0113 496 0023.",
                "Tick that what you wrote may be kept, or nobody can answer.",
            ],
        )
        self.assertEqual((page.typed("email"), page.typed("own_words")), ("nobody", "Baking"))
        page = self._apply(email="", phone="")
        self.assertIn("Give a mail address or a telephone number", page.errors()[0])
        page = self._apply(own_words="x" * 1001)
        self.assertIn("too long", page.errors()[0])
        page = self._apply(name="<b>Bob</b> {{ 7 * 7 }}", email="no")
        self.assertNotIn("49", page.text())
        self.assertEqual(page.typed("name"), "<b>Bob</b> {{ 7 * 7 }}")
        self.assertEqual(self._counts(), before)

    def test_programs_that_fill_in_everything(self):
        self.come(None)
        before = self._counts()
        self.assertEqual(self._apply(website="http://x").heading(), "Thank you")
        self.assertEqual(self._counts(), before)

    def test_how_often(self):
        """Again and again makes no more of one person, and from one place so many a day are taken."""
        self.come(None)
        for _time in range(3):
            self.assertEqual(self._apply().heading(), "Thank you")
        self.assertEqual(len(self._get_applicants()), 2)
        paces = self.env["timebank.pace"]
        for _time in range(MOST_FROM_SOURCE):
            paces._count("apply", "127.0.0.1", 60)
        page = self._apply(name="Eve Fox")
        self.assertEqual(page.status, 429)
        self.assertEqual(page.typed("name"), "Eve Fox")
        self.assertEqual(len(self._get_applicants()), 2)

    def test_how_many_a_bank_takes_in_a_day(self):
        """From wherever they come; whoever is one too many is told to ring."""
        self.come(None)
        self.env.company.phone = "0113 496 0100"
        for limit in ("MOST_IN_BANK", "MOST_IN_ALL"):
            self.patch(timebank_member_pages, limit, 1)
            self.env["timebank.pace"].search([]).unlink()
            self.assertEqual(self._apply(name="Eve Fox").heading(), "Thank you")
            before = self._counts()
            page = self._apply(name="Fay Orr")
            self.assertEqual(page.status, 429)
            self.assertIn("Please ring 0113 496 0100", " ".join(page.errors()))
            self.assertEqual((page.typed("name"), self._counts()), ("Fay Orr", before))
            self.patch(timebank_member_pages, limit, 300)

    def test_banks_that_take_nobody(self):
        self.come(None)
        there = self.go("/timebank/join/nowhere")
        self.assertEqual(there.status, 404)
        for vals in ({"web_apply": False}, {"web_page": False, "web_apply": True}, {"web_page": True}):
            self.scheme.write(vals)
            if vals == {"web_page": True}:
                self.scheme.action_close()
            for path in ("QQQ", str(self.scheme.id), "QQQ/thanks"):
                page = self.go(f"/timebank/join/{path}")
                self.assertEqual((page.status, page.text()), (404, there.text()), path)
        self.assertEqual(self.go("/timebank/bank/QQQ").status, 404)
        for wrong in ("%25", "R_R", "9" * 30, "9" * 5000, "٣", "QQQ%00", "-1"):
            self.assertEqual(self.go(f"/timebank/bank/{wrong}").status, 404, wrong)

    def test_a_form_of_ours(self):
        self.come(None)
        before = self._counts()
        answer = self.opener.post(f"{self.base_url()}/timebank/join/QQQ", data={**TYPED, "agreed": "on"})
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(self._counts(), before)

    def test_nothing_else_is_written(self):
        """What a form doesn't ask for is not looked at."""
        self.come(None)
        page = self.go("/timebank/join/QQQ")
        form, _button = page.form("Send")
        data = {**dict(form.form_values()), **TYPED, "agreed": "on"}
        data |= {
            "state": "active",
            "role": "professional",
            "trusted": "1",
            "partner_id": self.ann.partner_id.id,
        }
        self.opener.post(page.address, data=data)
        self.env.invalidate_all()
        applicant = self._get_applicants()
        self.assertEqual(
            (applicant.state, applicant.role, applicant.trusted), ("applicant", "volunteer", False)
        )
        self.assertNotEqual(applicant.partner_id, self.ann.partner_id)


class TestBankPage(JoinCase, SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        del cls.session  # a name that tests of pages use for the visitor's own

    def test_what_everybody_may_know(self):
        self.scheme.web_text = "We mend <things>.\n\nAnd drink tea."
        start = datetime(TODAY.year, TODAY.month, TODAY.day, 10) + timedelta(days=2)
        tea = self._make_session(
            name="Tea", start=start, stop=start + timedelta(hours=2), location="Mill Hall"
        )
        tea.sign_up(self.ann.partner_id)
        draft = tea.copy({"name": "Secret plan", "start": start, "stop": start + timedelta(hours=1)})
        self.assertEqual(draft.state, "draft")
        self.come(None)
        page = self.go(f"/timebank/bank/{self.scheme.id}")
        text = page.text()
        for words in ("We mend <things>.", "And drink tea.", "Tea", "Mill Hall", "20 March 2026"):
            self.assertIn(words, text)
        for words in ("Ann", "Secret plan", "Cora", "members"):
            self.assertNotIn(words, text)
        self._make_member("Fred Five")
        self.assertIn("5 members", self.go("/timebank/bank/QQQ").text())

    def test_hours_of_few_are_not_told(self):
        for number in range(4):
            self._make_hours(self._make_member(f"Giver {number}"), 60, "approved")
        self.come(None)
        self.assertNotIn("hours given", self.go("/timebank/bank/QQQ").text())
        self._make_hours(self.ben, 90, "approved")
        self.assertIn("5 hours given in the last twelve months", self.go("/timebank/bank/QQQ").text())

    def test_in_the_shell_of_the_portal(self):
        self.env.company.timebank_page_shell = "portal"
        self.scheme.mail_sign_in = True
        self.come(None)
        for path, heading in (("bank/QQQ", "River Street"), ("join/QQQ", "Join River Street")):
            self.assertEqual(self.go(f"/timebank/{path}").heading(), heading)
        self.assertEqual(self.go("/timebank/sign-in").heading(), "Sign in")
        self.come(self.portal)
        self.assertEqual(self.go(f"/timebank/{self.ann.id}/me").heading(), "About me")

    def test_accessibility(self):
        self.come(None)
        page = self.go("/timebank/accessibility")
        self.assertEqual((page.status, page.heading()), (200, "Accessibility"))
        self.assertIn("No person with a disability has tried these pages", page.text())

    def test_of_two_companies(self):
        """A code that two banks share says which is meant of neither; the page is its own company's."""
        wales = self.env["res.company"].create({"name": "Cymru Together"})
        other = self._make_scheme("Y Bont", company_id=wales.id, code="QQQ", web_page=True)
        self.come(None)
        self.assertEqual(self.go("/timebank/bank/QQQ").status, 404)
        page = self.go(f"/timebank/bank/{other.id}")
        self.assertEqual(page.heading(), "Y Bont")
        self.assertIn("Cymru Together", page.text())
