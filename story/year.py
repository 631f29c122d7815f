"""A year and a half of a time bank, made up by chance: the same deeds for the same seed.

Nothing here knows Odoo. :func:`make_people` says who belongs to the bank, :func:`make_months`
what they did, month by month; days are told by how many months ago and by their number in the
month, so that the bank always ends today.
"""

from functools import partial
from random import Random
from typing import NamedTuple

MONTHS = 18
LIMIT = 600  # minutes below zero that the bank allows; the plan keeps well within
LANES = ("Mill Lane", "Weir Street", "Station Road")

#: How much happens in each month of the calendar: quiet in August and over Christmas.
SEASON = (0.8, 0.9, 1.0, 1.05, 1.1, 1.0, 0.8, 0.5, 1.1, 1.2, 1.2, 0.7)

FIRST_NAMES = (
    "Abel Adwoa Agnes Ahmed Alice Anwar Barbara Bashir Beryl Brian Carys Chidi Clive Dilys Donna Edwin"
    " Elsie Ewa Fatou Frank Gita Gordon Hana Harvey Hilda Idris Irene Jacek Janet Jaswinder Keith Kofi"
    " Lena Linda Malik Mary Moira Nasra Neville Noreen Olga Omar Pearl Petra Ranjit Rhys Ruby Salma"
    " Selwyn Sheila Tariq Teresa Thelma Tony Una Vera Wanda Xenia Yasmin Zofia"
).split()
LAST_NAMES = (
    "Abbott Barlow Chowdhury Dyer Eze Fletcher Garrod Hussain Ivers Jarvis Kowal Lloyd Mensah Norris Osei"
    " Pritchard Quigley Rahman Sandhu"
).split()

#: Habit → role, how many, and months ago at which the support of some ended.
HABITS = {
    "pillar": ("volunteer", 8, ()),
    "steady": ("beneficiary", 9, (15, 13, 12, 9, 5)),
    "swaps": ("volunteer", 11, ()),
    "neighbour": ("beneficiary", 8, (14, 13, 8, 6, 4)),
    "receives": ("beneficiary", 6, ()),
    "faded": ("beneficiary", 7, (14, 13, 12, 9, 8, 7, 6)),
    "moved": ("volunteer", 2, ()),
    "new": ("volunteer", 4, ()),
    "staff": ("professional", 5, ()),
}
AGENCIES = ("Millbrook Library", "Weirside Homes")

#: Name → planned by, declared to be delivered by, project, category, what attendees pay, at what hour.
ACTIVITIES = {
    "Community lunch": ("jointly", "jointly", "kitchen", "neighbour", 0, 13),
    "Garden morning": ("community", "jointly", "garden", "civic", 0, 9),
    "Advice drop-in": ("professionals", "professionals", "neighbours", "caring", 0, 15),
    "Phones and forms": ("professionals", "community", "neighbours", "learning", 0, 17),
    "Walking group": ("jointly", "community", "garden", "caring", 0, 11),
    "Film night": ("community", "community", "kitchen", "running", 60, 19),
}
#: The lanes whose people come: each has its own regulars.
COMES_FROM = {
    "Community lunch": (0, 1),
    "Garden morning": (1,),
    "Advice drop-in": (0, 2),
    "Phones and forms": (2,),
    "Walking group": (0,),
    "Film night": (2,),
}
#: What people do for each other, and its category.
ERRANDS = {
    "Shopping": "neighbour",
    "Lift to the surgery": "caring",
    "Company for the afternoon": "caring",
    "Put up a shelf": "neighbour",
    "Dog walked": "neighbour",
    "Letter read and answered": "learning",
    "Hair cut": "neighbour",
    "Hedge trimmed": "neighbour",
    "Fetched from school": "children",
}
#: What is offered and what is asked for, as skills; some wishes nobody can meet yet.
OFFERS = (
    "baking",
    "gardening",
    "knitting_crochet",
    "lifts_by_car",
    "dog_walking",
    "computer_help",
    "haircuts",
    "guitar",
)
WISHES = ("lifts_by_car", "plumbing", "plumbing", "sign_language", "computer_help", "gardening", "sewing")
CHORES = (
    "Minutes of the meeting",
    "Leaflets delivered",
    "Rang round",
    "Stall at the market",
    "Kept the books",
)


