"""People are asked how they are: by mail, answered on a phone without scripts, and on sheets typed in."""

import re
from datetime import timedelta

from ..common import TODAY
from .common import JourneyCase

QUESTIONS = ("satisfied", "worthwhile", "happy", "anxious")
LABELS = (
    "Overall, how satisfied are you with your life nowadays?",
    "Overall, to what extent do you feel that the things you do in your life are worthwhile?",
    "Overall, how happy did you feel yesterday?",
    "Overall, how anxious did you feel yesterday?",
)


class TestWellbeingJourney(JourneyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        people = cls.env["res.partner"].create(
            [
                {"name": "Ada", "email": "ada@example.org"},
                {"name": "Bea", "email": "bea@example.org"},
                {"name": "Cyn", "phone": "0113 496 0043"},
                {"name": "Dee", "phone": "0113 496 0044"},
                {"name": "Eve"},
            ]
        )
        for person in people:
            cls._make_member(person)
        cls.sitting = people
        cls.scale = cls.env["timebank.wellbeing.scale"].create(
            {
                "name": "A licensed scale",
                "licence_reference": "L-1",
                "introduction": "Think of the last two weeks.",
                "wording": "I have felt useful\nI have felt close to others",
                "answer_words": "Never\nSometimes\nAlways",
                "scores": "\n".join(f"{total} {total}.5" for total in range(2, 7)),
            }
        )
        cls.scale.with_user(cls.manager).action_switch_on()
        before = cls.env["timebank.wellbeing.wave"].create(
            {"scheme_id": cls.scheme.id, "date_from": TODAY - timedelta(days=200)}
        )
        cls.env["timebank.wellbeing.response"].with_user(cls.coordinator).create(
            [
                {
                    "wave_id": before.id,
                    "partner_id": person.id,
                    "way": "paper",
                    "age_and_consent": True,
                    "answered_on": before.date_from,
                    **dict.fromkeys(QUESTIONS, 5),
                }
                for person in people
            ]
        )
        before.action_close()
        cls.env.flush_all()

    def _find_link(self, address):
        [mail] = self.env["mail.mail"].search([("email_to", "ilike", address)], limit=1) or self.env[
            "mail.mail"
        ].search([("recipient_ids.email", "=", address)], limit=1)
        return re.search(r"/timebank/wellbeing/[\w-]+", mail.body_html)[0]

    def test_asked_answered_compared(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Well-being")
            screen.picture("wellbeing-list")
            screen.new()
            self.assertEqual(screen.status(), "Being prepared")
            screen.pick("Time bank", "River Street")
            screen.pick("Asks besides", "A licensed scale")
            screen.picture("wellbeing-new")
            screen.press("Ask people")
            self.assertIn("by mail", screen.text())
            screen.press("Ask them")
            self.assertIn("Asked by mail", screen.notification())
            self.assertEqual(screen.status(), "Asking")
            self.assertIn("Nobody has answered yet", screen.text())
            screen.picture("wellbeing-asked")
            self._press_figure(screen, "Asked")
            self.assertIn("To ring", screen.row("Cyn").inner_text())
            screen.picture("wellbeing-people")
            self.assertEqual(screen.too_wide(), [])
            screen.press_in_row("Cyn", "Read out")
            screen.tick("16 or over, and agreed")
            for label, number in zip(LABELS, "7780", strict=True):
                screen.fill(label, number)
            self._check_scale_read_out(screen.text())
            screen.fill("Points of the scale", "13")
            screen.picture("wellbeing-read-out")
            screen.press("Write down")
            self.assertIn("Written down: Cyn", screen.notification())
        links = [self._find_link(f"{name}@example.org") for name in ("ada", "bea")]
        for number, link in enumerate(links):
            with self.at_screen(None, phone=True, scripts=False, start=link) as screen:
                self.assertIn("How are you", screen.heading())
                self._answer_on_the_phone(screen, number)
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Well-being")
            screen.open("Asking")
            # whose sheets are left, by the names on the strips that are torn off
            codes = self._read_sheets(screen.printed("Print sheets"))
            self.assertLessEqual({"Dee", "Eve"}, codes.keys())
            self.assertFalse({"Ada", "Bea", "Cyn"} & codes.keys(), "who has answered gets no sheet")
            screen.press("Type in sheets")
            for code in (codes["Dee"], codes["Eve"]):
                self._type_sheet(screen, code)
            self.assertIn("Sheets so far: 2", screen.text())
            self._type_what_was_answered(screen, codes["Dee"])
            screen.close()
            screen.back()
            screen.open("Asking")
            self.assertIn("5 did so at least twice", screen.text())
            self.assertIn("not why", screen.text())
            screen.picture("wellbeing-results")
            screen.press("Table")
            self.assertIn("95 % interval", screen.text())
            screen.picture("wellbeing-table")
            self._press_figure(screen, "Answered")
            self.assertEqual(len(screen.rows()), 5)
            screen.picture("wellbeing-answers")
            screen.back()
            self._press_figure(screen, "Asked")
            self._take_back(screen, "Ada")

    def _check_scale_read_out(self, text):
        """The wording as the licence gives it, statements in their order, and what each answer counts."""
        said = " ".join(text.split())
        self.assertIn("Think of the last two weeks.", said)
        first, second = map(said.index, ("I have felt useful", "I have felt close to others"))
        self.assertLess(first, second)
        self.assertIn("1 = Never, 2 = Sometimes, 3 = Always", said)

    def _type_what_was_answered(self, screen, again):
        """A sheet that was typed in asks before it goes; what came by a link nobody else changes."""
        screen.fill("Code of the sheet", again)
        self.assertIn("Written down already on", screen.text())
        screen.tick("16 or over, and agreed")
        screen.fill(LABELS[0], "3")
        screen.picture("wellbeing-sheet-again")
        with screen.refused("Tick “What was written down before goes”"):
            screen.press("Next sheet")
        asked = self.env["timebank.wellbeing.invitation"].search([("wave_id.state", "=", "running")])
        linked = asked.filtered(lambda one: one.partner_id.name == "Bea")
        screen.fill("Code of the sheet", linked.sheet_code)
        self.assertIn("Bea has answered by their own link", screen.text())
        self.assertFalse(screen.shows_button("Would rather not answer"))

    def _take_back(self, screen, name):
        screen.search_filter("Not answered yet")  # which is on: now everybody is shown
        self.assertEqual(screen.row(name).locator("button:visible").filter(has_text="Read out").count(), 0)
        screen.open(name)
        screen.press("They take it back")
        self.assertIn("can’t be brought back", screen.text())
        screen.picture("wellbeing-take-back")
        screen.press("Confirm")
        self.assertEqual(screen.status(), "Would rather not")
        self.assertIn("has taken back what they answered", screen.text())
        self.assertFalse(screen.shows_button("They take it back"))

    def _read_sheets(self, text):
        """The code of each sheet, by whom it is for."""
        return {
            re.search(r"For (.+?) [–-] please tear", sheet)[1]: re.search(
                r"Code of this sheet: (\w+)", sheet
            )[1]
            for sheet in text.split("\f")
            if "please tear" in sheet
        }

    def _press_figure(self, screen, name):
        screen.page.locator(".oe_stat_button").filter(has_text=name).first.click()
        screen.settle()

    def _answer_on_the_phone(self, screen, number):
        self.assertEqual(screen.too_wide(), [])
        screen.picture("wellbeing-page")
        screen.mark("16 or over")
        for question, chosen in zip(QUESTIONS, ("7", "8", "9", "2"), strict=True):
            screen.page.locator(f"input[name={question}][value='{chosen}']").check()
        for statement, chosen in enumerate(("2", "3")):
            screen.page.locator(f"input[name=scale-{statement}][value='{chosen}']").check()
        screen.press("Send my answers")
        self.assertIn("There is a problem", screen.reads())
        screen.picture(f"wellbeing-problem-{number}")
        screen.mark("I agree that my answers are kept and counted together with others'")
        screen.press("Send my answers")
        self.assertIn("Thank you. Your answers are kept.", screen.reads())
        screen.picture(f"wellbeing-thanks-{number}")

    def _type_sheet(self, screen, code):
        screen.fill("Code of the sheet", code.lower())
        screen.tick("16 or over, and agreed")
        for label, number in zip(LABELS, ("6", "7", "10", "4"), strict=True):
            screen.fill(label, number)
        screen.picture("wellbeing-sheet")
        self.assertNotIn("I have felt useful", screen.text(), "it stands on the sheet")
        screen.fill("Points of the scale", "4")
        with screen.refused("doesn’t fit"):
            screen.press("Next sheet")
        screen.fill("Points of the scale", "32")
        screen.press("Next sheet")
        self.assertIn("Written down", screen.text())
