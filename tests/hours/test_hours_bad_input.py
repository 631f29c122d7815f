"""What can't be: a plain sentence in every case, and nothing written."""

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..common import TODAY, TimebankCase

YESTERDAY = TODAY - relativedelta(days=1)
TOMORROW = TODAY + relativedelta(days=1)


class TestBadInput(TimebankCase):
    def _record(self, user=None, member=None, **vals):
        """Record an hour of ``member`` (Ann), as ``user`` (her coordinator)."""
        model = self._as(user or self.coordinator, self.env["timebank.hours"])
        return model.create({**self._hours_vals(member or self.ann), **vals})

    def test_amounts(self):
        for minutes in (0, -1, 24 * 60 + 1, False, None, ""):
            for user in (self.portal, self.coordinator):
                with self.subTest(minutes=minutes, user=user.login):
                    with self.assertRefused("An entry lasts between one minute and 24 hours."):
                        self._record(user, minutes=minutes)

    def test_amounts_that_are_none(self):
        nothing = (float("nan"), float("inf"), 2**31, 2**63, 1.5, "an hour", [60], {"minutes": 60})
        for minutes in nothing:
            with self.subTest(minutes=minutes):
                with self.assertRefused("is not an amount of time that can be recorded"):
                    self._record(minutes=minutes)
                if minutes != 1.5:
                    with self.assertRefused("is not an amount of time that can be recorded"):
                        self._record_hours(minutes)

    def _record_hours(self, hours):
        vals = self._hours_vals(self.ann)
        del vals["minutes"]
        return self.env["timebank.hours"].create({**vals, "hours": hours})

    def test_hours_are_read_as_minutes(self):
        self.assertEqual(self._record_hours(1.25).minutes, 75)
        self.assertEqual(self._record(minutes="90").minutes, 90)
        for hours in (0, -1, 25, 1e300):
            with self.subTest(hours=hours), self.assertRaises(UserError):
                self._record_hours(hours)

    def test_later_changes_are_held_to_the_same(self):
        entry = self._record()
        for vals in (
            {"minutes": 0},
            {"minutes": 1441},
            {"minutes": None},
            {"hours": 0},
            {"hours": float("nan")},
            {"date": TOMORROW},
            {"receiver_id": self.ann.partner_id.id},
            {"partner_id": self.coordinator.partner_id.id},
            {"start_minute": 5000},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                entry.write(vals)
        self.env.invalidate_all()
        self.assertEqual((entry.minutes, entry.date, entry.partner_id), (60, TODAY, self.ann.partner_id))

    def test_many_changed_at_once(self):
        entries = self._record() | self._record(member=self.ben)
        entries.write({"receiver_id": self.agency.partner_id.id})
        self.assertEqual(entries.receiver_id, self.agency.partner_id)
        with self.assertRefused("Nobody gives time to themselves"):
            entries.write({"receiver_id": self.ben.partner_id.id})

    def test_start(self):
        for start in (1440, -2, "noon"):
            with self.subTest(start=start), self.assertRaises(UserError):
                self._record(start_minute=start)

    # When
    def test_future(self):
        for user in (self.portal, self.coordinator):
            with self.assertRefused("Time can be recorded once it has been given"):
                self._record(user, date=TOMORROW)

    def test_locked(self):
        entry = self._record(date=YESTERDAY)
        self.scheme.lock_date = YESTERDAY
        with self.assertRefused("River Street has closed its books up to", "later date"):
            self._record(date=YESTERDAY)
        with self.assertRefused("River Street"):
            entry.action_submit()
        with self.assertRefused("River Street"):
            self._record().write({"date": YESTERDAY})
        self._record().action_submit()

    def test_locked_after_it_was_handed_in(self):
        entry = self._record(date=YESTERDAY)
        entry.action_submit()
        self.scheme.lock_date = TODAY
        with self.assertRefused("River Street has closed its books up to"):
            entry.action_approve()
        self.assertEqual((entry.state, self._balances(self.ann)), ("submitted", [0]))

    def test_closed_bank(self):
        entry = self._record()
        submitted = self._record(member=self.ben)
        submitted.action_submit()
        self.scheme.action_close()
        for attempt in (
            self._record,
            entry.action_submit,
            submitted.action_approve,
            lambda: entry.write({"minutes": 5}),
        ):
            with self.assertRefused("River Street is closed: open it again first."):
                attempt()

    # Who
    def test_people_outside(self):
        stranger = self.env["res.partner"].create({"name": "Stan Dorn"})
        for vals in ({"partner_id": stranger.id}, {"receiver_id": stranger.id}):
            with self.assertRefused("Stan Dorn is not a member of River Street: add them as a member first."):
                self._record(**vals)

    def test_members_who_take_no_part(self):
        applicant = self.env["timebank.member"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Abe Long"}).id,
                "scheme_id": self.scheme.id,
            }
        )
        paused, left, frozen = (self._make_member(name) for name in ("Pam Ode", "Lee Gone", "Fay Cold"))
        paused.action_pause()
        left.joined_on = TODAY - relativedelta(days=90)
        self._leave(left, day=TODAY - relativedelta(days=60))
        frozen.account_id.action_freeze()
        for member, words in (
            (applicant, "Abe Long has not been accepted yet"),
            (paused, "Pam Ode is paused"),
            (left, "Lee Gone has left"),
            (frozen, "account of Fay Cold is frozen"),
        ):
            with self.subTest(words=words), self.assertRefused(words):
                self._record(member=member)
            with self.subTest(words=words), self.assertRefused(words):
                self._record(receiver_id=member.partner_id.id)

    def test_nobody_gives_to_themselves(self):
        for user in (self.portal, self.coordinator):
            with self.assertRefused("Nobody gives time to themselves: choose who received it."):
                self._record(user, receiver_id=self.ann.partner_id.id)

    def test_wrong_company(self):
        company = self.env["res.company"].create({"name": "North Charity"})
        project = self.env["project.project"].create({"name": "Northern", "company_id": company.id})
        self.coordinator.company_ids = [Command.link(company.id)]
        self.scheme.project_ids = False
        with self.assertRaises(UserError):
            self._record(project_id=project.id)
        person = self.env["res.partner"].create({"name": "Nora North", "company_id": company.id})
        with self.assertRaises(UserError):
            self._make_member(person)

    def test_project_of_another_bank(self):
        other = self.env["project.project"].create({"name": "Allotment"})
        with self.assertRefused("River Street does not serve the project Allotment."):
            self._record(project_id=other.id)

    # Twice
    def test_double(self):
        self._record().action_submit()
        with self.assertRefused("Ann Lee has recorded 1:00 of that day already", "at which they began"):
            self._record()
        self._record(minutes=61)
        self._record(date=YESTERDAY)
        self._record(receiver_id=self.ben.partner_id.id)
        self._record(project_id=self.project.id)

    def test_double_in_one_call(self):
        vals = self._hours_vals(self.ann)
        with self.assertRefused("Ann Lee has recorded"):
            self.env["timebank.hours"].create([vals, vals])

    def test_no_double_after_a_refusal_or_reversal(self):
        entry = self._record()
        entry.action_submit()
        entry.action_refuse("Which neighbour?")
        again = self._record()
        entry.action_draft()
        with self.assertRefused("Ann Lee has recorded"):
            entry.action_submit()
        entry.unlink()
        again.action_submit()
        again.action_approve()
        again.action_reverse("Not that day")
        self._record().action_submit()

    def test_overlapping_starts(self):
        self._record(start_minute=600, minutes=90)
        for start, minutes in ((600, 90), (689, 5), (590, 11), (500, 400)):
            with self.subTest(start=start), self.assertRefused("Ann Lee has recorded 1:30"):
                self._record(start_minute=start, minutes=minutes)
        self._record(start_minute=690, minutes=90)
        self._record(start_minute=510, minutes=90)

    def test_most_of_a_day(self):
        self.scheme.max_minutes_per_day = 120
        self._record(minutes=90)
        with self.assertRefused("Ann Lee would have 2:01 hours on that day; River Street allows 2:00."):
            self._record(minutes=31)
        self._record(minutes=30)
        with self.assertRefused("Ann Lee"):
            self.env["timebank.hours"].create(
                [self._hours_vals(self.ben, 70), self._hours_vals(self.ann, 20)]
            )

    # Own decisions
    def test_nobody_decides_on_their_own_time(self):
        me = self._make_member(self.coordinator.partner_id)
        given = self._record(member=me)
        received = self._record(receiver_id=me.partner_id.id)
        for entry in given | received:
            entry.action_submit()
            with self.assertRefused("You gave or received", "another coordinator has to decide"):
                entry.action_approve()
            with self.assertRefused("You gave or received"):
                entry.action_refuse("Changed my mind")
            self.assertFalse(entry.can_approve)
            self.assertEqual(entry.state, "submitted")
        self.scheme.credit_limit_minutes = 60
        (given | received).with_user(self.manager).action_approve()
        for entry in given | received:
            with self.assertRefused("You gave or received"):
                entry.action_reverse("Changed my mind")
            self.assertFalse(entry.can_reverse)
        own = self._make_member(self.manager.partner_id)
        entry = self._record(member=own)
        entry.action_submit()
        with self.assertRefused("You gave or received"):
            entry.with_user(self.manager).action_approve()

    def test_members_decide_nothing(self):
        entry = self._record(self.portal)
        entry.action_submit()
        for user in (self.portal, self.portal2, self.staff, self.coordinator2, self.finance):
            for attempt in ("action_approve", "action_refuse", "action_reverse"):
                arguments = [] if attempt == "action_approve" else ["Because"]
                with self.subTest(user=user.login, attempt=attempt), self.assertRaises(UserError):
                    getattr(self._as(user, entry), attempt)(*arguments)
        self.assertEqual(self._as(self.coordinator, entry).state, "submitted")

    def test_nobody_else_is_made_the_giver(self):
        entry = self._record(self.portal)
        for vals in (
            {"partner_id": self.ben.partner_id.id},
            {"partner_id": self.ben.partner_id.id, "receiver_id": self.ann.partner_id.id},
        ):
            with self.assertRaises(AccessError):
                entry.write(vals)
        with self.assertRaises(AccessError):
            self._record(self.portal, partner_id=self.ben.partner_id.id)

    def test_a_reason_is_given(self):
        entry = self._record()
        entry.action_submit()
        for reason in ("", "   ", False, None):
            with self.subTest(reason=reason), self.assertRefused("Say why in a few words"):
                entry.action_refuse(reason)

    def test_receiver_who_can_not_pay(self):
        entry = self._record(receiver_id=self.ben.partner_id.id)
        entry.action_submit()
        with self.assertRefused("Ben Okoro has 0:00 hours to spend, and this takes 1:00."):
            entry.action_approve()
        self.assertEqual((entry.state, self._balances(self.ann, self.ben)), ("submitted", [0, 0]))
