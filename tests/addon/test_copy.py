"""A copy of the database for trying things out: it says so on every page, and writes to nobody."""

from lxml import etree

from odoo.modules.neutralize import neutralize_database

from ..page_common import PageCase

NOTICE = "A copy to try things out on"
CALL = "timebank_coproduction.copy_notice"
#: Pages of their own that need not say it: no mail is sent, and papers say it in each article.
OTHERS = {"timebank_coproduction.mail_layout", "timebank_coproduction.paper"}


class TestCopy(PageCase):
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
        self.assertIn(NOTICE, self.go("/timebank").text())
        paper = self.env["ir.qweb"]._render("timebank_coproduction.paper_article", {"about": []})
        self.assertIn(NOTICE, paper)

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

    def test_nobody_is_written_to(self):
        self._neutralize()
        self.assertEqual(self.env["ir.mail_server"].search([]).mapped("smtp_host"), ["invalid"])
        ours = self.env["timebank.job"].search([]).cron_id
        self.assertFalse(ours.filtered("active"))
        jobs = self.env["timebank.job"].search([])
        self.assertFalse(jobs.filtered(lambda job: job.state in ("late", "failed")))
