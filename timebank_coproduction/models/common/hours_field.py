from odoo import api, fields
from odoo.exceptions import UserError

from ...tools import minutes as minutes_tool


def hours_field(minutes_name, string=None, editable=False, **attributes):
    """A float field showing in hours what ``minutes_name`` keeps in minutes.

    It goes by the same name with ``hours`` in place of ``minutes``, and is shown with
    the ``float_time`` widget. An editable one writes the minutes back; where the
    minutes are required, pass the values through :func:`minutes_from_hours` as well,
    since a required column has to be known before the record is made.
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
    return fields.Float(
        compute=compute,
        inverse=inverse if editable else None,
        readonly=not editable,
        **attributes,
    )


def valid_minutes(env, value, hours=False):
    """Whole minutes from what somebody typed, or a plain sentence why not."""
    try:
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
