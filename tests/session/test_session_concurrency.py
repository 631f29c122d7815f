"""The last place and the closing of a register, by several people at the same moment."""

from datetime import datetime

from odoo import api

from ..concurrency_common import WRITTEN, ConcurrencyCase

#: Tables of sessions, each before those it refers to.
OF_SESSIONS = (
    "timebank_session_notice",
    "timebank_attendance",
    "timebank_session",
    "timebank_activity",
)


class TestSessionsAtOnce(ConcurrencyCase):
    written = OF_SESSIONS

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls._connection() as env:
            env["timebank.scheme"].browse(cls.scheme_id).approve_at_closing = True

    @classmethod
    def _clean_up(cls):
        """Registers refer to hours and transfers to registers: take both ways apart first."""
        with cls._connection() as env:
            cls._clean_beside(env, "timebank.session", "timebank.activity")
            with cls._without_triggers(env, WRITTEN):
                env.cr.execute(
                    "UPDATE timebank_attendance SET hours_id = NULL WHERE scheme_id = %s", [cls.scheme_id]
                )
                env.cr.execute("DELETE FROM timebank_transfer WHERE scheme_id = %s", [cls.scheme_id])
                env.cr.execute("DELETE FROM timebank_hours WHERE scheme_id = %s", [cls.scheme_id])
            cls._delete_written(env, OF_SESSIONS)
        super()._clean_up()

    def _make_session(self, env, **vals):
        activity = env["timebank.activity"].create(
            {
                "name": "Street party",
                "scheme_id": self.scheme_id,
                "attendee_effect": "credit",
                "state": "running",
            }
        )
        session = env["timebank.session"].create(
            {
                "activity_id": activity.id,
                "start": datetime(2026, 3, 18, 10),
                "stop": datetime(2026, 3, 18, 12),
                "tz": "UTC",
                **vals,
            }
        )
        session.action_open()
        return session

    def test_places_are_never_oversold(self):
        with self._connection() as env:
            session_id = self._make_session(env, capacity=3).id

        def sign_up(env, member_id):
            partner = env["timebank.member"].browse(member_id).partner_id
            return env["timebank.session"].browse(session_id).sign_up(partner).state

        results = self._at_once(
            *((api.SUPERUSER_ID, lambda env, one=one: sign_up(env, one)) for one in self.member_ids)
        )
        self.assertEqual(sorted(results), ["signed_up"] * 3 + ["waiting"] * (len(self.member_ids) - 3))
        with self._connection() as env:
            session = env["timebank.session"].browse(session_id)
            self.assertEqual((session.taken_count, session.waiting_count), (3, len(self.member_ids) - 3))
            self._check_books(env)

    def test_pairs_get_both_places_or_none(self):
        with self._connection() as env:
            session_id = self._make_session(env, capacity=3, companions_allowed=1).id

        def sign_up(env, member_id):
            partner = env["timebank.member"].browse(member_id).partner_id
            return env["timebank.session"].browse(session_id).sign_up(partner, companions=1).state

        results = self._at_once(
            *((api.SUPERUSER_ID, lambda env, one=one: sign_up(env, one)) for one in self.member_ids)
        )
        self.assertEqual(sorted(results), ["signed_up"] + ["waiting"] * (len(self.member_ids) - 1))
        with self._connection() as env:
            session = env["timebank.session"].browse(session_id)
            self.assertEqual((session.taken_count, session.places_left), (2, 1))

    def test_nobody_is_in_two_places_at_once(self):
        """Two sessions at one time, one person, both sign-ups at the same moment: one holds."""
        with self._connection() as env:
            sessions = [self._make_session(env).id for _number in range(2)]
            partner_id = env["timebank.member"].browse(self.member_ids[0]).partner_id.id

        def sign_up(env, session_id):
            return env["timebank.session"].browse(session_id).sign_up(partner_id).state

        def tick_off(env, session_id):
            vals = {"session_id": session_id, "partner_id": partner_id, "role": "helper"}
            return env["timebank.attendance"].create(vals).state

        for way in (sign_up, tick_off):
            results = self._at_once(
                *((api.SUPERUSER_ID, lambda env, way=way, one=one: way(env, one)) for one in sessions)
            )
            self.assertEqual(len(self._refused(results)), 1, results)
            self.assertIn("at that time", self._refused(results)[0])
            with self._connection() as env:
                lines = env["timebank.attendance"].search([("partner_id", "=", partner_id)])
                self.assertEqual(lines.mapped("state"), ["signed_up"])
                lines.unlink()

    def test_register_closed_twice_at_once_counts_once(self):
        with self._connection() as env:
            session = self._make_session(env, start=datetime(2026, 3, 17, 10), stop=datetime(2026, 3, 17, 12))
            session_id = session.id
            env["timebank.attendance"].create(
                [
                    {
                        "session_id": session_id,
                        "partner_id": member.partner_id.id,
                        "role": "helper" if number % 2 else "attendee",
                        "present": True,
                    }
                    for number, member in enumerate(env["timebank.member"].browse(self.member_ids))
                ]
            )

        def close(env):
            return env["timebank.session"].browse(session_id).action_close()

        results = self._at_once(*((user_id, close) for user_id in self.coordinator_ids))
        self.assertEqual(results, [True, True])
        with self._connection() as env:
            members = env["timebank.member"].browse(self.member_ids)
            self.assertEqual(set(members.mapped("account_id.balance_minutes")), {120})
            self._check_books(env)
