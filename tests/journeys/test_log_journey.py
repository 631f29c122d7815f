from ..common import TODAY
from .common import JourneyCase


class TestLogJourney(JourneyCase):
    """A neighbour's hour, logged on a phone without scripts, sent back, and put right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_hours(
            cls.ann, 30, "submitted", receiver_id=cls.ben.partner_id.id, date=TODAY.replace(day=3)
        )
        cls._make_hours(
            cls.ben, 45, "submitted", receiver_id=cls.ann.partner_id.id, description="Mended a tap"
        )

    def test_log_and_correct(self):
        with self.at_screen(self.portal, phone=True, start="/timebank", scripts=False) as phone:
            self.assertEqual(phone.heading(), "Hello Ann")
            self.assertIn("Ben O. says they gave you 45 minutes", phone.reads())
            phone.picture("member-home")
            phone.follow("Log time")
            phone.picture("member-log-whom")
            phone.follow("Ben O.")
            phone.picture("member-log-time")
            phone.press("Continue")
            self.assertIn("Choose how long it took", phone.reads())
            phone.complaints.clear()  # of the answer that nothing was chosen
            phone.picture("member-log-time-wrong")
            phone.mark("1 hour 30 minutes")
            phone.press("Continue")
            phone.fill("What you did", "Shopping and a chat")
            phone.picture("member-log-what")
            phone.press("Hand in")
            self.assertIn("It is handed in", phone.reads())
            self.assertIn("1 hour 30 minutes, Mar 18, 2026", phone.reads())
            phone.picture("member-hours")
            phone.press("Yes to 45 minutes from Ben O.")
            self.assertIn("Received", phone.reads())
            phone.picture("member-entry-received")
        entry = self.env["timebank.hours"].search(
            [("partner_id", "=", self.ann.partner_id.id), ("minutes", "=", 90)]
        )
        entry.with_user(self.coordinator).action_refuse("It was only an hour, says Ben")
        with self.at_screen(self.portal, phone=True, start="/timebank", scripts=False) as phone:
            phone.follow("Look at it")
            self.assertIn("Why: It was only an hour, says Ben", phone.reads())
            phone.picture("member-hours-refused")
            phone.follow("Correct it (1 hour 30 minutes, Mar 18, 2026)")
            phone.picture("member-entry-change")
            phone.fill("How long it took", "1 h")
            phone.press("Hand in")
            self.assertIn("Handed in. It counts once a coordinator has approved it.", phone.reads())
            self.assertIn("Waiting", phone.reads())
            phone.picture("member-entry")
            phone.follow("Time I have logged")
            self.assertIn("1 hour, Mar 18, 2026 Waiting", phone.reads())
        self.assertEqual((entry.state, entry.minutes), ("submitted", 60))
