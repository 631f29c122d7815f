"""The days of a series of sessions. Plain dates, no time zones, no Odoo."""

from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday

FREQUENCIES = ("weekly", "fortnightly", "monthly")

#: More sessions than this in one go is a mistake: four years of weeks.
MOST = 208


def days_after(first, frequency, until=None, count=None, skip=()):
    """The days on which a series goes on after its first one.

    Monthly means the same weekday of the month, such as the third Wednesday. The fifth
    becomes the last of months that have only four.

    :param date first: the day of the first session, not among those returned
    :param str frequency: one of :data:`FREQUENCIES`
    :param date until: the last day that may be returned
    :param int count: how many sessions the series has in all, the first included;
        days that are skipped don't count
    :param skip: days to leave out, such as bank holidays
    :return: a list of dates
    :raises ValueError: ``endless``, ``backwards``, ``too many`` or ``frequency``

    >>> from datetime import date
    >>> wednesday = date(2026, 3, 18)
    >>> [day.isoformat() for day in days_after(wednesday, "weekly", count=3)]
    ['2026-03-25', '2026-04-01']
    >>> [day.isoformat() for day in days_after(wednesday, "fortnightly", until=date(2026, 4, 29))]
    ['2026-04-01', '2026-04-15', '2026-04-29']
    >>> [day.isoformat() for day in days_after(wednesday, "monthly", count=3)]
    ['2026-04-15', '2026-05-20']
    >>> [day.isoformat() for day in days_after(date(2026, 1, 30), "monthly", count=3)]
    ['2026-02-27', '2026-03-27']
    >>> [day.isoformat() for day in days_after(wednesday, "weekly", count=3, skip=[date(2026, 3, 25)])]
    ['2026-04-01', '2026-04-08']
    >>> days_after(wednesday, "weekly", count=1)
    []
    >>> days_after(wednesday, "weekly")
    Traceback (most recent call last):
    ...
    ValueError: endless
    >>> days_after(wednesday, "weekly", count=5000)
    Traceback (most recent call last):
    ...
    ValueError: too many
    """
    if frequency not in FREQUENCIES:
        raise ValueError("frequency")
    if not until and not count:
        raise ValueError("endless")
    if (count is not None and count < 0) or (until and until < first):
        raise ValueError("backwards")
    if count and count > MOST:
        raise ValueError("too many")
    skip, days = set(skip), []
    for number, moment in enumerate(_rule(first, frequency)):
        day = moment.date()
        if day <= first:
            continue
        if (until and day > until) or (count and len(days) >= count - 1):
            break
        if day not in skip:
            days.append(day)
        if len(days) >= MOST or number > 2 * MOST + len(skip):
            raise ValueError("too many")
    return days


def _rule(first, frequency):
    """The days of such a series, without end."""
    if frequency != "monthly":
        return rrule(WEEKLY, dtstart=first, interval=2 if frequency == "fortnightly" else 1)
    number = (first.day - 1) // 7 + 1
    return rrule(MONTHLY, dtstart=first, byweekday=weekday(first.weekday(), number if number < 5 else -1))
