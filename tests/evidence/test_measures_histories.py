"""Whatever happened, the measures agree with a second computation: histories made up by Hypothesis."""

from collections import Counter
from datetime import date, datetime, timedelta
from unittest.mock import patch

from dateutil.relativedelta import relativedelta
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.timebank_coproduction.models.evidence import facts

from ..common import TODAY
from ..generated import try_histories
from ..grants_common import GrantCase
from .witness import Witness
from .witness_parts import PartsWitness

PICK = st.integers(0, 1000)
PERSON = st.integers(0, 10)
MINUTES = st.sampled_from((1, 25, 60, 200, 400))
#: How many days ago: some in clusters, so that people meet again on a day and in a month; some at its ends.
AGO = st.one_of(st.sampled_from((0, 17, 18, 19, 46, 47, 60, 77, 78, 200)), st.integers(0, 220))
ENTRY = st.tuples(
    PERSON,
    st.one_of(st.none(), PERSON, PERSON),
    MINUTES,
    AGO,
    st.integers(0, 5),
    st.sampled_from((True, True, True, False)),
)
ROLES = st.sampled_from(("helper", "attendee", "attendee", "professional"))
REGISTER = st.lists(st.tuples(PERSON, ROLES, MINUTES), min_size=1, max_size=5)
FORMS = st.sampled_from((False, "professionals", "jointly", "community"))


