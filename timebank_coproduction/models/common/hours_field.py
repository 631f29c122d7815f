from odoo import api, fields
from odoo.exceptions import UserError

from ...tools import minutes as minutes_tool


class Hours(fields.Float):
    """Hours as people type them: a number, or words such as ``1:30``, ``1h15`` and ``90 min``.

    The words are understood wherever a value arrives: from a form, over the external API
    or from a file. Views show an editable one with the ``timebank_hours`` widget.
    """

    def convert_to_cache(self, value, record, validate=True):
        return super().convert_to_cache(_typed_hours(record.env, value), record, validate)

    def convert_to_column(self, value, record, values=None, validate=True):
        return super().convert_to_column(_typed_hours(record.env, value), record, values, validate)


def _typed_hours(env, value):
    """A number of hours, where words may stand for one."""
    return minutes_tool.to_hours(read_minutes(env, value)) if isinstance(value, str) else value


def hours_field(minutes_name, string=None, editable=False, **attributes):
    """A float field showing in hours what ``minutes_name`` keeps in minutes.

    It goes by the same name with ``hours`` in place of ``minutes``, and is shown with
    the ``timebank_hours`` widget, which says 1:30 and takes it as people write it. That one writes
    the minutes back; where the minutes are required, pass the values through
    :func:`minutes_from_hours` as well, since a required column has to be known before
    the record is made.
    """
    hours_name = minutes_name.replace("minutes", "hours")

    @api.depends(minutes_name)
    def compute(records):
        for record in records:
            record[hours_name] = minutes_tool.to_hours(record[minutes_name])

    def inverse(records):
        for record in records:
            record[minutes_name] = valid_minutes(records.env, record[hours_name], hours=True)

    if string:
        attributes["string"] = string
    return Hours(
        compute=compute,
        inverse=inverse if editable else None,
        readonly=not editable,
        **attributes,
    )


def say_examples(env):
    """How an amount of time may be written: beside fields, and where one can't be read."""
    return env._("45 min, 2 hours or 1:30")


def read_minutes(env, text):
    """Whole minutes from an amount of time as somebody wrote it, in the user's language.

    :raises UserError: it can't be read; the sentence says how to write it
    """
    decimal = env["res.lang"]._get_data(code=env.lang or "en_US").decimal_point or "."
    try:
        return minutes_tool.read(text, decimal)
    except minutes_tool.TooManyMinutes as error:
        raise UserError(
            env._("“%s” is not an amount of time that can be recorded: minutes go up to 59.", text)
        ) from error
    except ValueError as error:
        raise UserError(
            env._(
                "“%(text)s” is not an amount of time that can be recorded. Write it like %(examples)s.",
                text=text,
                examples=say_examples(env),
            )
        ) from error


def valid_minutes(env, value, hours=False):
    """Whole minutes from what somebody typed, or a plain sentence why not."""
    try:
        if hours and isinstance(value, str):
            return read_minutes(env, value)
        if hours:
            return minutes_tool.from_hours(value)
        return minutes_tool.whole(value)
    except (TypeError, ValueError) as error:
        raise UserError(env._("“%s” is not an amount of time that can be recorded.", value)) from error


def minutes_from_hours(env, vals, pairs):
    """Fill in the minutes of ``vals`` from its hours, and check those that are given.

    :param dict vals: values of a create or write; changed in place
    :param dict pairs: name of the hours field → name of the minutes field
    """
    for hours_name, minutes_name in pairs.items():
        if minutes_name in vals:
            vals[minutes_name] = valid_minutes(env, vals[minutes_name] or 0)
        elif hours_name in vals:
            vals[minutes_name] = valid_minutes(env, vals[hours_name] or 0, hours=True)
        vals.pop(hours_name, None)
