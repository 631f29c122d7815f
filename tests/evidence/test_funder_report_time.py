"""What a report says of time and well-being, against what is worked out of the records in plain Python: on
the page, on paper and in the workbook."""

import random
from datetime import date, timedelta
from math import sqrt
from statistics import mean, median, stdev

import networkx

from odoo.tests import tagged

from ...tools.wellbeing import QUESTIONS
from ..common import TODAY
from .funder_report_common import FIRST, FunderReportCase
from .funder_report_reading import ReadBack, hours, percent, plain, said, shift, tenth
from .witness import SIDES, Witness

#: Student's t for 95 %, from a printed table, by degrees of freedom; and of the normal distribution.
STUDENT, NORMAL = {23: 2.0687, 29: 2.0452}, 1.959964
#: The greatest answer in each published band.
BANDS = {**dict.fromkeys(QUESTIONS[:3], (4, 6, 8, 10)), "anxious": (1, 3, 5, 10)}
#: Answers, one in each band, and of so many people in the first and in the last round.
ANSWERS = {
    "satisfied": (3, 6, 8, 9),
    "worthwhile": (2, 5, 7, 10),
    "happy": (4, 5, 7, 9),
    "anxious": (1, 2, 5, 8),
}
BEFORE, AFTER = (9, 8, 7, 6), (6, 6, 8, 10)
#: What so many points of the licensed scale come to, as its holder's table has it.
SCORES = {3: 4.5, 4: 6, 5: 7.25, 6: 8, 7: 9.5, 8: 11, 9: 13}
PLAN = (("Cafés", "12", "11", "One fell to the flood"), ("Gardeners", "=8+1", "14", ""))


def wilson(part, whole):
    """Both ends solve ``(p − part / whole)² = z² p (1 − p) / whole``."""
    first, second, third = whole + NORMAL**2, 2 * part + NORMAL**2, part**2 / whole
    root = sqrt(second**2 - 4 * first * third)
    return (second - root) / (2 * first), (second + root) / (2 * first)


