"""Figures on well-being: against a plain witness, hidden where they tell of few, right as often as said."""

import random
from collections import Counter
from datetime import timedelta
from statistics import mean, stdev

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import BaseCase

from ...tools import intervals, wellbeing
from ...tools.wellbeing import QUESTIONS
from ..common import TODAY
from ..wellbeing_common import WellbeingCase

#: Student's t for 95 %, from a printed table, by degrees of freedom.
STUDENT = {4: 2.776, 5: 2.571, 6: 2.447, 7: 2.365, 8: 2.306, 9: 2.262, 10: 2.228, 11: 2.201}


def witness(figures, question):
    """First and last of who said both, counted by hand: n, means, change and interval."""
    pairs = [
        (before[question], after[question])
        for before, after in figures
        if before and after and None not in (before[question], after[question])
    ]
    if len(pairs) < 5:
        return None
    changes = [after - before for before, after in pairs]
    middle = sum(changes) / len(changes)
    half = STUDENT[len(changes) - 1] * stdev(changes) / len(changes) ** 0.5
    return {
        "n": len(pairs),
        "mean_before": mean(before for before, _after in pairs),
        "mean_after": mean(after for _before, after in pairs),
        "change": middle,
        "low": middle - half,
        "high": middle + half,
    }


def witness_asked(rounds, first, last):
    """Who was asked and who answered from day to day, counted by hand: two sets of people.

    :param rounds: of each a pair of dicts, person → day: asked, and answered
    """
    asked, answered = set(), set()
    for asked_on, answered_on in rounds:
        days = [*asked_on.values(), *answered_on.values()]
        if any(first <= day <= last for day in days):
            asked |= {person for person, day in asked_on.items() if day <= last}
            said = {person for person, day in answered_on.items() if first <= day <= last}
            asked, answered = asked | said, answered | said
    return asked, answered


