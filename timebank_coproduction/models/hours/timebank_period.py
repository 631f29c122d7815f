from odoo import api, fields, models


class TimebankPeriod(models.AbstractModel):
    """Ask for a period of records of banks: up to today where these are, until somebody types another.

    For dialogs, which name in ``_period_of`` the field that holds these records.
    """

    _name = "timebank.period"
    _description = "A Period of What Banks Have"
    _period_of = ""

    date_from = fields.Date(
        "From", required=True, compute="_compute_period", store=True, precompute=True, readonly=False
    )
    date_to = fields.Date(
        "To", required=True, compute="_compute_period", store=True, precompute=True, readonly=False
    )

    _in_order = models.Constraint("CHECK (date_from <= date_to)", "The period ends before it begins.")

    @api.depends(lambda dialog: filter(None, [dialog._period_of]))
    def _compute_period(self):
        """Where nobody has typed another, the last day is today; as soon as it is known whose today."""
        for asked in self:
            banks = asked[self._period_of].scheme_id
            today = banks._get_days()[-1]
            if not asked.date_to or asked.date_to == fields.Date.context_today(self):
                asked.date_to = today
            asked.date_from = asked.date_from or self._get_first_day(today)

    @api.model
    def _get_first_day(self, today):
        """Where a period begins that ends today: with the year, unless a dialog says otherwise."""
        return fields.Date.start_of(today, "year")
