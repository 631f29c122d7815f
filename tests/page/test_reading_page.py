"""What only reads: on a read-only cursor, as a replica gives it, and no dearer than Odoo's own page."""

import threading
from contextlib import closing

from psycopg2.errors import ReadOnlySqlTransaction

from odoo import http, sql_db
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.timebank_coproduction.controllers.member_page import SECTIONS

from ..journeys.pages_world import PagesWorld
from ..page_common import PageCase
from ..page_routes import get_routes

#: Below `/timebank`, what may be opened and write: it counts guesses at codes, or keeps that a copy was made.
COUNTS = {
    "/timebank/calendar/<string:code>.ics",
    "/timebank/claim/<string:code>",
    "/timebank/kiosk/<string:token>",
    "/timebank/kiosk/<string:token>/mine",
    "/timebank/mails/<int:member_id>/<string:code>",
    "/timebank/mails/<int:member_id>/<string:switch>/<string:code>",
    "/timebank/personal/<int:member_id>",
    "/timebank/personal/<int:member_id>/zip",
    "/timebank/personal/me",
    "/timebank/place/<string:code>",
    "/timebank/records/<int:asked_id>",
    "/timebank/report/<string:token>",
    "/timebank/report/<string:token>/<any(pdf,xlsx,html):kind>",
    "/timebank/renew/<string:table>/<int:record_id>/<string:token>",
    "/timebank/wellbeing/<string:token>",
}


class TestReading(PagesWorld, PageCase):
    def setUp(self):
        super().setUp()
        serve, self.served = http.Request._serve_ir_http, []

        def seen(request, rule, args):
            mode = threading.current_thread().cursor_mode
            self.served.append((request.httprequest.path, mode, request.env.cr.readonly))
            return serve(request, rule, args)

        self.patch(http.Request, "_serve_ir_http", seen)

    def test_pages_read_from_a_replica(self):
        """Every page that is found by its routes; none writes and begins again."""
        self.come(self.portal)
        addresses = [self._get_address(route) for route in get_routes(self.env)]
        for address in addresses + self._get_states():
            if address.startswith(f"/timebank/{self.ann.id}"):
                self._expect_read(address)
        self.come(None)
        for address in addresses:
            if "/join/" in address or "/bank/" in address:
                self._expect_read(address)

    def _expect_read(self, address):
        self.served.clear()
        with self.subTest(address=address):
            self.assertIn(self.url_open(address, allow_redirects=False).status_code, (200, 303, 400))
            self.assertEqual(self.served, [(address.partition("?")[0], "ro", True)])

    def test_what_is_opened_reads(self):
        """Each address that is opened, but those of which it is said why not."""
        routing, found = self.env["ir.http"], set()
        rules = routing._generate_routing_rules(["timebank_coproduction"], routing._get_converters())
        for rule, endpoint in rules:
            opened = "GET" in (endpoint.routing["methods"] or ("GET",))
            http_only = endpoint.routing["type"] == "http"
            if rule.startswith("/timebank") and opened and http_only and not endpoint.routing["readonly"]:
                found.add(rule.replace("int(max=2147483647)", "int"))
        self.assertEqual(found, COUNTS)

    def test_what_screens_ask_for_reads(self):
        """Each verb that says so of itself, as the web client calls it."""
        calls = {
            ("timebank.evidence", "get_frame"): (self.manager, [{"period": "last_12_months"}]),
            ("timebank.evidence", "get_network"): (self.manager, [{"period": "last_12_months"}]),
            ("timebank.evidence", "get_page"): (self.manager, [{"period": "last_12_months"}]),
            ("timebank.evidence", "get_sections"): (self.manager, [{"period": "last_12_months"}, "people"]),
            ("timebank.grant", "get_fitting"): (self.finance, [self.grant.ids, []]),
            ("timebank.offer", "suggest"): (self.coordinator, [self.offered.ids]),
            ("timebank.request", "suggest"): (self.coordinator, [self.wish.ids]),
            ("timebank.scheme", "get_desk"): (self.coordinator, [self.scheme.ids]),
            ("timebank.scheme", "get_measures"): (
                self.manager,
                [self.scheme.ids, "2026-01-01", "2026-03-18"],
            ),
            ("timebank.today", "get_today"): (self.coordinator, []),
        }
        found = {
            (model._name, name)
            for model in self.registry.values()
            for part in model.mro()
            if part.__module__.startswith("odoo.addons.timebank_coproduction.")
            for name, method in vars(part).items()
            if getattr(method, "_readonly", False)
        }
        self.assertEqual(found, calls.keys())
        for (model, method), (user, args) in calls.items():
            with self.subTest(model=model, method=method):
                self.come(user)
                self.served.clear()
                params = {"model": model, "method": method, "args": args, "kwargs": {}}
                self.make_jsonrpc_request("/web/dataset/call_kw", params)
                self.assertEqual(self.served, [("/web/dataset/call_kw", "ro", True)])

    def test_a_replica_takes_nothing(self):
        """As real a connection as the one that a page has."""
        replica = sql_db.db_connect(self.env.cr.dbname, readonly=True)
        with closing(replica.cursor()) as cr, mute_logger("odoo.sql_db"):
            company = self.env.company.with_env(self.env(cr=cr))
            with self.assertRaises(ReadOnlySqlTransaction):
                company.write({"timebank_page_shell": "portal"})
                company.flush_recordset()
            cr.rollback()

    def test_no_page_asks_more_often_than_odoos(self):
        """For somebody new; and in the midst of it, but for the first page, which tells what waits."""
        new = new_test_user(self.env, "tb_new", groups="base.group_portal", name="Nia New")
        self._make_member(new.partner_id)
        for user, more in ((new, 0), (self.portal, 18)):
            self.come(user)
            member = self.env["timebank.member"].search([("partner_id", "=", user.partner_id.id)], limit=1)
            most = self._count_queries("/my")
            for name, path in SECTIONS:
                with self.subTest(user=user.name, page=name):
                    count = self._count_queries(f"/timebank/{member.id}{path}")
                    self.assertLessEqual(count, most + (more if name == "home" else 0))

    def _count_queries(self, path):
        counts = []
        for _visit in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(self.url_open(path).status_code, 200)
            counts.append(self.env.cr.sql_log_count - before)
        return counts[1]
