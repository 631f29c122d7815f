"""What members say: a meeting agrees on a self-audit, and a story is told on a phone and taken back."""

from .common import JourneyCase

LEVELS = {
    "Assets": "3 – In most of what we do",
    "Capacity": "2 – In some of what we do",
    "Give and take": "3 – In most of what we do",
    "Networks": "2 – In some of what we do",
    "Shared roles": "1 – Now and then, by chance",
    "Catalysts": "2 – In some of what we do",
    "Culture": "3 – In most of what we do",
    "Structure": "1 – Now and then, by chance",
    "Practice": "2 – In some of what we do",
    "Review": "0 – Not yet",
}


class TestVoicesJourney(JourneyCase):
    def _score(self, screen, **levels):
        for label, level in levels.items():
            screen.choose(label, level)
        screen.press("Save")

    def _stands_out(self, screen):
        """The button that is said to be next."""
        return screen.page.locator(".o_statusbar_buttons .btn-primary:visible").inner_text().strip()

    def test_a_meeting_agrees(self):
        before = self.env["timebank.self.audit"].create(
            {"scheme_id": self.scheme.id, "met_on": "2025-03-18", "present_others": "Everybody"}
        )
        before.line_ids.agreed_level = "1"
        before.action_agree()
        self.env.flush_all()
        with self.at_screen(
            self.portal, phone=True, start=f"/timebank/{self.ann.id}/me", scripts=False
        ) as page:
            page.follow("How we work together")
            self.assertIn("Nobody is asked", page.reads())
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Self-audit")
            screen.new()
            self.assertIn("Shared roles", screen.text(), "the elements are there before it is saved")
            screen.pick("Time bank", "River Street")
            screen.save()
            self.assertEqual(self._stands_out(screen), "My own scores", "nobody has scored yet")
            screen.press("Type in somebody's scores")
            screen.pick("Who", "Ann Lee")
            self._score(screen, Assets=LEVELS["Structure"])
            screen.press("My own scores")
            screen.picture("self-audit-my-scores")
            self._score(screen, Assets=LEVELS["Assets"], Review=LEVELS["Review"])
            for element, level in LEVELS.items():
                screen.choose_row(element, "Agreed score", level)
            screen.fill_row("Review", "Evidence", "Nobody has asked yet")
            screen.picture("self-audit-lines")
            screen.save()
            self.assertEqual(self._stands_out(screen), "The meeting agreed")
            with screen.refused("Say who was there"):
                screen.press("The meeting agreed")
            screen.fill("And also", "Two trustees")
            with screen.refused("differently", "Assets"):
                screen.press("The meeting agreed")
            self.assertEqual(screen.cell("Review", "Evidence"), "Nobody has asked yet")
            self.assertIn("Do we look together", screen.cell("Review", "What it asks"))
            screen.open_line("Assets")
            screen.fill("Where staff and members differ", "Members were never asked")
            screen.fill("What we do", "Ask everybody who joins")
            screen.pick("Who", "Cora Hart")
            screen.fill_day("By when", "04/30/2026")
            screen.picture("self-audit-element")
            screen.back()
            screen.press("The meeting agreed")
            self.assertEqual(screen.status(), "Agreed")
            self.assertEqual(screen.cell("Assets", "Last time"), "1")
            self.assertEqual(screen.cell("Assets", "What became of it"), "To do")
            screen.picture("self-audit-agreed")
            screen.tab("Picture")
            self.assertIn("Shared roles", screen.text())
            screen.picture("self-audit-picture")
            text = screen.printed("Print")
            self.assertIn("Ask everybody who joins", text)
            self.assertNotIn("Ann Lee", text)
            screen.open_menu("Grants and reports", "Self-audit")
            self.assertIn("Agreed", screen.rows()[0])
            self.assertEqual(screen.cell("Mar 18, 2025", "Change"), "", "the first has nothing to compare")
            screen.picture("self-audit-list")
            screen.open_menu("Grants and reports", "Evidence and reports")
            section = screen.page.locator("#timebank_evidence_self_audit")
            section.scroll_into_view_if_needed()
            screen.picture("self-audit-evidence")

    def test_told_on_a_phone_and_taken_back(self):
        at = {"phone": True, "start": f"/timebank/{self.ann.id}", "scripts": False}
        with self.at_screen(self.portal, **at) as screen:
            screen.follow("About me")
            screen.follow("My stories")
            screen.follow("Tell a story")
            screen.fill("What is it about?", "The first soup")
            screen.fill("Your story", "I had nobody to cook for. Now there are twelve of us.")
            screen.picture("story-write")
            screen.press("Keep it, and say who may be told")
            screen.mark("Reports and applications to funders")
            screen.picture("story-uses")
            screen.press("That is what I agree to")
            self.assertIn("You can take your story back at any time.", screen.reads())
            screen.picture("story-told")
        stories = self.env["timebank.story"]
        self.assertEqual(stories._get_tellable("funder").name, "The first soup")
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Stories")
            self.assertIn("May be told", screen.rows()[0])
            screen.picture("story-cards")
            screen.open("The first soup")
            screen.tab("Consent")
            self.assertIn("On their own pages", screen.text())
            screen.picture("story-form")
        with self.at_screen(self.portal, **at) as screen:
            screen.follow("About me")
            screen.follow("My stories")
            screen.follow("The first soup")
            screen.unfold("Take it back")
            self.assertIn("nobody is told it any more", screen.reads())
            screen.picture("story-take-back")
            screen.press("Take my story back")
            self.assertIn("it isn’t told any more", screen.reads())
        self.assertFalse(stories._get_tellable("funder"))
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Stories")
            self.assertIn("Withdrawn", screen.rows()[0])
