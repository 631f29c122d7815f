"""What a method that can be called from outside asks before it does anything.

Every public method of the addon's models is marked ``@verb(...)``: who calls it can read the
records that it is called on, and each argument is read by one of the readers below, which
know types and answer what doesn't fit with a sentence. A method that nobody outside needs
has a name with an underscore instead.
"""

import inspect
from functools import wraps
from math import isfinite

from odoo import models
from odoo.api import NewId
from odoo.exceptions import AccessError, UserError

from ...tools.paging import number_in
from .days import read_day, read_moment

#: The largest number that a column of whole numbers, or an id, can hold.
LARGEST = 2**31 - 1
#: The largest number that a browser tells from the next: a report's rows may have ids up to it.
LARGEST_SHOWN = 2**53 - 1
#: What money may amount to; nobody means more.
MOST_MONEY = 10**12
#: The longest text that somebody types, in letters.
LONGEST = 4000


def verb(*, single=False, **readers):
    """Mark a public method: it asks read access to ``self``, and reads its arguments.

    :param bool single: it is about one record
    :param readers: for each parameter, by name, one of the readers of this module
    :raises TypeError: when a parameter has no reader, as soon as the module is loaded
    """

    def mark(method):
        signature = inspect.signature(method)
        parameters = dict(list(signature.parameters.items())[1:])
        if parameters.keys() != readers.keys():
            raise TypeError(f"{method.__qualname__}: give a reader for each of {list(parameters)}")

        @wraps(method)
        def asking(self, *args, **kwargs):
            _ask_for_records(self, single, model_only=getattr(asking, "_api_model", False))
            try:
                bound = signature.bind(self, *args, **kwargs)
            except TypeError:
                raise UserError(_say_arguments(self.env, parameters)) from None
            for name in readers.keys() & bound.arguments.keys():
                value, default = bound.arguments[name], parameters[name].default
                if _is_empty(value) and default is not inspect.Parameter.empty:
                    bound.arguments[name] = default
                else:
                    bound.arguments[name] = readers[name](self.env, name.replace("_", " "), value)
            return method(*bound.args, **bound.kwargs)

        asking.timebank_readers = readers
        return asking

    return mark


def _say_arguments(env, parameters):
    names = ", ".join(name.replace("_", " ") for name in parameters)
    return (
        env._("Give what is asked for here: %s.", names) if names else env._("Nothing is to be given here.")
    )


def _ask_for_records(records, single, model_only):
    """:raises UserError: for what are no records, or not one where there should be one
    :raises AccessError: for records that the user can't read
    """
    largest = LARGEST if records._auto else LARGEST_SHOWN
    if not all(isinstance(one, NewId) or is_id(one, largest) for one in records._ids):
        raise UserError(records.env._("Say which records are meant by their numbers."))
    if records._abstract and not model_only:
        # such as the desk, which keeps nothing: its verbs ask about what they touch
        if records or type(records)._inherit_children:
            raise UserError(records.env._("Nothing is kept here: there are no records to choose."))
    elif not model_only:
        records.check_access("read")
    if single and len(records) != 1:
        raise UserError(records.env._("This is done for one record at a time: choose one."))


def is_id(value, largest=LARGEST):
    """Whether a value from outside can be the number of a record."""
    return type(value) is int and 0 < value <= largest


def _is_empty(value):
    return value is None or value is False or value == ""


# ------------------------------------------------------------
# Readers: each returns a function of an environment, an argument's name and its value.
# ------------------------------------------------------------


def text(longest=LONGEST):
    """Words; nothing is the empty text, so that the verb can ask for them."""

    def read(env, name, value):
        if _is_empty(value):
            return ""
        if not isinstance(value, str) or "\0" in value:
            raise UserError(env._("Give “%s” in words.", name))
        if len(value) > longest:
            raise UserError(
                env._("“%(what)s” is too long: use up to %(most)s letters.", what=name, most=longest)
            )
        return value

    return read


def whole(least=-LARGEST, most=LARGEST):
    """A whole number."""

    def read(env, name, value):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise UserError(env._("Give “%s” as a whole number.", name))
        return _within(env, name, value, least, most)

    return read