class TestWellbeingResults(WellbeingCase):
    def _make_round(self, asked_on, answered_on):
        """A round of which it is known, person → day, when each was asked and answered."""
        wave = self._make_wave(date_from=min([*asked_on.values(), *answered_on.values()]))
        # sudo: as the verb makes them
        invitations = self.env["timebank.wellbeing.invitation"].sudo()
        for person, day in asked_on.items():
            invitations._make(wave, person)._in_verb().write({"asked_on": day})
        for person, day in answered_on.items():
            self._make_answer(wave, person, (5, 6, 7, 2), answered_on=day)
        return wave

    def test_a_round_that_goes_on_over_the_first_day(self):
        """Who answered late is told of with all who were asked, and not of those who answered late."""
        first = TODAY - timedelta(days=30)
        begun = first - timedelta(days=7)
        late = dict.fromkeys(self.people[:7], first + timedelta(days=3))
        self._make_round(dict.fromkeys(self.people, begun), late)
        shown = self.waves._get_results(self.scheme, first, TODAY)
        self.assertEqual((shown["answered"], shown["asked"]), (7, 12))
        self.assertAlmostEqual(shown["response_rate"], 7 / 12)
        # nor do they count in days in which nobody was asked, and nobody answered
        shown = self.waves._get_results(self.scheme, first + timedelta(days=4), TODAY, small=True)
        self.assertEqual((shown["answered"], shown["asked"]), (0, 0))

    def test_who_was_asked_against_the_witness(self):
        chance = random.Random(20260401)
        straddling = 0
        for number in range(12):
            with self._undone():
                rounds = []
                for _round in range(chance.randint(1, 3)):
                    asked_on, answered_on = {}, {}
                    begun = TODAY - timedelta(days=chance.randint(20, 120))
                    for person in self.people:
                        if chance.random() < 0.7:
                            asked_on[person] = begun + timedelta(days=chance.choice((0, 0, 5)))
                            if chance.random() < 0.6:
                                answered_on[person] = asked_on[person] + timedelta(days=chance.randint(0, 14))
                    if asked_on:
                        self._make_round(asked_on, answered_on)
                        rounds.append((asked_on, answered_on))
                for _period in range(4):
                    first = TODAY - timedelta(days=chance.randint(0, 120))
                    last = first + timedelta(days=chance.randint(0, 60))
                    asked, answered = witness_asked(rounds, first, last)
                    shown = self.waves._get_results(self.scheme, first, last, small=True)
                    with self.subTest(number=number, first=first, last=last):
                        self.assertEqual((shown["asked"], shown["answered"]), (len(asked), len(answered)))
                        rate = len(answered) / len(asked) if asked else None
                        self.assertEqual(shown["response_rate"], rate)
                    straddling += any(day < first for one, _said in rounds for day in one.values() if asked)
        self.assertGreater(straddling, 10)

    def _question(self, results, key):
        [found] = [one for one in results["questions"] if one["key"] == key]
        return found

    def test_matched_pairs(self):
        figures = [
            ((4, 5, 6, 5), (6, 6, 6, 3)),
            ((5, 5, 5, 5), (7, 6, 5, 5)),
            ((6, 6, 6, 6), (6, 7, 7, 4)),
            ((3, 4, 5, 6), (6, 5, 6, 2)),
            ((7, 7, 7, 7), (8, 8, 8, 8)),
            ((5, 5, 5, 5), (5, 4, 5, 6)),
            ((9, 9, 9, 1), None),
        ]
        first, second = self._make_pairs(figures)
        shown = self._results(small=True)
        self.assertEqual((shown["pairs"], shown["once_only"], shown["answered"]), (6, 1, 7))
        for place, key in enumerate(QUESTIONS):
            expected = witness(figures, place)
            found = self._question(shown, key)
            for name, value in expected.items():
                self.assertAlmostEqual(found[name], value, 3, f"{key} {name}")
        # six whom the figures are about, and one who answered once: how many is hidden
        hidden = self._results()
        self.assertEqual((hidden["pairs"], hidden["once_only"], hidden["answered"]), (6, None, None))
        self.assertAlmostEqual(self._question(hidden, "satisfied")["change"], 8 / 6)
        # a middle answer counts for nothing
        middle = self._make_wave(date_from=first.date_to)
        for person in self.people[:6]:
            self._make_answer(middle, person, (0, 0, 0, 0))
        self.assertEqual(self._results(small=True)["questions"], shown["questions"])
        self.assertEqual(second._get_own_results(small=True)["questions"], shown["questions"])

    def test_generated_pairs_against_the_witness(self):
        chance = random.Random(20260318)

        def answers():
            return tuple(chance.choice([None, *range(11)]) for _question in QUESTIONS)

        for number in range(12):
            with self._undone():
                figures = [
                    (chance.random() < 0.9 and answers(), chance.random() < 0.85 and answers())
                    for _person in self.people
                ]
                self._make_pairs(figures)
                shown = self._results()
                for place, key in enumerate(QUESTIONS):
                    with self.subTest(number=number, key=key):
                        found, expected = self._question(shown, key), witness(figures, place)
                        if expected is None:
                            self.assertIsNone(found["change"])
                            self.assertEqual(found["bands"]["after"], [None] * 4)
                            continue
                        for name, value in expected.items():
                            if name != "n" or found["n"] is not None:
                                self.assertAlmostEqual(found[name], value, 2, name)

    def test_fewer_than_five_are_never_shown(self):
        self._make_pairs([((4, 5, 6, 5), (6, 6, 6, 3))] * 4)
        shown = self._results()
        self.assertIsNone(shown["pairs"])
        for question in shown["questions"]:
            self.assertIsNone(question["change"])
            self.assertIsNone(question["mean_before"])
            self.assertIsNone(question["now"]["mean"])

    def test_the_first_time_says_how_people_are(self):
        wave = self._make_wave()
        for person in self.people[:8]:
            self._make_answer(wave, person, (7, 8, 8, 2))
        shown = self._results()
        self.assertEqual(shown["pairs"], 0)
        self.assertEqual(shown["questions"][0]["now"]["mean"], 7)
        section = self._as(self.coordinator, wave).results
        self.assertIn("how people are now", section["answer"])

    def test_nobody_isnt_hidden_where_small_numbers_are_shown(self):
        """One sheet: no interval is spoken of, and what nobody answered is said to be so."""
        _first, second = self._make_pairs([((4, None, 6, 5), (5, None, 6, 3))])
        section = self._as(self.coordinator, second).results
        figures = {one["key"]: (one["value"], one["note"]) for one in section["figures"]}
        self.assertEqual(figures["change_satisfied"], ("+1.0", "n = 1 person"))
        self.assertEqual(figures["change_worthwhile"], ("–", "nobody answered it twice"))
        rows = {row[0]: row[1:] for row in section["table"]["rows"]}
        self.assertEqual(rows["Satisfied with life"], ["4.0", "5.0", "+1.0", "–", "1"])
        self.assertEqual(rows["Things are worthwhile"], [*["–"] * 4, "nobody answered it twice"])
        self.assertNotIn("Things are worthwhile", section["chart"]["labels"])
        self.assertIn("1 of 1 who were asked told us", section["answer"])
        self.assertNotIn("hidden", str(section["table"]))
        # to others all of it is
        shown = self.env["timebank.evidence"]._make_wellbeing(second._get_own_results(), "")
        self.assertEqual({row[-1] for row in shown["table"]["rows"]}, {"hidden"})
        self.assertEqual(len(shown["chart"]["labels"]), 4)

    def test_of_a_grant_and_of_other_banks(self):
        grant = self.env["timebank.grant"].create(
            {
                "name": "Together",
                "funder_id": self.agency.partner_id.id,
                "amount": 10,
                "date_start": "2025-01-01",
                "date_end": "2026-12-31",
                "scheme_ids": [(6, 0, self.scheme.ids)],
            }
        )
        self._make_pairs([((4, 5, 6, 5), (6, 6, 6, 3))] * 6, grant_id=grant.id)
        self._make_pairs([((9, 9, 9, 0), (9, 9, 9, 0))] * 6, people=self.people[6:])
        self.assertEqual(self._results(grant_id=grant.id)["pairs"], 6)
        self.assertEqual(self._results()["pairs"], 12)
        self.assertEqual(self._results(self.elsewhere)["asked"], 0)

    def test_a_grant_without_rounds_of_its_own(self):
        """Rounds that begin by themselves are of no grant; those of another are never told of this one."""
        grant, other = (
            self.env["timebank.grant"].create(
                {
                    "name": name,
                    "funder_id": self.agency.partner_id.id,
                    "amount": 10,
                    "date_start": "2025-01-01",
                    "date_end": "2026-12-31",
                    "scheme_ids": [(6, 0, self.scheme.ids)],
                    "every_expense_counts": True,
                }
            )
            for name in ("Together", "Other")
        )
        (grant | other).action_open()
        self._make_pairs([((9, 9, 9, 0), (9, 9, 9, 0))] * 6, people=self.people[6:], grant_id=other.id)
        self.assertIsNone(self._section_for(self.coordinator, grant_id=grant.id, period="last_12_months"))
        self._make_pairs([((4, 5, 6, 5), (6, 6, 6, 3))] * 6)
        for asked, said, change in ((grant, True, "+2.0"), (other, False, "0.0")):
            section = self._section_for(self.coordinator, grant_id=asked.id, period="last_12_months")
            figures = {one["key"]: one["value"] for one in section["figures"]}
            self.assertEqual((figures["pairs"], figures["change_satisfied"]), ("6", change))
            self.assertEqual("Nobody was asked for this grant alone" in section["answer"], said)

    def test_shares_of_few_have_their_interval(self):
        """Wilson's, worked out from its formula: of 12 asked all answered, and 6 of 12 are in a band."""
        self._make_pairs([((4, 5, 6, 5), (6, 6, 6, 3)), ((9, 9, 9, 0), (9, 9, 9, 0))] * 6)
        section = self._section_for(self.coordinator, period="last_12_months", small=True)
        figures = {one["key"]: one["note"] for one in section["figures"]}
        self.assertEqual(figures["response_rate"], "12 of 12; 95 % interval 76\xa0% to 100\xa0%")
        low = section["table"]["rows"][1]
        self.assertEqual(low[1:3], ["50\xa0% (25\xa0% to 75\xa0%)", "0\xa0% (0\xa0% to 24\xa0%)"])

    def test_on_the_page_evidence(self):
        first, _last = self._make_pairs([((4, 5, 6, 5), (6, 6, 6, 3))] * 7 + [((1, 1, 1, 1), None)])
        first._keep_settled(self.scheme)
        for user in (self.coordinator, self.manager, self.finance):
            with self.subTest(user=user.login):
                page = self._as(user, self.env["timebank.evidence"]).get_page(
                    {"period": "last_12_months", "scheme_ids": self.scheme.ids}
                )
                [section] = [one for one in page["sections"] if one["key"] == "wellbeing"]
                figures = {one["key"]: one["value"] for one in section["figures"]}
                self.assertEqual((figures["pairs"], figures["change_satisfied"]), ("7", "+2.0"))
                self.assertIsNone(figures["response_rate"])
                self.assertIn("not why", section["answer"])
                self.assertNotIn("Person", str(section))
        # who runs the bank may see small numbers there
        page = self._as(self.coordinator, self.env["timebank.evidence"]).get_page(
            {"period": "last_12_months", "scheme_ids": self.scheme.ids, "small": True}
        )
        [section] = [one for one in page["sections"] if one["key"] == "wellbeing"]
        self.assertIn("once only: 1", str(section["figures"]))

    def _section_for(self, user, **filters):
        asked = {"period": "own", "scheme_ids": self.scheme.ids, **filters}
        page = self._as(user, self.env["timebank.evidence"]).get_page(asked)
        return next((one for one in page["sections"] if one["key"] == "wellbeing"), None)

    def test_finance_learns_nothing_from_one_day_after_the_other(self):
        """Who may not read the answers can't have one person's as the difference of two pages."""
        for began in (60, 30):
            wave = self._make_wave(date_from=TODAY - timedelta(days=began))
            for number, person in enumerate(self.people):
                answer = number % 5 if began == 60 else 10 - number % 5
                day = wave.date_from + timedelta(days=number)
                self._make_answer(wave, person, (answer,) * 4, answered_on=day)
        wave._keep_settled(self.scheme)
        told = {self.coordinator: [], self.finance: []}
        for days in range(45, -1, -1):
            for user, sections in told.items():
                section = self._section_for(
                    user, date_from=TODAY - timedelta(days=70), date_to=TODAY - timedelta(days=days)
                )
                if not sections or sections[-1] != section:
                    sections.append(section)
        pairs = [
            int(figure["value"] or 0)
            for section in filter(None, told[self.finance])
            for figure in section["figures"]
            if figure["key"] == "pairs"
        ]
        self.assertEqual(pairs, [5, 10])
        self.assertGreater(len(told[self.coordinator]), 8)
        # nor from where the days begin
        later = self._section_for(self.finance, date_from=TODAY - timedelta(days=20), date_to=TODAY)
        self.assertEqual(later, told[self.finance][-1])

    def test_finance_learns_nothing_from_asking_again(self):
        """One who answers otherwise, or takes it back, changes nothing that is told by themselves."""
        first, last = self._make_pairs([((4, 5, 6, 5), (6, 6, 6, 3))] * 8)
        answers = (first | last).response_ids.sudo()
        days = {"date_from": TODAY - timedelta(days=700), "date_to": TODAY}

        def ask():
            self.env["timebank.wellbeing.wave"]._cron_ask()
            return self._section_for(self.finance, **days)

        with freeze_time(TODAY + timedelta(days=1)):
            told = ask()
            figures = {one["key"]: one["value"] for one in told["figures"]}
            self.assertEqual((figures["pairs"], figures["change_satisfied"]), ("8", "+2.0"))
        for number, change in enumerate(
            (
                lambda: answers[-1].write({"happy": 0}),
                lambda: answers[-2].write({"answered_on": TODAY - timedelta(days=1), "anxious": 9}),
                lambda: answers.filtered(lambda one: one.partner_id == answers[-3].partner_id).unlink(),
                lambda: answers.exists().unlink(),
            )
        ):
            change()
            with self.subTest(number=number), freeze_time(TODAY + timedelta(days=2 + number)):
                self.env.flush_all()
                self.assertEqual(ask(), told)
                with self.assertRaises(AccessError):
                    self.scheme.with_user(self.manager).read(["wellbeing_told"])
        self._make_pairs([((1, 1, 1, 1), (9, 9, 9, 1))] * 8)
        with freeze_time(TODAY + timedelta(days=9)):
            fresh = {one["key"]: one["value"] for one in ask()["figures"]}
        self.assertEqual((fresh["pairs"], fresh["change_satisfied"]), ("8", "+8.0"))

    def test_finance_learns_nothing_from_one_bank_less(self):
        """What one bank hides isn't what two together tell less the other."""
        first, _last = self._make_pairs([((4, 5, 6, 5), (6, 6, 6, 3))] * 6 + [((1, 1, 1, 1), None)])
        people = self.env["res.partner"].create([{"name": f"Hill {number}"} for number in range(24)])
        for person in people:
            self._make_member(person, scheme=self.elsewhere)
        for wave in (
            self._make_wave(scheme_id=self.elsewhere.id, date_from=TODAY - timedelta(days=days))
            for days in (180, 5)
        ):
            for number, person in enumerate(people):
                if number < 12 or wave.date_from < TODAY - timedelta(days=100):
                    said = dict.fromkeys(QUESTIONS, number % 10)
                    vals = {"wave_id": wave.id, "partner_id": person.id, "way": "paper", **said}
                    self.env["timebank.wellbeing.response"].create({**vals, "answered_on": wave.date_from})
        schemes = self.scheme | self.elsewhere
        for scheme in schemes:
            first._keep_settled(scheme)
        waves = self.env["timebank.wellbeing.wave"]
        here, there, both = (
            waves._get_settled_results(banks, TODAY) for banks in (self.scheme, self.elsewhere, schemes)
        )
        hidden = self._find_hidden(here) | self._find_hidden(there)
        self.assertIn(("once_only",), self._find_hidden(here))
        self.assertNotIn(("once_only",), self._find_hidden(there))
        self.assertLessEqual(hidden, self._find_hidden(both))
        self.assertEqual(both["pairs"], here["pairs"] + there["pairs"])

    def _find_hidden(self, figures, at=()):
        if figures is None:
            return {at}
        if not isinstance(figures, dict | list):
            return set()
        items = figures.items() if isinstance(figures, dict) else enumerate(figures)
        return set().union(*(self._find_hidden(value, (*at, key)) for key, value in items))

    def test_no_section_where_nobody_was_asked(self):
        page = self._as(self.manager, self.env["timebank.evidence"]).get_page({"period": "last_12_months"})
        self.assertNotIn("wellbeing", [one["key"] for one in page["sections"]])


