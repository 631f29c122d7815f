"""Every transfer is in the report, put back where it was reversed, and leads to what made it."""

from datetime import date

from freezegun import freeze_time

from odoo.tools import SQL

from ..common import TODAY
from .report_common import ReportCase, at


class TestFlowReport(ReportCase):
    model = "timebank.flow.report"

    def test_a_row_for_each_transfer_with_its_direction(self):
        self._make_hours(self.ben, 180, state="approved")
        self._make_hours(self.ben, 60, state="approved", receiver_id=self.ann.partner_id.id)
        self._post(self.ben.account_id, self.ann.account_id, 30, kind="gift")
        self._post(self.ann.account_id, self.scheme.operating_account_id, 10)
        self._claim(self.ben, 30)
        self.assertEqual(
            self._sums("direction"),
            {"issued": 180, "exchanged": 60, "given": 30, "other": 10, "returned": 30},
        )
        self.assertEqual(
            self._sums("kind"),
            {"earn": 180, "exchange": 60, "gift": 30, "adjustment": 10, "redeem": 30},
        )
        claim_row = self._rows([("kind", "=", "redeem")])
        self.assertEqual(claim_row.grant_id, self.grant, "the grant that pays for the claim")

    def _claim(self, member, minutes):
        reward = self.env["timebank.reward"].create(
            {
                "name": "Swim pass",
                "scheme_id": self.scheme.id,
                "minutes": minutes,
                "expected_cost": 12,
                "approval": "auto",
            }
        )
        reward.action_publish()
        claim = self.env["timebank.redemption"].create(
            {"reward_id": reward.id, "partner_id": member.partner_id.id}
        )
        claim.action_request()

    def test_an_entry_says_what_for_by_whom_and_for_which_grant(self):
        self._make_hours(
            self.cat, 60, state="approved", project_id=self.project.id, category_id=self.category.id
        )
        self._make_hours(
            self.ben,
            90,
            state="approved",
            project_id=self.project.id,
            activity_id=self.activity.id,
            category_id=self.category.id,
        )
        row = self._rows()
        self.assertEqual(row.role, "volunteer", "professionals earn nothing here")
        self.assertEqual(row.minutes, 90)
        self.assertEqual(row.hours, 1.5)
        self.assertEqual(row.category_id, self.category)
        self.assertEqual(row.project_id, self.project)
        self.assertEqual(row.activity_id, self.activity)
        self.assertEqual(row.grant_id, self.grant)
        self.assertEqual(row.to_account_id, self.ben.account_id)

    def test_a_reversal_takes_off_what_it_reverses_on_its_own_day(self):
        entry = self._make_hours(
            self.ben, 60, state="approved", project_id=self.project.id, date=date(2026, 2, 28)
        )
        self._make_hours(self.ben, 45, state="approved", date=date(2026, 2, 27))
        entry.with_user(self.coordinator).action_reverse("By mistake")
        self.assertEqual(
            self._sums("date:month", "kind"),
            {(date(2026, 2, 1), "earn"): 105, (date(2026, 3, 1), "earn"): -60},
        )
        back = self._rows([("is_reversal", "=", True)])
        self.assertEqual((back.date, back.minutes), (TODAY, -60))
        self.assertEqual(back.project_id, self.project)
        self.assertEqual(back.grant_id, self.grant)
        self.assertEqual(back.direction, "issued")
        self.assertEqual(back.to_account_id, self.ben.account_id, "whose credits were put back")
        self.assertEqual(back.action_open_source()["res_id"], entry.id)

    def test_who_was_charged_and_who_was_let_off(self):
        self.activity.write({"attendee_effect": "charge"})
        self._fund(self.ann, 300)
        session = self._make_session(start=at(3, 17), stop=at(3, 17, 11))
        poor = self._make_member("Dee Poor")
        for member in (self.ann, poor):
            self._make_line(member, session, role="attendee")
        self.scheme.credit_limit_minutes = 0
        self._close(session)
        owing = session.attendance_ids.filtered("to_decide")
        self.assertEqual(owing.partner_id, poor.partner_id)
        owing.with_user(self.coordinator).action_waive("Was ill")
        self.assertEqual(self._sums("session_id"), {session.browse(): 300, session: 60})
        row = self._rows([("kind", "=", "attend")])
        self.assertEqual(row.direction, "returned")
        self.assertEqual(row.grant_id, self.grant)
        action = row.action_open_source()
        self.assertEqual((action["res_model"], action["res_id"]), ("timebank.session", session.id))

    def test_a_session_over_midnight_counts_on_the_day_it_began_where_it_took_place(self):
        session = self._attend(at(1, 31, 22, 30), helper=self.ben, minutes=180)
        self.assertEqual(session.date, date(2026, 1, 31))
        self.scheme.tz = "Europe/London"
        summer = self._attend(at(6, 30, 22, 30, year=2025), helper=self.ben, minutes=60, tz="Asia/Tokyo")
        self.assertEqual(summer.date, date(2025, 7, 1))
        self.assertEqual(self._sums("date:month"), {date(2026, 1, 1): 180, date(2025, 7, 1): 60})

    def test_the_last_evening_of_a_month_is_the_banks_own(self):
        auckland = self._make_scheme("Auckland", tz="Pacific/Auckland")
        member = self._make_member("Kiri Ngata", scheme=auckland)
        with freeze_time("2026-02-28 12:30:00"):  # 1 March there
            self._post(auckland.operating_account_id, member.account_id, 20)
        self.assertEqual(self._sums("date:month"), {date(2026, 3, 1): 20})

    def test_a_transfer_with_nothing_behind_it_is_its_own_source(self):
        transfer = self._post(self.scheme.operating_account_id, self.ann.account_id, 20)
        action = self._rows().action_open_source()
        self.assertEqual((action["res_model"], action["res_id"]), ("timebank.transfer", transfer.id))

    def test_who_may_read_it(self):
        self.check_who_may_read([self.manager, self.finance], [self.portal, self.staff])

    def test_postgresql_leaves_out_what_a_question_doesnt_need(self):
        self.env.flush_all()
        by_month = self._explain("date:month")
        self.assertIn("timebank_transfer", by_month)
        for table in ("timebank_hours", "timebank_session", "timebank_attendance", "timebank_redemption"):
            self.assertNotIn(table, by_month)
        self.assertIn("timebank_hours", self._explain("category_id"))

    def _explain(self, groupby):
        report = self.env[self.model].with_user(self.manager)
        query = report._search([])
        term = report._read_group_groupby(report._table, groupby, query)
        query.groupby = term
        figure = report._read_group_select(self.measure, query)
        return str(self.env.execute_query(SQL("EXPLAIN %s", query.select(term, figure))))
