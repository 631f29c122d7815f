"""People are found in pickers as they are said, and only members are offered."""

from .common import JourneyCase


class TestFindingPeopleJourney(JourneyCase):
    def test_in_the_form_of_hours(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Today", "All hours")
            screen.new()
            for said, person in (("jose", "José Álvarez"), ("李", "李 伟"), ("oneill", "Síle O’Neill")):
                screen.pick("Given by", said, person)
                self.assertEqual(screen.value("Given by"), person)
            self.assertEqual(screen.value("Time bank"), "River Street")

    def test_of_another_of_her_banks(self):
        """Whoever is picked next brings their bank; one that she chose narrows what is offered."""
        for menu, label in (
            (("Today", "All hours"), "Given by"),
            (("Activities", "Offers"), "Person"),
            (("Activities", "Requests"), "Asked by"),
        ):
            with self.subTest(menu=menu), self.at_screen(self.coordinator) as screen:
                screen.open_app()
                screen.open_menu(*menu)
                screen.new()
                for said, person, bank in (
                    ("José", "José Álvarez", "River Street"),
                    ("Hal", "Hal Hill", "Hillside"),
                    ("Mary", "Mary-Jane Fox", "River Street"),
                ):
                    screen.pick(label, said, person)
                    self.assertEqual(screen.value("Time bank"), bank)
                screen.pick("Time bank", "Hillside")
                self.assertNotIn("José", " ".join(screen.offers(label, "José")))
                screen.pick(label, "Hannah", "Hannah Hill")
                self.assertEqual(screen.value("Time bank"), "Hillside")
                screen.discard()

    def test_whoever_received_it_is_of_the_givers_bank(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Today", "All hours")
            screen.new()
            screen.pick("Given by", "José", "José Álvarez")
            self.assertNotIn("Hal Hill", " ".join(screen.offers("Received by", "Hal")))
            screen.pick("Received by", "Mary", "Mary-Jane Fox")
            self.assertNotIn("Hal Hill", " ".join(screen.offers("Given by", "Hal")))
            screen.fill("Hours", "1")
            screen.press("Hand in")
            self.assertEqual(screen.status(), "To approve")

    def test_nobody_else_is_offered(self):
        """Who has left is no longer; who is no member never was; and nobody is made on the way."""
        self.env["res.partner"].create({"name": "Gwen Stranger"})
        opened = {"timebank_hours_action": "Given by", "timebank_redemption_action": "For"}
        with self.at_screen(self.coordinator) as screen:
            for action, label in opened.items():
                screen.go(f"/odoo/action-timebank_coproduction.{action}/new")
                self.assertFalse(
                    [offer for offer in screen.offers(label, "Gwen") if "No records" not in offer], action
                )
                self.assertTrue(screen.offers(label, "Mary"), action)

    def test_in_the_list_of_members(self):
        members = self.env.ref("timebank_coproduction.timebank_member_action")
        with self.at_screen(self.coordinator, start=f"/odoo/action-{members.id}") as screen:
            screen.search("mary jane")
            self.assertEqual(len(screen.rows()), 1)
            self.assertIn("Mary-Jane Fox", screen.rows()[0])
