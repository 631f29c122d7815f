import hashlib
import io
import json
import re
from datetime import timedelta

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, tagged
from odoo.tools.pdf import PdfReader

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

    def test_a_page_to_keep(self):
        """What somebody keeps needs nothing from the server, and says what the page says."""
        answer = self.url_open(f"{self.address}/html")
        self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        kept, shown = (
            html.fromstring(page) for page in (answer.content, self.url_open(self.address).content)
        )
        for words in ("Report to Harbour Foundation", "Begin earlier in the year.", self.report.content_hash):
            self.assertIn(words, kept.text_content())
        cells = [[one.text_content().strip() for one in page.xpath("//td | //dd")] for page in (kept, shown)]
        self.assertEqual(*cells)
        self.assertGreater(len(cells[0]), 20)
        self.assertFalse(kept.xpath("//script | //link | //form | //img[not(starts-with(@src, 'data:'))]"))
        self.assertFalse([one for one in kept.xpath("//a/@href") if not one.startswith("#")])
        self.link.with_user(self.coordinator).action_withdraw()
        self.assertEqual(self.url_open(f"{self.address}/html").status_code, 404)

    def test_another_banks_coordinator_finds_nothing(self):
        """By whatever way: by number, by name, in sums, as a file, in its paper, in what lies beside it."""
        self.coordinator2.group_ids += self.env.ref("base.group_allow_export")
        report, sections = self.report, self.report.section_ids
        for records in (report, sections, report.link_ids):
            self._look_for(records.with_env(self.env(user=self.coordinator2)))
        files = self.env["ir.attachment"].sudo()
        files = files.search([("res_model", "=", report._name), ("res_field", "!=", False)])
        self.assertEqual(set(files.mapped("res_field")), {"pdf_file", "xlsx_file"})
        addresses = [
            f"/report/{kind}/timebank_coproduction.report_funder_report/{report.id}"
            for kind in ("pdf", "html")
        ]
        addresses += [f"/web/content/{report._name}/{report.id}/{kind}_shown" for kind in ("pdf", "xlsx")]
        addresses += [f"/web/content/{report._name}/{report.id}/{kind}_file" for kind in ("pdf", "xlsx")]
        addresses += [f"/web/content/{number}" for number in files.ids]
        addresses += [f"/timebank/report/preview/{report.id}", f"/odoo/{report._name}/{report.id}/export"]
        for user in (self.coordinator2, self.staff, None):
            self.authenticate(user and user.login, user and user.login)
            for address in addresses:
                answer = self.url_open(address)
                with self.subTest(user=user and user.login, address=address):
                    self.assertNotIn(b"Neighbours Together", answer.content)
                    self.assertFalse(answer.content.startswith((b"%PDF", b"PK")))
        self.authenticate(self.coordinator.login, self.coordinator.login)
        shown = self.url_open(f"/web/content/{report._name}/{report.id}/pdf_shown")
        self.assertEqual(shown.content, report.sudo()._read_kept("pdf"))
        for address in addresses[4:]:
            if "_file" in address or address.split("/")[-1].isdecimal() and "content" in address:
                self.assertFalse(self.url_open(address).content.startswith((b"%PDF", b"PK")), address)

    def _look_for(self, records):
        """Everything that reads, by the name of a method as it is called from outside."""
        name, env, ids = records._name, records.env, records.ids
        self.assertTrue(ids)
        for method, args in (
            ("search", [[]]),
            ("name_search", [""]),
            ("search_read", [[], ["display_name"]]),
        ):
            self.assertFalse(call_kw(env[name], method, args, {}), f"{name}.{method}")
        self.assertEqual(call_kw(env[name], "search_count", [[]], {}), 0)
        groups = call_kw(env[name], "formatted_read_group", [[], [], ["__count"]], {})
        self.assertEqual([group["__count"] for group in groups], [0])
        for method, args in (
            ("read", [["display_name"]]),
            ("web_read", [{"display_name": {}}]),
            ("export_data", [["display_name"]]),
            ("write", [{}]),
        ):
            with self.assertRaises(AccessError, msg=f"{name}.{method}"):
                call_kw(env[name], method, [ids, *args], {})

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

    def test_what_was_tampered_with_says_so(self):
        """Who may read it before it is sent isn't shown false figures without a word."""
        checked = self._draft()
        checked.with_user(self.finance).action_check()
        address = f"/timebank/report/preview/{checked.id}"
        self.authenticate(self.coordinator.login, self.coordinator.login)
        self.assertNotIn("somebody has changed the database", self.url_open(address).text)
        content = json.loads(checked.sudo().content)
        content["sections"][1]["answer"] = "All is well"
        self.env.flush_all()
        self.cr.execute(
            "UPDATE timebank_funder_report SET content = %s WHERE id = %s", (json.dumps(content), checked.id)
        )
        checked.invalidate_recordset()
        self.assertIn("somebody has changed the database", self.url_open(address).text)

    def _print(self, reports):
        printing = self.env["ir.actions.report"].with_user(self.coordinator)
        printing = printing.with_context(force_report_rendering=True)
        content, kind = printing._render_qweb_pdf("timebank_coproduction.report_funder_report", reports.ids)
        self.assertEqual(kind, "pdf")
        return content

    def test_what_is_printed_is_what_was_sent(self):
        """Its SHA-256 is the one that stands on the form; beside others as well."""
        self.env.flush_all()
        kept = self.report.sudo()._read_kept("pdf")
        self.assertEqual(self._print(self.report), kept)
        self.assertEqual(hashlib.sha256(kept).hexdigest(), self.report.pdf_hash)
        draft = self._draft(learned_text="Only in the draft.")

        def pages(content):
            return len(PdfReader(io.BytesIO(content)).pages)

        self.assertEqual(pages(self._print(self.report | draft)), pages(kept) + pages(self._print(draft)))
        for engine in ("wkhtmltopdf", "weasyprint"):
            # sudo: an administrator's setting
            self.env["ir.config_parameter"].sudo().set_param("timebank_coproduction.paper_engine", engine)
            self.assertEqual(self._print(self.report), kept)
        paper = self.env["ir.attachment"].sudo()
        paper = paper.search([("res_id", "=", self.report.id), ("res_field", "=", "pdf_file")])
        paper.raw = b"%PDF-1.7 another"
        self.env.invalidate_all()
        with self.assertRefused("is not what was sent"):
            self._print(self.report)

    def test_what_was_sent_goes_again_by_a_link_alone(self):
        action = self.report.action_ask_send()
        dialog = self.env["timebank.funder.report.send"].with_user(self.coordinator)
        ways = dialog.with_context(**action["context"]).fields_get(["way"])["way"]["selection"]
        self.assertEqual([way for way, _label in ways], ["mail", "link"])
        with self.assertRefused("was sent already"):
            dialog.create({"report_id": self.report.id, "way": "none"}).action_confirm()
        agreed = self._agree(self._draft())
        context = agreed.with_user(self.coordinator).action_ask_send()["context"]
        ways = dialog.with_context(**context).fields_get(["way"])["way"]["selection"]
        self.assertEqual([way for way, _label in ways], ["mail", "link", "none"])

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
        self.assertIn("Copied", self.report.link_ids.mapped("way")[0])
        self.assertEqual(self.url_open(dialog.address).status_code, 200)

    def test_it_goes_where_the_last_one_went(self):
        dialog = self.env["timebank.funder.report.send"].with_user(self.coordinator)
        self.grant.funder_id.email = "office@harbour.example.org"
        later = self._agree(self._draft())
        self.report.action_make_link("board@harbour.example.org")
        self.assertEqual(dialog.create({"report_id": later.id}).email, "board@harbour.example.org")
        self.report.link_ids.action_withdraw()
        self.assertEqual(dialog.create({"report_id": later.id}).email, "office@harbour.example.org")

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
