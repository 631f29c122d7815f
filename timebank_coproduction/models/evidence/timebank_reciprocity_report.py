from odoo import fields, models
from odoo.tools import SQL

from ..common.days import EARLIEST
from ..common.verb import LARGEST_SHOWN, is_id, verb
from ..common.windows import open_list
from . import facts
from .timebank_involvement_report import involved

#: With how many bits of a row's number each end of its period is said, in months since days are kept; 0: it
#: has none.
MONTH_BITS = 11
MOST_MONTHS = (1 << MONTH_BITS) - 1


def _number_period(first, last):
    """A number for the months from that of ``first`` to that of ``last``, either of which may be ``None``."""
    return (_number_month(first) << MONTH_BITS) + _number_month(last)


def _number_month(day):
    months = (day.year - EARLIEST.year) * 12 + day.month if day else 0
    return months if months <= MOST_MONTHS else 0


def _read_period(number):
    """The first days of the months between which a row's number says that its period lies."""
    return _read_month(number >> MONTH_BITS & MOST_MONTHS), _read_month(number & MOST_MONTHS)


def _read_month(months):
    return fields.Date.add(EARLIEST, months=months - 1) if months else None


class TimebankReciprocityReport(models.Model):
    """Giving and receiving: a row for each person, bank and month in which they did either.

    Whether somebody gave, received or did both is said of the whole period that is looked at, from the
    earliest to the latest day which the search names: so the months of a year add up to the year's people.
    A row's number says which period that is, so that whoever reads the row later, or exports it, reads the
    same.
    """

    _name = "timebank.reciprocity.report"
    _inherit = "timebank.bank.report"
    _description = "Giving and Receiving"
    _auto = False
    _rec_name = "partner_id"
    _order = "date desc, id"

    partner_id = fields.Many2one("res.partner", string="Person", readonly=True)
    date = fields.Date("Month", help="The first day of the month.")
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
        period = self._get_period()
        scope = facts.Scope(self._get_scheme_ids(), *period)
        return SQL(
            """SELECT r.*, bank.company_id, r.gave_minutes::float / 60 AS gave_hours,
                      r.received_minutes::float / 60 AS received_hours,
                      CASE WHEN NOT BOOL_OR(r.received) OVER whole THEN 'giving'
                           WHEN NOT BOOL_OR(r.gave) OVER whole THEN 'receiving'
                           ELSE 'both' END AS reciprocity,
                      COALESCE(met.partner_count, 0) AS partner_count
                 FROM (SELECT (MIN(i.id)::bigint << %(bits)s) + %(period)s AS id, i.partner_id, i.scheme_id,
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
            bits=2 * MONTH_BITS,
            period=_number_period(*period),
            involved=involved(scope),
            arcs=facts.arcs(scope),
        )

    def _get_period_of(self, ids):
        periods = [_read_period(number) for number in ids if is_id(number, LARGEST_SHOWN)]
        if not periods:
            return None, None
        firsts, lasts = zip(*periods, strict=True)
        return min(firsts) if all(firsts) else None, max(lasts) if all(lasts) else None

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
