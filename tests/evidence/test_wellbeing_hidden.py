"""Nobody works out from what trustees and funders read of well-being how few people said something.

Means are taken as they are: one near an end says by itself that few are at the other.
"""

import re

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import tagged

from ...tools import wellbeing
from ...tools.suppression import FEW
from ...tools.wellbeing import BANDS, QUESTIONS
from ..common import TODAY, undone
from ..generated import same
from ..wellbeing_common import WellbeingCase
from .reader import Reader

PEOPLE = 22
SAID = st.one_of(st.sampled_from((2, 6, 8, 8, 8, 10)), st.none(), st.integers(0, 10))
#: What somebody answered in a round; often nothing at all.
ROUND = st.one_of(st.none(), st.tuples(SAID, SAID, SAID, SAID))
PERCENT = re.compile(r"^(\d+) %$")
ABOUT = re.compile(r"(?<![\d.,])([1-4]) (?:people|person|answered|told|did so|of)\b")


@tagged("post_install", "-at_install")
class TestWellbeingHidden(WellbeingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        more = cls.env["res.partner"].create(
            [{"name": f"Neighbour {number}"} for number in range(PEOPLE - len(cls.people))]
        )
        for person in more:
            cls._make_member(person)
        cls.people |= more
        cls.rounds = [cls._make_wave(date_from=TODAY.replace(month=month)) for month in (1, 3)]

    @same(8, shrinks=False)
    @given(st.lists(st.tuples(ROUND, ROUND), min_size=9, max_size=PEOPLE), st.integers(0, 6))
    def test_what_is_hidden_stays_hidden(self, life, silent):
        with undone(self.env):
            silent = self._live(life, silent)
            section = self.env["timebank.evidence"]._make_wellbeing(self._results(), "How are people?")
            reader, truth = Reader(), {}
            pairs = [(before, after) for before, after in life if before and after]
            last = [after or before for before, after in life if before or after]
            self._read_counts(reader, section)
            truth |= {"silent": silent, "pairs": len(pairs), "once": len(last) - len(pairs)}
            compared = section["table"]["head"][-1] == "n" and len(section["table"]["head"]) > 3
            rows = {}
            for row in section["table"]["rows"]:
                rows.setdefault(len(rows) + (not row[0].startswith("– ")), []).append(row)
            for place, key in enumerate(QUESTIONS):
                cells = rows[1 + place]
                if compared:
                    whole, said = "pairs", [(one[place], other[place]) for one, other in pairs]
                else:
                    whole, said = "answered", [(one[place],) for one in last]
                self._read_question(reader, truth, key, cells, whole, said)
            self._check(reader, truth)
            for text in (section["answer"], *(figure["note"] for figure in section["figures"])):
                self.assertNotRegex(text, ABOUT)

    def _live(self, life, silent):
        """Answers in two rounds.

        :return: how many were asked and said nothing
        """
        self.env["timebank.wellbeing.response"].with_user(self.coordinator).create(
            [
                {
                    "wave_id": wave.id,
                    "partner_id": person.id,
                    "way": "paper",
                    "age_and_consent": True,
                    "answered_on": wave.date_from,
                    **dict(zip(QUESTIONS, said[place], strict=True)),
                }
                for person, said in zip(self.people, life, strict=False)
                for place, wave in enumerate(self.rounds)
                if said[place]
            ]
        )
        [first, last] = self.rounds
        more = self.people - first.invitation_ids.partner_id - last.invitation_ids.partner_id
        return len(self.env["timebank.wellbeing.invitation"]._make(first, more[:silent]))

    def _read_counts(self, reader, section):
        figures = {figure["key"]: figure for figure in section["figures"]}
        rate, pairs = figures["response_rate"], figures["pairs"]
        found = re.fullmatch(r"(\d+) of (\d+)", rate["note"])
        self._see(reader, "answered", found and found[1])
        self._see(reader, "asked", found and found[2])
        self._see(reader, "pairs", pairs["value"])
        self._see(reader, "once", pairs["note"].removeprefix("answered once only: "))
        for pattern, key in (
            (r"^(\d+) of \d+ (?:people|person) told", "answered"),
            (r"^(\d+) (?:people|person) told", "answered"),
            (r"^\d+ of (\d+) (?:people|person) told", "asked"),
            (r"^(\d+) (?:people|person) were asked", "asked"),
            (r"(\d+) did so at least twice", "pairs"),
        ):
            if found := re.search(pattern, section["answer"]):
                self._see(reader, key, found[1])
        reader.add_up("answered", ["pairs", "once"])
        reader.add_up("asked", ["answered", "silent"])

    def _see(self, reader, key, cell):
        reader.see(key, int(cell) if cell and str(cell).isdecimal() else None)

    def _read_question(self, reader, truth, key, cells, whole, said):
        """A row of a question, and the four of its bands."""
        [row, *bands] = cells
        full = [one for one in said if None not in one]
        self._see(reader, (key, "n"), row[-1])
        reader.add_up(whole, [(key, "n"), (key, "left out")])
        truth[key, "n"], truth[key, "left out"] = len(full), len(said) - len(full)
        for side in range(len(said[0]) if said else 0):
            places = [(key, side, place) for place in range(len(BANDS[key]))]
            for place, band in zip(places, bands or [[""] * 3] * len(places), strict=True):
                share = PERCENT.match(band[1 + side])
                number = None
                if share:
                    self.assertIn((key, "n"), reader.shown, "a share of nobody knows how many")
                    number = round(int(share[1]) * reader.shown[key, "n"][0] / 100)
                reader.see(place, number)
                truth[place] = sum(wellbeing.band(key, one[side]) == place[2] for one in full)
                if number is not None:
                    self.assertEqual(number, truth[place])
            reader.add_up((key, "n"), places)

    def _check(self, reader, truth):
        for key, number in truth.items():
            if key in reader.shown:
                self.assertTrue(not number or number >= FEW, f"{key} is {number}, and shown")
            elif 0 < number < FEW:
                least, most = reader.work_out(key)
                told = f"{key} is {number} and can be worked out to lie between {least} and {most}"
                self.assertTrue(most is None or most >= FEW, told)
