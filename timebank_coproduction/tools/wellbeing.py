"""Well-being: the four national questions, their published bands, and what has changed for the same people.

The questions are those of the Office for National Statistics, answered from 0 to 10, each by itself:
they are never put together into one number.
"""

from collections import Counter
from itertools import product
from statistics import fmean

from .intervals import mean_change
from .suppression import FEW, hide, is_small

QUESTIONS = ("satisfied", "worthwhile", "happy", "anxious")
#: The greatest answer of each published band: low, medium, high, very high.
BANDS = {
    "satisfied": (4, 6, 8, 10),
    "worthwhile": (4, 6, 8, 10),
    "happy": (4, 6, 8, 10),
    "anxious": (1, 3, 5, 10),
}
LEAST, MOST = 0, 10


def band(question, answer):
    """The published band that an answer lies in, from 0 to 3.

    >>> [band("happy", answer) for answer in (0, 4, 5, 6, 7, 8, 9, 10)]
    [0, 0, 1, 1, 2, 2, 3, 3]
    >>> [band("anxious", answer) for answer in (0, 1, 2, 3, 4, 5, 6, 10)]
    [0, 0, 1, 1, 2, 2, 3, 3]
    """
    return next(place for place, most in enumerate(BANDS[question]) if answer <= most)


def match(answers):
    """First and last answer of each person.

    :param answers: triples of a person, when (anything that can be sorted), and what was answered
    :return: list of pairs of what was answered first and last, and of all that is there from
        people who answered once

    >>> match([("Ann", 1, "a"), ("Bo", 2, "b"), ("Ann", 3, "c"), ("Ann", 2, "d")])
    ([('a', 'c')], ['b'])
    """
    by_person = {}
    for person, when, answered in answers:
        by_person.setdefault(person, []).append((when, answered))
    pairs, once = [], []
    for given in by_person.values():
        given.sort(key=lambda one: one[0])
        if len(given) > 1:
            pairs.append((given[0][1], given[-1][1]))
        else:
            once.append(given[0][1])
    return pairs, once


def find_settled(asked, answers):
    """The days up to which figures may be shown to who may ask for them of any day, and of each anew.

    From one such day to the next five people or more are newly asked, newly answer and newly do so twice, or
    none: so the figures of two days never differ by few. Who answers twice now may be compared ever after.

    :param asked: pairs of a day and a person
    :param answers: the same, of each time that somebody answered
    :return: list of the days, the last one last

    Two rounds of six people, whom a seventh joins: the last day is too close to the one before.

    >>> first, second = [(1, one) for one in "ABCDEF"], [(5, one) for one in "ABCDEF"]
    >>> find_settled(first, first), find_settled(first, [*first, *second])
    ([], [5])
    >>> find_settled([*first, (7, "G")], [*first, *second, (7, "G"), (8, "G")])
    [5]
    >>> more = [(6, one) for one in "GHIJK"]
    >>> find_settled([*first, *more], [*first, *second, *more, *[(9, one) for _day, one in more]])
    [5, 9]
    """
    on_day = {}
    for place, rows in enumerate((asked, answers)):
        for when, person in rows:
            on_day.setdefault(when, ([], []))[place].append(person)
    reached, times, settled = set(), Counter(), []
    last = (0, 0, 0)
    for when in sorted(on_day):
        newly_asked, answered = on_day[when]
        reached.update(newly_asked, answered)
        times.update(answered)
        now = (len(reached), len(times), sum(count > 1 for count in times.values()))
        grown = [one - other for one, other in zip(now, last, strict=True)]
        if grown[-1] and not any(0 < count < FEW for count in grown):
            settled.append(when)
            last = now
    return settled


def differ_by_few(before, now):
    """Whether figures of the one less those of the other would tell of fewer than five answers.

    Each figure that was shown of a question is held against each that would be: first answers may have been
    told as last ones. What is about fewer than five isn't shown.

    :param dict before: question → what was shown of it → signs of the answers
    :param dict now: the same, later

    >>> once = {"happy": {"now": "ABCDEF"}}
    >>> now = "ABCDEFG", "abCDEF", "ABCDE", "B", "ABCDEF", "GHIJKL"
    >>> [differ_by_few(once, {"happy": {"now": answers}}) for answers in now]
    [True, True, True, False, False, False]

    The same six, who have answered anew, and a seventh whose first answer would be the difference:

    >>> twice = {"happy": {"before": "ABCDEF", "after": "GHIJKL"}}
    >>> differ_by_few(twice, {"happy": {"before": "ABCDEFM", "after": "NOPQRST"}})
    True
    >>> differ_by_few(once, {"happy": {"before": "ABCDE", "after": "GHIJK"}})
    True
    """
    for key in before.keys() & now.keys():
        for old, new in product(before[key].values(), now[key].values()):
            gone, come = len(set(old) - set(new)), len(set(new) - set(old))
            if min(len(old), len(new)) >= FEW and 0 < max(gone, come) < FEW:
                return True
    return False


def hide_as_part(whole, part):
    """The figures of several banks together, without those that are hidden of one of them.

    :param whole: plain values, lists and dicts
    :param part: the same of one bank

    >>> hide_as_part({"n": 12, "shares": [0.5, 0.5]}, {"n": 5, "shares": [None, 1]})
    {'n': 12, 'shares': [None, 0.5]}
    """
    if part is None:
        return None
    if isinstance(whole, dict):
        return {key: hide_as_part(value, part[key]) for key, value in whole.items()}
    if isinstance(whole, list):
        return [hide_as_part(one, other) for one, other in zip(whole, part, strict=True)]
    return whole