class Person(NamedTuple):
    name: str
    role: str
    habit: str
    lane: int
    joined: int  # months ago
    supported_until: int | None = None  # months ago

    @property
    def left(self):
        """How many months ago they left, or ``None``."""
        return (
            5 if self.habit == "moved" else 3 if self.habit == "faded" and self.supported_until == 6 else None
        )

    def is_there(self, ago):
        """Whether they took part so many months ago."""
        last = (self.supported_until or 10) if self.habit == "faded" else self.left or 0
        return last <= ago < self.joined


class Gathering(NamedTuple):
    activity: str
    day: int
    helpers: tuple
    attendees: tuple


class Entry(NamedTuple):
    giver: Person
    receiver: Person | None
    day: int
    minutes: int
    what: str
    category: str
    project: str | None


class Month(NamedTuple):
    ago: int
    gatherings: list
    entries: list
    claims: list  # who
    gifts: list  # (who, minutes)
    leavers: list


def make_people(seed=1):
    """Everybody who belongs to the bank, and its agencies last."""
    chance = Random(f"people {seed}")
    first, people = list(FIRST_NAMES), []
    chance.shuffle(first)
    for habit, (role, count, ended) in HABITS.items():
        for number in range(count):
            until = ended[number] if number < len(ended) else None
            founder = until or habit in ("pillar", "staff", "faded", "moved")
            joined = (
                MONTHS if founder else chance.randint(1, 3) if habit == "new" else chance.randint(5, MONTHS)
            )
            name = f"{first.pop()} {chance.choice(LAST_NAMES)}"
            people.append(Person(name, role, habit, len(people) % len(LANES), joined, until))
    return people + [Person(name, "organisation", "agency", 0, MONTHS) for name in AGENCIES]


def make_months(people, calendar, days=28, seed=1):
    """What happened, from the first month to this one.

    :param calendar: for each month, from :data:`MONTHS` − 1 ago to this one, its number in the year
    :param int days: how many days of this month have passed; none at all is well, too
    :return: a :class:`Month` for each
    """
    bank = _Bank(people, seed)
    return [
        bank.live(ago, month, days if not ago else 28)
        for ago, month in zip(range(len(calendar) - 1, -1, -1), calendar, strict=True)
    ]


