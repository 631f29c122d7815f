"""Every page of members, looked at by axe-core, in every width and kind of colours.

Pages are found by their routes: a new one is in by itself. What came of it is written into the folder that
TIMEBANK_FACTS names, for the statement of accessibility.
"""

import json
import os
import re
from pathlib import Path

from ..page_routes import FOR_ALL, get_routes
from .common import JourneyCase
from .pages_world import PagesWorld

AXE, FACTS = os.environ.get("TIMEBANK_AXE"), os.environ.get("TIMEBANK_FACTS")
WIDTHS = (320, 360, 1280)
LOOK = """
() => axe.run(document, {resultTypes: ["violations"]}).then(({violations}) => violations.flatMap(
    ({id, impact, nodes}) =>
        nodes.map(({target, html}) => `${id} (${impact}): ${target} ${html.slice(0, 200)}`)
))
"""
#: Nothing sticks out at the side, also with letters twice as large.
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


class TestAccessibility(PagesWorld, JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not AXE:
            cls.skipTest(cls, "TIMEBANK_AXE names no axe-core")

    def test_no_page_keeps_anybody_off(self):
        routes = [route for route in get_routes(self.env) if route not in FOR_ALL]
        self._look_at(self.portal, routes, self._get_states(), "/timebank")

    def test_nor_does_one_for_everybody(self):
        self._look_at(None, sorted(FOR_ALL), [], "/timebank/accessibility")

    def _look_at(self, user, routes, states, start):
        """
        :param routes: of pages, each seen at one address
        :param states: further addresses
        """
        addresses = {self._get_address(route): route for route in routes}
        self.found, files = [], []
        with self.at_screen(user, start=start) as screen:
            page = screen.page
            version = self._look_at_a_bad_page(page)
            for address in sorted({*addresses, *states}):
                if self._is_page(page, address):
                    self._look_at_page(screen, address)
                else:
                    files.append(addresses[address])
        if FACTS:
            facts = {
                "axe": version,
                "widths": WIDTHS,
                "pages": sorted(set(routes) - set(files)),
                "files": sorted(files),
                "states": len(states),
                "findings": sorted(set(self.found)),
            }
            Path(FACTS, f"{self._testMethodName}.json").write_text(json.dumps(facts))

    def _look_at_page(self, screen, address):
        page = screen.page
        page.evaluate(Path(AXE).read_text())
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            for colours in ("none", "active"):
                page.emulate_media(forced_colors=colours)
                with self.subTest(address=address, width=width, forced_colours=colours):
                    self._expect_nothing(address, page.evaluate(LOOK))
            with self.subTest(address=address, width=width):
                self._expect_nothing(address, self._get_overhang(page))
        page.emulate_media(forced_colors="none")
        with self.subTest(address=address, letters="twice as large"):
            page.set_viewport_size({"width": 640, "height": 800})
            page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
            self._expect_nothing(address, self._get_overhang(page))
            page.evaluate("() => { document.documentElement.style.fontSize = '' }")
        page.set_viewport_size({"width": 360, "height": 800})
        screen.picture("page" + re.sub(r"\W", "-", address))

    def _get_overhang(self, page):
        pixels = page.evaluate(WIDE)
        return [f"sticks out by {pixels} pixels"] if pixels > 0 else []

    def _expect_nothing(self, address, findings):
        self.found += [f"{address}: {finding}" for finding in findings]
        self.assertFalse(findings)

    def _look_at_a_bad_page(self, page):
        """What is wrong is found: a page without a title, a language and a heading.

        :return: the version of axe-core
        """
        page.goto("about:blank")
        page.evaluate(Path(AXE).read_text())
        self.assertIn("html-has-lang", " ".join(page.evaluate(LOOK)))
        return page.evaluate("() => axe.version")

    def _is_page(self, page, address):
        if not page.request.get(address).headers["content-type"].startswith("text/html"):
            return False
        answer = page.goto(address)
        wrong = page.locator("#errors").count()  # which is a state of a page too
        self.assertEqual(answer.status, 400 if wrong else 200, address)
        return True
