"""A session that was called off is taken up again: who hears of it, and what nobody is told any more."""

from freezegun import freeze_time

from odoo.exceptions import AccessError

from ..session_common import SessionCase

BEFORE = "2026-03-16 09:00:00"


class TestOnAgain(SessionCase):
    """Ann is signed up, and Ben waits; a mail reaches both."""

    now = BEFORE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session.write({"capacity": 1, "coordinator_id": cls.coordinator.id})
        cls.ann.partner_id.email = "ann@example.org"
        cls.ben.partner_id.email = "ben@example.org"
        cls.lines = cls.session.sign_up(cls.ann.partner_id) | cls.session.sign_up(cls.ben.partner_id)
        cls.env["timebank.session.notice"].search([]).unlink()

    def _send(self):
        before = self.env["mail.mail"].search([])
        with self.enter_registry_test_mode():
            self.env.ref("timebank_coproduction.cron_session_notices").method_direct_trigger()
        return (self.env["mail.mail"].search([]) - before).sorted("id")

    def _run(self, verb):
        return getattr(self.session.with_user(self.coordinator), verb)()

    def test_who_was_told_hears_that_it_is_on_after_all(self):
        self._run("action_cancel")
        self.assertEqual(set(self._send().mapped("subject")), {"Cancelled: Café shift"})
        self._run("action_draft")
        mails = self._send()
        self.assertEqual(mails.mapped("subject"), ["On after all: Café shift"] * 2)
        self.assertEqual(mails.recipient_ids, (self.ann | self.ben).partner_id)
        self.assertIn("It takes place after all", mails[0].body_html)
        self.assertNotIn("/sessions/", mails[0].body_html, "its page comes with its opening")
        self.assertFalse(self._send())
        self.assertEqual(self.lines.mapped("state"), ["signed_up", "waiting"])

    def test_who_was_not_told_yet_is_told_nothing(self):
        self._run("action_cancel")
        self._run("action_draft")
        self.assertFalse(self._send())

    def test_called_off_twice_is_told_once(self):
        """Nobody heard in between that it was on again."""
        self._run("action_cancel")
        self._send()
        self._run("action_draft")
        self._run("action_cancel")
        self.assertFalse(self._send())
        self._run("action_draft")
        self.assertEqual(set(self._send().mapped("subject")), {"On after all: Café shift"})

    def test_who_has_withdrawn_or_wants_no_mails_is_told_nothing(self):
        self._run("action_cancel")
        self._send()
        self.ann.session_mails = False
        self.lines[1].with_user(self.coordinator).action_withdraw()
        self._run("action_draft")
        self.assertFalse(self._send())

    def test_a_session_that_is_over_tells_nobody(self):
        self._run("action_cancel")
        self._send()
        with freeze_time("2026-03-18 12:00:01"):
            self._run("action_draft")
            self.assertFalse(self._send())

    def test_moved_before_it_is_opened_again(self):
        """Who is expected hears of it, although it is a draft."""
        self._run("action_cancel")
        self._send()
        self._run("action_draft")
        self._send()
        self.session.with_user(self.coordinator).location = "Library"
        self.assertEqual(set(self._send().mapped("subject")), {"Moved: Café shift"})

    def test_only_who_runs_the_bank_takes_it_up(self):
        self._run("action_cancel")
        for user in (self.coordinator2, self.staff, self.portal):
            with self.assertRaises(AccessError):
                self._as(user, self.session).action_draft()
