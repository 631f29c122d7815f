"""Two companies on one database: who works in one sees nothing of the other; a manager works in both."""

from odoo.tests import new_test_user

from ..common import TODAY
from .common import JourneyCase

#: What stands in the first company's lists.
OTHERS = ("José", "Mary-Jane", "Hannah", "River Street", "Hillside", "Harbour", "Café shift", "Choir")


class CompaniesCase(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bont.approve_at_closing = True
        cls.non = cls._make_member("Non Rhys", scheme=cls.bont)
        cls._make_hours(cls.non, 75, "submitted", date=TODAY)


class TestWelshJourney(CompaniesCase):
    def _check_own(self, screen):
        read = screen.text()
        self.assertFalse([word for word in OTHERS if word in read], read)

    def test_hours_of_her_own_company(self):
        """Logged, approved, and on the member's statement; of the other company nothing can be seen."""
        with self.at_screen(self.welsh) as screen:
            screen.open_app()
            self._check_own(screen)
            screen.open_menu("Today", "All hours")
            self._check_own(screen)
            self.assertEqual(len(screen.rows()), 2)
            screen.new()
            self.assertEqual(screen.value("Time bank"), "Y Bont")
            self.assertNotIn("José", " ".join(screen.offers("Given by", "José")))
            screen.pick("Given by", "Dai", "Dai Bont")
            screen.fill("Hours", "1:30")
            screen.fill("e.g. Shopping and a chat", "Mended the gate")
            screen.press("Hand in")
            screen.press("Approve")
            screen.notification()
            self.assertEqual(screen.status(), "Approved")
            screen.open_menu("Today", "Hours to approve")
            self.assertEqual(len(screen.rows()), 1)
            screen.open("Non Rhys")
            screen.press("Approve")
            self.assertIn("Non Rhys", screen.notification())
            screen.picture("welsh-hours")
            for menu in (
                ("Members", "Members"),
                ("Members", "Accounts"),
                ("Activities", "Offers"),
                ("Rewards", "Catalogue"),
                ("Configuration", "Time banks"),
            ):
                screen.open_menu(*menu)
                self._check_own(screen)
            screen.open_menu("Members", "Members")
            self.assertEqual(len(screen.rows()), 2)
            [row] = [row for row in self.read_statement(screen, "Dai Bont") if "Mended the gate" in row]
            self.assertIn("1:30", row)
        self.assertEqual(self._balances(self.dai, self.non), [150, 75])

    def test_a_small_register(self):
        """An activity is made on the way, two come, and what they gave is on their statements."""
        with self.at_screen(self.welsh) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Sessions")
            screen.switch("list")
            screen.new()
            offers = " ".join(screen.offers("Activity", "C"))
            self.assertNotIn("Choir", offers)
            self.assertNotIn("Café", offers)
            screen.pick("Activity", "Paned a sgwrs", "Create and edit")
            self.assertEqual(screen.value("Time bank"), "Y Bont")
            screen.press("Save")
            screen.fill_range("When", "03/18/2026 08:00", "03/18/2026 09:30")
            screen.save()
            screen.press("Open for sign-up")
            for name in ("Dai Bont", "Non Rhys"):
                screen.add_line()
                self.assertNotIn("José", " ".join(self._offered_in_line(screen, "José")))
                screen.pick_line("Person", name.split()[0], name)
                screen.choose_line("Role", "Helper")
            screen.save()
            # it has begun: who is added is there
            self.assertEqual([screen.cell(name, "Hours") for name in ("Dai Bont", "Non Rhys")], ["1:30"] * 2)
            screen.press("Close the register")
            screen.press("Close it")
            self.assertEqual(screen.status(), "Closed")
            screen.picture("welsh-register")
            self.assertIn("Paned a sgwrs", " ".join(self.read_statement(screen, "Dai Bont")))
        self.assertEqual(self._balances(self.dai, self.non), [150, 90])

    def _offered_in_line(self, screen, words):
        box = screen.top.locator(".o_selected_row [name=partner_id] input").first
        box.click()
        box.fill(words)
        screen.settle()
        found = screen.page.locator(".o-autocomplete--dropdown-menu li").all_inner_texts()
        box.fill("")
        screen.settle()
        return found


class TestManagerOfBothJourney(CompaniesCase):
    def test_both_companies_ticked(self):
        """Banks and hours of both; what was approved there by mistake is found in the list, and reversed."""
        with self.at_screen(self.manager) as screen:
            screen.open_app()
            screen.open_menu("Configuration", "Time banks")
            self.assertNotIn("Y Bont", " ".join(screen.rows()))
            screen.work_in(self.env.company.name, "Cymru Together")
            screen.open_app()
            screen.open_menu("Configuration", "Time banks")
            banks = " ".join(screen.rows())
            for bank in ("River Street", "Hillside", "Harbour", "Y Bont"):
                self.assertIn(bank, banks)
            screen.picture("manager-of-both")
            screen.open_menu("Today", "All hours")
            screen.search("Dai")
            self.assertEqual(len(screen.rows()), 1)
            screen.open("Dai Bont")
            self.assertEqual(screen.value("Time bank"), "Y Bont")
            screen.press("Reverse")
            screen.fill_reason("Entered twice")
            screen.press("Reverse")
            screen.notification()
            self.assertEqual(screen.status(), "Reversed")
            screen.open_menu("Today", "Hours to approve")
            read = " ".join(screen.rows())
            self.assertIn("José Álvarez", read)
            self.assertIn("Non Rhys", read)
            self.assertIn("Entered twice", " ".join(self.read_statement(screen, "Dai Bont")))
            screen.picture("manager-reversed")
        self.assertEqual(self._balances(self.dai), [0])

    def test_a_bank_is_opened_and_roles_given(self):
        """Two who work here have no role yet: the manager makes one a coordinator, the other finance."""
        nia, rob = (
            new_test_user(self.env, f"tb_{name[:3].lower()}", groups="base.group_user", name=name)
            for name in ("Nia Vaughan", "Rob Hale")
        )
        (nia + rob).odoobot_state = "disabled"
        with self.at_screen(rob) as screen:
            screen.open_app()
            self.assertIn("ask a manager", screen.text())
            self.assertNotIn("Grants and reports", screen.sections())
        with self.at_screen(self.manager) as screen:
            screen.open_app()
            screen.open_menu("Configuration", "Time banks")
            screen.new()
            screen.fill("Time bank", "Newtown")
            screen.save()
            self.assertFalse([one for one in screen.offers("Coordinators", "Nia") if "Nia Vaughan" in one])
            screen.press("See what to set up")
            card = screen.page.locator('[data-section="first_hour"]').filter(has_text="To set up Newtown")
            card.locator('[data-step="coordinators"] a').click()
            screen.settle()
            self.assertEqual((screen.dialog(), screen.value("Time bank")), ("Roles", "Newtown"))
            screen.pick("Person", "Nia", "Nia Vaughan")
            self.assertIn("sees its members", screen.text())
            screen.picture("roles")
            screen.press("Give the role")
            self.assertIn("Nia Vaughan a coordinator of Newtown", screen.notification())
            screen.open_menu("Configuration", "Time banks")
            screen.open("Newtown")
            self._choose_role(screen, "Rob Hale", "Finance")
            self.assertIn(f"every bank of {self.env.company.name}", screen.text())
            screen.press("Give the role")
            self.assertIn("gave Rob Hale the role of finance", screen.notification())
            screen.press("Roles")
            self.assertIn("Rob Hale", screen.text())
            self.assertNotIn(self.manager.name, screen.offers("Person", "Reed"))
            screen.close()
        with self.at_screen(nia) as screen:
            screen.open_app()
            screen.open_menu("Configuration", "Time banks")
            # of the others she reads the names alone
            self.assertIn("To approve", screen.row("Newtown").inner_text())
            self.assertNotIn("To approve", screen.row("Harbour").inner_text())
            screen.open("Newtown")
            self.assertFalse(screen.shows_button("Roles"))
            screen.open_menu("Members", "Members")
            self.assertTrue(screen.is_bare())
        with self.at_screen(rob) as screen:
            screen.open_app()
            self.assertIn("Grants", screen.sections()["Grants and reports"])
        with self.at_screen(self.manager) as screen:
            screen.open_app()
            screen.open_menu("Configuration", "Time banks")
            screen.open("Newtown")
            for name, role in (("Nia Vaughan", "Coordinator of this bank"), ("Rob Hale", "Finance")):
                self._choose_role(screen, name, role)
                screen.press("Take the role")
                self.assertIn(name, screen.notification())
            screen.press("Roles")
            for name in ("Nia Vaughan", "Rob Hale"):
                self.assertNotIn(name, screen.text())
            screen.close()
        with self.at_screen(rob) as screen:
            screen.open_app()
            self.assertNotIn("Grants and reports", screen.sections())

    def _choose_role(self, screen, name, role):
        screen.press("Roles")
        screen.pick("Person", name.split()[0], name)
        screen.choose_radio(role)
