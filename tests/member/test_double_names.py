"""Who may be the same person, told of people of whom the truth is known."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.timebank_coproduction.tools import doubles

from ..generated import same

GIVEN = [
    "Ann", "José", "Oleksandr", "Mary-Jane", "Mohammed", "Jörg", "Síle", "Katherine", "Nguyen", "Daniel",
    "Maria", "Michael", "Christina", "Fatima", "Zoë", "Robert", "Elisabeth", "Ben",
]  # fmt: skip
FAMILY = [
    "Lee", "Álvarez", "O’Neill", "Shevchenko", "Müller", "Okoro", "García López", "Mackenzie", "Hussain",
    "Evans", "Łukasz", "Fox-Pitt", "Van der Berg", "Papadopoulou",
]  # fmt: skip
SIBLINGS = [
    ("Daniel", "Daniela"),
    ("Maria", "Marta"),
    ("Christian", "Christina"),
    ("Paul", "Paula"),
    ("Dan", "Dana"),
]
CYRILLIC = {"Oleksandr Shevchenko": "Олександр Шевченко", "Maria Shevchenko": "Марія Шевченко"}


def _write_again(name, draw):
    """The same name as somebody else would type it."""
    first, _space, rest = name.partition(" ")
    plain = name.translate(str.maketrans("éáöíëüłŁ’", "eaoieulL'"))
    ways = [
        name.upper(),
        plain,
        f"Dr. {name}",
        f"{rest}, {first}",
        name.replace("-", " "),
        name.replace("ö", "oe").replace("ü", "ue"),
        CYRILLIC.get(name, name),
        f"  {name.lower()} ",
        name.replace("Mohammed", "Muhammad").replace("Katherine", "Catherine").replace("Michael", "Micheal"),
    ]
    return draw.choice(ways)


def _make_world(draw, size):
    """People, and the pairs of contacts that are the same person: the truth."""
    people, truth = [], set()

    def add(name, mail="", phone="", zip="", street=""):
        people.append(doubles.person(len(people) + 1, name, mail, phone, zip, street, regions=["GB"]))
        return len(people)

    for number in range(size):
        first, family = draw.choice(GIVEN), draw.choice(FAMILY)
        name = f"{first} {family}"
        home = {"zip": f"LS{number} 2AB", "street": f"{number} Mill Lane"}
        phone, mobile, mail = f"0113 49{number:05}", f"07700 9{number:05}", f"p{number}@example.org"
        kind = draw.choice(["twice", "couple", "siblings", "generations", "namesake", "alone", "moved"])
        if kind == "twice":  # the same person, written again with one or more of what was known
            mark = draw.choice([{"mail": mail.upper()}, {"phone": phone.replace("0113", "+44 113")}, home])
            pair = add(name, mail, phone, **home), add(_write_again(name, draw), **mark)
            truth.add(pair)
        elif kind == "moved":  # with another address, and the same number
            pair = (
                add(name, mail, mobile, **home),
                add(name, f"new{number}@example.org", mobile, "M1 1AA", "1 High Street"),
            )
            truth.add(pair)
        elif kind == "couple":
            other = draw.choice([one for one in GIVEN if one != first])
            add(name, mail, phone, **home)
            add(f"{other} {family}", mail, phone, **home)
        elif kind == "siblings":
            for child in draw.choice(SIBLINGS):
                add(f"{child} {family}", mail, phone, **home)
        elif kind == "generations":
            add(f"{name} Sr", "", phone, **home)
            add(f"{name} Jr", "", phone, **home)
            # or each with an address and a telephone of his own
            add(f"{name} Senn", f"old{number}@example.org", f"07700 8{number:05}", **home)
            add(f"{name} Senn", f"young{number}@example.org", f"07700 7{number:05}", **home)
        elif kind == "namesake":
            add(name, mail, phone, **home)
            add(name, f"other{number}@example.org", f"0113 48{number:05}", f"M{number} 1AA", "9 Hill Road")
        else:
            add(name, mail, phone, **home)
    return people, truth


@tagged("post_install", "-at_install")
class TestDoubleNames(BaseCase):
    def test_truth(self):
        found = right = there = 0
        for seed in range(20):
            people, truth = _make_world(Random(seed), 200)
            pairs = set(doubles.find_pairs(people))
            found, right, there = found + len(pairs), right + len(pairs & truth), there + len(truth)
            wrong = {
                frozenset((people[one - 1].name.parts, people[other - 1].name.parts))
                for one, other in pairs - truth
            }
            self.assertFalse(wrong, "said to be one, and are two")
        self.assertGreater(there, 1000)
        self.assertGreaterEqual(right / there, 0.99)
        self.assertEqual(right, found)

    @same(200)
    @given(st.text(max_size=30), st.text(max_size=30), st.text(max_size=20), st.text(max_size=20))
    def test_any_text_is_compared_both_ways_alike(self, one, other, mail, phone):
        first = doubles.person(1, one, mail, phone, regions=["GB"])
        second = doubles.person(2, other, mail, phone, regions=["GB"])
        self.assertEqual(doubles.compare(first, second), doubles.compare(second, first))
        pairs = doubles.find_pairs([first, second])
        self.assertEqual(pairs.get((1, 2), ()), doubles.compare(first, second))

    @same(200)
    @given(st.randoms(use_true_random=False))
    def test_blocks_lose_nobody(self, draw):
        """What each compared with each finds is what the blocks find, but for names that many bear."""
        people, _truth = _make_world(draw, 8)
        each = {
            (one.id, other.id): reasons
            for index, one in enumerate(people)
            for other in people[index + 1 :]
            if (reasons := doubles.compare(one, other)) and "bare" not in reasons
        }
        self.assertEqual(
            {pair: why for pair, why in doubles.find_pairs(people).items() if "bare" not in why}, each
        )