def show_counts(asked, pairs, once, small=False):
    """How many were asked, answered, did so twice or once: ``None`` where it tells of fewer than five.

    :param small: whether small numbers are shown, as to who runs the bank

    >>> show_counts(40, 20, 10)
    {'asked': 40, 'answered': 30, 'pairs': 20, 'once_only': 10, 'response_rate': 0.75}
    >>> show_counts(40, 20, 2)
    {'asked': 40, 'answered': None, 'pairs': 20, 'once_only': None, 'response_rate': None}
    >>> show_counts(31, 20, 10)
    {'asked': None, 'answered': 30, 'pairs': 20, 'once_only': 10, 'response_rate': None}
    >>> show_counts(4, 2, 1, small=True)["answered"]
    3
    """
    answered = pairs + once
    cells = {
        "asked": asked,
        "answered": answered,
        "pairs": pairs,
        "once_only": once,
        "response_rate": answered / asked if asked else None,
    }
    if small:
        return cells
    counts = {key: cells[key] for key in ("asked", "answered", "pairs", "once_only")}
    if is_small(asked - answered, zero=False):  # so few who didn't answer: nobody learns how many
        del counts["asked"]
    hidden = hide(
        counts,
        totals=[("answered", ["pairs", "once_only"])],
        derived={"response_rate": ["answered"]},
        zeros=False,
        keep=["pairs"],
    )
    if "asked" not in counts:
        hidden |= {"asked", "response_rate"}
    return {key: None if key in hidden else value for key, value in cells.items()}


def compare(pairs, band_of=None, small=False):
    """What has changed in one answer of people who gave it twice.

    :param pairs: of numbers, first and last; a pair with ``None`` on either side isn't counted
    :param band_of: a function of an answer, its band from 0 to 3; without one there are none
    :param small: whether small numbers are shown: also that there is nobody, of whom ``n`` is 0
    :return: dict of ``n``, ``mean_before``, ``mean_after``, ``change`` with its 95 % interval from
        ``low`` to ``high``, and ``bands``: lists of four shares ``before`` and ``after``. All is ``None``
        where it is about fewer than five people, a share where its number would tell of fewer, and all
        shares where ``n`` is.

    >>> made = compare([(4, 6), (5, 7), (6, 6), (3, 6), (7, 8), (5, None)])
    >>> [made[key] if key == "n" else round(made[key], 2) for key in ("n", "change", "low", "high")]
    [None, 1.6, 0.18, 3.02]
    >>> compare([(4, 6)] * 4)["change"], compare([(4, 6)] * 4, small=True)["change"]
    (None, 2.0)
    >>> compare([(4, None)])["n"], compare([(4, None)], small=True)["n"]
    (None, 0)

    Of twelve who answered twice one left it out: 45 % in a band would tell that these are eleven:

    >>> made = compare([(5, 8)] * 5 + [(8, 5)] * 6 + [(5, None)], lambda one: band("happy", one))
    >>> made["n"], made["bands"]["before"]
    (None, [None, None, None, None])
    """
    whole = [pair for pair in pairs if None not in pair]
    made = dict.fromkeys(("n", "mean_before", "mean_after", "change", "low", "high"))
    made["bands"] = {"before": [None] * 4, "after": [None] * 4}
    if not whole or (len(whole) < FEW and not small):
        return {**made, "n": 0} if small else made
    before, after = zip(*whole, strict=True)
    change, low, high = mean_change(before, after)
    n, bands = _share_bands({"before": before, "after": after}, band_of, len(pairs), small)
    return {
        "n": n,
        "mean_before": fmean(before),
        "mean_after": fmean(after),
        "change": change,
        "low": low,
        "high": high,
        "bands": bands,
    }


def _share_bands(sides, band_of, people, small):
    """How many answered, and their shares in each band; ``None`` where it would tell of fewer than five.

    :param sides: dict of a name → answers, each of the same people
    :param band_of: as for :func:`compare`
    :param people: how many there are of whom it is told elsewhere, these among them
    :return: the number, and a dict of each name → four shares
    """
    whole, counts = len(next(iter(sides.values()))), {}
    for side, answers in sides.items() if band_of else ():
        found = [band_of(answer) for answer in answers]
        counts.update({(side, place): found.count(place) for place in range(4)})
    hidden = set()
    if not small:
        hidden = hide(
            {"all": people, "n": whole, **counts},
            totals=[("n", [(side, place) for place in range(4)]) for side in sides if counts],
            parts=[("n", "all")],
            zeros=set(counts),
            keep=["all"],
        )
    if hidden & {"all", "n"}:  # shares would tell of how many they are, and so who of all left it out
        hidden = {"n", *counts}
    shown = {key: count / whole for key, count in counts.items() if key not in hidden}
    shares = {side: [shown.get((side, place)) for place in range(4)] for side in sides}
    return None if "n" in hidden else whole, shares


def level(answers, band_of, small=False):
    """Where people stand who answered: dict of ``n``, ``mean`` and four shares ``bands``.

    >>> made = level([2, 5, 5, 6, 7, 8, 9, 9, 10, 10, 10, 10], lambda one: band("happy", one))
    >>> made["n"], round(made["mean"], 2), made["bands"]
    (12, 7.58, [None, None, None, 0.5])
    """
    whole = [one for one in answers if one is not None]
    if not whole or (len(whole) < FEW and not small):
        return {"n": 0 if small else None, "mean": None, "bands": [None] * 4}
    n, bands = _share_bands({"now": whole}, band_of, len(answers), small)
    return {"n": n, "mean": fmean(whole), "bands": bands["now"]}
