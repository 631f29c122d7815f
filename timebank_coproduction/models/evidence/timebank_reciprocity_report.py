from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.days import EARLIEST, LATEST
from ..common.verb import verb
from ..common.windows import open_list
from . import facts
from .timebank_involvement_report import involved

#: The operators by which a domain names the beginning of a period, and its end.
SINCE, UNTIL = (">=", ">"), ("<=", "<")


class TimebankReciprocityReport(models.Model):
    """Giving and receiving: a row for each person, bank and month in which they did either.

    Whether somebody gave, received or did both is said of the whole period that is looked at, from the
    earliest to the latest day which the search names: so the months of a year add up to the year's people.
    """

    _name = "timebank.reciprocity.report"
    _description = "Giving and Receiving"
    _auto = False
    _rec_name = "partner_id"
    _order = "date desc, id"

    partner_id = fields.Many2one("res.partner", string="Person", readonly=True)
    scheme_id = fields.Many2one("timebank.scheme", string="Time bank", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Date("Month", readonly=True, help="The first day of the month.")
    reciprocity = fields.Selection(
        [("both", "Gave and received"), ("giving", "Only gave"), ("receiving", "Only received")],
        readonly=True,
        help="In this bank, over the whole period that is searched for.",
    )
    gave_minutes = fields.Integer(readonly=True)
    received_minutes = fields.Integer(readonly=True)
    gave_hours = fields.Float("Gave", readonly=True)
    received_hours = fields.Float(
        "Received", readonly=True, help="Time in sessions that they attended counts as received."
    )
    partner_count = fields.Integer(
        "Partners",
        readonly=True,
        aggregator="max",
        help="With how many people time went either way over the whole period, of several people the most.",
    )

    @property
    def _table_query(self):
        scope = facts.Scope(None, *self._get_period())
        return SQL(
            """SELECT r.*, bank.company_id, r.gave_minutes::float / 60 AS gave_hours,
                      r.received_minutes::float / 60 AS received_hours,
                      CASE WHEN NOT BOOL_OR(r.received) OVER whole THEN 'giving'
                           WHEN NOT BOOL_OR(r.gave) OVER whole THEN 'receiving'
                           ELSE 'both' END AS reciprocity,
                      COALESCE(met.partner_count, 0) AS partner_count
                 FROM (SELECT MIN(i.id) AS id, i.partner_id, i.scheme_id,
                              date_trunc('month', i.date::timestamp)::date AS date,
                              COALESCE(SUM(i.minutes) FILTER (WHERE i.part = 'gave'), 0)::int AS gave_minutes,
                              COALESCE(SUM(i.minutes) FILTER (WHERE i.part != 'gave'), 0)::int
                                  AS received_minutes,
                              BOOL_OR(i.part = 'gave') AS gave, BOOL_OR(i.part != 'gave') AS received
                         FROM %(involved)s i
                        GROUP BY i.partner_id, i.scheme_id, date_trunc('month', i.date::timestamp)) r
                 LEFT JOIN timebank_scheme bank ON bank.id = r.scheme_id
                 LEFT JOIN (SELECT v.person, a.scheme_id, COUNT(DISTINCT v.other)::int AS partner_count
                              FROM %(arcs)s a
                             CROSS JOIN LATERAL (VALUES (a.giver_id, a.receiver_id),
                                                        (a.receiver_id, a.giver_id)) v (person, other)
                            GROUP BY v.person, a.scheme_id) met
                        ON met.person = r.partner_id AND met.scheme_id = r.scheme_id
               WINDOW whole AS (PARTITION BY r.partner_id, r.scheme_id)""",
            involved=involved(scope),
            arcs=facts.arcs(scope),
        )

    def _search(self, domain, *args, **kwargs):
        """The table is of the months that the search names, whichever of them its rows are of."""
        period = self._read_period(domain)
        return super(TimebankReciprocityReport, self.with_context(timebank_period=period))._search(
            domain, *args, **kwargs
        )

    def _get_period(self):
        """First and last day; ``None`` where there is no limit. What isn't one of its own making is none."""
        period = self.env.context.get("timebank_period")
        is_ours = isinstance(period, tuple) and len(period) == 2
        return tuple(fields.Date.to_date(day) or None for day in period) if is_ours else (None, None)

    @api.model
    def _read_period(self, domain):
        """The earliest first day and the latest last day of whole months that a domain names.

        One month of a longer period, as a list behind a cell of a table asks for it, leaves the period.
        """
        first, last = self._find_bounds(Domain(domain).optimize_full(self))
        if first:
            first = first.replace(day=1)
        if last:
            last = fields.Date.end_of(last, "month")
        return first, last

    def _find_bounds(self, domain):
        """Pair of days or ``None``: of what has to hold together the widest, and of alternatives as well,
        of which one without a bound has none."""
        children = getattr(domain, "children", None)
        if children is not None:
            bounds = [self._find_bounds(child) for child in children]
            result = []
            for days, pick in zip(zip(*bounds, strict=True), (min, max), strict=True):
                named = [day for day in days if day]
                free = domain.OPERATOR == "|" and len(named) < len(days)
                result.append(pick(named) if named and not free else None)
            return tuple(result)
        if getattr(domain, "field_expr", None) != "date" or domain.operator not in (*SINCE, *UNTIL, "in"):
            return None, None
        if domain.operator == "in":
            days = [self._read_bound(day) for day in domain.value]
            return (min(days), max(days)) if days and all(days) else (None, None)
        day = self._read_bound(domain.value)
        if domain.operator in SINCE:
            return fields.Date.add(day, days=domain.operator == ">"), None
        return None, fields.Date.subtract(day, days=domain.operator == "<")

    def _read_bound(self, day):
        """A day, or the first or last of which anything is kept: the calendar ends there somewhere, too."""
        found = fields.Date.to_date(day)
        return found and min(max(found, EARLIEST), LATEST)

    @verb(single=True)
    def action_open_source(self):
        """What this person gave and received at this bank in this month.

        :return: an action for the client
        """
        self.ensure_one()
        self.check_access("read")
        domain = [
            ("partner_id", "=", self.partner_id.id),
            ("scheme_id", "=", self.scheme_id.id),
            ("date", ">=", self.date),
            ("date", "<=", fields.Date.end_of(self.date, "month")),
        ]
        return open_list(
            self.env,
            "timebank_involvement_report_action",
            domain,
            {},
            views=[(False, "list"), (False, "form")],
        )
