"""Reading times and days in the files of other programs: exactly, and never guessing.

A bare number is of the column's unit; ``1:15``, ``1h 15m`` and ``15m`` mean what they mean for
:mod:`..minutes`, whose words for hours and minutes these are.
"""

import re
from datetime import date, datetime, timedelta
from datetime import timezone as offset
from fractions import Fraction
from functools import lru_cache
from zoneinfo import ZoneInfo

from ..minutes import CLOCK, DAY, LARGEST, ONLY_MINUTES
from .opening import ERRORS

#: Minutes in one of each unit; a source's currency brings its own.
UNITS = {"seconds": Fraction(1, 60), "minutes": Fraction(1), "hours": Fraction(60)}

NUMBER = re.compile(r"(?P<whole>[0-9]*)(?:(?P<sign>[.,])(?P<part>[0-9]+))?\s*(?P<word>h|hrs?|hours?)?")
ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?"
)
NUMERIC = re.compile(
    r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[T ,]+(\d{1,2}):(\d{2})(?::\d{2})?\s*([AaPp][Mm])?)?"
)
NAMED = re.compile(
    r"([A-Za-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:[ ,]+(\d{1,2}):(\d{2})\s*([AaPp][Mm])?)?"
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Doubtful(ValueError):
    """What can't be told from the file alone: ``code`` names the question, ``about`` what it is about."""

    def __init__(self, code, **about):
        super().__init__(code)
        self.code, self.about = code, about


class Refused(ValueError):
    """What can't come in: ``code`` says why."""

    def __init__(self, code, **about):
        super().__init__(code)
        self.code, self.about = code, about


def nearest(value):
    """The nearest whole number, half away from zero.

    >>> nearest(Fraction(2745, 60)), nearest(Fraction(-1, 2)), nearest(Fraction(1, 3))
    (46, -1, 0)
    """
    whole = (2 * abs(value) + 1) // 2
    return int(whole if value >= 0 else -whole)


def amount(text):
    """The exact number that a text says, or ``None``; a comma before three digits is doubtful.

    >>> amount("1.25"), amount("-0,5"), amount("+2"), amount("two")
    (Fraction(5, 4), Fraction(-1, 2), Fraction(2, 1), None)
    >>> amount("1,500")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    Doubtful: thousand
    """
    plain = text.strip().replace("\N{MINUS SIGN}", "-").replace("\xa0", "")
    sign, plain = (-1, plain[1:]) if plain.startswith("-") else (1, plain.removeprefix("+"))
    match = NUMBER.fullmatch(plain)
    if not match or match["word"] or not (match["whole"] or match["part"]) or len(plain) > 20:
        return None
    if match["sign"] == "," and len(match["part"]) > 2:
        raise Doubtful("thousand", text=text)
    return sign * Fraction(f"{match['whole'] or 0}.{match['part'] or 0}")


@lru_cache(maxsize=4096)  # a large file says the same few times again and again
def minutes(text, unit="hours", answer=""):
    """Whole minutes, signed, for what stands in a column of a unit; see :func:`exact_minutes`.

    >>> [minutes(text) for text in ("1h 15m", "1:15", "1.25", "15m", "1h", "1", "02:30", "0,75", "0.33")]
    [75, 75, 75, 15, 60, 60, 150, 45, 20]
    >>> minutes("2745", "seconds"), minutes("90,0", "minutes"), minutes("-0:15"), minutes("0.25", Fraction(6))
    (46, 90, -15, 2)
    """
    return nearest(exact_minutes(text, unit, answer))


def exact_minutes(text, unit="hours", answer=""):
    """Minutes as exactly as a text has them, signed, for what stands in a column of a unit.

    :param unit: a name in :data:`UNITS`, or minutes in one as a fraction
    :param answer: how whoever moves in has answered what was doubtful about this text
    :raises Doubtful: what has to be asked
    :raises Refused: nothing, or no time

    >>> exact_minutes("0.33"), exact_minutes("2745", "seconds")
    (Fraction(99, 5), Fraction(183, 4))
    >>> minutes("1,5", "minutes")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    Doubtful: fraction
    >>> minutes("1,5", "minutes", "hours"), minutes("90", "hours", "minutes")
    (90, 90)
    """
    plain = " ".join(text.lower().replace("\N{MINUS SIGN}", "-").split())
    if not plain:
        raise Refused("no_time")
    if plain.upper() in ERRORS:
        raise Doubtful("cell_error", text=text)
    sign, bare = (-1, plain[1:].lstrip()) if plain.startswith("-") else (1, plain.removeprefix("+"))
    if (match := CLOCK.fullmatch(bare)) and int(match["minutes"]) < 60:
        if isinstance(unit, Fraction) and answer != "hours":
            raise Doubtful("clock_in_units", text=text)
        value = sign * Fraction(int(match["hours"]) * 60 + int(match["minutes"]))
    elif match := ONLY_MINUTES.fullmatch(bare):
        value = sign * Fraction(int(match["minutes"]))
    else:
        value = _by_unit(text, sign, bare, unit, answer)
    if abs(value) > LARGEST:
        raise Doubtful("over_day", text=text)
    return value


def say_exact(value):
    """An amount in decimals, to the hundredth.

    >>> say_exact(Fraction(99, 5)), say_exact(Fraction(-1, 3)), say_exact(Fraction(20))
    ('19.8', '-0.33', '20')
    """
    hundredths = nearest(abs(value) * 100)
    text = f"{hundredths // 100}.{hundredths % 100:02d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 and hundredths else text


def _by_unit(text, sign, bare, unit, answer):
    match = NUMBER.fullmatch(bare)
    if match and match["word"]:
        unit, bare = "hours", bare[: match.start("word")].strip()
    if answer in ("decimal", "thousand"):
        bare = bare.replace(",", "." if answer == "decimal" else "")
    number = amount(bare)
    if number is None:
        raise Doubtful("not_a_time", text=text)
    if unit == "minutes" and number.denominator > 1:
        if answer != "hours":
            raise Doubtful("fraction", text=text)
        unit = "hours"
    if unit == "hours" and answer == "minutes":
        unit = "minutes"
    return sign * number * (unit if isinstance(unit, Fraction) else UNITS[unit])


def check_stretch(length, text):
    """What one entry may last.

    :raises Refused: zero, or less
    :raises Doubtful: more than a day
    """
    if not length:
        raise Refused("no_time_moves")
    if length < 0:
        raise Refused("negative")
    if length > DAY:
        raise Doubtful("over_day", text=text, minutes=length)


# ------------------------------------------------------------
# Days.
# ------------------------------------------------------------


def find_order(texts):
    """In which order day and month stand in these texts: proved by a number above 12, or ``""``.

    >>> find_order(["04/05/2026", "13/05/2026"]), find_order(["02/29/2016"]), find_order(["01/02/2026"])
    ('dmy', 'mdy', '')
    >>> find_order(["13/05/2026", "05/13/2026"])
    ''
    """
    first = second = 0
    for text in texts:
        if match := NUMERIC.match(text):
            first += int(match[1]) > 12
            second += int(match[2]) > 12
    if first and not second:
        return "dmy"
    return "mdy" if second and not first else ""


def day(text, order="", zone="UTC", utc=False):
    """The day of a text in a bank's zone, and the minute of the day or -1 where none is said.

    :param order: ``dmy`` or ``mdy`` for days such as 04/05/2026; without, they are asked about
    :param bool utc: what has no zone of its own is in UTC, else it is in the bank's
    :raises Doubtful: which order, or no day at all
    :raises Refused: no day

    >>> day("2026-06-30 23:30:00", zone="Europe/Dublin", utc=True)
    (datetime.date(2026, 7, 1), 30)
    >>> day("2025-04-12T10:00:00+02:00", zone="Europe/Madrid"), day("2026-03-04")
    ((datetime.date(2025, 4, 12), 600), (datetime.date(2026, 3, 4), -1))
    >>> day("March 4th, 2026  6:00 PM"), day("March 4th, 2026 12:05 AM"), day("04/05/2026", "dmy")
    ((datetime.date(2026, 3, 4), 1080), (datetime.date(2026, 3, 4), 5), (datetime.date(2026, 5, 4), -1))
    >>> day("13/08/2016", "mdy")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    ...
    Doubtful: day_order
    """
    plain = " ".join(text.split())
    if not plain:
        raise Refused("no_day")
    if plain.upper() in ERRORS:
        raise Doubtful("cell_error", text=text)
    try:
        if match := ISO.fullmatch(plain):
            return _in_zone(match, zone, utc)
        if match := NUMERIC.fullmatch(plain):
            return _by_order(match, order, text)
        if (match := NAMED.fullmatch(plain)) and match[1][:3].lower() in MONTHS:
            month = MONTHS.index(match[1][:3].lower()) + 1
            return date(int(match[3]), month, int(match[2])), _minute(match[4], match[5], match[6])
    except (ValueError, OverflowError) as error:
        if isinstance(error, Doubtful):
            raise
        raise Doubtful("no_such_day", text=text) from error
    raise Doubtful("no_such_day", text=text)


def _in_zone(match, zone, utc):
    year, month, of_month, hour, minute, second, said = match.groups()
    if hour is None:
        return date(int(year), int(month), int(of_month)), -1
    moment = datetime(int(year), int(month), int(of_month), int(hour), int(minute), int(second or 0))
    if said in ("Z", "UTC") or said is None and utc:
        moment = moment.replace(tzinfo=offset.utc)
    elif said:
        ahead = timedelta(hours=int(said[1:3]), minutes=int(said[-2:]))
        moment = moment.replace(tzinfo=offset(ahead if said[0] == "+" else -ahead))
    if moment.tzinfo:
        moment = moment.astimezone(ZoneInfo(zone))
    return moment.date(), moment.hour * 60 + moment.minute


def _by_order(match, order, text):
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if not order or (second if order == "mdy" else first) > 31 or (first if order == "mdy" else second) > 12:
        raise Doubtful("day_order", text=text)
    month, of_month = (first, second) if order == "mdy" else (second, first)
    return date(year, month, of_month), _minute(match[4], match[5], match[6])


def _minute(hour, minute, half):
    if hour is None:
        return -1
    hour = int(hour)
    if half:
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    return hour * 60 + int(minute)
