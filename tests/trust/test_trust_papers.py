"""Every paper of the addon by its address, found by looking: as each role, of what is there or isn't."""

import json
import re
import zlib
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from tempfile import NamedTemporaryFile
from threading import Thread

from odoo.exceptions import AccessError
from odoo.tests import HttpCase
from odoo.tools import mute_logger

from odoo.addons.timebank_coproduction.tools import paper as papers

from .trust_common import SECRET, TrustCase

QUIET = ("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "werkzeug")
GONE = 2**31 - 1


class TestTrustPapers(HttpCase, TrustCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.papers = (
            cls.env["ir.actions.report"]
            .search([("report_name", "like", "timebank\\_coproduction.%")])
            .filtered(lambda report: report.report_name.startswith("timebank_coproduction."))
        )
        for user in cls.roles.values():
            if user.login and user != cls.roles["public"]:
                user.password = user.login

    def _log_in(self, role):
        user = self.roles[role]
        self.authenticate(user.login, user.login) if role != "public" else self.authenticate(None, None)
        return user

    def _get(self, path):
        return self.url_open(path, allow_redirects=False)

    def _ask(self, paper, ids, converter="html", name="", **query):
        text = "".join(("/", ",".join(map(str, ids)))) if ids else ""
        arguments = "&".join(f"{name}={value}" for name, value in query.items())
        return self._get(f"/report/{converter}/{name or paper.report_name}{text}?{arguments}")

    @mute_logger(*QUIET)
    def test_what_is_not_there_or_not_theirs(self):
        self.assertGreaterEqual(len(self.papers), 6)
        for role in self.roles:
            user = self._log_in(role)
            for paper in self.papers:
                there = self.world[self.here].get(paper.model, self.env[paper.model])
                for ids in (there.ids, [GONE], [*there.ids, GONE], [2**40], ["x"], [-1], []):
                    answer = self._ask(paper, ids)
                    with self.subTest(role=role, paper=paper.report_name, ids=ids):
                        if role == "public":
                            self.assertEqual(answer.status_code, 303)
                            continue
                        readable = ids and ids == there.ids and there.with_user(user).has_access("read")
                        for_them = not paper.group_ids or paper.group_ids & user.all_group_ids
                        expected = 403 if not for_them else 200 if readable else 404
                        self.assertEqual(answer.status_code, expected)
                        if expected != 200:
                            self.assertNotIn(SECRET, answer.text)
                        if ids == there.ids:  # by the other name that Odoo takes
                            by_id = self._ask(paper, ids, name=paper.get_external_id()[paper.id])
                            self.assertEqual(by_id.status_code, expected)

    @mute_logger(*QUIET)
    def test_nobody_renders_what_they_cannot_read(self):
        """Not by way of a mail's template, nor of anything else that asks Odoo for a paper: as a page, or as
        a file, in whose stead one that was kept is handed out."""
        tried = 0
        for paper in self.papers:
            there = self.world[self.here].get(paper.model)
            for role, user in self.roles.items():
                if there and user.active and not there.with_user(user).has_access("read"):
                    tried += 1
                    reports = self.env["ir.actions.report"].with_user(user)
                    with self.subTest(paper=paper.report_name, role=role):
                        with self.assertRaises(AccessError):
                            reports._render_qweb_html(paper.report_name, there.ids)
                        with self.assertRaises(AccessError):
                            reports._render_qweb_pdf_prepare_streams(paper.report_name, {}, res_ids=there.ids)
        self.assertGreater(tried, 10)

    @mute_logger(*QUIET)
    def test_nonsense_in_the_address(self):
        self._log_in("manager")
        backwards = {"date_from": "2026-04-01", "date_to": "2026-03-01"}
        for paper in self.papers:
            ids = self.world[self.here].get(paper.model, self.env[paper.model]).ids
            for query in (
                {"options": "{"}, {"options": "[]"}, {"context": "7"}, {"context": "{"},
                {"options": json.dumps({"account_ids": [GONE]})},
                {"options": json.dumps({"account_ids": "x"})},
                {"options": json.dumps({"account_ids": ids, "date_from": "yesterday"})},
                {"options": json.dumps({"account_ids": ids, **backwards})},
                {"options": json.dumps({"account_ids": ids, "date_from": 7})},
            ):  # fmt: skip
                with self.subTest(paper=paper.report_name, query=query):
                    self.assertIn(self._ask(paper, [], **query).status_code, (400, 404))
            for converter in ("text", "docx"):
                self.assertEqual(self._ask(paper, ids, converter).status_code, 404)

    def test_a_statement_of_a_period(self):
        """What the dialog asks for, by the address that the client makes of it."""
        paper = self.env.ref("timebank_coproduction.timebank_statement_report")
        ids = self.world[self.here]["timebank.account"].ids
        options = {"account_ids": ids, "date_from": "2026-03-01", "date_to": "2026-03-31"}
        self._log_in("coordinator")
        answer = self._ask(paper, [], options=json.dumps(options))
        self.assertEqual(answer.status_code, 200)
        self.assertIn(f"Ida {SECRET}", answer.text)
        for role in ("coordinator elsewhere", "manager of another company", "member"):
            self._log_in(role)
            with mute_logger(*QUIET):
                self.assertEqual(self._ask(paper, [], options=json.dumps(options)).status_code, 404)

    def test_a_paper_fetches_nothing(self):
        """Whatever is typed into what is printed: neither files of the server nor addresses are read."""
        asked = []

        class Listening(BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                self.send_error(404)

            def log_message(self, *_arguments):
                pass

        server = HTTPServer(("127.0.0.1", 0), Listening)
        self.addCleanup(server.server_close)
        Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.shutdown)
        file = NamedTemporaryFile("w", suffix=".txt")
        self.addCleanup(file.close)
        file.write(SECRET * 20)
        file.flush()
        net = f"http://127.0.0.1:{server.server_port}"
        inside = f"%3Cimage href='{net}/nested'/%3E"
        nested = f"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'%3E{inside}%3C/svg%3E"
        pieces = [f"<li style='list-style-image:url({net}/list)'>x</li>", f'<img alt="x" src="{nested}">']
        for address in (f"file://{file.name}", net + "/file"):
            pieces += [
                f"<style>@import url({address}); p {{background: url({address})}}</style><p>x</p>",
                f'<link rel="stylesheet" href="{address}"><link rel="attachment" href="{address}">',
                f'<img alt="x" src="{address}"><embed src="{address}"><object data="{address}"></object>',
                f'<iframe src="{address}"></iframe><a rel="attachment" href="{address}">x</a>',
                f'<svg><image href="{address}"/><use href="{address}#x"/></svg>',
            ]
        article = f'<html lang="en"><head><title>x</title></head><body>{"".join(pieces)}</body></html>'
        with mute_logger("weasyprint"):
            content = papers.pdf([article], "@page { size: A4 }")
        self.assertFalse(asked)
        streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
        self.assertGreater(len(streams), 2)
        for stream in streams:
            with suppress(zlib.error):
                self.assertNotIn(SECRET.encode(), zlib.decompress(stream))
        self.assertNotIn(b"EmbeddedFile", content)
