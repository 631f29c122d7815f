from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

#: What opens the door. An object of this process: nothing sent from outside can equal it.
_KEY = object()


class TimebankProtected(models.AbstractModel):
    """Fields that change through the model's verbs alone, whoever the user is.

    A model lists them in ``_protected_fields``; its verbs write them on
    ``self._through_door()``. A value for one of them in anybody else's ``create``
    or ``write`` is refused, over the external API as much as in the client.
    """

    _name = "timebank.protected"
    _description = "Fields that only verbs change"
    _protected_fields = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_door_open():
            for vals in vals_list:
                self._refuse_protected(
                    name
                    for name in self._protected_fields.intersection(vals)
                    if vals[name] != self._protected_default(name)
                )
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_door_open():
            self._refuse_protected(self._protected_fields.intersection(vals))
        return super().write(vals)

    def _write_multi(self, vals_list):
        """One statement where all records get the same values, as they do from a verb.

        The ORM spells out the values of each record, a hundred records at a time.
        """
        vals = vals_list[0] if vals_list else {}
        if (
            len(self) < 2
            or any(self._fields[name].translate for name in vals)
            or any(other != vals for other in vals_list)
        ):
            return super()._write_multi(vals_list)
        if self._log_access:
            vals = {"write_uid": self.env.uid, "write_date": self.env.cr.now(), **vals}
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id IN %s",
                SQL.identifier(self._table),
                SQL(", ").join(SQL("%s = %s", SQL.identifier(name), vals[name]) for name in vals),
                self._ids,
            )
        )

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

    @api.private
    def _through_door(self):
        """The same records, on which protected fields can be written. For verbs only."""
        return self.with_context(timebank_door=_KEY)

    def _is_door_open(self):
        return self.env.context.get("timebank_door") is _KEY

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
