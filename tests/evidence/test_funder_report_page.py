import re
from datetime import timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..common import TODAY
from .funder_report_common import FunderReportCase


@tagged("post_install", "-at_install")
class TestFunderReportPage(HttpCase, FunderReportCase):
    """The link that a funder is sent: what it shows, and when it leads nowhere."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._reconcile()
        cls.report = cls._send(
            cls._draft(), email="Ann <ann@harbour.example.org>", until=TODAY + timedelta(days=30)
        )
        cls.mail = cls.env["mail.mail"].sudo().search([], order="id desc", limit=1)
        cls.address = re.search(r"/timebank/report/[\w-]+", cls.mail.body_html)[0]
        cls.link = cls.report.link_ids.with_env(cls.env)

    def test_mail_and_what_is_kept_of_the_link(self):
        self.assertEqual(self.mail.email_to, "ann@harbour.example.org")
        self.assertEqual(self.link.sent_to, "ann@harbour.example.org")
        token = self.address.rsplit("/", 1)[1]
        self.assertNotIn(token, str(self.link.sudo().read()))
        self.assertNotIn(token, " ".join(self.report.sudo().message_ids.mapped("body")))

    def test_page(self):
        page = self.url_open(self.address)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Report to Harbour Foundation", page.text)
        self.assertIn("Begin earlier in the year.", page.text)
        self.assertNotIn("A draft", page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(page.headers["Cache-Control"], "no-store")
        self.assertNotIn("<script", page.text)
        self.link.invalidate_recordset()
        self.assertEqual(self.link.opened_count, 1)
        self.assertTrue(self.link.last_opened_on)

    def test_files_are_those_that_were_kept(self):
        for kind in ("pdf", "xlsx"):
            answer = self.url_open(f"{self.address}/{kind}")
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(answer.content, self.report.sudo()._read_kept(kind))

    def test_unknown_ended_and_withdrawn_look_alike(self):
        unknown = self._open_ended("/timebank/report/" + "x" * 43)
        self.link.sudo()._in_verb().write({"until": TODAY - timedelta(days=1)})
        self.assertEqual(self._open_ended(self.address), unknown)
        self.link.sudo()._in_verb().write({"until": TODAY})
        self.assertEqual(self.url_open(self.address).status_code, 200)
        self.link.with_user(self.coordinator).action_withdraw()
        self.assertEqual(self._open_ended(self.address), unknown)
        self.assertEqual(self.url_open(f"{self.address}/pdf").status_code, 404)

    def _open_ended(self, address):
        answer = self.url_open(address)
        self.assertEqual(answer.status_code, 404)
        self.assertIn("This link does not lead anywhere", answer.text)
        return re.sub(r"nonce=\"[^\"]*\"", "", answer.text)

    def test_tampered_with_leads_nowhere(self):
        paper = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self.report._name),
                    ("res_id", "=", self.report.id),
                    ("res_field", "=", "pdf_file"),
                ]
            )
        )
        paper.raw = b"%PDF-1.7 another"
        self.assertEqual(self.url_open(f"{self.address}/pdf").status_code, 404)
        self.assertEqual(self.url_open(self.address).status_code, 404)

    def test_who_may_make_and_withdraw_links(self):
        for user in (self.finance, self.coordinator2):
            with self.assertRaises(AccessError):
                self.report.with_user(user).action_make_link("ann@harbour.example.org")
            with self.assertRaises(AccessError):
                self.link.with_user(user).action_withdraw()
        with self.assertRaisesRegex(UserError, "is no mail address"):
            self.report.action_make_link("nobody")
        with self.assertRaisesRegex(UserError, "within the next two years"):
            self.report.action_make_link("ann@harbour.example.org", TODAY - timedelta(days=1))
        with self.assertRaises(AccessError):
            self.link.with_user(self.coordinator).write({"until": TODAY})

    def test_link_to_copy(self):
        dialog = self.env["timebank.funder.report.send"].with_user(self.coordinator)
        dialog = dialog.create({"report_id": self.report.id, "way": "link"})
        dialog.action_confirm()
        self.assertEqual(self.url_open(dialog.address).status_code, 200)

    def test_later_version_is_told(self):
        later = self.report.browse(self.report.action_new_version()["res_id"])
        self.assertNotIn("A later version", self.url_open(self.address).text)
        self._send(later)
        self.assertIn("A later version", self.url_open(self.address).text)

    def test_preview_is_for_who_may_read(self):
        draft = self._draft()
        address = f"/timebank/report/preview/{draft.id}"
        self.authenticate(self.coordinator.login, self.coordinator.login)
        page = self.url_open(address)
        self.assertEqual(page.status_code, 200)
        self.assertIn("A draft: its figures may still change", page.text)
        self.authenticate(self.coordinator2.login, self.coordinator2.login)
        self.assertEqual(self.url_open(address).status_code, 404)
        self.authenticate(None, None)
        self.assertIn("/web/login", self.url_open(address).url)
