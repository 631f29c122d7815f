from odoo import fields, models
from odoo.tools import SQL

from ..common.verb import verb
from ..common.windows import open_list
from . import facts
from .timebank_involvement_report import involved


class TimebankReciprocityReport(models.Model):
    """Giving and receiving: a row for each person, bank and month in which they did either.

    Whether somebody gave, received or did both is said of the whole period that is looked at, from the
    earliest to the latest day which the search names: so the months of a year add up to the year's people.
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
        scope = facts.Scope(self._get_scheme_ids(), *self._get_period())
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