class TestSettled(BaseCase):
    """Of generated histories: what is shown after each day differs by five people or more, or not at all."""

    def test_no_two_days_differ_by_few(self):
        chance = random.Random(47)
        several = 0
        for number in range(40):
            people, days = range(chance.randint(5, 40)), chance.randint(3, 40)
            rows = [
                (chance.randrange(days), person)
                for person in people
                for _time in range(chance.choice((0, 1, 2, 2, 3, 5)))
            ]
            shown = wellbeing.find_settled([], rows)
            for day in range(days):
                earlier = wellbeing.find_settled([], [row for row in rows if row[0] <= day])
                self.assertEqual(earlier, [one for one in shown if one <= day])
            several += len(shown) > 1
            for one, other in zip(shown, shown[1:], strict=False):
                with self.subTest(number=number, days=(one, other)):
                    before, after = (self._count(rows, day) for day in (one, other))
                    changed = {who for who, times in after.items() if times != before.get(who, 0)}
                    twice = {who for who in changed if after[who] > 1 and before.get(who, 0) < 2}
                    new = changed - before.keys()
                    self.assertGreaterEqual(len(twice), wellbeing.FEW)
                    self.assertNotIn(len(new), range(1, wellbeing.FEW))
        self.assertGreater(several, 10)

    def _count(self, rows, day):
        return Counter(person for when, person in rows if when <= day)


