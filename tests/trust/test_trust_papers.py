"""Every paper of the addon by its address, found by looking: as each role, of what is there and what isn't."""

import json

from odoo.tests import HttpCase
from odoo.tools import mute_logger

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

    def _ask(self, paper, ids, converter="html", **query):
        text = "".join(("/", ",".join(map(str, ids)))) if ids else ""
        arguments = "&".join(f"{name}={value}" for name, value in query.items())
        return self._get(f"/report/{converter}/{paper.report_name}{text}?{arguments}")

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

    @mute_logger(*QUIET)
    def test_nonsense_in_the_address(self):
        self._log_in("manager")
        for paper in self.papers:
            ids = self.world[self.here].get(paper.model, self.env[paper.model]).ids
            for query in (
                {"options": "{"}, {"options": "[]"}, {"context": "7"}, {"context": "{"},
                {"options": json.dumps({"account_ids": [GONE]})}, {"options": json.dumps({"account_ids": "x"})},
                {"options": json.dumps({"account_ids": ids, "date_from": "yesterday"})},
                {"options": json.dumps({"account_ids": ids, "date_from": "2026-04-01", "date_to": "2026-03-01"})},
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