class _Bank:
    """Who has how much while time passes, so that nobody spends what they haven't."""

    def __init__(self, people, seed):
        self.people, self.seed = people, seed
        self.balance = dict.fromkeys(people, 0)

    def live(self, ago, month, days):
        self.chance = Random(f"{self.seed} {ago}")
        if not days:
            return Month(ago, [], [], [], [], [])
        self.days, self.ago, self.taken = days, ago, set()
        here = min(1, 0.3 + 0.7 * SEASON[month - 1])  # in quiet months some are away
        self.there = [one for one in self.people if one.is_there(ago) and self.chance.random() < here]
        grown = 0.6 + 0.4 * (MONTHS - ago) / MONTHS  # as a bank does that has just opened
        much = SEASON[month - 1] * grown * days / 28
        gatherings = sorted(self._gather(much, month), key=lambda one: one.day)
        entries = sorted(filter(None, self._help(much)), key=lambda one: one.day)
        leavers = [person for person in self.people if person.left == ago]
        return Month(ago, gatherings, entries, self._claim(much), self._give(), leavers)

    def _some(self, least, most, *habits, lanes=None, besides=()):
        """A few people of some habits, and of some lanes."""
        able = [
            person
            for person in self.there
            if person.habit in habits
            and person not in besides
            and (lanes is None or person.lane in lanes or person.habit == "staff")
        ]
        return tuple(self.chance.sample(able, min(len(able), self.chance.randint(least, most))))

    def _gather(self, much, month):
        warm = 3 <= month <= 10
        expected_times = {
            "Community lunch": 3.6 * much,
            "Garden morning": 2.4 * much if warm else 0.5 * much,
            "Advice drop-in": 1.2 * much,
            "Phones and forms": 1.8 * much,
            "Walking group": 1.6 * much,
            "Film night": 0 if warm else 1.2 * much,
        }
        for activity, expected in expected_times.items():
            times = min(int(expected) + (self.chance.random() < expected % 1), self.days)
            for day in self.chance.sample(range(1, self.days + 1), times):
                helpers = self._find_helpers(activity)
                wanting = ("receives", "neighbour", "swaps", "new", "faded")
                attendees = self._some(4, 8, *wanting, lanes=COMES_FROM[activity], besides=helpers)
                price = ACTIVITIES[activity][4]
                attendees = [one for one in attendees if self.balance[one] - price > -LIMIT // 2]
                if not helpers or not attendees:
                    continue
                for helper in helpers:
                    self._earn(helper, 120)
                for attendee in attendees:
                    self.balance[attendee] -= price
                yield Gathering(activity, day, helpers, tuple(attendees))

    def _find_helpers(self, activity):
        some = partial(self._some, lanes=COMES_FROM[activity])
        if activity == "Community lunch":
            # In its first half year the staff ran it; then those who came took it over with them.
            if self.ago > 11:
                return some(2, 2, "staff") + some(0, 1, "steady")
            return some(1, 1, "staff") + some(3, 4, "steady") + some(0, 1, "pillar")
        return {
            "Garden morning": some(1, 1, "staff") + some(2, 3, "steady") + some(1, 2, "swaps", "pillar"),
            "Advice drop-in": some(1, 2, "staff"),
            "Phones and forms": some(2, 3, "pillar", "swaps"),
            "Walking group": some(1, 2, "swaps", "neighbour", "steady"),
            "Film night": some(3, 4, "steady", "swaps", "pillar"),
        }[activity]

    def _help(self, much):
        givers = [
            one
            for one in self.there
            if one.habit in ("pillar", "swaps", "neighbour", "new", "faded", "moved")
        ]
        weights = [{"pillar": 4, "swaps": 3, "neighbour": 2}.get(one.habit, 1) for one in givers]
        for giver in self.chance.choices(givers, weights, k=round(26 * much)):
            minutes = 15 * self.chance.randint(2, 8)
            receiver = self._find_receiver(giver, minutes)
            if receiver:
                project = self.chance.choice(("neighbours", None))
                what = self.chance.choice(list(ERRANDS))
                yield self._enter(giver, receiver, minutes, what, ERRANDS[what], project)
        for giver in self._some(0, round(6 * much), "pillar", "swaps"):
            minutes = 30 * self.chance.randint(2, 5)
            yield self._enter(giver, None, minutes, self.chance.choice(CHORES), "running", None)
        library, homes = self.people[-2:]
        yield self._enter(library, None, 180, "Meeting room", "lending", "kitchen")
        for giver in self._some(1, 2, "pillar"):
            yield self._enter(giver, library, 90, "Read to children", "children", None)
        for receiver in self._some(0, 2, "neighbour", "swaps"):
            if self.balance[receiver] >= 60:
                yield self._enter(library, receiver, 60, "Lesson at the computer", "learning", "neighbours")
        if self.ago % 3 == 0:
            yield self._enter(library, homes, 60, "Room for the tenants' meeting", "lending", None)

    def _find_receiver(self, giver, minutes):
        """Mostly of the same lane; a pillar helps in others too."""
        able = [
            one
            for one in self.there
            if one.habit in ("swaps", "neighbour", "receives", "new", "pillar")
            and one != giver
            and self.balance[one] - minutes > -LIMIT // 2
        ]
        near = [one for one in able if one.lane == giver.lane]
        if near and self.chance.random() < (0.6 if giver.habit == "pillar" else 0.95):
            able = near
        return self.chance.choice(able) if able else None

    def _enter(self, giver, receiver, minutes, what, category, project):
        """An entry on a day without another of that giver, or ``None`` when all have one."""
        free = [day for day in range(1, self.days + 1) if (giver, day) not in self.taken]
        if not free:
            return None
        day = self.chance.choice(free)
        self.taken.add((giver, day))
        self._earn(giver, minutes)
        if receiver:
            self.balance[receiver] -= minutes
        return Entry(giver, receiver, day, minutes, what, category, project)

    def _earn(self, giver, minutes):
        """The time of staff is counted, not credited."""
        if giver.role != "professional":
            self.balance[giver] += minutes

    def _claim(self, much):
        able = [one for one in self.there if one.habit in ("steady", "swaps", "pillar", "neighbour")]
        able = [one for one in able if self.balance[one] >= 120]
        chosen = self.chance.sample(able, min(len(able), round(11 * much)))
        for person in chosen:
            self.balance[person] -= 120
        return chosen

    def _give(self):
        """The richest give some to the pot now and then."""
        rich = sorted(
            (one for one in self.there if one.habit == "pillar"), key=lambda one: -self.balance[one]
        )
        gifts = [(one, 90) for one in rich[: self.chance.randint(0, 2)] if self.balance[one] > 600]
        for person, minutes in gifts:
            self.balance[person] -= minutes
        return gifts
