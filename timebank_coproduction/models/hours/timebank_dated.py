from odoo import api, fields, models

from ..ledger.timebank_scheme import usual_day


class TimebankDated(models.AbstractModel):
    """What happened on a day of a time bank: today where the bank is, until somebody types another.

    For models with a ``scheme_id``; their form has ``proposed_date``, unseen.
    """

    _name = "timebank.dated"
    _description = "What Happened on a Day of a Bank"

    date = fields.Date(required=True, default=lambda self: self._propose_date())
    proposed_date = fields.Date(
        store=False,
        readonly=True,
        default=lambda self: self._propose_date(),
        help="The day that stands there while nobody has typed another.",
    )

    def _propose_date(self):
        return usual_day(self)

    @api.onchange("scheme_id")
    def _onchange_scheme_id_date(self):
        """A day that nobody typed is the bank's."""
        if not self._origin and self.scheme_id and self.date == self.proposed_date:
            self.date = self.proposed_date = self.scheme_id._today()