class TestWellbeingIntervals(BaseCase):
    """95 of 100 intervals hold what is true of everybody."""

    def test_intervals_hold_the_true_change(self):
        chance = random.Random(1726)
        # a town of people whose true mean change is known: whole answers, cut off at both ends
        town = []
        for _person in range(4000):
            before = min(10, max(0, round(chance.gauss(6.2, 2.1))))
            after = min(10, max(0, round(before + chance.gauss(0.5, 1.6))))
            town.append((before, after))
        true = mean(after - before for before, after in town)
        for size in (12, 30, 80):
            rounds = 2000
            held = 0
            for _round in range(rounds):
                made = wellbeing.compare([chance.choice(town) for _one in range(size)])
                held += made["low"] <= true <= made["high"]
            with self.subTest(size=size):
                self.assertTrue(0.93 <= held / rounds <= 0.97, f"{held / rounds:.3f} of {size}")

    def test_intervals_hold_the_true_share(self):
        """Of few people, as page and report say it of shares of fewer than thirty."""
        chance = random.Random(1927)
        for size in (8, 12, 20, 29):
            rounds, held = 4000, 0
            for _round in range(rounds):
                true = chance.uniform(0.05, 0.95)
                part = sum(chance.random() < true for _one in range(size))
                low, high = intervals.wilson(part, size)
                held += low <= true <= high
            with self.subTest(size=size):
                self.assertTrue(0.93 <= held / rounds <= 0.97, f"{held / rounds:.3f} of {size}")


