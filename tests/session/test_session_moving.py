"""A session moved to another time or place: who is told, who can't come any more, what stays as it is."""

from freezegun import freeze_time

from odoo import fields

from ..session_common import SessionCase

BEFORE = "2026-03-16 09:00:00"
NEXT_WEEK = {"start": "2026-03-25 14:00:00", "stop": "2026-03-25 16:00:00", "location": "Church hall"}


class TestMoving(SessionCase):
    now = BEFORE

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.session.location = "Café"
        cls.ann.partner_id.email = "ann@example.org"
        cls.line = cls.session.sign_up(cls.ann.partner_id)
        cls.env["timebank.session.notice"].search([]).unlink()

    def _move(self, **vals):
        self.session.with_user(self.coordinator).write(vals or NEXT_WEEK)

    def _get_notices(self):
        return self.env["timebank.session.notice"].search([("kind", "=", "moved")])

    def _send(self):
        before = self.env["mail.mail"].search([])
        with self.enter_registry_test_mode():
            self.env.ref("timebank_coproduction.cron_session_notices").method_direct_trigger()
        return self.env["mail.mail"].search([]) - before

    def _get_todos(self, session=None, kind="moved"):
        todo = self.env.ref(f"timebank_coproduction.mail_activity_{kind}")
        return (session or self.session).activity_ids.filtered(lambda one: one.activity_type_id == todo)

    # Who is told
    def test_those_signed_up_are_told_the_old_and_the_new(self):
        self._move()
        mail = self._send()
        self.assertEqual(mail.recipient_ids, self.ann.partner_id)
        self.assertEqual(mail.subject, "Moved: Café shift")
        for text in (
            "Wednesday 18 March 2026, 10:00–12:00",
            "Café",
            "Wednesday 25 March 2026, 14:00–16:00",
            "Church hall",
        ):
            self.assertIn(text, mail.body_html)

    def test_those_who_wait_are_told_as_well(self):
        self.ben.partner_id.email = "ben@example.org"
        self.session.capacity = 1
        waiting = self.session.sign_up(self.ben.partner_id)
        self._move()
        self.assertEqual(self._get_notices().attendance_id, self.line | waiting)

    def test_another_place_alone_is_told(self):
        self._move(location="Church hall")
        self.assertEqual(self._get_notices().attendance_id, self.line)

    def test_nothing_is_told_of_what_is_no_move(self):
        self._move(capacity=5, note="<p>Bring a cup</p>", location="Café", start=self.session.start)
        self.assertFalse(self._get_notices())

    def test_moved_twice_is_told_once_and_from_where_they_know(self):
        self._move(location="Library")
        self._move()
        mail = self._send()
        self.assertEqual(len(mail), 1)
        self.assertIn("10:00–12:00", mail.body_html)
        self.assertIn("Church hall", mail.body_html)
        self.assertNotIn("Library", mail.body_html)

    def test_moved_back_is_told_to_nobody(self):
        old = {name: self.session[name] for name in NEXT_WEEK}
        self._move()
        self._move(**old)
        self.assertFalse(self._get_notices())

    def test_a_draft_and_a_session_that_is_over_tell_nobody(self):
        with freeze_time("2026-03-18 13:00:00"):
            self._move(location="Church hall")
        self.assertFalse(self._get_notices())

    def test_they_are_reminded_of_the_new_time(self):
        self.line._in_verb().write({"reminded": True})
        self._move()
        self.assertFalse(self.line.reminded)

    # Who can't come any more
    def test_moved_onto_another_session_of_somebody(self):
        other = self._make_session(start="2026-03-25 15:00:00", stop="2026-03-25 17:00:00", name="Choir")
        other.sign_up(self.ann.partner_id)
        self._move()
        self.assertIn("is signed up for “Choir”", self.line.obstacle)
        self.assertEqual(self.session.obstacle_count, 1)
        todo = self._get_todos()
        self.assertEqual(todo.user_id, self.coordinator)
        self.assertIn("Choir", todo.note)
        self.assertEqual(self.line.state, "signed_up")

    def test_moved_past_the_end_of_a_check(self):
        check_type = self.env["timebank.check.type"].create({"name": "Food hygiene"})
        self.activity.check_type_ids = check_type
        self.env["timebank.check"].create(
            {
                "partner_id": self.ben.partner_id.id,
                "type_id": check_type.id,
                "issued_on": "2026-01-01",
                "expires_on": "2026-03-20",
            }
        )
        helper = self.session.sign_up(self.ben.partner_id, "helper")
        self.assertFalse(helper.obstacle)
        self._move()
        self.assertIn("Food hygiene", helper.obstacle)
        self.assertIn("Food hygiene", self._get_todos().note)

    def test_the_todo_goes_when_nothing_is_in_the_way(self):
        other = self._make_session(start="2026-03-25 15:00:00", stop="2026-03-25 17:00:00")
        other.sign_up(self.ann.partner_id)
        self._move()
        self.assertEqual(len(self._get_todos()), 1)
        self._move(start="2026-03-26 10:00:00", stop="2026-03-26 12:00:00")
        self.assertFalse(self._get_todos())
        self.assertFalse(self.line.obstacle)

    def test_two_at_a_time_that_a_coordinator_allowed_stays_allowed(self):
        other = self._make_session(start="2026-03-18 11:00:00", stop="2026-03-18 13:00:00")
        line = other.sign_up(self.ann.partner_id, clash_reason="Comes for the end")
        other.with_user(self.coordinator).location = "Next door"
        self.assertFalse(line.obstacle)

    # Series
    def test_later_ones_that_were_moved_by_hand_keep_their_time_and_place(self):
        first, second, third = self.session.action_repeat("weekly", count=4)
        second.with_user(self.coordinator).write(
            {"start": "2026-04-02 15:00:00", "stop": "2026-04-02 16:00:00"}
        )
        third.location = "Library"
        first.write(
            {
                "location": "Church hall",
                "start": "2026-03-25 11:00",
                "stop": "2026-03-25 13:00",
                "capacity": 8,
            }
        )
        outcome = first.with_user(self.coordinator).action_apply_to_later()
        told = {row["id"]: str(row) for row in outcome["context"]["timebank_refusals"]}
        self.assertEqual(set(told), {second.id, third.id})
        self.assertIn("keeps its time", told[second.id])
        self.assertIn("keeps its place", told[third.id])
        self.assertRecordValues(
            second | third,
            [
                {
                    "start": fields.Datetime.to_datetime("2026-04-02 15:00:00"),
                    "location": "Church hall",
                    "capacity": 8,
                },
                {
                    "start": fields.Datetime.to_datetime("2026-04-08 11:00:00"),
                    "location": "Library",
                    "capacity": 8,
                },
            ],
        )

    def test_the_one_that_was_applied_is_the_rule_again(self):
        first, second = self.session.action_repeat("weekly", count=3)
        first.location = "Church hall"
        self.assertIs(first.action_apply_to_later(), True)
        self.session.location = "Library"
        self.assertIs(self.session.action_apply_to_later(), True)
        self.assertEqual((first | second).mapped("location"), ["Library", "Library"])

    def test_people_of_later_ones_are_told(self):
        (later,) = self.session.action_repeat("weekly", count=2)
        line = later.sign_up(self.ann.partner_id)
        self.session.location = "Church hall"
        self.session.action_apply_to_later()
        self.assertEqual(self._get_notices().attendance_id, self.line | line)
