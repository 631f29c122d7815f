"""Every section of a report to a funder and of an application, page one too: what it says is worked out of
the records in plain Python, and read back from the page, from paper and from the workbook."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.fields import Command
from odoo.tests import tagged

from ...models.evidence.timebank_funder_report_section import KEYS, OF_GRANT
from ..common import TODAY, undone
from ..generated import same
from ..grant.witness import Witness as MoneyWitness
from ..grant.witness import exact
from ..grants_common import GrantCase
from . import test_funder_report_time
from .funder_report_common import FIRST
from .funder_report_expected import YEAR, Expected, ExpectedOfAudit
from .funder_report_reading import said
from .story_common import StoryCase
from .witness_parts import PartsWitness

#: How far a self-audit's elements are, before and at the last meeting.
BEFORE, LAST = "1102131230", "2213130212"
SCORES = st.text("01234", min_size=10, max_size=10)
#: What each of some staff and members scored; a dash for what they left out.
VOICES = st.lists(st.text("-01234", min_size=10, max_size=10), min_size=3, max_size=7)
BESIDE = (("The town", 600.0, "Ovens"), ("A church", 0.0, "Its hall"))
ASKED, ANSWERED = "Who keeps people safe?", "Whoever helps alone at a home has been checked."


@tagged("post_install", "-at_install")
class TestFunderReportWhole(
    Expected, ExpectedOfAudit, test_funder_report_time.TestFunderReportTime, StoryCase, GrantCase
):
    """The neighbours of the tests on time, and some who have just joined; with money, meetings, a story."""

    @classmethod
    def _live(cls):
        super()._live()
        cls._begin()
        cls._live_before()
        cls.elements = [
            name for name, _label in cls.env["timebank.self.audit.line"]._fields["element"].selection
        ]
        voices = ("3213130212", "22--301121", "1113200212", "4213130012", "2210130242", "0013130211", "-")
        cls.audits = cls._hold(LAST, voices[:5], voices[1:]), cls._hold(BEFORE, (), (), date(2025, 11, 20))
        cls.story = cls._make_story(cls.volunteers[0])
        cls.story.with_user(cls.coordinator).record_consent(
            cls.volunteers[0].partner_id.id, ["funder"], TODAY + timedelta(days=90), "person"
        )
        cls._bill(("Soup", 210.4), day=date(2026, 1, 20))
        cls._bill(("Bread", 33.35), day=date(2026, 2, 3))

    @classmethod
    def _begin(cls):
        """Twenty join: for most of them it takes a while until they give, and give again."""
        cls.vals, joined = [], FIRST + timedelta(days=3)
        new = [cls._make_member(f"newcomer {number}", "volunteer", joined_on=joined) for number in range(20)]
        for number, one in enumerate(new[:14]):
            for days in (4 + 3 * number, 20 + 4 * number)[: 2 if number < 9 else 1]:
                receiver = cls.supported[number].partner_id
                cls._give(one, joined + timedelta(days=days), receiver_id=receiver.id)
        for one in cls.volunteers[:8]:  # beside those whom all tests have, who are few
            cls._give(one, date(2026, 3, 4))
        cls._approve()

    @classmethod
    def _live_before(cls):
        """A year before, some for each other, some for the bank, and some only received."""
        cls.vals, day = [], FIRST - YEAR + timedelta(days=9)
        for number, one in enumerate(cls.volunteers[:14]):
            cls._give(one, day, receiver_id=cls.supported[number].partner_id.id)
            back = {"receiver_id": one.partner_id.id} if number < 7 else {}
            cls._give(cls.supported[number], day, **back)
        for one, other in zip(cls.volunteers, cls.supported[14:], strict=False):
            cls._give(one, day, receiver_id=other.partner_id.id)
        cls._approve()

    @classmethod
    def _approve(cls):
        entries = cls.env["timebank.hours"].create(cls.vals)
        entries.action_submit()
        entries.with_user(cls.coordinator).action_approve()
        assert set(entries.mapped("state")) == {"approved"}

    @classmethod
    def _hold(cls, agreed, staff, members, met_on=date(2026, 2, 20)):
        """A meeting that agreed on these scores, after staff and members had scored for themselves."""
        audit = cls.env["timebank.self.audit"].with_user(cls.coordinator)
        audit = audit.create({"scheme_id": cls.scheme.id, "met_on": met_on, "present_others": "Everybody"})
        for people, voices in ((cls.paid, staff), (cls.volunteers, members)):
            for person, scores in zip(people, voices, strict=False):
                levels = zip(cls.elements, scores, strict=False)
                audit.voice_ids.create(
                    {
                        "audit_id": audit.id,
                        "partner_id": person.partner_id.id,
                        **{element: level for element, level in levels if level != "-"},
                    }
                )
        for number, (line, level) in enumerate(zip(audit.line_ids, agreed, strict=True)):
            line.write({"agreed_level": level, "note": "Looked at from both sides"})
            if int(level) < 2 and number % 2:
                until = TODAY + timedelta(days=30)
                line.write({"action": "Ask", "action_user_id": cls.coordinator.id, "action_until": until})
        audit.action_agree()
        for todo in audit.line_ids.sudo().todo_id[:2]:
            todo.action_feedback()
        return audit.with_env(cls.env)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._reconcile(last=TODAY)
        question = {"key": "question", "title": ASKED, "text": ANSWERED}
        more = {
            "date_to": TODAY,
            "section_ids": [Command.create(question)],
            "story_ids": [Command.set(cls.story.ids)],
        }
        lines = [("plan", *line) for line in test_funder_report_time.PLAN]
        cls.of_grant = cls._draft(
            plan_line_ids=[
                Command.create(
                    dict(zip(("kind", "name", "planned_text", "done_text", "reason"), line, strict=True))
                )
                for line in lines
            ],
            beside_line_ids=[
                Command.create({"kind": "beside", "name": name, "amount": amount, "reason": what_for})
                for name, amount, what_for in BESIDE
            ],
            **more,
        )
        cls.of_grant.budget_line_ids.reason = "More soup in May"
        cls.bid = cls._draft(kind="bid", grant_id=False, scheme_ids=[Command.set(cls.scheme.ids)], **more)
        (cls.of_grant | cls.bid).section_ids.is_in = True
        cls.env.flush_all()

    def _look_at(self, report):
        grant = report.grant_id
        self.report = report
        self.now = self.witness = PartsWitness(self.scheme, FIRST, TODAY, grant=grant)
        self.before = None if grant else PartsWitness(self.scheme, FIRST - YEAR, TODAY - YEAR)

    def _expect(self):
        """Of each section that the report has."""
        self.expected = {}
        for section in self.report._get_content()["sections"]:
            self.expected[section["key"]] = getattr(self, f"_expect_{section['key']}")()
        return self.expected

    def _answers(self, *keys):
        """What page one says of other sections."""
        return " ".join(getattr(self, f"_expect_{key}")()[2] for key in keys)

    # ------------------------------------------------------------
    # Worked out of the records, beside what is common to other tests
    # ------------------------------------------------------------

    def _expect_summary(self):
        figures = {}
        for key, names in (
            ("involvement", ("head_count", "given_by_people", "sustained_people")),
            ("forms", ("coproductive",)),
            ("money", ("spent",)),
        ):
            if key != "money" or self.report.grant_id:
                found = getattr(self, f"_expect_{key}")()[0]
                figures |= {name: found[name] for name in names}
        paid_for = self.scheme.name
        if self.report.grant_id:
            paid_for = (
                f"Harbour Foundation awarded {self._money(10_000)} for “Neighbours Together”."
                f" Neighbours who run a café. {self._answers('money', 'beside')}"
            )
        together = self._answers("involvement", "forms")
        changed = self._answers("reciprocity", "newcomers", "resilience", "wellbeing")
        return figures, [], paid_for, together, changed

    def _money(self, amount):
        sign = "−" if amount < 0 else ""
        return f"{sign}{self.env.company.currency_id.symbol} {abs(float(amount)):,.2f}"

    def _read_books(self):
        """The books, what was signed, the fund's movement, and what was spent."""
        self.env.flush_all()
        witness, number = MoneyWitness(self.env), self.grant.id
        signed = [row for row in witness.reconciliations.values() if row["state"] == "reviewed"]
        spent = sum(exact(row["spent_amount"]) + exact(row["late_amount"]) for row in signed)
        return witness.period(number, FIRST, TODAY), witness.fund(number, FIRST, TODAY), spent

    def _expect_money(self):
        period, fund, spent = self._read_books()
        self.assertGreater(spent, 0)
        amounts = {
            "award": period["award_amount"],
            "reward_budget": period["budget_amount"],
            "spent": spent,
            "to_date": period["to_date_amount"],
            "unbilled": period["unbilled_amount"],
            "left": period["closing_amount"],
        }
        figures = {key: self._money(amount) for key, amount in amounts.items()}
        names = ("Brought forward", "Income", "Expenditure", "Transfers", "Carried forward")
        rows = [[name, self._money(amount)] for name, amount in zip(names, fund, strict=True)]
        answer = (
            f"{figures['spent']} was spent on rewards from 1 December 2025 to 18 March 2026. Of the"
            f" {figures['reward_budget']} agreed for rewards, {figures['left']} is left. Of the award of"
            f" {figures['award']} as a whole, {self._money(-fund[2])} was spent in these days: all of it on"
            f" rewards, and nothing on other costs. {self._money(fund[1])} came in:"
            f" {self._money(-fund[4])} more has been spent than the funder has paid so far."
        )
        self.assertEqual(-fund[2], spent)
        return figures, rows, answer

    def _expect_budget(self):
        period, _fund, _spent = self._read_books()
        names = ("budget_amount", "to_date_amount", "unbilled_amount", "closing_amount")
        budget, spent, unbilled, left = (self._money(period[name]) for name in names)
        amounts = [budget, spent, unbilled, left]
        answer = f"By 18 March 2026, {spent} of the budget of {budget} had been spent, and {left} was left."
        return {}, [["Rewards", *amounts, "More soup in May"], ["Total", *amounts, ""]], answer

    def _expect_beside(self):
        together = self._money(sum(amount for _name, amount, _what_for in BESIDE))
        rows = [
            [name, self._money(amount), what_for] if amount else [name, "–", f"in kind: {what_for}"]
            for name, amount, what_for in BESIDE
        ]
        answer = f"Besides the award, others gave {together}, and help in kind."
        return {}, [*rows, ["Total", together, ""]], answer

    def _expect_plan(self):
        return {}, [list(line) for line in test_funder_report_time.PLAN]

    def _expect_involvement(self):
        figures, rows = super()._expect_involvement()
        found, sustained = self.now.involvement(), self.now.sustained()
        givers = found["both"] + found["only_giving"]
        answer = (
            f"{found['people']} people took part; {givers} of them gave"
            f" {said(self.now.taken_whole()['minutes'])}."
            f" {sustained['people']} of the people we support stayed involved."
        )
        return figures, rows, answer

    def _expect_forms(self):
        figures, rows = super()._expect_forms()
        share = figures["coproductive"]
        return figures, rows, f"{share} of the time in activities was planned or delivered together."

    def _expect_network(self):
        return *super()._expect_network(), self.answer

    def _expect_resilience(self):
        figures, rows = super()._expect_resilience()
        first = self.now.resilience()[0]
        answer = (
            f"3 months after our support ended, {first['part']} of the {first['people']} people who are still"
            " members gave or received something."
        )
        return figures, rows, answer

    def _expect_self_audit(self):
        figures, rows, answer = self._expect_audit(*self.audits)
        if self.report.grant_id:
            answer += " This is about all that we do together, not only what this grant pays for."
        return figures, rows, answer

    def _expect_stories(self):
        return {}, [], self.story.name, " ".join(self.story.text.split()), "– Rosa"

    def _expect_learned(self):
        return {}, [], "Begin earlier in the year."

    def _expect_question(self):
        return {}, [], ANSWERED

    def _expect_method(self):
        """How each section is made that has figures, what is hidden, and which days were before."""
        told = {"plan", "stories", "summary", "learned", "question", "method"}
        titles = [
            section["title"]
            for section in self.report._get_content()["sections"]
            if section["key"] not in told or section["key"] == "stories"
        ]
        before = [] if self.report.grant_id else ["1 December 2024 to 18 March 2025"]
        least, months = map(self.now._threshold, ("sustained_minutes", "sustained_months"))
        thresholds = (
            f"stayed involved if they gave at least {said(least)} beside professionals, in at least {months}"
            " different months",
            "aren’t professionals gave 10 % to 90 % of its hours",
            "Nothing is told about fewer than five people",
            "A share of fewer than 30 people has its 95 % interval beside it",
            "n is the number of people that a figure is about",
        )
        return {}, [], *titles, *before, *thresholds, "18 March 2026"

    # ------------------------------------------------------------
    # Read back
    # ------------------------------------------------------------

    def test_page_paper_and_workbook_say_what_the_records_say(self):
        """Of a grant: all sections but one, which is of banks as a whole alone."""
        self._look_at(self.of_grant)
        self._check_notes(self._check_said(self.of_grant, self._expect()))
        self.assertEqual({key for key, _name in KEYS} - self.expected.keys(), {"first_steps"})

    def test_an_application_says_what_the_records_say(self):
        """All sections but those about a grant."""
        self._look_at(self.bid)
        sections = self._check_said(self.bid, self._expect())
        self._check_notes(sections)
        self.assertEqual({key for key, _name in KEYS} - self.expected.keys(), OF_GRANT)
        notes = {one["key"]: one["note"] for one in sections["first_steps"]["figures"]}
        for key, waits in self.now.waits().items():
            ended = sum(over for _length, over, _who in waits)
            self.assertEqual(
                notes[f"days_to_{key}"], f"median of {len(waits)}, for {ended} of whom it is over"
            )

    def test_each_section_is_expected_to_say_something(self):
        """A section that comes anew is worked out and read back as well."""
        for key, name in KEYS:
            with self.subTest(section=name):
                self.assertTrue(hasattr(self, f"_expect_{key}"))

    @same(6, shrinks=False)
    @given(SCORES, VOICES, SCORES, VOICES, VOICES)
    def test_made_up_meetings(self, before, voices_before, agreed, staff, members):
        """What a later meeting agreed of whom."""
        with undone(self.env):
            last = date(2026, 3, 10)
            earlier = self._hold(before, voices_before, (), date(2026, 3, 2))
            audit = self._hold(agreed, staff, members, last)
            for report in (self.of_grant, self.bid):
                self._look_at(report)
                self.audits = audit, earlier
                [section] = [one for one in report._make_content()["sections"] if one["key"] == "self_audit"]
                figures, rows, answer = self._expect_self_audit()
                self.assertEqual({one["key"]: one["value"] for one in section["figures"]}, figures)
                self.assertEqual(section["table"]["rows"], rows)
                self.assertEqual(section["answer"], answer)

    @same(4, shrinks=False)
    @given(st.lists(st.lists(st.integers(1, 3), min_size=6, max_size=6), min_size=30, max_size=30))
    def test_made_up_points_of_a_licensed_scale(self, points):
        """Of thirty people, three points each time."""
        with undone(self.env):
            responses = self.env["timebank.wellbeing.response"].sudo()
            answers = responses.search([("wave_id.scheme_id", "=", self.scheme.id)])
            by_person = answers.sorted("answered_on").grouped("partner_id").values()
            pairs = [given for given in by_person if len(given) == 2]
            for (one, other), made in zip(pairs, points, strict=True):
                one._in_verb().scale_points, other._in_verb().scale_points = made[:3], made[3:]
            table = test_funder_report_time.SCORES
            both = [(table[sum(made[:3])], table[sum(made[3:])]) for made in points]
            change, row = self._say_change_of(both)
            for report in (self.of_grant, self.bid):
                [section] = [one for one in report._make_content()["sections"] if one["key"] == "wellbeing"]
                figures = {one["key"]: one["value"] for one in section["figures"]}
                self.assertEqual(figures[f"change_scale_{self.scale.id}"], change)
                self.assertEqual(section["table"]["rows"][-1], ["Three statements", *row])
