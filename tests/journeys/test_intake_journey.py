"""A coordinator takes people in: somebody new, somebody known, and somebody who may be."""

from .common import JourneyCase


class TestIntakeJourney(JourneyCase):
    def _begin(self, screen, name, **details):
        """From the desk to the last step, for somebody who can bake."""
        screen.open_app()
        screen.press("New member")
        self.assertEqual(screen.offers("Time bank")[:-1], ["Hillside", "River Street"], "and Search more…")
        screen.pick("Time bank", "River Street")
        screen.pick("Can do or lend", "Baking")
        for _step in range(4):
            screen.press("Next")
        screen.fill("Full name", name)
        for label, value in details.items():
            screen.fill(label.capitalize(), value)

    def _named(self, name):
        here = [("scheme_id", "=", self.scheme.id)]
        return self.env["timebank.member"].search([*here, ("name", "ilike", name)])

    def test_somebody_new(self):
        with self.at_screen(self.coordinator) as screen:
            self._begin(screen, "Nia Bowen", phone="0113 496 0077", postcode="LS7 3AA")
            screen.picture("intake")
            screen.press("Welcome them")
            self.assertIsNone(screen.dialog())
            screen.open_menu("Members", "Members")
            self.assertTrue(screen.row("Nia Bowen").is_visible())
        self.assertEqual((self._named("Nia Bowen").state, len(self._named("Nia Bowen"))), ("active", 1))
        self.assertEqual(self._named("Nia Bowen").offer_ids.skill_id, self.baking)

    def test_likely_double_is_asked_about(self):
        with self.at_screen(self.coordinator) as screen:
            self._begin(screen, "jose alvarez", postcode="ls62ab")
            screen.press("Welcome them")
            self.assertEqual(screen.dialog(), "Welcome a member")
            self.assertIn("Is it one of these?", screen.text())
            screen.picture("intake-double")
            with screen.refused("Choose who it is"):
                screen.press("Welcome them")
            screen.choose_radio("José Álvarez")
            screen.press("Welcome them")
            self.assertIsNone(screen.dialog())
        self.assertEqual(self._named("José Álvarez"), self.jose)
        self.assertIn(self.baking, self.jose.offer_ids.skill_id)

    def test_known_contact(self):
        """Who has been a contact of the charity's for long, and no member anywhere, is not made twice."""
        known = self.env["res.partner"].create(
            {"name": "Padma Rao", "zip": "LS4 2BB", "phone": "0113 496 0091"}
        )
        with self.at_screen(self.coordinator) as screen:
            self._begin(screen, "Padma  RAO", postcode="LS4 2BB")
            screen.press("Welcome them")
            self.assertIn("Is it one of these?", screen.text())
            screen.picture("intake-known-contact")
            screen.choose_radio("Padma Rao")
            screen.press("Welcome them")
            self.assertIsNone(screen.dialog())
            screen.open_menu("Members", "Members")
            self.assertTrue(screen.row("Padma Rao").is_visible())
        self.assertEqual(self._named("Padma").partner_id, known)
        self.assertEqual(self.env["res.partner"].search_count([("name", "ilike", "padma")]), 1)

    def test_another_john_smith(self):
        """Of two with that name, one is told apart by the postcode; the new one is a third."""
        with self.at_screen(self.coordinator) as screen:
            self._begin(screen, "John Smith", postcode="LS2 1AA")
            screen.press("Welcome them")
            self.assertNotIn("LS8 5HT", screen.text())
            screen.tick("None of them: somebody new")
            screen.press("Welcome them")
            self.assertIsNone(screen.dialog())
        self.assertEqual(len(self._named("John Smith")), 3)

    def test_from_the_list_of_members_name_and_telephone_first(self):
        """What they can do is asked for, may come later, and the steps can be clicked."""
        for phone in (False, True):
            name = "Ravi Patel" if phone else "Rosa Diaz"
            with self.at_screen(self.coordinator, phone=phone, start="/odoo/timebank-members") as screen:
                screen.press("New")
                screen.pick("Time bank", "Hillside")
                screen.fill("Full name", name)
                screen.fill("Phone", "0113 496 0088")
                screen.fill("Email", "new@example.org")
                screen.fill("Postcode", "LS3 1AB")
                screen.picture(f"member-new-{'phone' if phone else 'desktop'}")
                with screen.refused("at least one thing"):
                    screen.press("Welcome them")
                screen.tick("They will say later what they can do")
                if not phone:
                    self._look_at_each_step(screen)
                screen.press("Welcome them")
                self.assertIsNone(screen.dialog())
                self.assertIn(name, screen.text())
                self.assertIn("0113 496 0088", screen.text())
            member = self.env["timebank.member"].search([("name", "=", name)])
            self.assertEqual((member.scheme_id, member.state), (self.hillside, "active"))
            self.assertEqual((member.email, member.partner_id.zip), ("new@example.org", "LS3 1AB"))

    def _look_at_each_step(self, screen):
        """Nothing of a step is below the fold: no box is found by scrolling alone."""
        steps = screen.top.locator(".o_statusbar_status button:visible").all_inner_texts()
        self.assertEqual(len(steps), 5)
        for step in sorted(steps, key="Who they are".__eq__):  # and back to where one was
            with self.subTest(step):
                screen.step(step)
                screen.picture(f"intake-{step}")
                body = screen.top.locator(".modal-body")
                self.assertTrue(body.evaluate("one => one.scrollHeight <= one.clientHeight + 1"))
                bottom = body.evaluate("one => one.getBoundingClientRect().bottom")
                self.assertLessEqual(bottom, screen.page.viewport_size["height"])

    def test_the_desks_bank_is_taken_over(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Broker's desk")
            screen.page.get_by_label("Time bank").select_option(label="Hillside")
            screen.settle()
            screen.press("New member")
            self.assertEqual(screen.value("Time bank"), "Hillside")
