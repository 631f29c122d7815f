"""Who gave, received and came: what stands, people alone, each on its day."""

from datetime import date

from .report_common import ReportCase, at


class TestInvolvementReport(ReportCase):
    model = "timebank.involvement.report"

    def test_giving_receiving_and_attending_are_rows_of_the_person(self):
        self._make_hours(self.ben, 60, state="approved", receiver_id=self.ann.partner_id.id)
        session = self._attend(at(3, 17), helper=self.ben, attendee=self.ann)
        self.assertEqual(
            self._sums("partner_id", "part"),
            {
                (self.ben.partner_id, "gave"): 180,
                (self.ann.partner_id, "received"): 60,
                (self.ann.partner_id, "attended"): 120,
            },
        )
        came = self._rows([("part", "=", "attended")])
        self.assertEqual(came.session_id, session)
        self.assertEqual(came.activity_id, self.activity)
        self.assertEqual(came.project_id, self.project)
        self.assertEqual(came.category_id, self.category)
        self.assertEqual(came.grant_id, self.grant)
        self.assertEqual(came.role, "beneficiary")
        self.assertEqual(came.action_open_source()["res_id"], session.id)
        gave = self._rows([("part", "=", "gave"), ("session_id", "=", False)])
        self.assertEqual(gave.action_open_source()["res_id"], gave.hours_id.id)

    def test_only_what_stands_counts(self):
        entry = self._make_hours(self.ben, 60, state="approved", receiver_id=self.ann.partner_id.id)
        self._make_hours(self.ben, 30, state="submitted")
        session = self._attend(at(3, 17), helper=self.ben, attendee=self.ann)
        entry.with_user(self.coordinator).action_reverse("By mistake")
        session.with_user(self.coordinator).action_reopen("Somebody was missing")
        self.assertFalse(self._rows())
        self._close(session)
        self.assertEqual(self._sums("part"), {"gave": 120, "attended": 120})

    def test_who_was_let_off_was_there_all_the_same(self):
        self.activity.attendee_effect = "charge"
        self.scheme.credit_limit_minutes = 0
        session = self._attend(at(3, 17), attendee=self.ann)
        line = session.attendance_ids
        self.assertTrue(line.to_decide)
        line.with_user(self.coordinator).action_waive("Was ill")
        self.assertEqual(self._sums("part"), {"attended": 120})

    def test_organisations_are_no_people(self):
        self._make_hours(self.ben, 60, state="approved", receiver_id=self.agency.partner_id.id)
        self._make_hours(self.agency, 60, state="approved", receiver_id=self.ann.partner_id.id)
        self.assertEqual(
            self._sums("partner_id", "part"),
            {(self.ben.partner_id, "gave"): 60, (self.ann.partner_id, "received"): 60},
        )

    def test_time_beside_a_professional(self):
        with_cat = self._make_session(start=at(3, 17), stop=at(3, 17, 11))
        for member, role in ((self.ben, "helper"), (self.cat, "professional")):
            self._make_line(member, with_cat, role=role)
        self._close(with_cat)
        self._attend(at(3, 16), helper=self.ben)
        monday = {"activity_id": self.activity.id, "date": date(2026, 3, 9)}
        self._make_hours(self.cat, 30, state="approved", **monday)
        self._make_hours(self.ann, 40, state="approved", **monday)
        self._make_hours(self.ann, 50, state="approved", **{**monday, "date": date(2026, 3, 10)})
        self._make_hours(self.ann, 55, state="approved", date=date(2026, 3, 9))
        rows = self._rows([("beside_professional", "=", True)])
        self.assertEqual(
            sorted((row.partner_id.name, row.minutes) for row in rows), [("Ann Lee", 40), ("Ben Okoro", 60)]
        )
        rest = self._rows([("beside_professional", "=", False)])
        self.assertEqual(len(rows | rest), len(self._rows()), "it is always known")

    def test_a_session_over_midnight_at_a_months_end_counts_on_the_day_it_began(self):
        self._attend(at(1, 31, 22, 30), helper=self.ben, attendee=self.ann, minutes=180)
        self.assertEqual(
            self._sums("date:month", "part"),
            {(date(2026, 1, 1), "gave"): 180, (date(2026, 1, 1), "attended"): 180},
        )

    def test_somebody_in_two_banks_is_one_person(self):
        harbour = self._make_scheme("Harbour")
        again = self._make_member(self.ben.partner_id, scheme=harbour)
        self._make_hours(self.ben, 60, state="approved")
        self._make_hours(again, 30, state="approved")
        report = self.env[self.model].with_user(self.coordinator)
        self.assertEqual(report._read_group([], [], ["partner_id:count_distinct"]), [(1,)])
        self.assertEqual(self._sums("scheme_id"), {self.scheme: 60, harbour: 30})

    def test_who_may_read_it(self):
        self.check_who_may_read([self.manager], [self.finance, self.portal, self.staff])
