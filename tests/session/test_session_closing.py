"""Closing a register: helpers' time becomes hours, attendees are charged or credited."""

from dateutil.relativedelta import relativedelta
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError

from odoo.addons.timebank_coproduction.tools.minutes import LARGEST

from ..session_common import ClosingCase


class TestClosing(ClosingCase):
    def test_helpers_minutes_become_hours(self):
        line = self._make_line(self.ben, minutes=90)
        self._close()
        hours = line.hours_id
        self.assertRecordValues(
            hours,
            [
                {
                    "partner_id": self.ben.partner_id.id,
                    "minutes": 90,
                    "source": "session",
                    "session_id": self.session.id,
                    "activity_id": self.activity.id,
                    "project_id": self.project.id,
                    "date": self.session.date,
                    "start_minute": 600,
                }
            ],
        )
        self.assertEqual(self.session.state, "done")

    def test_bank_that_approves_everything_queues_the_hours(self):
        line = self._make_line(self.ben)
        self._close()
        self.assertEqual(line.hours_id.state, "submitted")
        self.assertEqual(self._balances(self.ben), [0])

    def test_it_says_how_much_waits_to_be_approved(self):
        self._make_line(self.ben, minutes=90)
        self._make_line(self.cat, minutes=30)
        session = self.session.with_user(self.coordinator).with_context(timebank_told=True)
        said = session.action_close()["params"]["text"]
        self.assertEqual(said, "“Café shift”: closed. 2:00 hours of it wait to be approved.")
        window = session.action_view_hours()
        hours = self.env["timebank.hours"].with_user(self.coordinator).search(window["domain"])
        self.assertEqual(hours, self.session.attendance_ids.hours_id)

    def test_nothing_is_said_where_closing_approves(self):
        self.scheme.approve_at_closing = True
        self._make_line(self.ben)
        session = self.session.with_user(self.coordinator).with_context(timebank_told=True)
        self.assertEqual(session.action_close()["params"]["text"], "“Café shift”: closed.")

    def test_policy_lets_short_entries_through(self):
        self.scheme.write({"approval": "over_limit", "approval_over_minutes": 120})
        line = self._make_line(self.ben)
        self._close()
        self.assertEqual(line.hours_id.state, "approved")
        self.assertEqual(self._balances(self.ben), [120])

    def test_bank_can_let_closing_approve(self):
        self.scheme.approve_at_closing = True
        line = self._make_line(self.ben)
        self._close()
        self.assertEqual(line.hours_id.state, "approved")
        self.assertEqual(line.hours_id.approver_id, self.coordinator)

    def test_closing_does_not_approve_ones_own_time(self):
        self.scheme.approve_at_closing = True
        own = self._make_member(self.coordinator.partner_id)
        line = self._make_line(own)
        self._close()
        self.assertEqual(line.hours_id.state, "submitted")

    def test_time_of_another_register_does_not_stop_the_others(self):
        """Who was ticked off in two rooms at once is one line to decide, whatever the bank approves."""
        self.scheme.approve_at_closing = True
        other = self._make_session(start=self.session.start, stop=self.session.stop)
        for member in (self.ben, self.cat):
            self._make_line(member)
        self._close()
        twice = self._make_line(self.ben, session=other)
        once = self._make_line(self.ann, session=other)
        self._close(other)
        self.assertIn("has recorded", twice.problem)
        self.assertFalse(twice.hours_id or twice.settled_on)
        self.assertEqual(once.hours_id.state, "approved")
        self.assertEqual(self._balances(self.ben, self.ann), [120, 120])

    def test_nothing_stays_of_hours_that_the_ledger_refuses(self):
        """Approved by closing, and then not paid: they wait for a coordinator, as any other entry."""
        self.scheme.approve_at_closing = True
        self._post(self.scheme.operating_account_id, self.ben.account_id, LARGEST - 60)
        line = self._make_line(self.ben)
        self._close()
        entry = line.hours_id
        self.assertEqual((entry.state, entry.earns_credit), ("submitted", False))
        self.assertFalse(entry.approver_id or entry.approved_on or entry.transfer_ids)

    def test_professionals_get_hours_without_credits(self):
        self.scheme.approve_at_closing = True
        line = self._make_line(self.cat, role="professional")
        self._close()
        self.assertEqual((line.hours_id.state, line.hours_id.role), ("approved", "professional"))
        self.assertEqual(self._balances(self.cat), [0])

    def test_volunteer_who_came_as_a_professional(self):
        """What the register says of this session counts, not what the membership says."""
        line = self._make_line(self.ben, role="professional")
        self._close()
        self.assertEqual(line.hours_id.role, "professional")

    def test_attendees_are_charged(self):
        self.activity.write({"attendee_effect": "charge", "attendee_minutes": 30})
        self._fund(self.ann, 60)
        line = self._make_line(self.ann, role="attendee")
        self._close()
        self.assertRecordValues(line.transfer_ids, [{"kind": "attend", "minutes": 30}])
        self.assertEqual(self._balances(self.ann), [30])
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_attendees_are_credited_for_the_time_they_were_there(self):
        self.activity.attendee_effect = "credit"
        line = self._make_line(self.ann, role="attendee", minutes=45)
        self._close()
        self.assertRecordValues(line, [{"effect": "credit", "effect_minutes": 45}])
        self.assertEqual(self._balances(self.ann), [45])

    def test_professional_attendees_earn_nothing_by_default(self):
        self.activity.attendee_effect = "credit"
        self._make_line(self.cat, role="attendee")
        self._close()
        self.assertEqual(self._balances(self.cat), [0])

    def test_who_cannot_pay_is_listed_not_in_debt(self):
        self.activity.write({"attendee_effect": "charge", "attendee_minutes": 30})
        self._fund(self.ben, 60)
        poor = self._make_line(self.ann, role="attendee")
        rich = self._make_line(self.ben, role="attendee")
        outcome = self._close()
        self.assertEqual([line["id"] for line in outcome["context"]["timebank_refusals"]], poor.ids)
        self.assertTrue(poor.problem)
        self.assertTrue(rich.settled_on)
        self.assertEqual(self._balances(self.ann, self.ben), [0, 30])
        self.assertEqual(self.session.problem_count, 1)
        self.assertEqual(self.session.activity_ids.user_id, self.coordinator)

    def test_who_could_not_pay_is_charged_later(self):
        self.activity.write({"attendee_effect": "charge", "attendee_minutes": 30})
        line = self._make_line(self.ann, role="attendee")
        self._close()
        self._fund(self.ann, 60)
        line.with_user(self.coordinator).action_log()
        self.assertEqual(self._balances(self.ann), [30])
        self.assertFalse(line.problem)

    def test_who_could_not_pay_is_let_off_with_a_reason(self):
        self.activity.write({"attendee_effect": "charge", "attendee_minutes": 30})
        line = self._make_line(self.ann, role="attendee")
        self._close()
        with self.assertRaises(UserError):
            line.action_waive(" ")
        line.with_user(self.coordinator).action_waive("First time here")
        self.assertRecordValues(line, [{"problem": False, "waived_reason": "First time here"}])
        self.assertFalse(self.session.activity_ids)
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_nobody_lets_themselves_off(self):
        self.activity.write({"attendee_effect": "charge", "attendee_minutes": 30})
        cora = self._make_member(self.coordinator.partner_id)
        line = self._make_line(cora, role="attendee")
        self._close()
        self.assertTrue(line.problem)
        with self.assertRefused("is about yourself: another coordinator has to let you off", "Ask "):
            line.with_user(self.coordinator).action_waive("First time here")
        self.assertTrue(line.problem)
        line.with_user(self.manager).action_waive("First time here")
        self.assertFalse(line.problem)

    def test_closing_twice_does_nothing_more(self):
        self.scheme.approve_at_closing = True
        self._make_line(self.ben)
        self._close()
        before = self.env["timebank.transfer"].search_count([])
        self.assertTrue(self._close())
        self.assertEqual(self.env["timebank.transfer"].search_count([]), before)

    def test_who_was_not_ticked_off_was_absent(self):
        line = self._make_line(self.ben, present=False)
        self._close()
        self.assertEqual(line.state, "absent")
        self.assertFalse(line.hours_id)

    def test_some_can_be_logged_without_all(self):
        first, second = self._make_line(self.ben), self._make_line(self.ann, present=False)
        first.with_user(self.coordinator).action_log()
        self.assertTrue(first.hours_id)
        self.assertEqual(self.session.state, "open")
        second.present = True
        self._close()
        self.assertEqual(len(self.env["timebank.hours"].search([("session_id", "=", self.session.id)])), 2)

    def test_day_that_is_too_long_is_listed(self):
        self.scheme.max_minutes_per_day = 180
        self._make_hours(self.ben, 120, "submitted", start_minute=900)
        line, fine = self._make_line(self.ben), self._make_line(self.ann)
        self._close()
        self.assertIn("allows 3:00", line.problem)
        self.assertFalse(line.hours_id)
        self.assertTrue(fine.hours_id)

    def test_member_who_left_is_listed(self):
        line = self._make_line(self.ben)
        self.ben.joined_on = self.session.date - relativedelta(days=90)
        self._leave(self.ben, day=self.session.date - relativedelta(days=1))
        self._close()
        self.assertIn("has left", line.problem)

    def test_what_was_given_before_leaving_counts(self):
        line = self._make_line(self.ben)
        self._leave(self.ben, day=self.session.date)
        self._close()
        self.assertFalse(line.problem)
        line.hours_id.with_user(self.coordinator).action_approve()
        self.assertEqual((self.ben.account_id.state, self.ben.balance_minutes), ("frozen", line.minutes))

    def test_closed_books_keep_the_session_open(self):
        self._make_line(self.ben)
        self.scheme.lock_date = self.session.date
        with self.assertRaisesRegex(UserError, "closed its books"):
            self._close()
        self.assertEqual(self.session.state, "open")

    def test_only_sessions_that_have_begun_are_closed(self):
        with freeze_time("2026-03-18 09:00:00"), self.assertRaisesRegex(UserError, "not begun"):
            self._close()

    def test_draft_is_not_closed(self):
        with self.assertRaisesRegex(UserError, "was not open"):
            self._close(self._make_session("draft"))

    def test_many_are_closed_and_the_rest_is_told(self):
        draft = self._make_session("draft", start="2026-03-17 10:00", stop="2026-03-17 11:00")
        outcome = self._close(self.session | draft)
        self.assertEqual(self.session.state, "done")
        self.assertEqual(outcome["context"]["timebank_refusals"][0]["id"], draft.id)

    def test_members_and_other_coordinators_cannot_close(self):
        for user in (self.portal, self.staff, self.coordinator2, self.finance):
            with self.assertRaises(AccessError):
                self.session.with_user(user).action_close()

    def test_thanks_go_to_those_who_helped(self):
        self.scheme.approve_at_closing = True
        self.ben.partner_id.email = "ben@example.org"
        line = self._make_line(self.ben)
        self._close()
        notice = self.env["timebank.session.notice"].search([("attendance_id", "=", line.id)])
        self.assertEqual(notice.kind, "thanks")

    def test_closing_takes_a_constant_number_of_queries(self):
        self.scheme.approve_at_closing = True
        self.activity.attendee_effect = "credit"
        counts = []
        for size in (4, 40):
            session = self._make_session(
                start=f"2026-03-{size % 9 + 3:02} 10:00", stop=f"2026-03-{size % 9 + 3:02} 12:00"
            )
            for number in range(size):
                member = self._make_member(f"Person {size} {number}")
                self._make_line(member, session, "helper" if number % 2 else "attendee")
            self.env.flush_all()
            self.env.invalidate_all()
            with self.assertQueryCount(1000):
                before = self.env.cr.sql_log_count
                self._close(session)
                self.env.flush_all()
                counts.append(self.env.cr.sql_log_count - before)
        self.assertLessEqual(counts[1], counts[0] + 3, counts)
