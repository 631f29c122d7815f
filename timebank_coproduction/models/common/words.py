"""Days, moments and sums as people read them; an amount of time is said by ``tools.minutes.clock``."""

import pytz

from odoo import fields
from odoo.tools import format_date
from odoo.tools.misc import formatLang

from ...tools.minutes import clock

#: A day in full, as on an invitation.
IN_FULL = "EEEE d MMMM y"
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"


def at_place(moment, zone):
    """A moment of the database as the clocks of a time zone show it.

    :param str zone: the name of a time zone, or false for UTC
    """
    return pytz.utc.localize(moment).astimezone(pytz.timezone(zone or "UTC"))


def from_place(local, zone):
    """The moment of the database at which the clocks of a time zone show ``local``.

    Of a time that comes twice, when the clocks go back, the first; a time that the clocks
    leave out is that long after they go forward.

    :param datetime local: without a time zone
    :param str zone: the name of a time zone, or false for UTC
    """
    zone = pytz.timezone(zone or "UTC")
    try:
        moment = zone.localize(local, is_dst=None)
    except pytz.InvalidTimeError as error:
        moment = zone.localize(local, is_dst=isinstance(error, pytz.AmbiguousTimeError))
    return moment.astimezone(pytz.utc).replace(tzinfo=None)


def today_at(zone):
    """The day that it is at the place of a time zone."""
    return at_place(fields.Datetime.now(), zone).date()


def say_day(env, day, pattern="medium"):
    """A day in the reader's language; nothing for no day.

    It always has its year: screens leave out the present one, and what is said may be read later.

    :param str pattern: another way to write it, such as :data:`IN_FULL`
    """
    return format_date(env, day, date_format=pattern)


def say_moment(env, moment, zone):
    """Day and time, as the clocks of ``zone`` show it."""
    return f"{say_day(env, at_place(moment, zone).date())}, {say_time(moment, zone)}"


def say_time(moment, zone):
    """The time of day, as the clocks of ``zone`` show it."""
    return f"{at_place(moment, zone):%H:%M}"


def say_span(env, start, stop, zone):
    """The day in full, and from when until when, as the clocks of ``zone`` show it."""
    day = say_day(env, at_place(start, zone).date(), IN_FULL)
    return f"{day}, {say_time(start, zone)}–{say_time(stop, zone)}"


def say_number(env, number):
    """A whole number, in the groups of the reader's language."""
    return formatLang(env, number, digits=0)


def say_hours(env, minutes):
    """An amount of time in words: 1 hour, 1:30 hours, 5,000 hours."""
    hours, rest = divmod(abs(minutes), 60)
    if (hours, rest) == (1, 0):
        return env._("1 hour") if minutes > 0 else env._("-1 hour")
    if rest:
        return env._("%s hours", clock(minutes))
    return env._("%s hours", say_number(env, minutes // 60))


def say_spoken(env, minutes):
    """An amount of time as people say it: 15 minutes, 1 hour, 1 hour 30 minutes, minus 15 minutes."""
    if minutes < 0:
        return env._("minus %s", say_spoken(env, -minutes))
    hours, rest = divmod(minutes, 60)
    if not hours:
        return env._("1 minute") if rest == 1 else env._("%s minutes", rest)
    whole = say_hours(env, hours * 60)
    if not rest:
        return whole
    return env._("%(hours)s %(minutes)s minutes", hours=whole, minutes=rest)


def say_months(env, number):
    """How many months in words, with at most one decimal: 1 month, 1.5 months, 12 months."""
    number = round(number, 1)
    if number == 1:
        return env._("1 month")
    return env._("%s months", formatLang(env, number, digits=0 if number == int(number) else 1))


def say_percent(env, number, digits=0):
    """Per cent, which no line breaks within."""
    return keep_together(env._("%s %%", formatLang(env, number, digits=digits)))


def keep_together(words):
    """The same words on one line: for an amount and its unit."""
    return words.replace(" ", NO_BREAK_SPACE)