def number(least=-MOST_MONEY, most=MOST_MONEY):
    """A number, such as an amount of money."""

    def read(env, name, value):
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise UserError(env._("Give “%s” as a number.", name))
        return _within(env, name, value, least, most)

    return read


def _within(env, name, value, least, most):
    if not least <= value <= most:
        raise UserError(
            env._("“%(what)s” lies between %(least)s and %(most)s.", what=name, least=least, most=most)
        )
    return value


def flag():
    """Yes or no."""

    def read(env, name, value):
        if value not in (None, False, True):
            raise UserError(env._("Answer “%s” with yes or no.", name))
        return bool(value)

    return read


def day():
    """A date, or as text in the form 2026-03-18."""
    return read_day


def moment():
    """A date and time in UTC, or as text in the form 2026-03-18 10:00:00."""
    return read_moment


def choice(*options, of=None):
    """One of a few words.

    :param options: the words
    :param of: or a pair of a model and one of its selection fields, whose words they are
    """

    def read(env, name, value):
        words = options or env[of[0]]._fields[of[1]].get_values(env)
        if not isinstance(value, str) or value not in words:
            raise UserError(env._("Choose “%(what)s” from: %(words)s.", what=name, words=", ".join(words)))
        return value

    return read


def record(model, seen=True):
    """One record of ``model``, given as such or by its number.

    :param bool seen: whether who names it must be able to read it. Where not, the verb itself
        says who may name what, and its sentences tell nothing about what can't be read
    """

    def read(env, name, value):
        found = _find(env, model, value, seen)
        if len(found) != 1:
            raise UserError(env._("Choose one for “%s”.", name))
        return found

    read.model = model
    return read


def record_or_none(model, seen=True):
    """As :func:`record`, or nothing: no record."""
    one = record(model, seen)

    def read(env, name, value):
        return env[model] if _is_empty(value) else one(env, name, value)

    read.model = model
    return read


def record_id(model, seen=True):
    """As :func:`record`; the verb gets the number."""
    one = record(model, seen)

    def read(env, name, value):
        return one(env, name, value).id

    read.model = model
    return read


def record_ids(model, seen=True):
    """A list of numbers of records of ``model``, or the records; the verb gets the numbers."""

    def read(env, name, value):
        if not isinstance(value, models.BaseModel | list | tuple | set):
            raise UserError(env._("Give “%s” as a list.", name))
        return _find(env, model, value, seen).ids

    read.model = model
    return read


def _find(env, model, value, seen):
    """:raises AccessError: the same for what isn't there and for what the user can't see"""
    ids = [value] if isinstance(value, int) else value
    if isinstance(value, models.BaseModel):
        ids = value.ids if value._name == model else [0]
    wanted = env[model].browse(ids if isinstance(ids, list | tuple | set) and all(map(is_id, ids)) else [0])
    found = wanted.exists()
    if len(found) != len(wanted) or (seen and not found.has_access("read")):
        raise AccessError(
            env._("There is no such record among those that you can see: %s.", env[model]._description)
        )
    return found


def many(reader):
    """A list of what ``reader`` reads."""

    def read(env, name, value):
        if not isinstance(value, list | tuple | set):
            raise UserError(env._("Give “%s” as a list.", name))
        return [reader(env, name, one) for one in value]

    return read


def numbered(reader):
    """What ``reader`` reads, by the number of a record; JSON makes text of the numbers."""

    def read(env, name, value):
        if not isinstance(value, dict):
            raise UserError(env._("Give “%s” by the numbers of records.", name))
        found = {}
        for key, one in value.items():
            number = number_in(key) if isinstance(key, str) else key
            if not is_id(number):
                raise UserError(env._("Give “%s” by the numbers of records.", name))
            found[number] = reader(env, name, one)
        return found

    return read


def named(**readers):
    """Values by name."""

    def read(env, name, value):
        if not isinstance(value, dict) or not readers.keys() >= value.keys():
            raise UserError(
                env._("Give “%(what)s” by name: %(names)s.", what=name, names=", ".join(sorted(readers)))
            )
        return {key: readers[key](env, key.replace("_", " "), one) for key, one in value.items()}

    return read
