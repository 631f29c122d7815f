"""For which grant's report time counts: chosen by one rule, changed by coordinators, seen by few."""

from datetime import date, datetime, timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.modules.migration import load_script
from odoo.tools.misc import file_path

from ..common import TODAY
from ..grants_common import GrantCase
from ..session_common import AFTER, ClosingCase


class GrantOfTimeCase(ClosingCase, GrantCase):
    """River Street, served by a grant; a café session is over."""

    now = AFTER


class TestChosen(GrantOfTimeCase):
    def test_time_counts_for_the_grant_that_serves_its_bank_on_its_day(self):
        self.assertEqual(self._make_hours(self.ben).grant_id, self.grant)
        self.assertFalse(self._make_hours(self.ben, date=date(2025, 12, 31)).grant_id)
        harbour = self._make_scheme("Harbour")
        self.assertFalse(self._make_hours(self._make_member("Dee Sand", scheme=harbour)).grant_id)

    def test_both_ends_of_a_grant_are_days_of_its_own(self):
        self.grant.action_amend({"date_end": TODAY}, "Agreed by letter")
        self.assertEqual(self._make_hours(self.ben, date=date(2026, 1, 1)).grant_id, self.grant)
        self.assertEqual(self._make_hours(self.ben).grant_id, self.grant)

    def test_a_grant_that_names_the_project_goes_first_then_the_one_that_ends_first(self):
        soon = self._make_grant("Ends soon", date_end=date(2026, 6, 30))
        named = self._make_grant("Café", project_ids=[Command.set(self.project.ids)])
        later = self._make_grant(
            "Café, longer", date_end=date(2027, 3, 31), project_ids=[Command.set(self.project.ids)]
        )
        self.assertEqual(self._make_hours(self.ben).grant_id, soon)
        self.assertEqual(self._make_hours(self.ben, project_id=self.project.id).grant_id, named)
        self.assertNotEqual(later, named)

    def test_a_draft_takes_no_time_and_a_closed_grant_still_does(self):
        self.grant.action_close()
        self.assertEqual(self._make_hours(self.ben).grant_id, self.grant)
        self._make_grant("Draft", state="draft", date_end=date(2026, 4, 1))
        self.assertEqual(self._make_hours(self.ann).grant_id, self.grant)

    def test_it_is_chosen_anew_with_the_day_project_or_bank_until_it_is_approved(self):
        named = self._make_grant("Café", project_ids=[Command.set(self.project.ids)])
        entry = self._make_hours(self.ben, state="submitted")
        entry.project_id = self.project
        self.assertEqual(entry.grant_id, named)
        entry.write({"date": date(2025, 12, 30), "project_id": False})
        self.assertFalse(entry.grant_id)

    def test_a_session_and_all_its_time_count_for_one_grant(self):
        named = self._make_grant("Café", project_ids=[Command.set(self.project.ids)])
        session = self._make_session(start=datetime(2026, 3, 18, 8, 0), stop=datetime(2026, 3, 18, 10, 0))
        self.assertEqual(session.grant_id, named)
        line = self._make_line(self.ben, session)
        session.with_user(self.coordinator).write({"grant_id": self.grant.id})
        self._close(session)
        self.assertEqual(line.hours_id.grant_id, self.grant)
        self.assertEqual(line.hours_id.project_id, self.project)
        session.with_user(self.coordinator).write({"grant_id": named.id})
        self.assertEqual(line.hours_id.grant_id, named, "its approved time follows")
        with self.assertRefused("Café shift", "change it there", error=ValidationError):
            line.hours_id.with_user(self.coordinator).grant_id = self.grant

    def test_a_copy_is_chosen_anew(self):
        old = self._make_session(
            state="draft", start=datetime(2025, 12, 29, 8, 0), stop=datetime(2025, 12, 29, 9, 0)
        )
        self.assertFalse(old.grant_id)
        again = old.copy({"start": datetime(2026, 3, 17, 8, 0), "stop": datetime(2026, 3, 17, 9, 0)})
        self.assertEqual(again.grant_id, self.grant)
        self.assertEqual(self._make_hours(self.ben, date=date(2025, 12, 30)).copy().grant_id, self.grant)

    def test_closing_takes_as_many_queries_with_a_grant_as_ever(self):
        sizes = {}
        for number, count in enumerate((3, 12)):
            start = datetime(2026, 3, 16 + number, 8, 0)
            session = self._make_session(start=start, stop=start + timedelta(hours=1))
            for helper in range(count):
                self._make_line(self._make_member(f"Helper {number}-{helper}"), session)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._close(session)
            self.env.flush_all()
            sizes[count] = self.cr.sql_log_count - before
            self.assertEqual(session.attendance_ids.hours_id.grant_id, self.grant)
        self.assertLessEqual(sizes[12], sizes[3] + 2)


