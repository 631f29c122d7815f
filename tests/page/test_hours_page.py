from datetime import timedelta

from odoo.exceptions import UserError

from ..common import TODAY
from ..page_common import PageCase


class TestHours(PageCase):
    """What a member gave: seen, corrected and taken back until it is approved."""

    def _path(self, entry=None, tail=""):
        return f"/timebank/{self.ann.id}/hours" + (f"/{entry.id}{tail}" if entry else "")

    def test_a_refused_one_is_corrected(self):
        entry = self._make_hours(self.ann, 60, "submitted", description="Shopping")
        entry.with_user(self.coordinator).action_refuse("It was an hour and a half, wasn't it?")
        self.come(self.portal)
        page = self.follow(self.go("/timebank"), "Look at it")
        self.assertIn("Why: It was an hour and a half, wasn't it?", page.text())
        page = self.go(self._path(entry, "/change"))
        self.assertEqual(page.typed("time"), "1:00")
        wrong = self.press(page, "Hand in", time="long", description="Shopping, and tea")
        self.assertEqual((len(wrong.errors()), entry.state), (1, "refused"))
        self.assertEqual(wrong.typed("description"), "Shopping, and tea")
        page = self.press(page, "Hand in", time="1h30")
        self.assertIn("Handed in. It counts once", page.text())
        self.assertEqual((entry.state, entry.minutes), ("submitted", 90))
        self.assertEqual(entry.description, "Shopping, and tea")
        self.assertFalse(entry.refusal_reason)

    def test_what_cant_be_handed_in_stays_refused(self):
        """All or nothing: a day that is closed leaves the entry as it was."""
        entry = self._make_hours(self.ann, 60, "submitted")
        entry.with_user(self.coordinator).action_refuse("Which day?")
        self.come(self.portal)
        page = self.press(
            self.go(self._path(entry, "/change")), "Hand in", date=str(TODAY + timedelta(days=2))
        )
        self.assertTrue(page.errors())
        self.assertEqual((entry.state, entry.date, entry.refusal_reason), ("refused", TODAY, "Which day?"))

    def test_changed_while_it_waits(self):
        entry = self._make_hours(self.ann, 60, "submitted", category_id=self.category.id)
        self.scheme.category_policy = "unused"
        self.come(self.portal)
        self.press(self.go(self._path(entry, "/change")), "Keep the change", time="45 min")
        self.assertEqual((entry.minutes, entry.state, entry.revision), (45, "submitted", 1))
        self.assertEqual(entry.category_id, self.category)  # its form didn't ask

    def test_taken_back_and_deleted(self):
        entry = self._make_hours(self.ann, 60, "submitted")
        self.come(self.portal)
        page = self.press(self.go(self._path(entry)), "Take it back")
        self.assertIn("Taken back.", page.text())
        self.assertEqual(entry.state, "draft")
        self.assertFalse(entry.activity_ids)
        self.assertIn("Deleted.", self.press(page, "Delete it").text())
        self.assertFalse(entry.exists())

    def test_what_is_approved_stays(self):
        entry = self._make_hours(self.ann, 60, "submitted")
        self.come(self.portal)
        page = self.go(self._path(entry))
        entry.with_user(self.coordinator).action_approve()
        self.assertIn("has been approved", self.press(page, "Take it back").errors()[0])
        self.assertEqual(self.go(self._path(entry, "/change")).status, 404)
        self.assertEqual(entry.state, "approved")

    def test_pages_and_states(self):
        for day in range(25):
            self._make_hours(self.ann, 30, "submitted", date=TODAY - timedelta(days=day))
        self.come(self.portal)
        page = self.go(self._path())
        self.assertIn("Page 1 of 2", page.text())
        self.assertIn("Page 2 of 2", self.follow(page, "Older").text())
        for odd in ("?page=0", "?page=²", "?page=99999999999", "?page=x", "?state=draft", "?state='"):
            self.assertEqual(self.go(self._path() + odd).status, 200, odd)

    def test_nothing_yet(self):
        self.come(self.portal)
        self.assertIn("You have not logged any time yet.", self.go(self._path()).text())

    def test_nobody_elses(self):
        entry = self._make_hours(self.ben, 60, "submitted")
        self.come(self.portal)
        mine = self._make_hours(self.ann, 60, "submitted")
        page = self.go(self._path(mine))
        for tail in ("", "/change", "/file"):
            self.assertEqual(self.go(self._path(entry, tail)).status, 404, tail)
        form, _button = page.form("Take it back")
        for tail in ("/withdraw", "/delete", "/yes", "/no", "/change"):
            form.set("action", self._path(entry, tail))
            self.assertEqual(self.press(page, "Take it back").status, 404, tail)
            self.assertIn(self.go(self._path(mine, tail)).status, (200, 404, 405), tail)
        self.assertEqual((entry.state, mine.state), ("submitted", "submitted"))


