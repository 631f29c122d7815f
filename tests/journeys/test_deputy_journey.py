from .common import JourneyCase


class TestDeputyJourney(JourneyCase):
    """A coordinator names who acts for an organisation; on a phone she brings people along in its name."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tea.write({"capacity": 4, "companions_allowed": 2})

    def test_named_brings_people_taken_off(self):
        agency, name = self.agency, self.portal2.name
        with self.at_screen(self.coordinator) as screen:
            screen.go("/odoo/timebank-members")
            screen.switch("list")
            screen.open(agency.name)
            screen.tab("People acting for it")
            screen.add_line()
            screen.pick_line("Person", name)
            screen.save()
            screen.picture("deputies")
        with self.at_screen(self.portal2, phone=True, start="/timebank", scripts=False) as phone:
            phone.picture("deputy-banks")
            phone.follow(f"{agency.name}, River Street")
            self.assertIn(f"You are acting for {agency.name}", phone.page.locator("body").inner_text())
            phone.follow("Sessions")
            phone.follow("Tea")
            phone.picture("companions")
            phone.page.get_by_label("To take part").check()
            phone.page.get_by_label("Do you bring anybody along?").select_option("2")
            phone.fill("Who comes along", "Lea and Bo")
            phone.press("Sign up")
            self.assertIn("You are coming, and bring 2", phone.reads())
            phone.picture("companions-coming")
        with self.at_screen(self.coordinator) as screen:
            screen.go("/odoo/timebank-sessions")
            screen.switch("list")
            screen.open("Tea")
            self.assertEqual(screen.cell(agency.name, "Brings"), "2")
            screen.picture("companions-register")
            screen.go("/odoo/timebank-members")
            screen.switch("list")
            screen.open(agency.name)
            self.assertIn(
                f"Done by {name} for {agency.name}.", screen.page.locator(".o-mail-Thread").inner_text()
            )
            screen.tab("People acting for it")
            screen.press_in_row(name, "Take off")
            screen.top.get_by_role("button", name="Ok").click()
            screen.settle()
        with self.at_screen(self.portal2, phone=True, start="/timebank/banks", scripts=False) as phone:
            self.assertNotIn(agency.name, phone.reads())
        line = self.tea.attendance_ids.filtered(lambda one: one.partner_id == agency.partner_id)
        self.assertEqual((line.state, line.companions, self.tea.taken_count), ("signed_up", 2, 4))
