"""A calendar as other programs read it: iCalendar, RFC 5545. Nothing here knows Odoo."""

from datetime import datetime

import vobject
from dateutil.tz import UTC

#: An event's number counts the seconds from here to its last change: of two, the later is the higher.
BEGINNING = datetime(2020, 1, 1)


def serialize(name, events):
    r"""The calendar's text, in bytes.

    :param str name: what the reader's program calls it
    :param events: dicts of ``uid``, ``changed``, ``start``, ``stop`` (times in UTC, without a zone),
        ``title``, ``where``, which may be empty, and ``cancelled``

    Times stand in UTC, which no change of the clocks moves; the reader's program shows its own.

    >>> from datetime import datetime
    >>> moment = datetime(2026, 3, 18, 10)
    >>> event = {"uid": "1@x", "changed": moment, "start": moment, "stop": moment, "title": "Tea, and cake"}
    >>> text = serialize("River Street", [{**event, "where": "", "cancelled": True}]).decode()
    >>> "DTSTART:20260318T100000Z" in text, "STATUS:CANCELLED" in text, "Tea\\, and cake" in text
    (True, True, True)
    >>> "SEQUENCE:195991200" in text, "METHOD:PUBLISH" in text
    (True, True)
    """
    calendar = vobject.iCalendar()
    calendar.add("method").value = "PUBLISH"
    calendar.add("x-wr-calname").value = name
    for one in events:
        event = calendar.add("vevent")
        event.add("uid").value = one["uid"]
        for key, moment in (
            ("dtstamp", one["changed"]),
            ("last-modified", one["changed"]),
            ("dtstart", one["start"]),
            ("dtend", one["stop"]),
        ):
            event.add(key).value = moment.replace(microsecond=0, tzinfo=UTC)
        event.add("sequence").value = str(int((one["changed"] - BEGINNING).total_seconds()))
        event.add("summary").value = one["title"]
        event.add("status").value = "CANCELLED" if one["cancelled"] else "CONFIRMED"
        if one["where"]:
            event.add("location").value = one["where"]
    return calendar.serialize().encode()