class TestReceived(PageCase):
    """Yes or no to time that somebody says they gave: for the coordinator, who decides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_hours(cls.ann, 600, "approved", date=TODAY.replace(day=2))
        cls.entry = cls._make_hours(
            cls.ben, 60, "submitted", receiver_id=cls.ann.partner_id.id, description="Mended a tap"
        )

    def test_yes(self):
        self.come(self.portal)
        page = self.go("/timebank")
        self.assertIn("Ben O. says they gave you 1 hour on Mar 18, 2026. Is that so?", page.text())
        page = self.follow(page, "Answer")
        page = self.press(page, "Yes to 1 hour from Ben O.")
        self.assertIn("Thank you.", page.text())
        self.assertEqual((self.entry.receiver_says, self.entry.state), ("yes", "submitted"))
        self.assertNotIn("Is that so?", self.go("/timebank").text())
        self.entry.with_user(self.coordinator).action_approve()
        self.assertEqual(self.entry.state, "approved")

    def test_no(self):
        """With a reason, which giver and coordinator read; of many it isn't approved along with the rest."""
        other = self._make_hours(self.ben, 30, "submitted")
        self.come(self.portal)
        page = self.go(f"/timebank/{self.ann.id}/hours/{self.entry.id}")
        self.assertEqual(self.press(page, "No, it wasn't so").errors(), ["Say in a few words what is wrong."])
        self.assertFalse(self.entry.receiver_says)
        self.press(page, "No, it wasn't so", reason="He came, but only for ten minutes")
        self.assertEqual(self.entry.receiver_says, "no")
        page = self.press(self.go(page.address), "Yes, I received it")  # a second thought
        self.assertEqual((self.entry.receiver_says, self.entry.receiver_words), ("yes", False))
        self.press(page, "No, it wasn't so", reason="He came, but only for ten minutes")
        self.come(self.portal2)
        shown = self.go(f"/timebank/{self.ben.id}/hours/{self.entry.id}").text()
        self.assertIn("He came, but only for ten minutes", shown)
        (self.entry | other).with_user(self.coordinator).action_approve()
        self.assertEqual((self.entry.state, other.state), ("submitted", "approved"))
        with self.assertRefused("changed after you opened this page"):
            self.entry.with_user(self.coordinator).action_approve(seen={self.entry.id: 0})
        self.entry.with_user(self.coordinator).action_approve()
        self.assertEqual(self.entry.state, "approved")

    def test_changed_since(self):
        """What was said was said of what the entry said."""
        self.entry.with_user(self.portal).action_confirm_received()
        self.entry.with_user(self.portal2).write({"minutes": 120})
        self.assertFalse(self.entry.receiver_says)

    def test_who_may_say_it(self):
        for user in (self.portal2, self.coordinator2, self.staff):
            with self.assertRaises(UserError):
                self.entry.with_user(user).action_confirm_received()
        self.assertFalse(self.entry.receiver_says)
        self.come(self.coordinator)
        page = self.go(f"/timebank/{self.ann.id}/hours/{self.entry.id}")
        self.press(page, "Yes, I received it")
        self.assertEqual(self.entry.receiver_says, "yes")
        self.assertIn("Done by Cora Hart for Ann Lee.", " ".join(self.entry.message_ids.mapped("body")))
