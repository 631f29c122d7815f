"""A coordinator looks at contacts who may be the same person, and at what speaks for it."""

from .common import JourneyCase


class TestDoubleJourney(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.coordinator.group_ids |= cls.env.ref("base.group_partner_manager")
        partners = cls.env["res.partner"]
        cls.twin = partners.create({"name": "Alvarez, Jose", "zip": "LS6 2AB", "phone": "0113 496 0065"})
        cls.other = partners.create({"name": "Dr John Smith", "zip": "LS21AA"})
        cls.wife = partners.create({"name": "Rosa Álvarez", "zip": "LS6 2AB", "email": "jose@example.org"})
        cls.env.flush_all()

    def test_the_list(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Members", "Perhaps the same person")
            screen.picture("doubles")
            self.assertEqual(len(screen.rows()), 2)
            self.assertEqual(screen.cell("José", "Because of"), "the same name, the same postcode")
            screen.press_in_row("John Smith", "Not the same person")
            self.assertEqual(len(screen.rows()), 1)
            screen.press("Look again")
            screen.picture("doubles-again")
            self.assertEqual(len(screen.rows()), 1)
            screen.press_in_row("José", "Merge")
            self.assertEqual(screen.dialog(), "Merge")
            self.assertIn("Alvarez, Jose", screen.text())
            self.assertIn("José Álvarez", screen.text())
            screen.picture("doubles-merge")
            screen.close()
        row = self.env["timebank.double"].search([("is_different", "=", True)])
        self.assertEqual(
            (row.said_by_id, row.partner_id | row.other_id),
            (self.coordinator, self.smith.partner_id | self.other),
        )

    def test_on_the_phone(self):
        with self.at_screen(self.coordinator, phone=True) as screen:
            screen.open_app()
            screen.open_menu("Members", "Perhaps the same person")
            screen.picture("doubles-phone")
            self.assertIn("the same name, the same postcode", screen.text())

    def test_a_contact_and_a_member_are_asked_about(self):
        with self.at_screen(self.coordinator, start="/odoo/contacts") as screen:
            screen.press("New")
            screen.choose_radio("Person")
            screen.fill("name", "Jose Alvarez")
            self.assertIn("Perhaps among the contacts already", screen.text())
            screen.picture("double-contact")
            screen.fill("name", "Nia Bowen")
            self.assertNotIn("Perhaps among the contacts already", screen.text())
            screen.fill("name", "Alvarez Jose")
            screen.save()
            self.assertNotIn("Perhaps among the contacts already", screen.text())
            screen.tab("Time bank")
            screen.press("Add to a time bank")
            screen.pick("Time bank", "River Street")
            screen.picture("double-join")
            with screen.refused("may be José Álvarez"):
                screen.press("Add")
            screen.tick("They aren't: add them")
            screen.press("Add")
            self.assertIsNone(screen.dialog())
            self.assertEqual(screen.status(), "Active")

    def _merge(self, screen):
        """From the list: the dialog says what will be, and then the row has gone."""
        screen.open_app()
        screen.open_menu("Members", "Perhaps the same person")
        screen.press_in_row("José", "Merge")
        screen.press("Merge Contacts")

    def test_merged_and_undone(self):
        twin = self._make_member(self.twin, scheme=self.jose.scheme_id)
        self.twin.email = self.jose.email
        self._make_hours(twin, 45, "approved", description="Mended a gate")
        balances = self._balances(self.jose, twin)
        number = twin.id
        with self.at_screen(self.coordinator) as screen:
            self._merge(screen)
            screen.picture("merged")
            self.assertIn("Merged:", screen.notification())
            self.assertIsNone(screen.dialog())
            self.assertNotIn("José", screen.text())
            screen.press("Merged contacts")
            screen.picture("merged-list")
            (row,) = screen.rows()
            self.assertIn("José", row)
            screen.open_menu("Members", "Members")
            self.assertIn("Alvarez, Jose", screen.text())
            self.assertNotIn("José Álvarez", screen.text())
            screen.open("Alvarez, Jose")
            screen.picture("merged-member")
            self.assertIn("Merged with: José Álvarez", screen.text())
        self.env.invalidate_all()
        self.assertEqual(self.twin.timebank_balance_minutes, sum(balances))
        with self.at_screen(self.coordinator, phone=True) as screen:
            screen.open_app()
            screen.open_menu("Members", "Perhaps the same person")
            screen.press("Merged contacts")
            screen.picture("merged-phone")
            self.assertIn("Alvarez, Jose", screen.text())
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Members", "Perhaps the same person")
            screen.press("Merged contacts")
            screen.press_in_row("Alvarez", "Undo")
            screen.press("Ok")
            screen.picture("merged-undone")
            self.assertEqual(screen.cell("Alvarez", "Status"), "Undone")
        self.env.invalidate_all()
        twin = self.env["timebank.member"].browse(number)
        self.assertEqual(self._balances(self.jose, twin), balances)
        self.assertEqual(self.jose.scheme_id.check_ledger(), [])
