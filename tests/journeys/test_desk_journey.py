"""The broker's desk: which banks a manager has on it, and what stays in its place."""

from datetime import datetime

from .common import JourneyCase

DESK = "/odoo/timebank-desk"


class TestDeskJourney(JourneyCase):
    def test_a_manager_chooses_a_bank(self):
        """Their own is shown first; any other that they decide for is there to choose."""
        self.hillside.coordinator_ids |= self.manager
        hers, others = "Hal Hill for Hannah Hill: Baking", "José Álvarez for Harry Fox: Baking"
        with self.at_screen(self.manager, start=DESK) as screen:
            choice = screen.page.get_by_label("Time bank", exact=True)
            names = choice.locator("option").all_inner_texts()
            self.assertEqual(names[0], "Hillside")
            self.assertLessEqual({"Harbour", "River Street"}, set(names[1:]))
            self.assertIn(hers, screen.text())
            self.assertNotIn(others, screen.text())
            screen.picture("desk-manager")
            choice.select_option(label="River Street")
            screen.settle()
            self.assertIn(others, screen.text())
            self.assertNotIn(hers, screen.text())
            screen.press("Plan introductions")
            self.assertIn("Harry Fox", screen.text())
            self.assertNotIn("Hannah Hill", screen.text())
        with self.at_screen(self.coordinator2, start=DESK) as screen:
            names = screen.page.get_by_label("Time bank", exact=True).locator("option").all_inner_texts()
            self.assertEqual(names, ["All my time banks", "Harbour", "Hillside"])

    def test_a_manager_who_coordinates_none_has_all(self):
        with self.at_screen(self.manager, start=DESK) as screen:
            choice = screen.page.get_by_label("Time bank", exact=True)
            choice.select_option(label="Hillside")
            screen.settle()
            self.assertIn("Hal Hill for Hannah Hill: Baking", screen.text())
            self.assertNotIn("José Álvarez for Harry Fox: Baking", screen.text())

    def test_a_row_dealt_with_in_a_dialog_stays(self):
        """What its verb asks for is asked in a dialog: put away, the row is as it was; answered, it is done,
        and stands where it stood."""
        pairs = self.env["timebank.introduction"].search([("giver_id", "=", self.mary.partner_id.id)])
        pairs |= self._introduce(self._make_offer(self.mary, self.baking), self._make_request(self.li))
        pairs.category_id = False
        for number, pair in enumerate(pairs):
            pair.action_agree(meet_at=datetime(2026, 3, 16, 9 + 2 * number), minutes=60)
        with self.at_screen(self.coordinator, start=DESK) as screen:
            rows = screen.page.locator("section[data-section=follow_up] li")
            first, second = (text.split("\n")[0] for text in rows.all_inner_texts())
            for answered in (False, True):
                rows.first.get_by_role("button", name="They have met").click()
                screen.settle()
                self.assertEqual(screen.dialog(), "What does it count as?")
                if answered:
                    screen.pick("Counts as", "Neighbourly")
                    screen.press("They have met")
                    screen.notification()
                else:
                    screen.close()
                self.assertIn(first, rows.first.inner_text())
                self.assertIn(second, rows.nth(1).inner_text())
                self.assertEqual(rows.first.get_by_role("button").count(), 0 if answered else 1)
            self.assertIn("Met", rows.first.inner_text())
            self.assertEqual(rows.nth(1).get_by_role("button").count(), 1)
            screen.picture("desk-met")
