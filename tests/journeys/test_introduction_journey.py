"""A coordinator records who offers and asks, introduces people, rings them, and logs what came of it."""

from .common import JourneyCase


class TestIntroductionJourney(JourneyCase):
    def _newest(self, model):
        return self.env[model].search([], order="id desc", limit=1)

    def test_an_offer_and_a_request_from_members_pages(self):
        """The bank follows from the person, and only what is asked has to be typed."""
        for name, button, title in (
            ("Mary-Jane Fox", "New offer", "Can do or lend"),
            ("Síle O’Neill", "New request", "Would like"),
        ):
            with self.at_screen(self.coordinator) as screen:
                screen.open_app()
                screen.open_menu("Members", "Members")
                screen.open(name)
                screen.press(button)
                self.assertEqual(screen.value("Time bank"), "River Street")
                screen.pick(title, "Plumbing", "Plumbing")
                screen.press("Publish")
                self.assertEqual(screen.status(), "Published")
                screen.picture(button.lower().replace(" ", "-"))
                screen.back(name)
                self.assertIn("Offers" if button == "New offer" else "Requests", screen.text())
        self.assertEqual(self._newest("timebank.offer").partner_id, self.mary.partner_id)
        self.assertEqual(self._newest("timebank.request").partner_id, self.oneill.partner_id)

    def test_an_offer_without_choosing_the_bank(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Offers")
            screen.new()
            screen.pick("Can do or lend", "Plumbing", "Plumbing")
            screen.pick("Person", "Hal", "Hal Hill")
            self.assertEqual(screen.value("Time bank"), "Hillside")
            screen.press("Publish")
            self.assertEqual(screen.status(), "Published")
        self.assertEqual(self._newest("timebank.offer").scheme_id, self.hillside)

    def test_find_offers_and_introduce(self):
        """The row stays where it is; it is said who was introduced, who has a mail and who is to be rung."""
        request = self._make_request(self.oneill, self.baking)
        self._make_offer(self.mary, self.baking)
        self._make_offer(self.li, self.baking)
        with self.at_screen(self.coordinator, start=f"/odoo/timebank.request/{request.id}") as screen:
            screen.press("Find offers")
            rows = screen.rows()
            self.assertEqual(len(rows), 3)
            self.assertIn("of 100", rows[0])
            screen.picture("suggestions")
            reasons = screen.page.locator("td[name=reasons]").first.bounding_box()
            self.assertGreater(reasons["width"], 300)
            second = screen.page.locator(".o_data_row").nth(1)
            who = second.locator("td[name=giver_id]").inner_text().strip()
            screen.press_in_row(who, "Introduce")
            said = screen.notification()
            self.assertIn(f"{who} and Síle O’Neill are introduced.", said)
            self.assertIn(f"{who} got a mail. Ring Síle O’Neill", said)
            self.assertEqual(second.locator("td[name=giver_id]").inner_text().strip(), who)
            self.assertIn("Introduced", screen.row(who).inner_text())
            self.assertEqual(len(screen.rows()), 3)
            screen.picture("suggestions-introduced")

    def test_from_the_desk_to_hours(self):
        """Introduced with one click, rung, agreed and met: the hours know what they count as."""
        pair = self.env["timebank.introduction"].search([("giver_id", "=", self.mary.partner_id.id)])
        pair.category_id = False
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Activities", "Introductions")
            screen.open("Mary-Jane Fox for Síle O’Neill")
            screen.fill("When", "03/16/2026 09:00:00")
            screen.fill("How long", "1")
            screen.press("They agreed")
            self.assertEqual(screen.status(), "Agreed")
            screen.open_menu("Today", "Today")
            screen.press("Broker's desk")
            screen.picture("broker-desk")
            row = "José Álvarez for Harry Fox: Baking"
            matches = screen.page.locator("section[data-section=matches] li")
            place = [item.inner_text() for item in matches.all()].index(
                next(text for text in matches.all_inner_texts() if row in text)
            )
            matches.nth(place).get_by_role("button", name="Introduce").click()
            screen.settle()
            said = screen.notification()
            self.assertIn("José Álvarez and Harry Fox are introduced.", said)
            self.assertIn("Ring Harry Fox", said)
            self.assertIn(row, matches.nth(place).inner_text())
            self.assertEqual(matches.nth(place).get_by_role("button").count(), 0)
            screen.picture("desk-introduced")
            calls = screen.page.locator("section[data-section=calls] li").filter(has_text="José Álvarez")
            self.assertIn("0113 496 0032", calls.first.inner_text())
            calls.first.get_by_role("button", name="Rung").click()
            screen.settle()
            screen.notification()
            screen.open_menu("Activities", "Introductions")
            screen.open("José Álvarez for Harry Fox")
            self.assertIn("0113 496 0032", screen.text())
            self.assertIn("Neighbourly help", screen.value("Counts as"))
            screen.fill("When", "03/17/2026 14:00:00")
            screen.press("They agreed")
            screen.press("They have met")
            said = screen.notification()
            self.assertIn("José Álvarez and Harry Fox have met.", said)
            self.assertIn("hours are handed in: a coordinator is to approve them.", said)
            self.assertEqual(screen.status(), "Met")
            screen.picture("introduction-met")
            screen.press("Time given")
            self.assertIn("Baking", screen.text())
            self._say_what_it_counts_as(screen)
        marys, hours = self.env["timebank.hours"].search([], order="id desc", limit=2)
        self.assertEqual((marys.partner_id, marys.state), (self.mary.partner_id, "submitted"))
        self.assertEqual(marys.category_id, self.env.ref("timebank_coproduction.category_neighbour"))
        self.assertEqual((hours.partner_id, hours.state), (self.jose.partner_id, "submitted"))
        self.assertEqual(hours.category_id, self.env.ref("timebank_coproduction.category_neighbour"))

    def _say_what_it_counts_as(self, screen):
        """On a card, of what nothing says it of: asked before the hours are handed in."""
        screen.open_menu("Activities", "Introductions")
        screen.press_in_row("Mary-Jane Fox", "They have met")
        self.assertEqual(screen.dialog(), "What does it count as?")
        self.assertIn("counts as “None” in reports", screen.text())
        screen.pick("Counts as", "Neighbourly")
        screen.picture("introduction-counts-as")
        screen.press("They have met")
        self.assertIsNone(screen.dialog())
        self.assertIn("Mary-Jane Fox and Síle O’Neill have met.", screen.notification())

    def test_a_contacts_own_form_says_what_is_no_mail_address(self):
        """As soon as it is typed, and no longer than it is so."""
        said = "That is no mail address"
        contact = self.harry.partner_id
        self.coordinator.group_ids |= self.env.ref("base.group_partner_manager")
        with self.at_screen(self.coordinator, start=f"/odoo/contacts/{contact.id}") as screen:
            box = screen.page.locator(".o_form_view [name=email] input").first
            self.assertNotIn(said, screen.text())
            for typed, wrong in (("name at example", True), ("harry@example.org", False)):
                box.fill(typed)
                box.press("Tab")
                screen.settle()
                self.assertEqual(said in screen.text(), wrong, typed)
                screen.picture("contact-mail-address")
            screen.discard()

    def test_a_members_page(self):
        """Hours are recorded and a reward claimed from it; address and telephone stand on it."""
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Members", "Members")
            screen.picture("members")
            screen.open("Harry Fox")
            self.assertIn("4 Mill Lane, Leeds LS1 4AP", screen.text())
            self.assertIn("0113 496 0032", screen.text())
            self.assertIn("Email", screen.text())
            self.assertIn("No mail reaches them", screen.text())
            screen.picture("member-without-mail")
            screen.press("Record hours")
            self.assertEqual(screen.value("Given by"), "Harry Fox")
            screen.fill("Hours", "1:15")
            screen.picture("member-hours")
            screen.press("Hand in")
            screen.press("Approve")
            self.assertIn("approved", screen.notification())
            screen.back("Members")
            screen.open("José Álvarez")
            screen.press("Claim")
            self.assertIn("Can spend", screen.text())
            screen.pick("Reward", "Gardening", "Gardening club")
            screen.press("Claim")
            self.assertEqual(screen.status(), "Approved")
            screen.picture("member-claim")
        hours = self._newest("timebank.hours")
        self.assertEqual((hours.partner_id, hours.minutes), (self.harry.partner_id, 75))

    def test_accounts_say_that_a_pot_is_made(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Members", "Accounts")
            screen.picture("accounts")
            self.assertFalse(screen.shows_button("New"))
            screen.press("New pot")
            screen.fill("e.g. Young people's trip", "Piano for the hall")
            screen.pick("Time bank", "Hillside")
            screen.save()
        pot = self._newest("timebank.account")
        self.assertEqual((pot.name, pot.kind, pot.scheme_id), ("Piano for the hall", "pot", self.hillside))

    def test_an_activity_of_an_idea(self):
        idea = self._make_activity("Chess on Tuesdays", project_id=False)
        with self.at_screen(self.coordinator) as screen:
            screen.go("/odoo/action-timebank_coproduction.timebank_activity_action")
            screen.open("Chess on Tuesdays")
            screen.press("Plan it")
            self.assertEqual(screen.status(), "Planned")
            screen.picture("activity-planned")
        self.assertEqual(idea.state, "planned")
