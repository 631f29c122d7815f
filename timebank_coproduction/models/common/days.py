"""One reader of days: what a date can be, wherever it arrives.

A slip of the keyboard makes the year 0202 or 20260, which no list shows and no rule of a day to
come or of closed books catches. So what is written into any field of the addon that holds a day or a
moment is read here, as are the days that verbs take (``verb.py``).
"""

from datetime import date, datetime
from functools import wraps

from odoo import fields
from odoo.exceptions import UserError

#: Nothing that is kept here was before the one, nor is planned beyond the other.
EARLIEST, LATEST = date(1950, 1, 1), date(2199, 12, 31)


def read_day(env, name, value):
    """A date, from one or from text such as ``2026-03-18``.

    :param str name: what it is called, for the sentence
    :raises UserError: not a date, or a year that nobody means
    """
    try:
        found = fields.Date.to_date(value) if isinstance(value, str | date) else None
    except ValueError:
        found = None
    if found is None:
        raise UserError(env._("Give “%s” as a date, such as 2026-03-18.", name))
    return _within_reason(env, name, found)


def read_moment(env, name, value):
    """A date and time in UTC, from one or from text such as ``2026-03-18 10:00:00``.

    :raises UserError: as :func:`read_day`
    """
    try:
        found = fields.Datetime.to_datetime(value) if isinstance(value, str | date) else None
    except ValueError:
        found = None
    if found is None or found.tzinfo:
        raise UserError(env._("Give “%s” as a date and time, such as 2026-03-18 10:00:00.", name))
    return _within_reason(env, name, found)


def _within_reason(env, name, found):
    if not EARLIEST <= (found.date() if isinstance(found, datetime) else found) <= LATEST:
        raise UserError(
            env._(
                "%(day)s can't be right for “%(what)s”: check the year.",
                day=f"{found:%d.%m.}{found.year}",
                what=name,
            )
        )
    return found


def reading_days(model_class):
    """Have a model's ``create``, ``write`` and ``onchange`` read days before its own rules do."""
    model_class.create = _reading(model_class.create)
    model_class.write = _reading(model_class.write)
    model_class.onchange = _reading(model_class.onchange)


def _reading(method):
    @wraps(method)
    def reading(self, vals, *args, **kwargs):
        for one in [vals] if isinstance(vals, dict) else vals:
            for name, value in one.items():
                field = self._fields.get(name)
                if value and field and field.type in READERS:
                    READERS[field.type](self.env, field._description_string(self.env), value)
        return method(self, vals, *args, **kwargs)

    return reading


READERS = {"date": read_day, "datetime": read_moment}
