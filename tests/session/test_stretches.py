"""Coming and going: a line of the register has as many stretches as it takes."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError

from ..kiosk_common import KioskCase


class TestStretches(KioskCase):
    def _at(self, time, way, member=None):
        with freeze_time(f"2026-03-18 {time}"):
            session = self.session.with_user(self.coordinator)
            move = session.check_in if way == "in" else session.check_out
            return move((member or self.ben).partner_id).with_env(self.env)

    def _read_card(self, time):
        """The card held up at the kiosk: the page asks who it is, and moves them the other way."""
        with freeze_time(f"2026-03-18 {time}"):
            kiosk = self.session.sudo()
            (row,) = kiosk._kiosk_find(self.ben.card_code)
            return kiosk._kiosk_move(row["key"], "out" if row["inside"] else "in")["inside"]

    def _get_line(self):
        return self.session.attendance_ids

    def test_two_stretches_are_added_up_and_shown(self):
        self.session.stop = "2026-03-18 14:00:00"
        for time, way in (("10:00:00", "in"), ("10:30:00", "out"), ("12:30:00", "in"), ("13:00:00", "out")):
            line = self._at(time, way)
        self.assertEqual(line.minutes, 60)
        self.assertEqual(line.stretches, "10:00–10:30, 12:30–13:00")
        self.assertEqual((f"{line.check_in:%H:%M}", f"{line.check_out:%H:%M}"), ("10:00", "13:00"))

    def test_closed_it_becomes_as_many_hours(self):
        line = self._at("10:00:00", "in")
        line.role = "helper"
        for time, way in (("10:30:00", "out"), ("11:00:00", "in"), ("11:30:00", "out")):
            self._at(time, way)
        with freeze_time("2026-03-18 12:05:00"):
            self.session.with_user(self.coordinator).action_close()
        self.assertEqual(line.hours_id.minutes, 60)

    def test_a_card_read_twice_signs_in_once(self):
        self.assertTrue(self._read_card("10:00:00"))
        self.assertTrue(self._read_card("10:00:02"))
        self.assertRecordValues(self._get_line(), [{"state": "attended", "check_out": False}])
        self.assertFalse(self._read_card("11:00:00"))
        self.assertFalse(self._read_card("11:00:01"))
        self.assertEqual(self._get_line().minutes, 60)
        self.assertEqual(len(self._get_line().stretch_ids), 1)

    def test_in_again_after_a_stray_out_and_forgotten_is_until_the_end(self):
        self._read_card("10:00:00")
        self._read_card("10:00:10")
        self._read_card("10:00:20")
        with freeze_time("2026-03-18 12:16:00"):
            self.env["timebank.session"]._cron_sign_out()
        self.assertRecordValues(
            self._get_line(), [{"minutes": 120, "forgot_check_out": True, "check_out": self.session.stop}]
        )
        self.assertRegex(self._get_line().stretches, r" \(didn't sign out\)$")

    def test_a_time_that_was_typed_in_stays_when_the_sign_out_was_forgotten(self):
        line = self._at("10:00:00", "in")
        line.with_user(self.coordinator).hours = 0.75
        with freeze_time("2026-03-18 12:16:00"):
            self.env["timebank.session"]._cron_sign_out()
        self.assertRecordValues(line, [{"minutes": 45, "forgot_check_out": True}])

    def test_unticked_nothing_is_left(self):
        line = self._at("10:00:00", "in")
        line.with_user(self.coordinator).present = False
        self.assertRecordValues(line, [{"check_in": False, "minutes": 0}])
        self.assertFalse(line.stretch_ids)

    def test_a_coordinator_puts_them_right_through_the_sessions_save(self):
        line = self._make_line(self.ben, present=False)
        stretches = [
            (0, 0, {"check_in": "2026-03-18 10:00:00", "check_out": "2026-03-18 10:30:00"}),
            (0, 0, {"check_in": "2026-03-18 11:00:00", "check_out": "2026-03-18 11:45:00"}),
        ]
        session = self.session.with_user(self.coordinator)
        session.write({"attendance_ids": [(1, line.id, {"stretch_ids": stretches})]})
        self.assertRecordValues(line, [{"state": "attended", "minutes": 75}])
        line.stretch_ids[0].with_user(self.coordinator).check_out = "2026-03-18 10:45:00"
        self.assertEqual(line.minutes, 90)
        line.stretch_ids[1].with_user(self.coordinator).unlink()
        self.assertEqual(line.minutes, 45)

    def test_nobody_is_there_twice_at_a_time(self):
        line = self._at("10:00:00", "in")
        with self.assertRaisesRegex(UserError, "twice at a time"):
            self.env["timebank.attendance.stretch"].with_user(self.coordinator).create(
                {"attendance_id": line.id, "check_in": "2026-03-18 10:30:00"}
            )

    def test_times_written_on_the_line_are_its_only_stretch(self):
        line = self._make_line(self.ben, check_in="2026-03-18 10:00:00", check_out="2026-03-18 11:00:00")
        self.assertRecordValues(line, [{"minutes": 60, "stretches": "10:00–11:00"}])
        line.check_out = "2026-03-18 11:30:00"
        self.assertRecordValues(line, [{"minutes": 90, "stretches": "10:00–11:30"}])

    def test_what_is_logged_stays(self):
        line = self._at("10:00:00", "in")
        self._at("11:00:00", "out")
        line.with_user(self.coordinator).action_log()
        with self.assertRaisesRegex(UserError, "has been logged"):
            line.stretch_ids.with_user(self.coordinator).check_out = "2026-03-18 11:30:00"

    def test_members_see_their_own_and_change_none(self):
        mine, other = self._at("10:00:00", "in", self.ann), self._at("10:00:00", "in")
        stretches = self.env["timebank.attendance.stretch"].with_user(self.portal)
        self.assertEqual(stretches.search([]).attendance_id, mine.with_user(self.portal))
        with self.assertRaises(AccessError):
            stretches.browse(mine.stretch_ids.id).check_out = "2026-03-18 11:30:00"
        with self.assertRaises(AccessError):
            stretches.with_user(self.coordinator2).browse(other.stretch_ids.id).check_out = self.session.stop
