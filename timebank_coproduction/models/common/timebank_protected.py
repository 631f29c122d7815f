from odoo import api, models
from odoo.exceptions import AccessError

#: What a verb hands to create and write. An object of this process: nothing sent from outside can equal it.
_KEY = object()


class TimebankProtected(models.AbstractModel):
    """Fields that change through the model's verbs alone, whoever the user is.

    A model lists them in ``_protected_fields``; its verbs write them on
    ``self._in_verb()``. A value for one of them in anybody else's ``create``
    or ``write`` is refused, over the external API as much as in the client.
    """

    _name = "timebank.protected"
    _description = "Fields that only verbs change"
    _inherit = ["timebank.bulk", "timebank.locks"]
    _protected_fields = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        if not self._is_in_verb():
            for vals in vals_list:
                self._refuse_protected(
                    name
                    for name in self._protected_fields.intersection(vals)
                    if vals[name] != self._protected_default(name)
                )
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_in_verb():
            self._refuse_protected(self._protected_fields.intersection(vals))
        return super().write(vals)

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
    def _in_verb(self):
        """The same records, on which protected fields can be written. For verbs only."""
        return self.with_context(timebank_in_verb=_KEY)

    def _is_in_verb(self):
        return self.env.context.get("timebank_in_verb") is _KEY

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
