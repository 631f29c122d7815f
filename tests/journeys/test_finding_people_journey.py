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

    def test_in_the_list_of_members(self):
        members = self.env.ref("timebank_coproduction.timebank_member_action")
        with self.at_screen(self.coordinator, start=f"/odoo/action-{members.id}") as screen:
            box = screen.page.locator(".o_searchview_input")
            box.fill("mary jane")
            screen.page.locator(".o_searchview_autocomplete .o-dropdown-item").first.wait_for()
            box.press("Enter")
            screen.settle()
            self.assertEqual(len(screen.rows()), 1)
            self.assertIn("Mary-Jane Fox", screen.rows()[0])
