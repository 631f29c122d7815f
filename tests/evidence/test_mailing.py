import os
import re
from datetime import date
from pathlib import Path
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common import TODAY
from .audit_common import AuditCase

#: The module of the job.
JOB = "odoo.addons.timebank_coproduction.models.evidence.timebank_mailing"
APRIL = TODAY.replace(month=4, day=3)


@tagged("post_install", "-at_install")
class TestMailing(AuditCase):
    """Mails for each month and quarter: once each, to whom they are for, and nobody named to outsiders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._give_addresses()
        cls.ann.statement_mails = True
        for member in (cls.ann, cls.ben):
            for month in (1, 2, 3):
                cls._make_hours(member, 60, "approved", date=date(2026, month, 2), description="Shopping")

    def _run(self):
        with self.enter_registry_test_mode():
            self.env.ref("timebank_coproduction.cron_mailings").method_direct_trigger()
        self.env.invalidate_all()

    def _sent(self, since=0):
        mails = self.env["mail.mail"].search([("id", ">", since)], order="id")
        return {mail.recipient_ids.email or mail.email_to: mail for mail in mails}

    def _last(self):
        return self.env["mail.mail"].search([], order="id desc", limit=1).id or 0

    def test_each_reader_once(self):
        with freeze_time(APRIL):
            self._run_job()
            before = self._last()
            self._run()
            sent = self._sent(before)
            self.assertEqual(sent.keys(), {"cora@example.org", "tessa@example.org", "ann@example.org"})
            self.assertIn("March 2026", sent["cora@example.org"].subject)
            self.assertIn("January to March 2026", sent["tessa@example.org"].subject)
            self.assertIn("Shopping", sent["ann@example.org"].body_html)
            if pictures := os.environ.get("TIMEBANK_PICTURES"):
                for address, mail in sent.items():
                    name = f"mailing-{address.partition('@')[0]}.html"
                    Path(pictures, name).write_text(str(mail.body_html))
            before = self._last()
            self._run()
            self.assertFalse(self._sent(before), "a second run on the same night")
        with freeze_time(APRIL.replace(day=4)):
            self._run()
            self.assertFalse(self._sent(before), "nor on the next")

    def test_quarterly_and_not_at_all(self):
        self.ann.statement_pace = "quarter"
        with freeze_time(TODAY.replace(month=3, day=3)):
            before = self._last()
            self._run()
            self.assertNotIn("ann@example.org", self._sent(before))
        with freeze_time(APRIL):
            self._run()
            self.assertIn("January to March 2026", self._sent(before)["ann@example.org"].subject)
            self.ann.statement_mails = False
        with freeze_time(TODAY.replace(month=7, day=2)):
            before = self._last()
            self._run()
            self.assertNotIn("ann@example.org", self._sent(before))

    def test_members_get_none_unless_they_ask(self):
        self.assertFalse(self.ben.statement_mails)
        self.assertFalse(self.env["timebank.member"].default_get(["statement_mails"]).get("statement_mails"))

    def test_nothing_of_long_ago(self):
        before = self._last()
        with freeze_time(TODAY.replace(month=4, day=28)):
            self._run_job()
            self._run()
        self.assertFalse(self._sent(before))

    def test_coordinators_wait_for_the_audit(self):
        before = self._last()
        with freeze_time(APRIL):
            self._run()
            self.assertNotIn("cora@example.org", self._sent(before))
            self._run_job()
            self.scheme.digest_to_coordinators = False
            self._run()
            self.assertNotIn("cora@example.org", self._sent(before))
            self.scheme.digest_to_coordinators = True
            self._run()
            self.assertIn("cora@example.org", self._sent(before))

    def test_who_was_killed_goes_on(self):
        """The mails of a batch stand and fall with the rows that say that they were sent."""
        mailings = self.env["timebank.mailing"]
        with (
            freeze_time(APRIL),
            patch(f"{JOB}.BATCH", 1),
        ):
            self._run_job()
            before = self._last()
            with patch.object(type(self.env["ir.cron"]), "_commit_progress", lambda *args, **kwargs: 0):
                self._run()  # out of time after the first
            self.assertEqual(len(self._sent(before)), 1)
            self.assertEqual(len(mailings.search([])), 1)
            self._run()
            self.assertEqual(len(self._sent(before)), 3)
            self.assertEqual(len(mailings.search([])), 3)

    def test_one_that_cant_be_made_keeps_no_other_from_being_sent(self):
        mailings = type(self.env["timebank.mailing"])
        make = mailings._get_trustees

        def broken(self):
            raise ValueError("broken")

        with freeze_time(APRIL):
            self._run_job()
            before = self._last()
            with patch.object(mailings, "_get_trustees", broken), self.assertLogs(JOB, "ERROR"):
                self._run()
            self.assertEqual(self._sent(before).keys(), {"cora@example.org", "ann@example.org"})
            with patch.object(mailings, "_get_trustees", make):
                self._run()
            self.assertIn("tessa@example.org", self._sent(before))

    def test_what_trustees_get_names_nobody_and_tells_of_no_few(self):
        with freeze_time(APRIL):
            self._run()
        mail = self._sent()["tessa@example.org"]
        body = str(mail.body_html)
        for member in (self.ann, self.ben, self.cat, self.agency):
            for part in member.name.split():
                self.assertNotRegex(body, rf"\b{part}\b")
        self.assertIn("hidden", body, "two people gave")
        self.assertNotIn("List-Unsubscribe", str(mail.headers))

    def test_coordinators_read_no_names_either(self):
        with freeze_time(APRIL):
            self._run_job()
            self._run()
        body = str(self._sent()["cora@example.org"].body_html)
        for name in ("Ann", "Ben Okoro", "Okoro"):
            self.assertNotIn(f"{name} ", body)
        audit = self.scheme._get_audit_of(date(2026, 3, 1))
        self.assertIn(f"/odoo/timebank-time-audit/{audit.id}", body)

    def test_what_waits_is_told_of_in_words_where_it_is_little(self):
        self._apply("Nora New")
        with freeze_time(APRIL):
            self._run_job()
            self._run()
        body = str(self._sent()["cora@example.org"].body_html)
        self.assertIn("Applications to join: fewer than five", " ".join(re.sub(r"<[^>]+>", "", body).split()))

    def _apply(self, name):
        applicants = self.env["timebank.member"]
        partner = self.env["res.partner"].create({"name": name, "email": "nora@example.org"})
        applicants.create({"partner_id": partner.id, "scheme_id": self.scheme.id})
        self.assertTrue(self.scheme._count_applicants())

    def test_coordinators_mail_tells_of_no_few_either(self):
        """It is passed on: two people gave, and the warning counts who they are."""
        with freeze_time(APRIL):
            self._run_job()
            audit = self.scheme._get_audit_of(date(2026, 3, 1))
            self.assertTrue(audit.issued_minutes)
            warnings = audit.warning_ids
            self.assertTrue(warnings)
            warnings[0]._in_verb().write({"stands": False})
            self._run()
        body = str(self._sent()["cora@example.org"].body_html)
        figures = dict(re.findall(r"<th[^>]*>([^<]+)</th>\s*<td[^>]*>([^<]+)</td>", body))
        self.assertEqual(figures[audit._get_flow_labels()["issued"]], "hidden")
        for warning in warnings:
            self.assertEqual(warning._get_kind_label() in body, warning.stands, warning.kind)
        for warning in warnings:
            self.assertNotIn(warning.sentence, body)

    def test_trustees_read_what_they_may(self):
        """A story of these months, if everybody in it lets trustees read it; it is noted once."""
        stories = self.env["timebank.story"].with_user(self.coordinator)
        told = {}
        for name, use, day in (
            ("For you", "trustees", date(2026, 2, 1)),
            ("Not for you", "funder", date(2026, 2, 1)),
            ("Of before", "trustees", date(2025, 12, 31)),
        ):
            told[name] = stories.create(
                {
                    "name": name,
                    "scheme_id": self.scheme.id,
                    "partner_ids": [Command.set(self.ann.partner_id.ids)],
                    "text": "There are twelve of us.",
                    "shown_as": "Rosa",
                    "told_on": day,
                }
            )
            until = TODAY.replace(year=2027)
            told[name].record_consent(self.ann.partner_id, [use], until, "paper", given_on=TODAY)
        self.scheme.trustee_ids = [
            Command.create({"name": "Tom", "email": "tom@example.org"}),
            Command.link(self.trustee.id),
        ]
        with freeze_time(APRIL):
            self._run()
        for address in ("tessa@example.org", "tom@example.org"):
            body = str(self._sent()[address].body_html)
            self.assertEqual({name for name in told if f">{name}<" in body}, {"For you"})
            self.assertIn("Rosa", body)
        self.assertEqual(told["For you"].used_ids.mapped("use"), ["trustees"])
        self.assertFalse((told["Not for you"] | told["Of before"]).used_ids)

    def test_only_whom_mails_reach_and_only_open_banks(self):
        self.trustee.email = False
        new_test_user(self.env, "gone", groups="base.group_user").active = False
        with freeze_time(APRIL):
            before = self._last()
            self._run()
            self.assertNotIn("tessa@example.org", self._sent(before))
            self.scheme.action_close()
            self.trustee.email = "tessa@example.org"
            self._run()
            self.assertNotIn("tessa@example.org", self._sent(before))
