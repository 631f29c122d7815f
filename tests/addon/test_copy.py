"""A copy of the database for trying things out: it says so on every page, and writes to nobody."""

from lxml import etree

from odoo.modules.neutralize import neutralize_database

from ..journeys.pages_world import PagesWorld
from ..page_common import PageCase
from ..page_routes import get_routes

NOTICE = "A copy to try things out on"
ODOOS = "Database neutralized for testing"
ADDON = "timebank_coproduction."
CALL = ADDON + "copy_notice"
#: Pages of their own that need not say it: no mail is sent, and papers say it in each article.
OTHERS = {ADDON + "mail_layout", ADDON + "paper"}


class TestCopy(PagesWorld, PageCase):
    def _neutralize(self):
        """As Odoo does to a copy, and only as long as the test lasts."""
        self.env.flush_all()
        neutralize_database(self.cr)
        self.env.invalidate_all()
        self._forget()
        self.addCleanup(self._forget)

    def _forget(self):
        self.env.registry.clear_all_caches()  # parameters are kept there

    def test_every_page_says_it(self):
        self.come(self.portal)
        self.assertNotIn(NOTICE, self.go("/timebank").text())
        self._neutralize()
        addresses = [self._get_address(route) for route in get_routes(self.env)] + self._get_states()
        addresses.append("/timebank/personal/me")
        said = 0
        for address in addresses:
            answer = self.url_open(address)
            if not answer.headers["Content-Type"].startswith("text/html"):
                continue  # a paper or a picture
            with self.subTest(address=address):
                self.assertRegex(answer.text, f"{NOTICE}|{ODOOS}")  # Odoo's, where its layout is around it
                said += 1
        self.assertGreater(said, 40)
        self.assertIn(ODOOS, self.go("/my").text())
        self.come(None)
        for address in ("/web/login", "/timebank/nowhere"):
            self.assertIn(ODOOS, self.go(address).text())
        self.assertIn(NOTICE, self.go("/timebank/sign-in").text())
        self.come(self.coordinator)
        self.assertIn(ODOOS, self.go("/odoo").text())

    def test_calendars_are_called_so(self):
        self.ann.with_user(self.portal).action_new_calendar()
        path = self.ann.with_user(self.portal)._get_calendar_path()
        for copied in (False, True):
            if copied:
                self._neutralize()
            text = self.url_open(path).text
            self.assertIn("Copy: River Street" if copied else "X-WR-CALNAME:River Street", text)

    def test_pages_of_their_own_have_a_place_for_it(self):
        templates = self.env["ir.ui.view"].search(
            [("type", "=", "qweb"), ("key", "=like", "timebank_coproduction.%")]
        )
        own = {}
        for template in templates:
            tree = etree.fromstring(template.arch)
            if tree.xpath("descendant-or-self::html") or template.key.endswith(".paper_article"):
                own[template.key] = tree.xpath(f"count(descendant::t[@t-call='{CALL}'])")
        self.assertGreater(len(own), 6)
        self.assertEqual({key for key, calls in own.items() if not calls}, OTHERS)

    def test_papers_say_it(self):
        """Each of the addon's papers is made of templates of which one says it."""
        views = self.env["ir.ui.view"].search([("type", "=", "qweb"), ("key", "=like", f"{ADDON}%")])
        called = {
            view.key: {call.get("t-call") for call in etree.fromstring(view.arch).xpath("//t[@t-call]")}
            for view in views
        }
        papers = self.env["ir.actions.report"].search([("report_name", "=like", f"{ADDON}%")])
        self.assertGreater(len(papers), 10)
        for paper in papers:
            with self.subTest(paper=paper.name):
                reached, more = set(), {paper.report_name}
                while more:
                    reached |= more
                    more = set().union(*(called.get(key, ()) for key in more)) - reached
                self.assertIn(CALL, reached)

    def test_nobody_is_written_to(self):
        self._neutralize()
        self.assertEqual(self.env["ir.mail_server"].search([]).mapped("smtp_host"), ["invalid"])
        ours = self.env["timebank.job"].search([]).cron_id
        self.assertFalse(ours.filtered("active"))
        jobs = self.env["timebank.job"].search([])
        self.assertFalse(jobs.filtered(lambda job: job.state in ("late", "failed")))