class TestTakenIn(GrantOfTimeCase):
    def test_a_grant_that_opens_takes_in_the_time_that_falls_to_it(self):
        hours = self._make_hours(self.ben, state="approved", date=date(2025, 11, 3))
        session = self._make_session(start=datetime(2025, 11, 4, 8, 0), stop=datetime(2025, 11, 4, 10, 0))
        line = self._make_line(self.ben, session)
        self._close(session)
        ours = self._make_hours(self.ann, state="approved")
        grant = self._make_grant(
            "Last year", "draft", date_start=date(2025, 7, 1), date_end=date(2026, 6, 30)
        )
        self.assertFalse(hours.grant_id | session.grant_id | line.hours_id.grant_id)
        grant.action_open()
        for record in (hours, session, line.hours_id):
            self.assertEqual(record.grant_id, grant)
        self.assertEqual(ours.grant_id, self.grant, "what has a grant keeps it")

    def test_a_later_end_takes_in_more_and_an_earlier_one_lets_go(self):
        spring = self._make_hours(self.ben, state="approved", date=date(2026, 2, 2))
        self.grant.action_amend({"date_end": date(2026, 1, 31)}, "Ended early")
        self.assertFalse(spring.grant_id)
        self.grant.action_amend({"date_end": date(2026, 6, 30)}, "Taken up again")
        self.assertEqual(spring.grant_id, self.grant)

    def test_what_a_bank_gave_goes_to_the_next_grant_when_this_one_leaves_the_bank(self):
        other = self._make_grant("Other", date_end=date(2027, 6, 30))
        entry = self._make_hours(self.ben, state="approved")
        harbour = self._make_scheme("Harbour")
        self.grant.action_amend({"scheme_ids": harbour.ids}, "Another bank")
        self.assertEqual(entry.grant_id, other)

    def test_a_grant_narrowed_to_projects_lets_go_of_what_the_rule_took_in(self):
        garden = self.env["project.project"].create({"name": "Garden"})
        self.scheme.project_ids = [Command.link(garden.id)]
        session = self._make_session(start=datetime(2026, 3, 17, 8, 0), stop=datetime(2026, 3, 17, 10, 0))
        line = self._make_line(self.ben, session)
        self._close(session)
        entry = self._make_hours(self.ann, state="approved")
        named = self._make_hours(self.ann, 30, state="approved", project_id=garden.id)
        other = self._make_grant("Other", date_end=date(2027, 6, 30))
        chosen = self._make_hours(self.ann, 15, state="approved", project_id=self.project.id)
        draft = self._make_hours(self.ann, 20, project_id=self.project.id)
        self._as(self.coordinator, chosen).write({"grant_id": other.id})
        self._as(self.coordinator, chosen).write({"grant_id": self.grant.id})
        self.assertFalse(chosen.grant_chosen, "the rule's own is no choice")
        self._as(self.coordinator, chosen).write({"grant_id": other.id})
        self.assertTrue(chosen.grant_chosen)
        other.project_ids = garden
        self.assertEqual(chosen.grant_id, other, "what somebody has chosen stays")
        self.grant.project_ids = garden
        for record in (entry, draft, session, line.hours_id):
            with self.subTest(record=record):
                self.assertFalse(record.grant_id)
        self.assertEqual(named.grant_id, self.grant)
        self.assertEqual(chosen.grant_id, other)

    def test_no_grant_is_a_choice_too(self):
        entry = self._make_hours(self.ben, state="approved")
        self._as(self.coordinator, entry).write({"grant_id": False})
        self._as(self.coordinator, self.session).write({"grant_id": False})
        self.grant.action_amend({"date_end": date(2026, 6, 30)}, "Shorter")
        self._make_grant("Another")
        self.assertFalse(entry.grant_id | self.session.grant_id)

    def test_a_choice_ends_where_its_grant_does_and_with_what_it_was_made_for(self):
        other = self._make_grant("Other", date_end=date(2027, 6, 30))
        entry, draft = self._make_hours(self.ben, state="approved"), self._make_hours(self.ben, 30)
        for one in (entry, draft):
            self._as(self.coordinator, one).write({"grant_id": other.id})
        other.action_amend({"date_end": date(2026, 1, 31)}, "Ended early")
        self.assertEqual(entry.grant_id, self.grant)
        self.assertFalse(entry.grant_chosen)
        draft.date = date(2026, 2, 2)
        self.assertEqual(draft.grant_id, self.grant)
        self.assertFalse(draft.grant_chosen)

    def test_what_a_form_sends_along_is_no_choice(self):
        other = self._make_grant("Other", date_end=date(2027, 6, 30))
        model = self._as(self.coordinator, self.env["timebank.hours"])
        ours = model.create(self._hours_vals(self.ben, grant_id=self.grant.id))
        theirs = model.create(self._hours_vals(self.ben, 30, grant_id=other.id))
        self.assertEqual((ours | theirs).sudo().mapped("grant_chosen"), [False, True])