class History(RuleBasedStateMachine):
    """What people do at two banks of one organisation; undone at the end of each history."""

    case = None
    done = Counter()

    def __init__(self):
        super().__init__()
        self.env = self.case.env
        self.env.flush_all()
        self.savepoint = self.env.cr.savepoint()
        self.entries, self.sessions, self.wishes = [], [], []
        self.claims, self.batches = [], []
        self.clock = 0

    def teardown(self):
        try:
            self.case._compare_all()
        finally:
            self.savepoint.close(rollback=True)
            self.env.transaction.clear()

    def _try(self, name, deed):
        """Do what may be refused; of which deeds how many were done is counted."""
        try:
            with self.env.cr.savepoint():
                result = deed()
                self.env.flush_all()
        except (UserError, ValidationError):
            self.env.invalidate_all()
            return None
        self.done[name] += 1
        return result

    def _pick(self, records, number):
        return records[number % len(records)] if records else None

    def _day(self, ago):
        return TODAY - timedelta(days=ago)

    # Time
    @rule(gifts=st.lists(ENTRY, min_size=1, max_size=4))
    def give(self, gifts):
        for giver, receiver, minutes, ago, place, approved in gifts:
            self._give(self.case.members[giver], receiver, minutes, ago, place, approved)

    def _give(self, giver, receiver, minutes, ago, place, approved):
        self.clock += 1
        here = [one for one in self.case.members if one.scheme_id == giver.scheme_id]
        activities = [None, *(one for one in self.case.activities if one.scheme_id == giver.scheme_id)]
        receiver, activity = receiver and self._pick(here, receiver), self._pick(activities, place)
        vals = {
            "date": self._day(ago),
            "start_minute": self.clock,
            "receiver_id": receiver and receiver.partner_id.id,
            "activity_id": activity and activity.id,
            "project_id": (activity and activity.project_id.id) or (place % 2 and self.case.garden.id),
        }
        state = "approved" if approved else "submitted"
        entry = self._try("give", lambda: self.case._make_hours(giver, minutes, state, **vals))
        if entry:
            self.entries.append(entry)

    @rule(person=PERSON, other=PERSON, ago=AGO)
    def earn_and_spend(self, person, other, ago):
        """Much is earned, and a little of it spent some days later: then who does no more is dormant."""
        member = self.case.members[person]
        here = [one for one in self.case.members if one.scheme_id == member.scheme_id]
        self._give(member, None, 400, ago + 9, 0, True)
        self._give(self._pick(here, other), len(here) + here.index(member), 25, ago, 0, True)

    @precondition(lambda self: self.entries)
    @rule(number=PICK, deed=st.sampled_from(("action_refuse", "action_reverse", "action_reverse")))
    def undo(self, number, deed):
        state = "submitted" if deed == "action_refuse" else "approved"
        entry = self._pick([one for one in self.entries if one.state == state], number)
        if entry:
            verb = getattr(entry.with_user(self.case.coordinator), deed)
            self._try(deed, lambda: verb("A mistake"))

    # Sessions
    @rule(place=st.integers(0, 4), ago=AGO, hour=st.sampled_from((9, 23)), register=REGISTER)
    def hold(self, place, ago, hour, register):
        activity = self._pick(self.case.activities, place)
        start = datetime.combine(self._day(ago + 1), datetime.min.time()).replace(hour=hour)

        def deed():
            session = self.env["timebank.session"].create(
                {"activity_id": activity.id, "start": start, "stop": start + timedelta(hours=3)}
            )
            session.action_open()
            people = {}
            for person, role, minutes in register:
                people.setdefault(self.case.members[person].partner_id, (role, min(minutes, 180)))
            self.env["timebank.attendance"].create(
                [
                    {
                        "session_id": session.id,
                        "partner_id": person.id,
                        "role": role,
                        "minutes": minutes,
                        "state": "attended",
                    }
                    for person, (role, minutes) in people.items()
                ]
            )
            return session

        session = self._try("hold", deed)
        if session:
            self.sessions.append(session)
            self._try("close", session.with_user(self.case.coordinator).action_close)

    @precondition(lambda self: self.sessions)
    @rule(number=PICK, again=st.booleans())
    def reopen(self, number, again):
        session = self._pick(self.sessions, number)
        if not session:
            return
        session = session.with_user(self.case.coordinator)
        self._try("reopen", lambda: session.action_reopen("Somebody was missing"))
        if again:
            self._try("close again", session.action_close)

    @precondition(lambda self: self.sessions)
    @rule(number=PICK)
    def let_off(self, number):
        undecided = [lines for one in self.sessions if (lines := one.attendance_ids.filtered("to_decide"))]
        lines = self._pick(undecided, number)
        if lines:
            self._try("let off", lambda: lines.with_user(self.case.coordinator).action_waive("New here"))

    # Credits
    @rule(
        deed=st.sampled_from(
            ("give_away", "give_away", "claim", "call_off", "expire", "issue_vouchers", "hand_in", "settle")
        ),
        person=PERSON,
        other=PERSON,
        minutes=MINUTES,
        number=PICK,
        so=st.booleans(),
    )
    def move_credits(self, deed, person, other, minutes, number, so):
        {
            "give_away": lambda: self._give_away(person, other, minutes),
            "claim": lambda: self._claim(person),
            "call_off": lambda: self._call_off(number),
            "expire": lambda: self._expire(person),
            "issue_vouchers": lambda: self._issue_vouchers(None if so else person),
            "hand_in": lambda: self._hand_in(number, person, so),
            "settle": lambda: self._settle(person, minutes, so),
        }[deed]()

    def _give_away(self, giver, taker, minutes):
        giver, taker = self.case.members[giver], self.case.members[taker]
        target = taker.account_id if taker.scheme_id == giver.scheme_id else giver.scheme_id.pot_account_id
        account = giver.account_id.with_user(self.case.coordinator)
        self._try("gift", lambda: account.action_give(target.id, minutes, "For the help"))

    def _claim(self, person):
        member = self.case.members[person]
        claim = self._try("claim", lambda: self.case._make_claim(member, self.case.lesson, "approved"))
        if claim:
            self.claims.append(claim)

    def _call_off(self, number):
        claim = self._pick(self.claims, number)
        if claim:
            self._try("call off", lambda: claim.with_user(self.case.coordinator).action_cancel("Ill"))

    def _expire(self, person):
        account = self.case.members[person].account_id
        if account.balance_minutes > 0:
            self._try("expire", account._expire)

    def _issue_vouchers(self, person):
        member = person is not None and self.case.members[person]
        vals = {
            "scheme_id": (member or self.case.members[0]).scheme_id.id,
            "account_id": member and member.account_id.id,
            "quantity": 2,
            "minutes": 25,
            "reason": "For the neighbours",
        }

        def deed():
            batch = self.env["timebank.voucher.batch"].create(vals)
            batch.action_issue()
            return batch

        batch = self._try("vouchers", deed)
        if batch:
            self.batches.append(batch)

    def _hand_in(self, number, person, lost):
        batch = self._pick(self.batches, number)
        voucher = batch and batch.voucher_ids.filtered(lambda one: one.state == "issued")[:1]
        if not voucher:
            return
        if lost:
            self._try("lost", lambda: voucher.with_user(self.case.manager).action_cancel("Lost"))
        else:
            account = self.case.members[person].account_id
            self._try("hand in", lambda: voucher.redeem(voucher.code, account))

    def _settle(self, person, minutes, back):
        member = self.case.members[person]
        sides = [member.scheme_id.operating_account_id, member.account_id]
        source, target = reversed(sides) if back else sides
        self._try("settle", lambda: self.case._post(source, target, minutes))

    # People
    @rule(
        deed=st.sampled_from(("support", "support", "support", "leave", "come_back", "come_back", "forget")),
        person=PERSON,
        ago=AGO,
        length=st.integers(0, 300),
        still=st.booleans(),
    )
    def come_and_go(self, deed, person, ago, length, still):
        if deed == "support":
            self._support(person, ago, length, still)
        else:
            {"leave": self._leave, "come_back": self._come_back, "forget": self._forget}[deed](person)

    def _support(self, person, ago, length, still):
        day = self._day(ago)
        vals = {
            "supported_from": day - timedelta(days=length),
            "supported_until": False if still and not length % 3 else day,
        }
        self._try("support", lambda: self.case.members[person].write(vals))

    def _leave(self, person):
        member = self.case.members[person].with_user(self.case.coordinator)
        self._try("leave", lambda: self.case._leave(member, credit_to="bank", debt_by="bank", reason="Moved"))

    def _come_back(self, person):
        self._try("come back", self.case.members[person].action_activate)

    def _forget(self, person):
        member = self.case.members[person]
        if member.state == "left":
            self._try("forget", lambda: member.with_user(self.case.manager).action_forget("They asked"))

    # What is offered, and asked for
    @rule(
        wishes=st.lists(
            st.tuples(st.sampled_from(("offer", "request", "request")), PERSON, st.integers(0, 3)),
            min_size=1,
            max_size=3,
        )
    )
    def wish(self, wishes):
        for kind, person, number in wishes:
            member = self.case.members[person]
            vals = {
                "scheme_id": member.scheme_id.id,
                "partner_id": member.partner_id.id,
                "skill_id": self.case.skills[number].id,
            }

            def deed(kind=kind, vals=vals):
                found = self.env[f"timebank.{kind}"].create(vals)
                found.action_publish()
                return found

            found = self._try(kind, deed)
            if found:
                self.wishes.append(found)

    @precondition(lambda self: self.wishes)
    @rule(number=PICK)
    def wish_no_longer(self, number):
        wish = self._pick(self.wishes, number)
        self._try("close", wish.action_close)

    # What counts
    @rule(place=st.integers(0, 4), planned_by=FORMS, delivered_by=FORMS)
    def plan(self, place, planned_by, delivered_by):
        vals = {"planned_by": planned_by, "delivered_by": delivered_by}
        self._pick(self.case.activities, place).write(vals)

    @rule(minutes=st.sampled_from((1, 60, 360)), months=st.integers(1, 3), of_grant=st.booleans())
    def change_thresholds(self, minutes, months, of_grant):
        owner = self.case.gardens if of_grant else self.case.scheme
        owner.sudo().write({"sustained_minutes": minutes, "sustained_months": months})


