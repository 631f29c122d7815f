"""The register: ticked off and timed, many in one save."""

from odoo.exceptions import UserError

from ..session_common import NOW, SessionCase


class TestRegister(SessionCase):
    def test_ticking_off_gives_the_length_of_the_session(self):
        line = self._make_line(self.ben, present=False)
        line.with_user(self.coordinator).present = True
        self.assertRecordValues(line, [{"state": "attended", "minutes": 120}])

    def test_minutes_are_typed_in_hours(self):
        line = self._make_line(self.ben, present=False)
        line.write({"present": True, "hours": 1.25})
        self.assertEqual(line.minutes, 75)

    def test_unticking(self):
        line = self._make_line(self.ben)
        line.present = False
        self.assertRecordValues(line, [{"state": "signed_up", "minutes": 0}])

    def test_nobody_is_there_for_longer_than_the_session(self):
        with self.assertRaisesRegex(UserError, "longer than the session, 2:00"):
            self._make_line(self.ben, minutes=121)

    def test_session_cannot_be_cut_below_the_register(self):
        self._make_line(self.ben)
        with self.assertRaisesRegex(UserError, "longer than the session"):
            self.session.stop = "2026-03-18 11:00:00"

    def test_hundred_people_in_one_save(self):
        members = [self._make_member(f"Person {number}") for number in range(100)]
        self.session.with_user(self.coordinator).write(
            {
                "attendance_ids": [
                    (
                        0,
                        0,
                        {"partner_id": member.partner_id.id, "role": "helper", "present": True, "hours": 1},
                    )
                    for member in members
                ]
            }
        )
        self.env.flush_all()
        self.env.invalidate_all()
        lines = self.session.attendance_ids
        before = self.env.cr.sql_log_count
        self.session.with_user(self.coordinator).write(
            {"attendance_ids": [(1, line.id, {"hours": 1.5 + line.id % 3 / 10}) for line in lines]}
        )
        self.env.flush_all()
        self.assertLess(self.env.cr.sql_log_count - before, 40)
        self.assertEqual(self.session.helper_count, 100)

    def test_person_stays(self):
        line = self._make_line(self.ben)
        with self.assertRaisesRegex(UserError, "add another line"):
            line.partner_id = self.ann.partner_id

    def test_protected_fields(self):
        line = self._make_line(self.ben)
        for vals in ({"settled_on": NOW}, {"effect": "credit"}, {"offered_until": NOW}, {"problem": False}):
            with self.assertRaises(UserError):
                line.write(vals)
        for state in ("waiting", "withdrawn"):
            with self.assertRaises(UserError):
                line.state = state
