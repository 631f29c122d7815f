"""Time as whole minutes: the only unit in which the bank counts.

Nothing here knows Odoo; hours are what people read and type, minutes what is kept.
"""

import math
import re

#: The longest stretch one entry may claim, and what a PostgreSQL integer can hold.
DAY = 24 * 60
LARGEST = 2**31 - 1

#: Signs that may stand between whole hours and their parts, and how many digits may follow
#: the one that isn't the reader's own: three would be a thousand to others.
SIGNS = ".,"
MOST_DIGITS = 2
#: The words for hours and for minutes, in small letters.
HOURS = r"(?:h|hrs?|hours?)"
MINUTES = r"(?:m|mins?|minutes?)\.?"
CLOCK = re.compile(
    rf"(?P<hours>[0-9]+)\s*(?::|{HOURS}\s*)(?P<minutes>[0-9]{{2}}|[0-9]+(?=\s*{MINUTES}))(?:\s*{MINUTES})?"
)
ONLY_MINUTES = re.compile(rf"(?P<minutes>[0-9]+)\s*{MINUTES}")
ONLY_HOURS = re.compile(rf"(?P<whole>[0-9]*)(?:(?P<sign>[{SIGNS}])(?P<part>[0-9]+))?\s*{HOURS}?")

TIME_OF_DAY = re.compile(r"(?P<hours>\d{1,2})(?:[:.h ]?(?P<minutes>\d{2}))?\s*(?:(?P<half>[ap])\.?m\.?)?")


class TooManyMinutes(ValueError):
    """Minutes after whole hours that are another hour."""


def from_hours(hours):
    """Whole minutes for a number of hours, rounded half up.

    :param hours: a number of hours, such as ``1.5``
    :return: an ``int`` of minutes
    :raises ValueError: not a finite number, or more than can be kept

    >>> from_hours(1.5), from_hours(0.1), from_hours(-0.25)
    (90, 6, -15)
    >>> from_hours(float("nan"))
    Traceback (most recent call last):
    ...
    ValueError: not a finite number of hours
    """
    hours = float(hours)
    if not math.isfinite(hours):
        raise ValueError("not a finite number of hours")
    return whole(math.floor(hours * 60 + 0.5))


def read(text, decimal="."):
    """Whole minutes for an amount of time as people write it; a bare number is hours.

    Both ``1.5`` and ``1,5`` are an hour and a half. What could be a thousand to somebody,
    such as ``1,500`` where the point is the decimal sign, is not guessed at.
    The browser reads the same words: ``static/src/hours/read_hours.js``.

    :param str decimal: the sign that stands before decimals in the reader's language
    :return: an ``int`` of minutes; nothing at all is 0
    :raises ValueError: not an amount of time, or more than can be kept
    :raises TooManyMinutes: an hour or more where minutes follow whole hours

    >>> [read(text) for text in ("1.5", "1,5", "1:30", "1h30", "1 h 30 min", "90m", "90 min", "-0:45")]
    [90, 90, 90, 90, 90, 90, 90, -45]
    >>> read("1,125", decimal=","), read("2"), read("1h15"), read("")
    (68, 120, 75, 0)
    >>> read("1,500")
    Traceback (most recent call last):
    ...
    ValueError: not an amount of time
    """
    plain = " ".join(text.lower().split()).replace("\N{MINUS SIGN}", "-")
    sign, plain = (-1, plain[1:].lstrip()) if plain.startswith("-") else (1, plain)
    if not plain and sign > 0:
        return 0
    if match := CLOCK.fullmatch(plain):
        if int(match["minutes"]) >= 60:
            raise TooManyMinutes("more than 59 minutes")
        return sign * whole(int(match["hours"]) * 60 + int(match["minutes"]))
    if match := ONLY_MINUTES.fullmatch(plain):
        return sign * whole(int(match["minutes"]))
    if (match := ONLY_HOURS.fullmatch(plain)) and (match["whole"] or match["part"]):
        if match["sign"] in (None, decimal) or len(match["part"]) <= MOST_DIGITS:
            return sign * from_hours(f"{match['whole'] or 0}.{match['part'] or 0}")
    raise ValueError("not an amount of time")


def to_hours(minutes):
    """Hours as people read them.

    >>> to_hours(90), to_hours(0), to_hours(None)
    (1.5, 0.0, 0.0)
    """
    return (minutes or 0) / 60


def whole(value):
    """The value as a whole number of minutes that the database can hold.

    :raises ValueError: a fraction of a minute, not a number, or too large

    >>> whole(90), whole("90"), whole(90.0)
    (90, 90, 90)
    >>> whole(1.5)
    Traceback (most recent call last):
    ...
    ValueError: not a whole number of minutes
    >>> whole(2**31)
    Traceback (most recent call last):
    ...
    ValueError: too many minutes
    """
    try:
        minutes = int(value)
        exact = minutes == float(value)
    except (TypeError, ValueError, OverflowError):
        exact = False
    if not exact:
        raise ValueError("not a whole number of minutes")
    if abs(minutes) > LARGEST:
        raise ValueError("too many minutes")
    return minutes


def clock(minutes):
    """Hours and minutes as people write them.

    >>> clock(90), clock(5), clock(-75), clock(0)
    ('1:30', '0:05', '-1:15', '0:00')
    """
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else ''}{hours}:{rest:02d}"


def time_of_day(text):
    """Minutes after midnight for a time of day as people write it.

    :raises ValueError: not a time of day

    >>> [time_of_day(text) for text in ("14:30", "9", "9.05", "0930")]
    [870, 540, 545, 570]
    >>> [time_of_day(text) for text in ("2.30 pm", "12am", "12 PM")]
    [870, 0, 720]
    >>> time_of_day("25:00")
    Traceback (most recent call last):
    ...
    ValueError: not a time of day
    """
    match = TIME_OF_DAY.fullmatch(text.strip().lower())
    if not match:
        raise ValueError("not a time of day")
    hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
    if match["half"]:
        if not 1 <= hours <= 12:
            raise ValueError("not a time of day")
        hours = hours % 12 + (12 if match["half"] == "p" else 0)
    if hours > 23 or minutes > 59:
        raise ValueError("not a time of day")
    return hours * 60 + minutes
