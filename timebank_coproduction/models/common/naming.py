"""Whom a record may name: only what the user who names it can see.

Whoever reads a record is told what the records are called that it names. So a value from
outside for a field that names records is looked at before anything is done with it: what
isn't there and what the user can't read is refused alike, in words that tell neither. It
holds for each model of the addon, the dialogs included, by itself (``models/common/base.py``):
for what is typed in, for defaults of the context or of the user's own, and for what a form
sends while it is filled in.

A verb has asked already, and says so by ``_in_verb()`` or by ``sudo()``. A model that lets somebody
name more than they can read says whom in ``_get_nameable``.
"""

from functools import wraps

from odoo.api import NewId
from odoo.exceptions import AccessError
from odoo.fields import Command


def asking_whom_it_names(model_class):
    """Have a model's ``create``, ``write`` and ``onchange`` ask before its own rules do."""
    model_class.create = _asking_create(model_class.create)
    model_class.write = _asking_write(model_class.write)
    model_class.onchange = _asking_onchange(model_class.onchange)
    model_class.asks_whom_it_names = True


def _asking_create(create):
    @wraps(create)
    def asking(self, vals_list):
        if not _has_been_asked(self):
            defaults = _get_outside_defaults(self)
            rows = [vals_list] if isinstance(vals_list, dict) else vals_list
            _ask(self.browse(), [{**defaults, **vals} for vals in rows])
        return create(self, vals_list)

    return asking


def _asking_write(write):
    @wraps(write)
    def asking(self, vals):
        if _has_been_asked(self):
            return write(self, vals)
        named = _ask(self, [vals])
        result = write(self, vals)
        if any(field.type == "many2one" for field in named):
            self.check_access("write")  # nobody hands a record on to where they have no say
        return result

    return asking


def _asking_onchange(onchange):
    @wraps(onchange)
    def asking(self, values, field_names, fields_spec):
        if not self.env.su:
            _ask_with_lines(self, {**_get_outside_defaults(self), **values})
        return onchange(self, values, field_names, fields_spec)

    return asking


def _ask_with_lines(records, vals):
    """Ask for what a form holds, the lines that are being edited in it included."""
    _ask(records, [vals])
    for name, commands in vals.items():
        field = records._fields.get(name)
        if field is None or field.type not in ("one2many", "many2many") or not isinstance(commands, list):
            continue
        if getattr(type(records.env[field.comodel_name]), "asks_whom_it_names", False):
            for command in commands:
                if command[0] in (Command.CREATE, Command.UPDATE):
                    line = command[1] if command[0] == Command.UPDATE and type(command[1]) is int else ()
                    _ask_with_lines(records.env[field.comodel_name].browse(line), command[2])


def _has_been_asked(records):
    return records.env.su or (hasattr(records, "_is_in_verb") and records._is_in_verb())


def _get_outside_defaults(records):
    """What the context and users' own defaults add for the fields that name records."""
    given = {key.removeprefix("default_") for key in records.env.context if key.startswith("default_")}
    given |= records.env["ir.default"]._get_model_defaults(records._name).keys()
    names = [name for name in given if name in records._fields and records._fields[name].relational]
    return records.default_get(names) if names else {}


def _ask(records, vals_list):
    """Ask for all that ``vals_list`` name and the records don't name already.

    One query for each model that is named, however many values there are.

    :return: the fields that name it
    :raises AccessError: the same for what isn't there and for what the user can't see
    """
    named = {}
    for vals in vals_list:
        for name in vals:
            field = records._fields.get(name)
            if field is not None and field.relational:
                ids = _get_ids(records, field, vals[name])
                known = records._origin.sudo()  # sudo: what these records name already is not told, only left
                ids -= set(known[name].ids) if known and len(known) == 1 else set()
                if ids:
                    named.setdefault(field.comodel_name, {}).setdefault(field, set()).update(ids)
    for comodel, by_field in named.items():
        _ask_for(records, comodel, by_field, vals_list)
    return {field for by_field in named.values() for field in by_field}


def _ask_for(records, comodel, by_field, vals_list):
    """:param dict by_field: field → the ids that it names"""
    ids = set().union(*by_field.values()) - _get_own(records.env).get(comodel, set())
    there = records.env[comodel].with_context(active_test=False)
    seen = set(there.search([("id", "in", list(ids))])._ids) if ids and there.has_access("read") else set()
    for field, wanted in by_field.items():
        unseen = wanted & (ids - seen)
        if unseen:
            # sudo: the model says which of them may be named all the same
            others = there.sudo().browse(unseen).exists()
            unseen -= set(records._get_nameable(field.name, others, vals_list).ids)
        if unseen:
            raise AccessError(
                records.env._("There is no such record among those that you can see: %s.", there._description)
            )


def _get_own(env):
    """Who one is can always be named."""
    return {
        "res.partner": {env.user.partner_id.id},
        "res.users": {env.uid},
        "res.company": set(env.user.company_ids.ids),
    }


def _get_ids(records, field, value):
    """The ids that a value from outside names; an impossible one where it can't be read.

    Records that are made or changed along with this one are asked by their own model.
    """
    if not value or isinstance(value, NewId):
        return set()
    if isinstance(value, dict):  # as a form sends it
        value = value.get("id")
    ids = [value]
    if hasattr(value, "_ids"):
        ids = list(value._ids)
    elif field.type == "many2one":
        ids = list(value[:1]) if isinstance(value, tuple | list) else [value]
    elif isinstance(value, tuple | list):
        ids = []
        for command in value:
            if not isinstance(command, tuple | list):
                ids.append(command)
            elif command and command[0] == Command.LINK:
                ids.append(command[1])
            elif command and command[0] == Command.SET:
                ids += command[2]
    return {one if type(one) is int else 0 for one in ids if one and not isinstance(one, NewId)}