@tagged("post_install", "-at_install")
class TestFunderReportTime(ReadBack, FunderReportCase):
    @classmethod
    def _live(cls):
        """People enough that little is hidden: beneficiaries, volunteers, professionals."""
        cls.chance = random.Random(2026)

        def people(count, role, **vals):
            vals = {"joined_on": date(2024, 6, 1), **vals}
            return [cls._make_member(f"{role} {number}", role, **vals) for number in range(count)]

        ended = {"supported_from": date(2024, 7, 1), "supported_until": date(2025, 2, 10)}
        cls.supported = people(12, "beneficiary", **ended) + people(8, "beneficiary")
        cls.volunteers, cls.paid = people(18, "volunteer"), people(6, "professional")
        cls.vals = []
        cls._work()
        cls._help()
        entries = cls.env["timebank.hours"].create(cls.vals)
        entries.action_submit()
        entries.with_user(cls.coordinator).action_approve()
        assert set(entries.mapped("state")) == {"approved"}
        cls._ask()

    @classmethod
    def _give(cls, member, day, **vals):
        minutes = cls.chance.randrange(30, 200)
        cls.vals.append(cls._hours_vals(member, minutes, date=day, **vals))

    @classmethod
    def _work(cls):
        """Activities in four of the nine forms, and one that doesn't say who planned it."""
        some, more = cls.supported[:7], cls.supported[:14]
        for name, planned, declared, plan in (
            ("Café", "jointly", False, {4: some + cls.paid, 36: more + cls.paid, 66: some + cls.paid}),
            ("Kitchen", "jointly", "community", {40: more[:10] + cls.paid}),
            ("Garden", "community", False, {10: cls.volunteers[6:], 50: cls.volunteers[8:]}),
            ("Lessons", "professionals", False, {20: cls.paid + cls.volunteers[:8]}),
            ("Advice", "professionals", False, {22: cls.paid}),
            ("Choir", False, False, {24: cls.volunteers[:7]}),
        ):
            vals = {"name": name, "scheme_id": cls.scheme.id, "project_id": cls.project.id}
            vals |= {"category_id": cls.category.id, "planned_by": planned, "delivered_by": declared}
            activity = cls.env["timebank.activity"].create(vals)
            for days, givers in plan.items():
                for one in givers:
                    day = FIRST + timedelta(days=days)
                    cls._give(one, day, activity_id=activity.id, grant_id=cls.grant.id)

    @classmethod
    def _help(cls):
        """Who gives to whom; after support had ended as well."""
        both, takers = cls.supported[:14] + cls.volunteers[:12], cls.supported + cls.volunteers[:12]
        pairs = [(one, other) for one in both for other in cls.chance.sample(takers, 3) if one != other]
        pairs += [*zip(cls.supported[:5], cls.volunteers[:5], strict=True)]
        pairs += [*zip(cls.volunteers[:6], cls.supported[:5] + cls.supported[-1:], strict=True)]
        pairs += [*zip(cls.volunteers[:6], cls.supported[14:], strict=True)]
        pairs += [*zip(cls.volunteers[12:], cls.volunteers[:6], strict=True)]  # who have no other partner
        for one, other in pairs:
            day = FIRST + timedelta(days=cls.chance.randrange(60))
            cls._give(one, day, receiver_id=other.partner_id.id, grant_id=cls.grant.id)
        for day, count in ((date(2025, 5, 6), 7), (date(2025, 8, 7), 6)):
            for one in cls.supported[:count]:
                cls._give(one, day)

    @classmethod
    def _ask(cls):
        """Two rounds: thirty answer twice, six once; six of the thirty leave one question out, and one of
        the statements of a licensed scale."""
        cls.scale = cls.env["timebank.wellbeing.scale"].create(
            {
                "name": "Three statements",
                "licence_reference": "L-204",
                "wording": "One is made up\nTwo is made up\nThree is made up",
                "answer_words": "never\nsometimes\nalways",
                "scores": "\n".join(f"{total} {score}" for total, score in SCORES.items()),
            }
        )
        cls.scale.with_user(cls.manager).action_switch_on()
        wave = {"scheme_id": cls.scheme.id, "grant_id": cls.grant.id, "scale_id": cls.scale.id}
        chance = random.Random(204)
        first, last = cls.env["timebank.wellbeing.wave"].create(
            [{**wave, "date_from": TODAY - timedelta(days=days)} for days in (80, 5)]
        )
        everybody = [member.partner_id for member in cls.supported + cls.volunteers]
        for round_, counts, people in ((first, BEFORE, everybody[:30]), (last, AFTER, everybody[:36])):
            spread = {key: cls._spread(ANSWERS[key], counts) for key in QUESTIONS}
            vals, scored = [], []
            for number, person in enumerate(people):
                answers = {key: spread[key][number % 30] for key in QUESTIONS}
                if round_ == first and number < 24:
                    answers["happy"] = ANSWERS["happy"][number % 4]
                elif round_ == first:
                    answers["happy"] = None
                elif number < 24:
                    answers["happy"] = ANSWERS["happy"][number // 6]
                points = [
                    chance.choice((1, 2, 2, 3) if round_ == first else (1, 2, 3, 3)) for _one in range(3)
                ]
                if round_ == first and number >= 24:
                    points[number % 3] = None
                scored.append(points)
                vals.append(
                    {
                        "wave_id": round_.id,
                        "partner_id": person.id,
                        "way": "paper",
                        "answered_on": round_.date_from,
                        "age_and_consent": True,
                        **answers,
                    }
                )
            made = cls.env["timebank.wellbeing.response"].with_user(cls.coordinator).create(vals)
            for response, points in zip(made, scored, strict=True):
                response._in_verb().scale_points = points  # as the sheets that are typed in bring them
        last.with_user(cls.coordinator).action_invite()

    @classmethod
    def _spread(cls, answers, counts):
        made = [answer for answer, count in zip(answers, counts, strict=True) for _one in range(count)]
        cls.chance.shuffle(made)
        return made

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        lines = [
            (0, 0, {"kind": "plan", "name": name, "planned_text": planned, "done_text": done, "reason": why})
            for name, planned, done, why in PLAN
        ]
        cls.report = cls._draft(date_to=TODAY, plan_line_ids=lines)
        cls.env.flush_all()
        cls.witness = Witness(cls.scheme, FIRST, TODAY, grant=cls.grant)

    # ------------------------------------------------------------
    # Worked out of the records
    # ------------------------------------------------------------

    def _expect(self):
        """By section: what figures say, by their keys, and rows of its table."""
        return {
            "involvement": self._expect_involvement(),
            "forms": self._expect_forms(),
            "reciprocity": self._expect_reciprocity(),
            "network": self._expect_network(),
            "resilience": self._expect_resilience(),
            "wellbeing": self._expect_wellbeing(),
            "plan": ({}, [list(line) for line in PLAN]),
        }

    def _expect_involvement(self):
        found, sustained = self.witness.involvement(), self.witness.sustained()
        given = sum(self.witness._mine().mapped("minutes"))
        return {
            "head_count": str(found["people"]),
            "given_by_people": hours(given),
            "sustained_people": str(sustained["people"]),
            "sustained_minutes": hours(sustained["minutes"]),
        }, []

    def _expect_forms(self):
        names = dict(self.env["timebank.activity"].fields_get(["planned_by"])["planned_by"]["selection"])
        found = self.witness.forms()
        cells = {(cell["planned_by"], cell["delivered_by"]): cell for cell in found["forms"]}
        rows, whole, together = [], 0, 0
        for delivered in SIDES:
            for planned in SIDES:
                cell = cells.get((planned, delivered))
                row = ["–", "none"]
                if cell:
                    count = cell["activities"]
                    words = "1 activity" if count == 1 else f"{count} activities"
                    if cell["declared_otherwise"]:
                        words += f"; declared otherwise: {cell['declared_otherwise']}"
                    row = [hours(cell["minutes"]), words]
                    whole += cell["minutes"]
                    together += cell["minutes"] * (
                        (planned, delivered) not in zip(SIDES[::2], SIDES[::2], strict=True)
                    )
                rows.append([names[planned], names[delivered], *row])
        self.assertEqual(len(cells), 4)
        self.assertEqual(found["unknown"]["activities"], 1)
        return {"coproductive": percent(together / whole)}, rows

    def _expect_reciprocity(self):
        found = self.witness.involvement()
        figures = {
            "giving_and_receiving": str(found["both"]),
            "only_giving": str(found["only_giving"]),
            "only_receiving": str(found["only_receiving"]),
        }
        names = ("Gave and received", "Only gave", "Only received")
        rows = [list(row) for row in zip(names, figures.values(), strict=True)]
        return figures, [*rows, ["All who took part", str(found["people"])]]

    def _expect_network(self):
        found = self.witness.network()
        graph = networkx.Graph()
        graph.add_nodes_from(person.id for _scheme, person, _day, _giving in self.witness._facts())
        graph.add_edges_from(arc[:2] for arc in self.witness.arcs_in())
        self.answer = (
            f"half of them with {tenth(median(d for _n, d in graph.degree())).removesuffix('.0')} or more"
        )
        bridges = len(list(networkx.articulation_points(graph)))
        self.assertGreaterEqual(bridges, 5, "fewer aren't shown")
        return {
            "partners_per_person": tenth(found["partners_per_person"]).removesuffix(".0"),
            "density": percent(found["density"], 1),
            "arc_reciprocity": percent(found["arc_reciprocity"]),
            "largest_strong_part": str(found["largest_strong_part"]),
            "isolated": str(len(list(networkx.isolates(graph)))),
            "bridges": str(bridges),
        }, [[f"Group {number}", f"{size} people"] for number, size in enumerate(self.witness.groups(), 1)]

    def _expect_resilience(self):
        figures, rows = {}, []
        for row in self.witness.resilience():
            figures[f"resilience_{row['months']}"] = percent(row["part"] / row["people"])
            self.assertEqual((row["left"], row["forgotten"]), (0, 0), "which, being few, is hidden")
            counts = ["hidden", "hidden", "hidden", str(row["people"]), str(row["part"])]
            rows.append([f"{row['months']} months", *counts])
        return figures, rows

    def _say_surely(self, part, whole):
        """A share, of fewer than 30 with Wilson's interval: the roots of (share − p)² = z² p (1 − p) / n."""
        share, z2 = part / whole, 1.959964**2
        if whole >= 30:
            return percent(share)
        a, b, c = 1 + z2 / whole, -(2 * share + z2 / whole), share**2
        low, high = (percent((-b + sign * sqrt(b * b - 4 * a * c)) / (2 * a)) for sign in (-1, 1))
        return f"{percent(share)} ({low} to {high})"

    def _expect_wellbeing(self):
        answers = self.env["timebank.wellbeing.response"].search(
            [("wave_id.scheme_id", "=", self.scheme.id)], order="answered_on"
        )
        asked = self.env["timebank.wellbeing.invitation"].search(
            [("scheme_id", "=", self.scheme.id), ("state", "in", ("asked", "answered", "declined"))]
        )
        given = {}
        for row in answers.read(["partner_id", "scale_points", *QUESTIONS], load=None):
            given.setdefault(row["partner_id"], []).append(row)
        pairs = [rows for rows in given.values() if len(rows) == 2]
        people = {*given, *asked.partner_id.ids}
        figures = {"response_rate": percent(len(given) / len(people)), "pairs": str(len(pairs))}
        rows = []
        for key in QUESTIONS:
            both = [(before[key], after[key]) for before, after in pairs if before[key] is not False]
            figures[f"change_{key}"], row = self._say_change_of(both)
            rows.append(row)
            least = -1
            for most in BANDS[key]:
                counts = [sum(least < one <= most for one in side) for side in zip(*both, strict=True)]
                rows.append([*(self._say_surely(count, len(both)) for count in counts), "", "", ""])
                least = most
        both = [(before["scale_points"], after["scale_points"]) for before, after in pairs]
        both = [(SCORES[sum(one)], SCORES[sum(other)]) for one, other in both if None not in one + other]
        self.assertEqual(len(both), 24)
        figures[f"change_scale_{self.scale.id}"], row = self._say_change_of(both)
        self.answered = f"{len(given)} of {len(people)} who were asked told us how they are"
        return figures, [*rows, row], self._say_average(rows, figures["response_rate"], len(pairs))

    def _say_change_of(self, both):
        """The mean change of so many pairs, and its row: means, change, interval, n."""
        first, last = zip(*both, strict=True)
        changes = [after - before for before, after in both]
        n, middle = len(changes), mean(changes)
        half = STUDENT[n - 1] * stdev(changes) / sqrt(n)
        interval = f"{shift(middle - half)} to {shift(middle + half)}"
        return shift(middle), [tenth(mean(first)), tenth(mean(last)), shift(middle), interval, str(n)]

    def _say_average(self, rows, rate, pairs):
        names = ("satisfied with life", "things are worthwhile", "happy yesterday", "anxious yesterday")
        changes = [f"{name} from {row[0]} to {row[1]}" for name, row in zip(names, rows[::5], strict=True)]
        return (
            f"{self.answered} ({rate}). {pairs} did so at least twice. Rounds of questions go to members,"
            " whether or not they took part in these days. Their average scores out of 10:"
            f" {'; '.join(changes)}. That says what changed for these people, not why."
        )

    # ------------------------------------------------------------
    # Read back
    # ------------------------------------------------------------

    def test_page_paper_and_workbook_say_what_the_records_say(self):
        sections = self._check_said(self.report, self._expect())
        self.assertIn(self.answer, sections["network"]["answer"])
        self._check_notes(sections)

    def _check_notes(self, sections):
        """n, rate and intervals stand beside the figures."""
        notes = {
            one["key"]: plain(one["note"]) for section in sections.values() for one in section["figures"]
        }
        least, months = map(self.witness._threshold, ("sustained_minutes", "sustained_months"))
        self.assertIn(
            f"at least {said(least)} beside professionals, in at least {months} different months",
            notes["sustained_people"],
        )
        for row in self.witness.resilience():
            low, high = wilson(row["part"], row["people"])
            self.assertEqual(
                notes[f"resilience_{row['months']}"],
                f"{row['part']} of {row['people']} people; with few people,"
                f" between {percent(low)} and {percent(high)}",
            )
        self.assertRegex(notes["response_rate"], r"^36 of \d\d$")
        self.assertEqual(notes["pairs"], "answered once only: 6")
        self.assertTrue(notes["change_happy"].endswith("n = 24 people"))
