from odoo import api, models

from .hours_field import minutes_from_hours


class TimebankPrepared(models.AbstractModel):
    """Values put in order before they are kept, the same way on ``create`` and on ``write``.

    A model names it first in its ``_inherit``, says in :meth:`_prepare_vals` what is to be
    put in order, and in ``_typed_hours`` which of its minutes people type as hours.
    """

    _name = "timebank.prepared"
    _description = "Values put in order"
    #: Name of a field of hours → name of the field of minutes that is kept.
    _typed_hours = {}

    @api.model_create_multi
    def create(self, vals_list):
        nobody = self.browse()  # self is the original, where a record is copied
        return super().create([nobody._prepare_vals(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._prepare_vals(vals))

    def _prepare_vals(self, vals):
        """What to write on these records, or to create where there are none.

        Values that are in order already stay as they are: a ``create`` or ``write`` of the
        model's own that has to look at them asks here as well.

        :return: a dict of its own, which may be changed
        :raises UserError: naming what can't be kept
        """
        vals = dict(vals)
        minutes_from_hours(self.env, vals, self._typed_hours)
        return vals
