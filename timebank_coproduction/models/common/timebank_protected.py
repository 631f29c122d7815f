from collections import defaultdict
from functools import wraps

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.tools import clean_context

from .acting import acting_in, note_touched

#: What each model's verbs hand to create and write. Objects of this process: nothing sent from outside
#: can equal one.
_KEYS = defaultdict(object)


class TimebankProtected(models.AbstractModel):
    """Fields that change through the model's verbs alone, whoever the user is.

    Protected is what a model lists in ``_protected_fields``, and each stored field that is
    read-only on every screen. A model's verbs write them on ``self._in_verb()``. In
    anybody else's ``create`` or ``write`` a value for one is refused, over the external API
    as much as in the client; what the context (``default_*``) or a user's own defaults
    bring is looked at like what was typed in.

    All stored models of the addon inherit this one, before any of Odoo's own.
    """

    _name = "timebank.protected"
    _description = "Fields that only verbs change"
    _inherit = ["timebank.bulk", "timebank.locks", "timebank.personal"]
    _protected_fields = frozenset()
    #: Fields that decide what somebody gains: nobody sets them on what is their own.
    _own_terms = frozenset()
    #: Fields that say whose part a record is, besides those whose record takes it along when it goes.
    _belongs_by = frozenset()

    def _register_hook(self):
        """Have ``create`` see defaults from outside among the values, before any model's own rules."""
        super()._register_hook()
        model = self.env.registry[self._name]
        if not self._abstract and not getattr(model.create, "reads_defaults", False):
            model.create = _reading_defaults(model.create)

    @api.model_create_multi
    def create(self, vals_list):
        if self._is_in_verb():
            closed = self._out_of_verb()
            records = super(TimebankProtected, closed).create(vals_list)
        else:
            for vals in vals_list:
                self._refuse_protected(
                    name for name in vals if self._is_protected(name) and not self._is_usual(name, vals)
                )
            records = super().create(vals_list)
        note_touched(records)
        return records

    def write(self, vals):
        note_touched(self)
        if self._is_in_verb():
            return super(TimebankProtected, self._out_of_verb()).write(vals)
        self._refuse_protected(name for name in vals if self._is_protected(name))
        if self._own_terms:
            self._refuse_own_terms(vals, self._own_terms)
        result = super().write(vals)
        if not self.env.su and any(map(self._is_part_of, vals)):
            self.check_access("write")  # a part of what somebody may change stays that
        return result

    def _is_part_of(self, name):
        """Whether the record is a part of what a field names."""
        field = self._fields.get(name)
        return bool(
            field
            and field.type == "many2one"
            and (field.ondelete == "cascade" or name in self._belongs_by)
            and field.comodel_name.startswith("timebank.")
        )

    def _get_kept_paper(self):
        """The paper of this record that was kept, as bytes, which is handed out whenever it is printed;
        nothing where it is made anew."""
        return None

    def unlink(self):
        acting = acting_in(self.env)
        if acting and not self._transient:
            acting.remove(self)
        return super().unlink()

    def _refuse_own_terms(self, vals, names):
        """:raises AccessError: where somebody sets ``names`` for themselves, whatever their role"""
        mine = self.filtered(lambda record: record.partner_id == self.env.user.partner_id)
        labels = sorted(self._fields[name]._description_string(self.env) for name in names & vals.keys())
        if labels and mine and not self.env.su:
            raise AccessError(
                self.env._(
                    "Nobody sets their own terms: ask another coordinator for a change of %(fields)s.",
                    fields=", ".join(labels),
                )
            )

    def _in_verb(self):
        """The same records, on which protected fields can be written. For verbs only.

        It holds for one ``create`` or ``write`` of this model: what these set off (lines,
        inverses, mails, automations) is outside again. Defaults from outside stay outside.
        """
        return self.with_context(clean_context(self.env.context), timebank_in_verb=_KEYS[self._name])

    def _out_of_verb(self):
        """The same records, as everybody else has them."""
        if "timebank_in_verb" not in self.env.context:
            return self
        context = {key: value for key, value in self.env.context.items() if key != "timebank_in_verb"}
        return self.with_env(self.env(context=context))

    def _is_in_verb(self):
        return self.env.context.get("timebank_in_verb") is _KEYS[self._name]

    def _is_protected(self, name):
        field = self._fields.get(name)
        if field is None or name in MAGIC_COLUMNS:
            return False
        return name in self._protected_fields or bool(field.store and field.readonly)

    def _is_usual(self, name, vals):
        """Whether a new record of these values has the one of ``name`` anyway, so that it may be named.

        A form that is opened for one activity names that one to each line of a session as well.
        """
        usual, value = self._protected_default(name), vals[name]
        return value == usual or not (value or usual) or self._is_followed(name, vals)

    def _is_followed(self, name, vals):
        """Whether the value is that of the record that the field follows."""
        path, *rest = (self._fields[name].related or "").split(".")
        if len(rest) != 1 or type(vals.get(path)) is not int:
            return False
        # sudo: only whether it is the one that was named
        followed = self.env[self._fields[path].comodel_name].sudo().browse(vals[path]).exists()
        return bool(followed) and followed.read(rest, load="")[0][rest[0]] == vals[name]

    def _take_in_defaults(self, vals_list):
        """Values with what the context and users' own defaults add, and a context without it."""
        names = set(self.env["ir.default"]._get_model_defaults(self._name))
        names |= {key.removeprefix("default_") for key in self.env.context if key.startswith("default_")}
        names &= self._fields.keys()
        if not names:
            return self, vals_list
        added = self.default_get(sorted(names))
        if self._is_in_verb():  # verbs say all that is not usual
            added |= {name: self._protected_default(name) for name in added if self._is_protected(name)}
        context = {
            key: value
            for key, value in self.env.context.items()
            if key.removeprefix("default_") not in names or not key.startswith("default_")
        }
        return self.with_env(self.env(context=context)), [{**added, **vals} for vals in vals_list]

    def _protected_default(self, name):
        """The value that a new record has anyway, and that may therefore be named."""
        field = self._fields[name]
        return field.default(self) if field.default else False

    def _refuse_protected(self, names):
        labels = sorted(self._fields[name]._description_string(self.env) for name in names)
        if labels:
            raise AccessError(
                self.env._(
                    "%(fields)s can't be typed in: the bank's own buttons change it.",
                    fields=", ".join(labels),
                )
            )


def _reading_defaults(create):
    """``create`` of a registry class, which reads defaults from outside like typed values."""

    @wraps(create)
    def reading(self, vals_list):
        if isinstance(vals_list, dict):
            vals_list = [vals_list]
        model, vals_list = self._take_in_defaults(vals_list)
        records = create(model, vals_list)
        return records if model is self else records.with_env(self.env)

    reading.reads_defaults = True
    return reading
