"""The measures of a small bank that can be worked out by hand, and who may ask for them."""

from datetime import date, timedelta

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ..common import TODAY
from ..session_common import ClosingCase

FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)
#: What get_measures has at least, as other systems rely on it.
KEYS = (
    "head_count attendances sustained_people sustained_minutes giving_and_receiving only_giving"
    " only_receiving partners_per_person density arc_reciprocity largest_strong_part issued_minutes"
    " exchanged_minutes returned_minutes given_minutes expired_minutes outstanding_minutes"
    " cover_months top_tenth_share forms"
).split()


class TestMeasures(ClosingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.write({"credit_limit_minutes": 600, "approve_at_closing": True})
        cls.activity.planned_by = "jointly"
        cls.dan = cls._make_member("Dan Fry", "beneficiary")

    def _measures(self, user=None, first=FIRST, last=LAST, **vals):
        return self._as(user or self.coordinator, self.scheme).get_measures(first, last, **vals)

    def _scope(self, **vals):
        measures = self.env["timebank.measures"]
        return measures, measures._make_scope(self.scheme, **{"date_from": FIRST, "date_to": LAST, **vals})

    def _give(self, giver, receiver, minutes, day):
        receiver_id = receiver and receiver.partner_id.id
        return self._make_hours(giver, minutes, "approved", date=day, receiver_id=receiver_id)

    def _live(self):
        """Ann and Ben help each other, the trust helps Ann; Ann and Cat run a café for Ben and Dan."""
        self._give(self.ann, None, 120, date(2026, 1, 15))
        self._give(self.ann, self.ben, 30, date(2026, 2, 10))
        self._give(self.ben, self.ann, 60, date(2026, 3, 1))
        self._give(self.agency, self.ann, 45, date(2026, 3, 2))
        undone = self._give(self.dan, self.cat, 200, date(2026, 3, 3))
        undone.with_user(self.coordinator).action_reverse("Another Dan")
        for member, role in ((self.ann, "helper"), (self.cat, "professional"), (self.ben, "attendee")):
            self._make_line(member, role=role, minutes=120)
        self._make_line(self.dan, role="attendee", minutes=90)
        self._close()
        account = self.ann.account_id.with_user(self.coordinator)
        account.action_give(self.ben.account_id.id, 15, "For the lift")

    def test_a_small_bank_worked_out_by_hand(self):
        self._live()
        found = self._measures()
        expected = {
            "head_count": 4,  # the trust is nobody
            "giving_and_receiving": 2,  # Ann and Ben
            "only_giving": 1,  # Cat
            "only_receiving": 1,  # Dan, whose own hours were reversed
            "attendances": 2,
            "sustained_minutes": 120,  # Ann's, beside Cat
            "sustained_people": 0,
            # Ann → Ben, Ben → Ann, Ann → Dan, Cat → Ben, Cat → Dan
            "partners_per_person": 2.0,
            "density": 5 / 12,
            "arc_reciprocity": 2 / 5,
            "largest_strong_part": 2,
            "issued_minutes": 240,  # Cat is paid, and earns nothing
            "exchanged_minutes": 135,
            "returned_minutes": 0,
            "given_minutes": 15,
            "expired_minutes": 0,
            "outstanding_minutes": 240,
            "cover_months": None,
            "top_tenth_share": 150 / 195,  # Ann's and Ben's: what the trust has is no person's
            "sustained_hours": 6,
            "sustained_months": 3,
            "forms": [
                {
                    "planned_by": "jointly",
                    "delivered_by": "jointly",
                    "minutes": 240,
                    "activities": 1,
                    "declared_otherwise": 0,
                }
            ],
        }
        self.assertEqual({key: found[key] for key in expected}, expected)
        self.assertFalse(set(KEYS) - set(found))

    def test_what_is_sustained_is_said_by_bank_and_grant(self):
        self._live()
        self.scheme.write({"sustained_minutes": 120, "sustained_months": 1})
        self.assertEqual(self._measures()["sustained_people"], 1)
        self.scheme.sustained_hours = 2.5
        found = self._measures()
        self.assertEqual((found["sustained_people"], found["sustained_hours"]), (0, 2.5))
        funder = self.env["res.partner"].create({"name": "Harbour Foundation"})
        grant = self.env["timebank.grant"].create(
            {
                "name": "Gardens",
                "funder_id": funder.id,
                "amount": 100,
                "date_start": FIRST,
                "scheme_ids": [(6, 0, self.scheme.ids)],
            }
        )
        of_grant = self._measures(grant_id=grant.id)
        self.assertEqual((of_grant["sustained_hours"], of_grant["sustained_months"]), (2.5, 1))
        grant.write({"sustained_minutes": 60, "sustained_months": 2})
        of_grant = self._measures(grant_id=grant.id)
        self.assertEqual((of_grant["sustained_hours"], of_grant["sustained_months"]), (1, 2))
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.scheme.sustained_months = 0
            self.env.flush_all()

    def test_days_that_have_not_come_change_nothing(self):
        self._live()
        until_today = self._measures(last=TODAY)
        for later in (1, 40, 400):
            self.assertEqual(self._measures(last=TODAY + timedelta(days=later)), until_today)

    def test_a_reversal_counts_on_its_own_day(self):
        entry = self._give(self.ann, None, 100, date(2026, 1, 15))
        entry.with_user(self.coordinator).action_reverse("A mistake")
        self.assertEqual(self._measures(last=date(2026, 1, 31))["issued_minutes"], 100)
        self.assertEqual(self._measures(first=date(2026, 3, 1))["issued_minutes"], -100)
        self.assertEqual(self._measures()["issued_minutes"], 0)
        self.assertEqual(self._measures()["head_count"], 0)

    def test_a_reopened_session_was_not_attended(self):
        self._make_line(self.ann)
        self._make_line(self.dan, role="attendee")
        self._close()
        self.assertEqual(self._measures()["head_count"], 2)
        self.session.with_user(self.coordinator).action_reopen("Not yet")
        self.assertEqual(self._measures()["head_count"], 0)

    def test_how_soon(self):
        people = [self._make_member(name) for name in ("Eve", "Flo", "Gus", "Hal")]
        for member in people:
            member.joined_on = FIRST
        (self.ann | self.ben | self.cat | self.dan).joined_on = date(2025, 12, 31)
        for member, day in zip(people, (10, 20, 30), strict=False):
            self._give(member, None, 60, date(2026, 1, 1 + day))
        self._give(people[0], None, 30, date(2026, 1, 15))
        measures, scope = self._scope()
        found = measures._get_speed(scope)
        # a quarter had after 10 days, half after 20; Hal hasn't yet
        shown = [{key: found[one][key] for key in ("median_days", "people", "ended")} for one in found]
        self.assertEqual(shown[0], {"median_days": 20, "people": 4, "ended": 3})
        self.assertEqual(shown[1], {"median_days": None, "people": 3, "ended": 1})

    def test_after_support_ended(self):
        ends = {self.ann: date(2025, 12, 31), self.ben: date(2025, 11, 30), self.cat: date(2025, 9, 30)}
        for member, day in ends.items():
            member.supported_until = day
        self.dan.write({"supported_from": date(2025, 1, 1), "supported_until": False})
        self._give(self.ann, None, 60, date(2026, 3, 2))  # three months later
        self._give(self.cat, None, 60, date(2026, 2, 2))  # neither three nor six
        self._leave(self.ben)
        self.enterContext(freeze_time(date(2026, 4, 1)))
        measures, scope = self._scope()
        keys = ("months", "ended", "left", "people", "part")
        found = [tuple(row[key] for key in keys) for row in measures._get_resilience(scope)]
        self.assertEqual(found, [(3, 3, 1, 2, 1), (6, 1, 0, 1, 0), (12, 0, 0, 0, 0)])
        self.assertEqual(measures._get_resilience(scope)[0]["share"], 0.5)
        # on the day before March is over nobody knows yet who gives in March
        short = scope._replace(date_to=date(2026, 3, 30))
        found = [tuple(row[key] for key in keys) for row in measures._get_resilience(short)]
        self.assertEqual(found, [(3, 2, 1, 1, 0), (6, 0, 0, 0, 0), (12, 0, 0, 0, 0)])

    def test_between_people_and_agencies(self):
        self._live()
        self._give(self.agency, None, 25, date(2026, 3, 4))
        measures, scope = self._scope()
        flows = measures._get_embedding(scope)["flows"]
        self.assertEqual(
            {way: one["minutes"] for way, one in flows.items()},
            {
                "person_person": 30 + 60 + 240,
                "person_agency": 120,
                "agency_person": 45,
                "agency_agency": 25,
            },
        )

    def test_organisations_deliver_nothing_and_hold_nothing(self):
        """The form is of people's time, and the top tenth one of people."""
        for giver, role in ((self.cat, "professional"), (self.agency, "organisation")):
            hours = self._make_hours(
                giver, 600, "approved", date=date(2026, 3, 2), activity_id=self.activity.id
            )
            self.assertEqual(hours.role, role)
        [form] = self._measures()["forms"]
        self.assertEqual((form["delivered_by"], form["minutes"]), ("professionals", 600))
        self.assertEqual(self.activity.measured_delivered_by, "professionals")
        self.assertEqual((self.activity.community_minutes, self.activity.given_minutes), (0, 1200))
        self._give(self.ann, None, 30, date(2026, 3, 2))
        measures, scope = self._scope()
        found = measures._get_position(scope)
        self.assertEqual((found["holders"], found["held_minutes"], found["top"]), (1, 30, 1))
        self.assertEqual(found["outstanding_minutes"], 630, "the trust's are owed all the same")
        of_banks = self.env["timebank.time.audit.measures"]._get_standing_of_banks(scope)[self.scheme.id]
        self.assertEqual((of_banks["holders"], of_banks["held"]), (1, 30))

    def test_new_arcs(self):
        for day in (date(2025, 11, 3), date(2026, 1, 5), date(2026, 2, 6)):
            self._give(self.ann, self.ben, 10, day)
        for day in (date(2026, 1, 7), date(2026, 1, 8), date(2026, 2, 6)):
            self._give(self.ben, self.ann, 10, day)
        measures, scope = self._scope()
        found = [
            (row["start"].month, row["arcs"], row["new"]) for row in measures._get_new_arcs_by(scope, "month")
        ]
        self.assertEqual(found, [(1, 2, 1), (2, 2, 0)])
        found = [(row["start"], row["new"]) for row in measures._get_new_arcs_by(scope, "week")]
        self.assertEqual(found[0], (date(2026, 1, 5), 1))

    # Small numbers

    def test_fewer_than_five_are_for_who_runs_the_banks(self):
        self._live()
        for user in (self.coordinator, self.manager):
            self.assertEqual(self._measures(user)["head_count"], 4)
        found = self._measures(self.finance)
        shown = {key: found[key] for key in KEYS if key != "forms" and found[key] is not None}
        self.assertEqual(shown, {})
        self.assertEqual({one["minutes"] for one in found["forms"]}, {None})
        self.assertEqual(found["sustained_months"], 3)

    def test_what_would_give_a_small_number_away_is_hidden_too(self):
        people = [self._make_member(f"Person {number}") for number in range(14)]
        for number, member in enumerate(people):
            # twelve give in a ring, seven to the bank alone, two only receive
            if number < 7:
                self._give(member, None, 60, TODAY)
            elif number < 12:
                self._give(member, people[7 + (number - 6) % 5], 60, TODAY)
            else:
                self._give(people[7], member, 30 + number, TODAY)
        found = self._measures()
        self.assertEqual(
            [found[key] for key in ("head_count", "giving_and_receiving", "only_giving", "only_receiving")],
            [14, 5, 7, 2],
        )
        found = self._measures(self.finance)
        self.assertEqual(found["head_count"], 14)
        self.assertIsNone(found["only_receiving"])
        self.assertIn(None, (found["giving_and_receiving"], found["only_giving"]))

    # Who may ask

    def test_who_may_ask(self):
        for user in (self.coordinator, self.finance, self.manager):
            with self.subTest(user=user.name):
                self.assertEqual(self._measures(user)["forms"], [])
        elsewhere = new_test_user(
            self.env, "tb_far", groups="timebank_coproduction.group_timebank_coordinator", name="Far Cole"
        )
        for user in (elsewhere, self.coordinator2, self.staff, self.portal):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._measures(user)
        hill = self._make_scheme("Hill Top", coordinator_ids=[])
        with self.assertRaises(AccessError):
            self._as(self.coordinator, self.scheme | hill).get_measures(FIRST, LAST)
        self._as(self.manager, self.scheme | hill).get_measures(FIRST, LAST)

    def test_a_bank_of_another_company(self):
        far = self.env["res.company"].create({"name": "Far Away"})
        bank = self._make_scheme("Far Bank", company_id=far.id, coordinator_ids=[])
        for user in (self.finance, self.manager):
            with self.subTest(user=user.name), self.assertRaises(AccessError):
                self._as(user, bank).get_measures(FIRST, LAST)

    def test_a_project_is_named_by_who_sees_something_of_it(self):
        hidden = self.env["project.project"].create({"name": "Board", "privacy_visibility": "followers"})
        with self.assertRaises(AccessError):
            self._measures(self.finance, project_id=hidden.id)
        self._make_hours(self.ann, 60, "approved", project_id=self.project.id)
        self._make_hours(self.ben, 60, "approved")
        self._measures(self.finance, project_id=self.project.id)
        self.assertEqual(self._measures(project_id=self.project.id)["head_count"], 1)

    def test_what_makes_no_sense_is_answered_in_a_sentence(self):
        bank = self.scheme.with_user(self.coordinator)
        for arguments in (
            (LAST, FIRST),
            ("soon", LAST),
            (FIRST, None),
            (FIRST, "20260-03-01"),
            ([1], LAST),
            (FIRST, LAST, "one"),
            (FIRST, LAST, None, "café"),
        ):
            with self.subTest(arguments=arguments), self.assertRaises(UserError):
                bank.get_measures(*arguments)
        with self.assertRaisesRegex(UserError, "at least one time bank"):
            bank.browse().get_measures(FIRST, LAST)
