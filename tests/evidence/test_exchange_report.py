"""Who gave to whom: entries with their receivers, and each helper towards each attendee."""

from datetime import date

from .report_common import ReportCase, at


class TestExchangeReport(ReportCase):
    model = "timebank.exchange.report"

    def test_an_entry_goes_from_giver_to_receiver(self):
        entry = self._make_hours(
            self.ben,
            60,
            state="approved",
            receiver_id=self.ann.partner_id.id,
            project_id=self.project.id,
            category_id=self.category.id,
        )
        self._make_hours(self.ben, 30, state="approved")
        row = self._rows()
        self.assertEqual((row.giver_id, row.receiver_id), (self.ben.partner_id, self.ann.partner_id))
        self.assertEqual((row.way, row.minutes, row.role), ("direct", 60, "volunteer"))
        self.assertEqual((row.project_id, row.category_id), (self.project, self.category))
        self.assertEqual(row.grant_id, self.grant)
        self.assertEqual(row.action_open_source()["res_id"], entry.id)

    def test_a_helpers_time_is_spread_over_the_attendees_and_adds_up(self):
        session = self._make_session(start=at(3, 17, 10), stop=at(3, 17, 11, 40))
        other = self._make_member("Eve Hill")
        third = self._make_member("Fay Moss")
        for helper in (self.ben, other):
            self._make_line(helper, session)
        for attendee in (self.ann, third, self._make_member("Gus Park")):
            self._make_line(attendee, session, role="attendee")
        self._close(session)
        self.assertEqual(self._sums("giver_id"), {self.ben.partner_id: 100, other.partner_id: 100})
        rows = self._rows()
        self.assertEqual(len(rows), 6)
        self.assertEqual(len(set(rows.ids)), 6)
        self.assertEqual(sorted(rows.mapped("minutes")), [33, 33, 33, 33, 34, 34])
        self.assertEqual(rows.mapped("session_id"), session)
        one = self._rows([("id", "=", rows[0].id)])
        self.assertEqual(one.read(["minutes", "giver_id"]), rows[0].read(["minutes", "giver_id"]))

    def test_a_part_of_the_rows_has_the_same_minutes_as_all_of_them(self):
        self._attend(at(1, 31, 22, 30), helper=self.ben, attendee=self.ann, minutes=95)
        self._attend(at(3, 17), helper=self.ben, attendee=self.ann, minutes=60)
        both = {(date(2026, 1, 1), "session"): 95, (date(2026, 3, 1), "session"): 60}
        self.assertEqual(self._sums("date:month", "way"), both)
        january = self._sums("date:month", "way", domain=[("date", "<", "2026-02-01")])
        self.assertEqual(january, {(date(2026, 1, 1), "session"): 95})

    def test_what_was_reversed_and_what_organisations_gave_or_got_is_left_out(self):
        entry = self._make_hours(self.ben, 60, state="approved", receiver_id=self.ann.partner_id.id)
        entry.with_user(self.coordinator).action_reverse("By mistake")
        self._make_hours(self.ben, 60, state="approved", receiver_id=self.agency.partner_id.id)
        self._make_hours(self.agency, 60, state="approved", receiver_id=self.ann.partner_id.id)
        self.assertFalse(self._rows())

    def test_who_may_read_it(self):
        self.check_who_may_read([self.manager], [self.finance, self.portal, self.staff])
