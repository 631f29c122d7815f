import gzip

from lxml import html

from ..page_common import PageCase


class TestHome(PageCase):
    def test_who_has_one_bank_is_there_at_once(self):
        self._fund(self.ann, 90)
        self.come(self.portal)
        page = self.go("/timebank")
        self.assertEqual((page.status, page.heading()), (200, "Hello Ann"))
        self.assertIn("1:30 hours", page.text())
        self.assertTrue(page.address.endswith(f"/timebank/{self.ann.id}"))

    def test_several_banks_are_told_apart(self):
        hill = self._make_member(self.portal.partner_id, scheme=self._make_scheme("Hillside"))
        self.come(self.portal)
        page = self.go("/timebank")
        self.assertEqual(page.heading(), "My time banks")
        self.assertTrue(self.follow(page, "Hillside").address.endswith(f"/timebank/{hill.id}"))

    def test_somebody_elses_is_not_found(self):
        """What isn't theirs and what isn't there look alike."""
        self.come(self.portal)
        other, none = self.go(f"/timebank/{self.ben.id}"), self.go("/timebank/999999999")
        self.assertEqual((other.status, none.status), (404, 404))
        self.assertEqual(other.text(), none.text())

    def test_a_coordinator_acts_for_somebody(self):
        self.come(self.coordinator)
        page = self.go(f"/timebank/{self.ann.id}")
        self.assertIn("You are acting for Ann Lee", page.text())

    def test_without_signing_in(self):
        self.come(None)
        self.assertIn("/web/login", self.go(f"/timebank/{self.ann.id}").address)

    def test_nothing_foreign_runs(self):
        """No script, and a policy that lets none in."""
        self.come(self.portal)
        page = self.go("/timebank")
        self.assertFalse(page.tree.xpath("//script"))
        self.assertIn("default-src 'none'", page.headers["Content-Security-Policy"])

    def test_what_nobody_asked_for_does_no_harm(self):
        self.come(self.portal)
        self.assertEqual(self.go(f"/timebank/{self.ann.id}?member_id=1&x=2").heading(), "Hello Ann")

    def test_light(self):
        """Page and style sheet, as they are sent compressed, weigh little; nothing else is fetched."""
        self.come(self.portal)
        page = self.go("/timebank")
        (sheet,) = page.tree.xpath("//link[@rel='stylesheet']/@href")
        style = self.url_open(sheet)
        self.assertIn("--tb-brand", style.text)
        self.assertNotIn("css_error_message", style.text)
        weight = sum(
            len(gzip.compress(text.encode()))
            for text in (html.tostring(page.tree, encoding="unicode"), style.text)
        )
        self.assertLess(weight, 30 * 1024)