class TestHistories(GrantCase):
    """River Street and Hill Top, which has people of both; a grant for all, and one for the garden."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.garden = cls.env["project.project"].create(
            {"name": "Garden", "user_id": cls.coordinator2.id, "company_id": cls.env.company.id}
        )
        cls.scheme.project_ids = [Command.set((cls.project | cls.garden).ids)]
        cls.hill = cls._make_scheme("Hill Top", tz="Pacific/Auckland")
        cls.lesson.minutes = 25
        (cls.scheme | cls.hill).write({"credit_limit_minutes": 300, "approve_at_closing": True})
        old = {"joined_on": date(2025, 7, 31)}
        company = cls.env["res.partner"].create({"name": "Corner Shop", "is_company": True})
        cls.members = [
            cls.ann,
            cls.ben,
            cls.cat,
            cls.agency,
            cls._make_member("Dan Fry", "beneficiary", **old),
            cls._make_member("Eve Moss", "beneficiary", joined_on=date(2026, 1, 1)),
            cls._make_member(company, "volunteer"),
            cls._make_member(cls.ann.partner_id, "volunteer", cls.hill, **old),
            cls._make_member("Flo Bell", "beneficiary", cls.hill, **old),
            cls._make_member(cls.cat.partner_id, "professional", cls.hill, **old),
            cls._make_member(cls.ben.partner_id, "organisation", cls.hill),
        ]
        cls.activities = [
            cls._make_activity("Café", cls.scheme, cls.project, planned_by="jointly"),
            cls._make_activity(
                "Beds", cls.scheme, cls.garden, attendee_effect="charge", attendee_minutes=400
            ),
            cls._make_activity("Walks", cls.scheme, cls.garden, attendee_effect="credit"),
            cls._make_activity("Choir", cls.hill, cls.garden, planned_by="community"),
            cls._make_activity("Tea", cls.hill, cls.project),
        ]
        cls.gardens = cls._make_grant(
            "Gardens", project_ids=[Command.set(cls.garden.ids)], scheme_ids=[Command.set(cls.hill.ids)]
        )
        cls.banks = cls.scheme | cls.hill
        cls.skills = cls.env["timebank.skill"].create(
            [{"name": f"Skill {number}", "kind": "skill"} for number in range(4)]
        )
        cls.seen = Counter()

    @classmethod
    def _make_activity(cls, name, scheme, project, **vals):
        vals = {"name": name, "scheme_id": scheme.id, "project_id": project.id, **vals}
        return cls.env["timebank.activity"].create(vals)

    def _compare_all(self):
        self.env.flush_all()
        self.env.invalidate_all()
        first, last = date(2025, 7, 1), TODAY
        for case in (
            (self.banks, first, last),
            (self.scheme, date(2026, 2, 1), date(2026, 2, 28)),
            (self.hill, date(2025, 12, 31), last),
            (self.banks, date(2026, 1, 1), last, self.grant),
            (self.banks, first, last, None, self.garden),
            (self.hill, first, last, self.gardens, self.garden),
        ):
            self._compare(*case)
            self._compare_parts(*case)
        for day, months in ((last, (3, 1)), (date(2026, 2, 28), (1, 2)), *self._find_edges()):
            self._compare_audit(day, dict(zip(self.banks.ids, months, strict=True)))
        missing = PartsWitness(self.banks, first, last).missing()
        found = self.env["timebank.skill"]._get_missing_in(self.banks)
        self.assertEqual({(scheme, skill): count for scheme, skill, count in found}, missing)
        self.seen["missing"] += len(missing)

    def _find_edges(self):
        """Days exactly a month after somebody spent something, or joined: there looking back begins."""
        spent = self.env["timebank.transfer"].search(
            [("scheme_id", "in", self.banks.ids), ("kind", "=", "exchange"), ("reversal_of_id", "=", False)]
        )
        days = {*spent.mapped("date"), date(2026, 1, 1)}
        return [(day + relativedelta(months=1), (1, 1)) for day in sorted(days) if day < date(2026, 2, 18)][
            -4:
        ]

    def _compare(self, schemes, first, last, grant=None, project=None):
        """The figures of one scope, computed twice."""
        witness = Witness(schemes, first, last, grant, project)
        found = schemes.get_measures(first, last, grant and grant.id, project and project.id)
        self.assertEqual(found, witness.measures())
        measures = self.env["timebank.measures"]
        scope = facts.Scope(tuple(schemes.ids), first, last, grant and grant.id, project and project.id)
        arcs = self.env.execute_query(
            SQL("SELECT giver_id, receiver_id, minutes, date FROM %s a", facts.arcs(scope))
        )
        self.assertEqual(sorted(arcs), witness.arcs_in())
        links = sorted(map(tuple, measures._get_links(scope).tolist()))
        self.assertEqual(links, sorted(arc[:3] for arc in arcs))
        new = {row["start"]: (row["arcs"], row["new"]) for row in measures._get_new_arcs_by(scope, "month")}
        self.assertEqual(new, witness.new_arcs())
        flows = {flow: one["minutes"] for flow, one in measures._get_flows(scope).items()}
        self.assertEqual(flows, witness.flows())
        keys = ("months", "ended", "left", "forgotten", "people", "part")
        resilience = [{key: row[key] for key in keys} for row in measures._get_resilience(scope)]
        self.assertEqual(resilience, witness.resilience())
        embedding = measures._get_embedding(scope)
        self.assertEqual(
            {
                **{key: (embedding[key]["part"], embedding[key]["people"]) for key in ("projects", "teams")},
                "flows": {way: one["minutes"] for way, one in embedding["flows"].items()},
            },
            witness.embedding(),
        )
        self._compare_forms_by_month(measures._get_forms_by(scope, "month"), witness)

    def _compare_parts(self, schemes, first, last, grant=None, project=None):
        """By month, kind, project, role; and who is new."""
        witness = PartsWitness(schemes, first, last, grant, project)
        measures, volunteers = self.env["timebank.measures"], self.env["timebank.volunteers"]
        scope = facts.Scope(tuple(schemes.ids), first, last, grant and grant.id, project and project.id)
        whole = measures._get_involvement(scope)
        expected = witness.taken_whole()
        self.assertEqual({key: whole[key] for key in expected}, expected)
        months = {row.pop("start"): row for row in measures._get_involvement_by(scope, "month")}
        self.assertEqual(months, witness.taken_by_month())
        for field in ("project_id", "grant_id"):
            self.assertEqual(measures._get_involvement_in(scope, field), witness.taken_in(field))
        minutes, people = measures._get_work_by(scope, "month")
        self.assertEqual(minutes.keys(), people.keys())
        self.assertEqual({key: (minutes[key], people[key]) for key in minutes}, witness.work())
        roles = {role: (count, given) for role, count, given in measures._get_roles(scope)}
        self.assertEqual(roles, witness.roles())
        newcomers = witness.newcomers()
        self.assertEqual(measures._get_newcomers(scope), newcomers)
        self.seen.update({name: newcomers[name] for name in ("new", "again")})
        # what is hidden of few, whoever asks, is another test's
        with patch.object(type(measures), "_sees_small", lambda *_args: True):
            self.assertEqual(volunteers._get_volunteers(scope), witness.volunteers())
        flows = {row.pop("start"): row for row in measures._get_flows_by(scope, "month")}
        self.assertEqual(flows, witness.moved_by_month())

    def _compare_audit(self, last, months):
        """What the time audits of both banks count at the end of a day."""
        measures = self.env["timebank.time.audit.measures"]
        scope = facts.Scope(tuple(self.banks.ids), last - relativedelta(months=max(months.values())), last)
        counts, dormant, receiving = PartsWitness(self.banks, date.min, last).audit_counts(months)
        self.assertEqual(measures._get_counts_of_banks(scope, months), counts)
        self.assertEqual(set(measures._find_dormant(scope, months).ids), dormant)
        self.assertEqual(set(measures._find_only_receiving(scope, months).ids), receiving)
        for name in ("dormant", "receiving"):
            self.seen[name] += sum(count[name] for count in counts.values())

    def _compare_forms_by_month(self, found, witness):
        for row in found:
            end = (row["start"] + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            month = Witness(
                witness.schemes,
                max(row["start"], witness.first),
                min(end, witness.last),
                witness.grant,
                witness.project,
            ).forms()
            keys = ("planned_by", "delivered_by", "minutes", "activities", "declared_otherwise")
            self.assertEqual([{key: cell[key] for key in keys} for cell in row["cells"]], month["forms"])
            self.assertEqual(row["unknown"]["minutes"], month["unknown"]["minutes"])

    def test_any_history(self):
        History.done.clear()
        self.seen.clear()
        try_histories(History, self, steps=30)
        for name in ("give", "hold", "close", "reopen", "action_reverse", "offer", "request"):
            self.assertGreater(History.done[name], 0, name)
        for name in ("dormant", "receiving", "missing", "new", "again"):
            self.assertGreater(self.seen[name], 0, name)
