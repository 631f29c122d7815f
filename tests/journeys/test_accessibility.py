"""Every page of members, looked at by axe-core, in every width and kind of colours.

Pages are found by their routes: a new one is in by itself. What came of it is written into the folder that
TIMEBANK_FACTS names, for the statement of accessibility.
"""

import base64
import json
import os
import re
from datetime import datetime, time, timedelta
from pathlib import Path

from playwright.sync_api import Error

from ..common import TODAY
from ..page_routes import FOR_ALL, PART, get_routes
from .common import JourneyCase

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


class TestAccessibility(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not AXE:
            cls.skipTest(cls, "TIMEBANK_AXE names no axe-core")
        cls._fund(cls, cls.ann, 150)
        begin, end = (datetime.combine(TODAY, time(hour)) + timedelta(days=9) for hour in (10, 12))
        cls.session_ahead = cls._make_session(start=begin, stop=end, location="Hall", helpers_wanted=2)
        cls.scheme.evidence_policy = "optional"
        file = {"evidence": base64.b64encode(b"%PDF-1.4"), "evidence_name": "tea.pdf"}
        cls.entry = cls._make_hours(cls.ann, 45, "submitted", **file)
        received = {"receiver_id": cls.ann.partner_id.id, "date": TODAY}
        cls.received = cls._make_hours(cls.ben, 30, "submitted", **received)
        cls.scheme.write({"web_page": True, "web_apply": True, "mail_sign_in": True, "card_sign_in": True})
        cls.offered, cls.wish = cls._make_offer(cls.ben), cls._make_request(cls.ann)
        cls.own_offer = cls._make_offer(cls.ann, cls.baking, description="Bread and buns")
        cls.met = cls._introduce(cls.offered, cls.wish)
        asked = cls.jose.ask_to_be_introduced(cls.own_offer.id, cls._make_request(cls.jose, cls.baking).id)
        cls.asked = cls.env["timebank.introduction"].browse(asked)

    def _get_examples(self):
        """For each part of an address, by its name, something that Ann may look at."""
        return {
            "bank": self.scheme.code,
            "member_id": self.ann.id,
            "session_id": self.session_ahead.id,
            "side": "offer",
            "listed_id": self.offered.id,
            "own_id": self.own_offer.id,
            "introduction_id": self.met.id,
            "entry_id": self.entry.id,
            "reward_id": self.lesson.id,
            "claim_id": self._find_claim().id,
            "pot_id": self.pot.id,
            "taker_id": self.ben.account_id.id,
        }

    def _find_claim(self):
        mine = [
            ("partner_id", "=", self.ann.partner_id.id),
            ("state", "=", "approved"),
            ("code", "!=", False),
        ]
        return self.env["timebank.redemption"].search(mine, limit=1)

    def _get_states(self):
        """Addresses that say more than their routes: later steps, and what is wrong."""
        pages = f"/timebank/{self.ann.id}"
        return [
            f"{pages}/board?q=nothing",
            f"{pages}/board?side=request",
            f"{pages}/board/new/request",
            f"{pages}/board/introduction/{self.asked.id}",
            self.own_offer._get_renew_url().replace(self.own_offer.get_base_url(), ""),
            f"{pages}/hours/{self.received.id}",
            f"{pages}/log?name=nobody",
            f"{pages}/log/time?whom=bank",
            f"{pages}/log/time?whom=bank&chosen=1",
            f"{pages}/log/what?whom=bank&minutes=60",
            f"{pages}/credits/give?name=ben",
            f"/timebank/claim/{self._find_claim().code}",
            self.ann._get_stop_url("session_mails").removeprefix(self.ann.get_base_url()),
            self.session_ahead.action_open_kiosk()["url"],
            f"/timebank/kiosk/{self.session_ahead.kiosk_token}/mine",
            "/timebank/tablet/over",
            "/timebank/claim",
        ]

    def _get_address(self, route):
        """An address of a route; one without an example is an error."""
        examples = self._get_examples()
        missing = set(PART.findall(route)) - examples.keys()
        self.assertFalse(missing, f"{route}: give an example of {missing}")
        return PART.sub(lambda part: str(examples[part[1]]), route)

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
        try:
            answer = page.goto(address)
        except Error as error:
            if "Download is starting" in str(error):
                return False
            raise
        wrong = page.locator("#errors").count()  # which is a state of a page too
        self.assertEqual(answer.status, 400 if wrong else 200, address)
        return True
