"""Links without a login, over HTTP: the kiosk, a place to take, mails to stop."""

import json

from lxml import etree

from odoo import fields
from odoo.tests import tagged

from ..kiosk_common import LiveKioskCase


@tagged("post_install", "-at_install")
class TestLinks(LiveKioskCase):
    def _call(self, path, **params):
        response = self.url_open(
            path,
            data=json.dumps({"jsonrpc": "2.0", "method": "call", "params": params}),
            headers={"Content-Type": "application/json"},
        )
        return response.json()["result"]

    def test_page_and_calls(self):
        page = self.url_open(self.url)
        self.assertEqual(page.status_code, 200)
        self.assertIn("Tea at the door", page.text)
        self.assertNotIn("Dora", page.text)
        self.assertEqual(page.headers["Referrer-Policy"], "no-referrer")
        (row,) = self._call(f"{self.url}/find", text="dora")["people"]
        self.assertEqual(
            self._call(f"{self.url}/move", key=row["key"], way="in"), {"name": "Dora", "inside": True}
        )
        self.assertIn("error", self._call(f"{self.url}/move", key=row["key"], way="sideways"))
        self.assertIn("error", self._call(f"{self.url}/move", key=[1], way="in"))
        self.assertEqual(self.line.state, "attended")

    def test_what_the_script_says_is_translated(self):
        """It stands in texts of the page's template: attributes of data are never translated."""
        page = self.url_open(self.url)
        self.assertIn('data-welcome="Welcome, {name}!"', page.text)
        view = self.env.ref("timebank_coproduction.kiosk_page")
        terms = view._fields["arch_db"].get_trans_terms(view.arch_db)
        for said in ("Sign in", "Welcome, {name}!", "Thank you, {name}. See you soon!"):
            self.assertIn(said, terms)
        ours = self.env["ir.ui.view"].search([("key", "=like", "timebank_coproduction.%")])
        for template in ours.filtered(lambda view: view.type == "qweb"):
            for node in etree.fromstring(template.arch).iter(etree.Element):
                for name, value in node.attrib.items():
                    if name.startswith("data-"):
                        self.assertNotRegex(value, r"^[A-Z].* ", template.key)

    def test_guessing_is_limited(self):
        for number in range(10):
            self.assertEqual(self.url_open(f"/timebank/kiosk/{'x' * 42}{number}").status_code, 404)
        self.assertEqual(self.url_open(f"/timebank/kiosk/{'x' * 42}").status_code, 429)
        self.assertEqual(self.url_open(self.url).status_code, 200)
        self.assertTrue(self._call(f"{self.url}/find", text="dora")["people"])

    def test_links_that_nobody_made(self):
        long = "x" * 42
        for wrong in (f"kiosk/{long}%00", f"kiosk/{long}é", f"place/{long}%00", f"place/{long}é"):
            self.assertEqual(self.url_open(f"/timebank/{wrong}").status_code, 404)

    def test_claiming_needs_a_press(self):
        future = fields.Datetime.add(fields.Datetime.now(), days=2)
        session = self._make_session(start=future, stop=fields.Datetime.add(future, hours=1), capacity=1)
        session.sign_up(self.ann.partner_id)
        waiting = session.sign_up(self.ben.partner_id)
        session.withdraw(self.ann.partner_id)
        self.env.flush_all()
        url = waiting._get_place_url()
        page = self.url_open(url)
        self.assertIn("kept for you", page.text)
        self.assertEqual(waiting.state, "waiting")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        page = self.url_open(url, data={"csrf_token": token})
        self.assertIn("The place is yours", page.text)
        self.assertEqual(waiting.state, "signed_up")
        self.assertEqual(self.url_open(url).status_code, 404)
