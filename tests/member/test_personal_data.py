"""A copy of everything that is held about somebody: whole, or refused."""

import io
import json
import zipfile

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase

from ..common import TimebankCase


class PersonalCase(TimebankCase):
    """Ann received time from Ben, and has a note, a file and a letter."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann.partner_id.write({"street": "7 Mill Lane", "phone": "0113 496 0123"})
        bank, own = cls.scheme.operating_account_id, cls.ann.account_id
        cls.env["timebank.transfer"]._post(
            [{"from_account_id": bank.id, "to_account_id": own.id, "minutes": 90, "kind": "adjustment"}]
        )
        cls.hours = cls._make_hours(
            cls.ben, receiver_id=cls.ann.partner_id.id, description="Shelves for Ann Lee", state="approved"
        )
        cls.ann.with_user(cls.coordinator).note = "<p>Likes tea</p>"
        cls.file = cls.env["ir.attachment"].create(
            {"name": "letter.txt", "raw": b"Dear Ann", "res_model": "timebank.member", "res_id": cls.ann.id}
        )
        cls.env["mail.message"].create(
            {
                "model": "timebank.member",
                "res_id": cls.ann.id,
                "body": "<p>Ben Okoro rang Ann Lee</p>",
                "author_id": cls.coordinator.partner_id.id,
                "message_type": "comment",
                "subtype_id": cls.env.ref("mail.mt_note").id,
            }
        )

    def _get(self, user, member=None):
        return (member or self.ann).with_user(user).get_personal_data()


class TestPersonalData(PersonalCase):
    def test_all_that_is_held(self):
        data = self._get(self.coordinator)
        self.assertEqual(json.loads(json.dumps(data)), data)
        self.assertEqual(data["res.partner"][0]["street"], "7 Mill Lane")
        self.assertEqual(data["timebank.hours"][0]["description"], "Shelves for Ann Lee")
        self.assertIn("Likes tea", data["timebank.words"][0]["text"])
        self.assertEqual(data["ir.attachment"][0]["name"], "letter.txt")
        self.assertEqual(data["res.users"][0]["login"], "tb_member")
        self.assertIn("timebank.transfer", data)
        self.assertFalse(data["_about"]["not_in_here"])

    def test_others_are_told_by_initials(self):
        text = json.dumps(self._get(self.coordinator))
        self.assertNotIn("Ben Okoro", text)
        self.assertIn("B. O. rang Ann Lee", text)

    def test_keys_are_in_no_copy(self):
        self.ann.with_user(self.coordinator).action_new_card()
        text = json.dumps(self._get(self.coordinator))
        self.assertNotIn(self.ann.card_code, text)
        self.assertNotIn("password", text)

    def test_mails_and_dialogs_that_are_no_banks_are_in_no_coordinators_copy(self):
        """Such as a link to a new password that waits to be sent: whoever reads it can sign in as them."""
        email = self.ann.partner_id.email = "ann.lee@example.org"
        for place in ({}, {"model": "res.users", "res_id": self.portal.id}):
            self.env["mail.mail"].create(
                {**place, "subject": "Reset", "email_to": email, "body_html": "<p>Q7RESETLINK</p>"}
            )
        wizard = self.env["change.password.wizard"].create({})
        self.env["change.password.user"].create(
            {
                "wizard_id": wizard.id,
                "user_id": self.portal.id,
                "user_login": email,
                "new_passwd": "Q7NEWWORD",
            }
        )
        project = self.env["project.project"].create({"name": "Elsewhere", "privacy_visibility": "followers"})
        task = self.env["project.task"].create(
            {"name": "Secret", "project_id": project.id, "user_ids": False}
        )
        self.env["mail.scheduled.message"].create(
            {
                "model": "project.task",
                "res_id": task.id,
                "author_id": self.ann.partner_id.id,
                "body": "Q7DRAFT",
                "scheduled_date": "2027-01-01 10:00:00",
            }
        )
        for user in (self.coordinator, self.manager):
            self.assertNotIn("Q7", json.dumps(self._get(user)))
        self.assertNotIn("Q7NEWWORD", json.dumps(self._get(self.portal)))

    def test_each_open_dialog_is_told_with_its_own_words(self):
        email = self.ann.partner_id.email = "ann.lee@example.org"
        dialogs = self.env["timebank.intake"].create(
            [{"scheme_id": self.scheme.id, "email": email, "phone": phone} for phone in ("0113 1", "0113 2")]
        )
        told = {line["id"]: line["phone"] for line in self._get(self.coordinator)["timebank.intake"]}
        self.assertEqual(told, {dialogs[0].id: "0113 1", dialogs[1].id: "0113 2"})

    def test_what_they_follow_in_other_apps_is_told_by_name_to_who_may_read_it(self):
        job = self.env.ref("base.autovacuum_job")
        self.env["mail.followers"].create(
            {"res_model": job._name, "res_id": job.id, "partner_id": self.ann.partner_id.id}
        )
        follows = [line["follows"] for line in self._get(self.coordinator)["mail.followers"]]
        self.assertIn("Scheduled Actions", follows)

    def test_their_own_without_what_coordinators_wrote_for_one_another(self):
        data = self._get(self.portal)
        text = json.dumps(data)
        self.assertIn("7 Mill Lane", text)
        self.assertIn("Shelves for Ann Lee", text)
        self.assertNotIn("Likes tea", text)
        self.assertNotIn("rang", text)
        self.assertIn("What coordinators wrote", data["_about"]["not_in_here"][0])

    def test_what_they_may_not_read_themselves_is_said_in_plain_words(self):
        """Once, and not as other parts of Odoo call it."""
        for country in ("Wales", "England"):
            self.env["res.device.log"].create(
                {"session_identifier": "x" * 42, "user_id": self.portal.id, "country": country}
            )
        said = self._get(self.portal)["_about"]["not_in_here"]
        self.assertEqual(sum("when and from where you signed in" in sentence for sentence in said), 1)
        self.assertNotIn("“", " ".join(said))
        self.assertNotIn("Device", " ".join(said))

    def test_whole_or_refused(self):
        """Part of it is another bank's: whoever doesn't run that is told whose it is to ask."""
        hill = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator2.ids)])
        self._make_member(self.ann.partner_id, scheme=hill)
        with self.assertRaisesRegex(UserError, "held by Hill Top.*Ask Cole Dunn"):
            self._get(self.coordinator)
        self.assertEqual(len(self._get(self.manager)["timebank.member"]), 2)
        self.assertEqual(len(self._get(self.portal)["timebank.member"]), 2)

    def test_what_they_did_for_another_bank_is_that_banks(self):
        """Cole decides at Hill Top and is a member here: what he decided there isn't shown here."""
        hill = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator2.ids)])
        self._make_hours(self._make_member("Dee Ray", scheme=hill), state="submitted").with_user(
            self.coordinator2
        ).action_approve()
        cole = self._make_member(self.coordinator2.partner_id)
        with self.assertRaisesRegex(UserError, "held by Hill Top"):
            self._get(self.coordinator, cole)
        data = self._get(self.manager, cole)
        self.assertIn("Approved by", json.dumps(data["timebank.hours"]))
        self.assertNotIn("Dee Ray", json.dumps(data))

    def test_namesakes_are_kept_apart(self):
        hill = self._make_scheme("Hill Top", coordinator_ids=[Command.set(self.coordinator2.ids)])
        self._make_member("Ann Lee", scheme=hill)
        hill._message_log(body="Ann Lee has the keys")
        self.assertNotIn("has the keys", json.dumps(self._get(self.coordinator)))

    def test_who_may_not(self):
        for user in (self.portal2, self.staff, self.coordinator2):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._get(user)
        with self.assertRaises(UserError):
            self._get(self.finance)

    def test_what_other_apps_hold_is_told(self):
        self.env["project.task"].create({"name": "Ramp", "partner_id": self.ann.partner_id.id})
        sentences = " ".join(self._get(self.coordinator)["_about"]["not_in_here"])
        self.assertIn("1 of “Task”", sentences)

    def test_that_it_was_made_is_noted(self):
        before = self.ann.message_ids
        self._get(self.coordinator)
        self.assertIn("was made for Cora Hart", (self.ann.message_ids - before).body)