class TestWellbeingScale(WellbeingCase):
    """A licensed scale: nothing without a licence, scored by the table that its holder enters."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scale = (
            cls.env["timebank.wellbeing.scale"]
            .with_user(cls.manager)
            .create(
                {
                    "name": "Three statements",
                    "wording": "One is made up\nTwo is made up\n\nThree is made up",
                    "answer_words": "never\nsometimes\nalways",
                    "scores": "\n".join(f"{total} {total * 1.5}" for total in range(3, 10)),
                }
            )
        )

    def test_no_wording_comes_along(self):
        self.assertFalse(self.env["timebank.wellbeing.scale"].search([("id", "!=", self.scale.id)]))

    def test_only_with_a_licence_and_a_whole_table(self):
        with self.assertRefused("reference of your licence"):
            self.scale.action_switch_on()
        with self.assertRaises(ValidationError):
            self._make_wave(scale_id=self.scale.id)
        self.scale.licence_reference = "L-204"
        self.scale.scores = "3 4.5\n4 6"
        with self.assertRefused("says nothing of 5 points"):
            self.scale.action_switch_on()
        self.scale.scores = "three 4"
        with self.assertRefused("is no line of the table"):
            self.scale.action_switch_on()
        with self.assertRaises(AccessError):
            self._as(self.coordinator, self.scale).action_switch_on()

    def test_asked_scored_and_compared(self):
        self.scale.licence_reference = "L-204"
        self.scale.action_switch_on()
        with self.assertRefused("switch it off"):
            self.scale.wording = "Something else"
        first, second = self._make_pairs([((5, 5, 5, 5), (6, 6, 6, 4))] * 6, scale_id=self.scale.id)
        for wave, typed in ((first, "111 1-1 121 112 123 111"), (second, "222 222 222 3,3,3 222 222")):
            wave.date_to = TODAY
            wave.with_user(self.coordinator).action_invite()
            for person, points in zip(self.people, typed.split(), strict=False):
                invitation = wave.invitation_ids.filtered(lambda one, who=person: one.partner_id == who)
                desk = (
                    self.env["timebank.wellbeing.answer"]
                    .with_user(self.coordinator)
                    .create({"wave_id": wave.id, "way": "paper", "sheet_code": invitation.sheet_code})
                )
                desk.write(
                    {"age_and_consent": True, "satisfied": "5", "scale_typed": points, "replaces": True}
                )
                desk.action_next()
        first.response_ids.write({"answered_on": first.date_from})
        [found] = self._results()["scales"]
        before = [1.5 * total for total in (3, 4, 4, 6, 3)]
        after = [1.5 * total for total in (6, 6, 9, 6, 6)]
        self.assertAlmostEqual(found["mean_before"], mean(before))
        self.assertAlmostEqual(found["mean_after"], mean(after))
        self.assertIsNone(found["n"], "one of six left a statement out: that is nobody's business")
        with self.assertRefused("People have answered"):
            self.scale.action_switch_off()
            self.scale.scores = "3 1"
        for typed in ("11", "4 4 4", "abc", "1111"):
            with self.assertRefused("doesn’t fit"):
                self.scale._read_points(typed)

    def test_the_page_says_which_bank_was_asked(self):
        self._make_pairs([((5, 5, 5, 5), (7, 6, 5, 5))] * 6)
        page = self.env["timebank.evidence"].with_user(self.coordinator)

        def answer():
            [found] = [one for one in page.get_page({})["sections"] if one["key"] == "wellbeing"]
            return found["answer"]

        name = self.scheme.name
        self.assertNotIn(name, answer(), "the only bank that is asked about")
        self._make_scheme("Hill Top")
        self.assertEqual(answer().split(": ")[0], name)
