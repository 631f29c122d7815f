"""Calls about places and sessions, to whom no mail reaches: for as long as there is something to tell."""

from datetime import timedelta

from freezegun import freeze_time

from ..session_common import SessionCase

BEFORE = "2026-03-16 09:00:00"


class TestSessionCalls(SessionCase):
    """Ann has the only place, Ben and Dan wait for it; nobody has a mail address."""

    now = BEFORE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session.capacity = 1
        cls.dan = cls._make_member("Dan")
        (cls.ann | cls.ben).partner_id.email = False
        cls.first, cls.second, cls.third = (
            cls.session.sign_up(member.partner_id) for member in (cls.ann, cls.ben, cls.dan)
        )

    def _calls(self, kind="mail.mail_activity_data_call"):
        return self.session.activity_ids.filtered(lambda one: one.activity_type_id == self.env.ref(kind))

    def _whom(self):
        """Who is to be rung, by their calls."""
        names = {
            name for name in ("Ann Lee", "Ben Okoro", "Dan") if name in " ".join(self._calls().mapped("note"))
        }
        self.assertEqual(len(names), len(self._calls()))
        return names

    def test_a_place_that_is_taken(self):
        self.session.with_user(self.portal).withdraw(self.ann.partner_id)
        self.assertEqual(self._whom(), {"Ben Okoro"})
        self.second.with_user(self.coordinator).action_claim()
        self.assertFalse(self._calls())

    def test_a_place_that_is_given_up(self):
        self.session.with_user(self.portal).withdraw(self.ann.partner_id)
        self.session.with_user(self.coordinator).withdraw(self.ben.partner_id)
        self.assertEqual(self._whom(), {"Dan"})

    def test_a_place_that_lapsed_since_nobody_rang(self):
        self.session.with_user(self.portal).withdraw(self.ann.partner_id)
        with freeze_time("2026-03-17 09:00:01"):
            self.env["timebank.session"]._cron_move_waiting_lists()
        self.assertEqual(self._whom(), {"Dan"})
        todo = self._calls("mail.mail_activity_data_todo")
        self.assertEqual(todo.user_id, self.coordinator)
        self.assertIn("nobody rang", todo.summary)
        self.assertIn("Ben Okoro", todo.note)
        self.session.with_user(self.coordinator).sign_up(self.ben.partner_id)
        self.assertFalse(self._calls("mail.mail_activity_data_todo"))

    def test_a_place_that_lapsed_although_they_were_rung(self):
        self.session.with_user(self.portal).withdraw(self.ann.partner_id)
        self._calls().with_user(self.coordinator).action_done()
        with freeze_time("2026-03-17 09:00:01"):
            self.env["timebank.session"]._cron_move_waiting_lists()
        self.assertFalse(self._calls("mail.mail_activity_data_todo"))

    def test_moved_twice_is_one_call(self):
        for place in ("Library", "Church hall"):
            self.session.with_user(self.coordinator).location = place
        self.assertEqual(self._whom(), {"Ann Lee", "Ben Okoro", "Dan"})
        self.session.with_user(self.portal).withdraw(self.ann.partner_id)
        # Ben is to hear of his place as well as of the move, Ann of nothing
        self.assertEqual(len(self._calls()), 3)
        self.assertNotIn("Ann Lee", " ".join(self._calls().mapped("note")))

    def test_called_off(self):
        self.session.with_user(self.coordinator).location = "Library"
        self.session.with_user(self.coordinator).action_cancel()
        self.assertEqual(self._whom(), {"Ann Lee", "Ben Okoro", "Dan"})
        (summary,) = set(self._calls().mapped("summary"))
        self.assertIn("what doesn't take place", summary)
        self.session.with_user(self.coordinator).action_draft()
        self.assertFalse(self._calls())

    def test_taken_up_again(self):
        """Who was rung is rung again; who wasn't yet, and who has withdrawn since, isn't."""
        session = self.session.with_user(self.coordinator)
        session.action_cancel()
        for call in self._calls():
            if "Dan" not in call.note:
                call.with_user(self.coordinator).action_done()
        self.second.with_user(self.coordinator).action_withdraw()
        told = session.with_context(timebank_told=True).action_draft()
        self.assertIn("taken up again", str(told))
        self.assertEqual(self._whom(), {"Ann Lee"})
        self.assertIn("what takes place after all", self._calls().summary)

    def test_over(self):
        """Whether it was called off, or its register is still open; what was done stays."""
        self.session.with_user(self.coordinator).location = "Library"
        rung = self._calls()[0]
        rung.with_user(self.coordinator).action_done()
        with freeze_time(self.session.stop + timedelta(minutes=1)):
            self.env["timebank.session"]._cron_move_waiting_lists()
        self.assertFalse(self._calls())
        self.assertTrue(rung.exists())

    def test_closed_with_the_register(self):
        self.session.with_user(self.coordinator).location = "Library"
        with freeze_time(self.session.stop + timedelta(minutes=1)):
            self.session.with_user(self.coordinator).action_close()
        self.assertFalse(self._calls())