class TestWhoMay(GrantOfTimeCase):
    def test_a_coordinator_chooses_another_grant_and_that_is_noted(self):
        other = self._make_grant("Other", date_end=date(2027, 6, 30))
        entry = self._make_hours(self.ben, state="approved")
        self._as(self.coordinator, entry).write({"grant_id": other.id})
        self.assertEqual(entry.grant_id, other)
        self.assertIn("another grant", entry.message_ids[0].body)
        self._as(self.coordinator, entry).write({"grant_id": False})
        self.assertFalse(entry.grant_id)

    def test_a_coordinator_chooses_among_the_grants_of_that_bank_and_day(self):
        entry = self._make_hours(self.ben)
        harbour = self._make_scheme("Harbour")
        elsewhere = self._make_grant("Elsewhere", scheme_ids=[Command.set(harbour.ids)])
        past = self._make_grant("Past", date_start=date(2025, 1, 1), date_end=date(2025, 6, 30))
        draft = self._make_grant("Draft", "draft")
        for grant, word in ((elsewhere, "River Street"), (past, "Past"), (draft, "draft")):
            for record in (entry, self.session):
                with self.subTest(grant=grant.name, record=record):
                    with self.assertRefused(word, error=ValidationError):
                        self._as(self.coordinator, record).write({"grant_id": grant.id})

    def test_a_coordinator_of_other_banks_can_neither_change_nor_name_it(self):
        entry = self._make_hours(self.ben)
        with self.assertRaises(AccessError):
            self._as(self.coordinator2, entry).write({"grant_id": False})
        harbour = self._make_scheme("Harbour", coordinator_ids=[Command.set(self.coordinator2.ids)])
        member = self._make_member("Dee Sand", scheme=harbour)
        with self.assertRaises(AccessError):
            self.env["timebank.hours"].with_user(self.coordinator2).create(
                self._hours_vals(member, grant_id=self.grant.id)
            )

    def test_a_member_neither_sets_nor_reads_it(self):
        model = self.env["timebank.hours"].with_user(self.portal2)
        vals = {"scheme_id": self.scheme.id, "date": TODAY, "minutes": 45}
        with self.assertRaises(AccessError):
            model.create({**vals, "grant_id": self.grant.id})
        with self.assertRaises(AccessError):
            model.with_context(default_grant_id=self.grant.id).create(vals)
        entry = model.create(vals)
        self.assertEqual(entry.sudo().grant_id, self.grant)
        for refused in (
            lambda: entry.write({"grant_id": False}),
            lambda: entry.read(["grant_id"]),
            lambda: entry.search([("grant_id", "=", self.grant.id)]),
            lambda: entry.search([("session_id.grant_id", "=", self.grant.id)]),
            lambda: self._as(self.portal2, self.session).read(["grant_id"]),
            lambda: entry.formatted_read_group([], ["grant_id"], ["__count"]),
        ):
            with self.assertRaises(AccessError):
                refused()
        self.assertNotIn("grant_id", entry.fields_get())

    def test_staff_without_a_role_in_the_bank_dont_see_it(self):
        with self.assertRaises(AccessError):
            self._as(self.staff, self.session).read(["grant_id"])

    def test_finance_reads_it(self):
        entry = self._as(self.finance, self._make_hours(self.ben))
        self.assertEqual(entry.grant_id.name, "Neighbours Together")
        with self.assertRaises(AccessError):
            entry.grant_id = False


class TestUpgrade(GrantOfTimeCase):
    def test_time_that_was_there_before_gets_its_grant_as_new_time_does(self):
        named = self._make_grant("Café", project_ids=[Command.set(self.project.ids)])
        session = self._make_session(start=datetime(2026, 3, 17, 8, 0), stop=datetime(2026, 3, 17, 10, 0))
        line = self._make_line(self.ben, session)
        self._close(session)
        entries = self._make_hours(self.ann) | self._make_hours(self.ann, 30, date=date(2025, 12, 31))
        records = [*entries, line.hours_id, session]
        before = [record.grant_id for record in records]
        self.assertEqual(before, [self.grant, self.grant.browse(), named, named])
        self.env.flush_all()
        for table in ("hours", "session"):
            self.env.cr.execute(f"UPDATE timebank_{table} SET grant_id = NULL")
        self.env.invalidate_all()
        path = file_path("timebank_coproduction/migrations/19.0.1.5.0/post-grant_of_time.py")
        load_script(path, "grant_of_time").migrate(self.env.cr, "19.0.1.4.0")
        self.env.invalidate_all()
        self.assertEqual([record.grant_id for record in records], before)

    def test_what_differs_from_the_rule_was_chosen(self):
        other = self._make_grant("Other", date_end=date(2027, 6, 30))
        entries = self._make_hours(self.ann) | self._make_hours(self.ann, 30) | self._make_hours(self.ann, 45)
        self._as(self.coordinator, entries[1]).grant_id = other
        self._as(self.coordinator, entries[2]).grant_id = False
        self._as(self.coordinator, self.session).grant_id = other
        records = [*entries, self.session, self._make_session()]
        before = [record.grant_chosen for record in records]
        self.assertEqual(before, [False, True, True, True, False])
        self.env.flush_all()
        for table in ("hours", "session"):
            self.env.cr.execute(f"UPDATE timebank_{table} SET grant_chosen = NULL")
        self.env.invalidate_all()
        path = file_path("timebank_coproduction/migrations/19.0.1.6.0/post-grant_chosen.py")
        load_script(path, "grant_chosen").migrate(self.env.cr, "19.0.1.5.0")
        self.env.invalidate_all()
        self.assertEqual([record.grant_chosen for record in records], before)
