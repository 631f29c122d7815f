"""A coordinator looks at who gives to whom, and walks through the picture by keyboard."""

import os
import random
from pathlib import Path

from .common import JourneyCase

AXE = os.environ.get("TIMEBANK_AXE")
LOOK = """
() => axe.run(document.querySelector(".o_timebank_network"), {resultTypes: ["violations"]}).then(
    ({violations}) => violations.flatMap(
        ({id, impact, nodes}) => nodes.map(({html}) => `${id} (${impact}): ${html.slice(0, 200)}`)
    )
)
"""
FIRST = (
    "Amina Beth Carlos Dilys Edwin Farah Gareth Hana Idris Joan Kofi Leila Mabli Nadia Owain Priya Quentin"
    " Rhian Sanjay Tegan Umar Violet Wanda Xavi Yasmin Zoe Alun Bronwen Cerys Dafydd Eira Ffion Gwyn Huw Ifor"
    " Jac Kasia Lowri Magda Nia"
).split()
LAST = ("Jones", "Patel", "Okafor", "Davies", "Nowak", "Ahmed", "Hughes", "Martínez")
#: Three groups; the last six take part with nobody.
GROUPS = (range(14), range(14, 25), range(25, 34))


class TestNetworkJourney(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.valley = cls._make_scheme("Valley", credit_limit_minutes=60_000)
        cls.names = [f"{name} {LAST[index % len(LAST)]}" for index, name in enumerate(FIRST)]
        cls.valley_members = [cls._make_member(name, scheme=cls.valley) for name in cls.names]
        chance = random.Random(16)
        pairs = {}
        for group in GROUPS:
            for giver in group:
                for receiver in chance.sample([one for one in group if one != giver], 3):
                    pairs[giver, receiver] = chance.choice((30, 60, 90, 240, 600))
        # one link to the second group, three from it to the third
        pairs |= {(3, 17): 60, (20, 28): 90, (30, 22): 60, (19, 31): 120}
        values = [
            cls._hours_vals(cls.valley_members[giver], minutes, receiver_id=cls._get_partner_id(receiver))
            for (giver, receiver), minutes in sorted(pairs.items())
        ]
        values += [cls._hours_vals(member) for member in cls.valley_members[34:]]
        entries = cls.env["timebank.hours"].create(values)
        entries.action_submit()
        entries.with_user(cls.coordinator).action_approve()

    @classmethod
    def _get_partner_id(cls, index):
        return cls.valley_members[index].partner_id.id

    def _press_key(self, screen, key):
        screen.page.keyboard.press(key)
        screen.settle()
        return screen.page.locator("[data-person]:focus").get_attribute("aria-label")

    def _heard(self, screen):
        return screen.page.locator(".o_timebank_network [role=status]").inner_text().strip()

    def _look_for_barriers(self, screen):
        if AXE:
            screen.page.add_script_tag(content=Path(AXE).read_text())
            self.assertEqual(screen.page.evaluate(LOOK), [])

    def test_walking_through_the_picture(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Evidence and reports")
            screen.press("Who gives to whom")
            screen.picture("network-first")
            self._choose_bank(screen, "Valley")
            self.assertEqual(screen.page.locator("[data-person]").count(), 40)
            screen.page.set_viewport_size({"width": 1366, "height": 1500})
            screen.settle()
            screen.picture("network")
            self._look_for_barriers(screen)
            self._walk(screen)

    def _choose_bank(self, screen, name):
        screen.page.get_by_role("group", name="Time banks").locator("input").fill(name)
        screen.settle()
        screen.page.get_by_role("option", name=name).first.click()
        screen.settle()

    def _walk(self, screen):
        """From the last control before the picture: one stop, from which keys lead on."""
        screen.page.locator("[data-person][tabindex='0']").focus()
        self.assertEqual(screen.page.locator("[data-person][tabindex='0']").count(), 1)
        self.assertIn("Amina Jones: gave to 3", self._press_key(screen, "Home"))
        self.assertIn("Nia Martínez: no partner in these days", self._press_key(screen, "End"))
        self._press_key(screen, "Home")
        before = "Amina Jones"
        for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
            said = self._press_key(screen, key)
            if said.startswith(before):
                continue  # at the edge, nobody is further that way
            name = said.split(":")[0]
            self.assertRegex(self._heard(screen), r"gave .*hours to|No link between them")
            before = name
        screen.picture("network-walked")
        # the bridge is said to be one, and Enter opens the member
        for _step in range(40):
            said = screen.page.locator("[data-person]:focus").get_attribute("aria-label")
            if "bridge" in said:
                break
            self._press_key(screen, "PageDown")
        self.assertIn("have no other way to the rest", said)
        screen.page.keyboard.press("Enter")
        screen.settle()
        self.assertEqual(screen.view(), "form")
        self.assertEqual(screen.title(), said.split(":")[0])
        screen.back()
        self.assertEqual(screen.title(), "Who gives to whom")

    def test_on_a_tablet_from_the_bank(self):
        with self.at_screen(self.coordinator, start=f"/odoo/timebank.scheme/{self.valley.id}") as screen:
            screen.page.set_viewport_size({"width": 768, "height": 1024})
            screen.settle()
            screen.press("More")
            screen.page.locator(".o-dropdown--menu").get_by_text("Network").click()
            screen.settle()
            self.assertEqual(screen.title(), "Who gives to whom")
            screen.picture("network-tablet")
            self.assertEqual(screen.too_wide(), [])
            screen.page.get_by_role("button", name="Larger").click()
            screen.settle()
            screen.page.locator("[data-person]").first.click()
            screen.settle()
            person = screen.page.get_by_role("group", name="The chosen person")
            self.assertIn("Received from", person.inner_text())
            screen.picture("network-tablet-chosen")
            screen.press("Whole picture")
            screen.press("Table")
            self.assertIn("Amina Jones", screen.page.locator(".o_timebank_evidence_table").inner_text())
            screen.picture("network-tablet-table")
            screen.press("Table")
            screen.page.emulate_media(media="print")
            self.assertFalse(screen.page.get_by_role("button", name="Whole picture").is_visible())
            screen.picture("network-print")
            screen.page.emulate_media(media="screen")
            screen.page.locator("[data-person]").first.click()
            screen.settle()
            screen.press("Open the member")
            self.assertEqual(screen.view(), "form")

    def test_finance_sees_no_names(self):
        with self.at_screen(self.finance, start="/odoo/timebank-network") as screen:
            self._choose_bank(screen, "Valley")
            screen.picture("network-finance")
            shown = screen.page.locator(".o_timebank_evidence").inner_text()
            self.assertFalse([name for name in self.names if name in shown])
            said = screen.page.locator("[data-person]").first.get_attribute("aria-label")
            self.assertIn("Somebody: gave to", said)
