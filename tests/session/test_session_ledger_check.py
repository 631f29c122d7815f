"""What the nightly check finds in registers."""

import psycopg2

from odoo.tools import mute_logger

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

    @mute_logger("odoo.sql_db")
    def test_places_hold_in_sql(self):
        """PostgreSQL compares with the register itself, at the end of the transaction."""
        self.session.capacity = 1
        self._make_line(self.ann, role="attendee", present=False)
        helper = self._make_line(self.ben, role="helper", present=False)
        self.env.cr.flush()
        for query, params in (
            ("UPDATE timebank_attendance SET role = 'attendee' WHERE id = %s", [helper.id]),
            (
                """INSERT INTO timebank_attendance (session_id, partner_id, role, state, minutes)
                   VALUES (%s, %s, 'attendee', 'signed_up', 0)""",
                [self.session.id, self.cat.partner_id.id],
            ),
        ):
            with self.subTest(query=query), self.assertRaises(psycopg2.IntegrityError):
                with self.env.cr.savepoint(flush=False):
                    self.env.cr.execute(query, params)
                    self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
            self.env.cr.execute("SET CONSTRAINTS ALL DEFERRED")

    def test_a_place_changes_hands_in_one_save(self):
        self.session.capacity = 1
        one = self._make_line(self.ann, role="attendee", present=False)
        self.session.write(
            {
                "attendance_ids": [
                    (1, one.id, {"role": "helper"}),
                    (0, 0, {"partner_id": self.ben.partner_id.id, "role": "attendee", "state": "signed_up"}),
                ]
            }
        )
        self.env.cr.flush()
        self.assertEqual(self.session.taken_count, 1)
