"""What the statement of accessibility says is what the last run of axe-core found."""

from odoo.addons.timebank_coproduction.tools import accessibility

from ..page_common import PageCase
from ..page_routes import get_routes


class TestAccessibilityPage(PageCase):
    def test_it_speaks_of_all_pages(self):
        """A page that was added since is looked at first: `make accessibility`."""
        facts = accessibility.facts()
        self.assertFalse(set(facts["pages"]) & set(facts["files"]))
        self.assertEqual(sorted(facts["pages"] + facts["files"]), get_routes(self.env))

    def test_it_says_what_was_found(self):
        facts = accessibility.facts()
        self.come(None)
        page = self.go("/timebank/accessibility")
        self.assertEqual((page.status, page.heading()), (200, "Accessibility"))
        for words in (
            f"axe-core {facts['axe']} looked at {len(facts['pages'])} pages",
            "What nobody has tested",
            "No person with a disability has tried these pages",
            *facts["findings"],
        ):
            self.assertIn(words, page.text())