class TestPersonalPages(PersonalCase, HttpCase):
    def _open(self, login, path):
        self.authenticate(login, login)
        return self.url_open(path)

    def test_page_and_zip(self):
        page = self._open("tb_coordinator", f"/timebank/personal/{self.ann.id}")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Everything about Ann Lee", page.text)
        self.assertIn("7 Mill Lane", page.text)
        for technical in ("debtor", "Customer Rank", "&lt;p&gt;Likes tea"):
            self.assertNotIn(technical, page.text)
        self.assertRegex(page.text, r"<dt>Hours</dt>\s*<dd>1:30</dd>|<td>1:30</td>")
        answer = self.url_open(f"/timebank/personal/{self.ann.id}/zip")
        parcel = zipfile.ZipFile(io.BytesIO(answer.content))
        data = json.loads(parcel.read("everything.json"))
        self.assertEqual(data["_about"]["person"], "Ann Lee")
        self.assertIn(b"Everything about Ann Lee", parcel.read("everything.html"))
        self.assertEqual(parcel.read(data["ir.attachment"][0]["file"]), b"Dear Ann")
        self.assertNotIn("Ben Okoro", page.text)

    def test_their_own(self):
        page = self._open("tb_member", "/timebank/personal/me")
        self.assertEqual(page.status_code, 200)
        self.assertIn("Shelves for Ann Lee", page.text)
        self.assertNotIn("Likes tea", page.text)
        self.assertIn("/timebank/personal/me", self.url_open("/my/home").text)

    def test_nobody_elses(self):
        for login in ("tb_member2", "tb_staff", "tb_coordinator2"):
            with self.subTest(login=login):
                self.assertEqual(self._open(login, f"/timebank/personal/{self.ann.id}").status_code, 404)
        page = self._open("tb_finance", f"/timebank/personal/{self.ann.id}")
        self.assertEqual(page.status_code, 403)
        self.assertIn("held by River Street", page.text)
