"""What the nightly check finds in registers."""

from ..session_common import SessionCase


class TestLedgerCheck(SessionCase):
    def test_broken_attendance_is_found(self):
        self.activity.attendee_effect = "credit"
        line = self._make_line(self.ann, role="attendee")
        line.action_log()
        self.assertEqual(self.scheme.check_ledger(), [])
        self.env.flush_all()
        self.env.cr.execute("UPDATE timebank_attendance SET effect_minutes = 7 WHERE id = %s", [line.id])
        self.assertEqual([found["model"] for found in self.scheme.check_ledger()], ["timebank.attendance"])

    def test_overfull_session_is_found(self):
        self._make_line(self.ann, role="attendee", present=False)
        self._make_line(self.ben, role="attendee", present=False)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE timebank_session SET capacity = 1, taken_count = 1 WHERE id = %s", [self.session.id]
        )
        self.assertEqual([found["invariant"] for found in self.scheme.check_ledger()], ["capacity"])
