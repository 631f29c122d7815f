from odoo import fields, models
from odoo.tools import SQL

from . import facts


def involved(scope):
    """Columns: id, part (``gave``, ``received`` or ``attended``), hours_id, scheme_id, date, partner_id,
    role, minutes, category_id, project_id, activity_id, session_id, grant_id. People alone."""
    return SQL(
        """(SELECT 3 * g.id AS id, 'gave' AS part, g.id AS hours_id,
                   g.scheme_id, g.date, g.partner_id, g.role, g.minutes,
                   g.category_id, g.project_id, g.activity_id, g.session_id, g.grant_id
              FROM %s g
             UNION ALL
            SELECT 3 * g.id + 1, 'received', g.id, g.scheme_id, g.date, g.receiver_id, whose.role,
                   g.minutes, g.category_id, g.project_id, g.activity_id, g.session_id, g.grant_id
              FROM %s g
              LEFT JOIN timebank_member whose
                ON whose.partner_id = g.receiver_id AND whose.scheme_id = g.scheme_id
             WHERE g.receiver_id IS NOT NULL AND %s
             UNION ALL
            SELECT 3 * a.id + 2, 'attended', NULL::int, a.scheme_id, a.date, a.partner_id, whose.role,
                   a.minutes, v.category_id, a.project_id, a.activity_id, a.session_id, a.grant_id
              FROM %s a
              LEFT JOIN timebank_member whose
                ON whose.partner_id = a.partner_id AND whose.scheme_id = a.scheme_id
              LEFT JOIN timebank_activity v ON v.id = a.activity_id)""",
        facts.given_by_people(scope),
        facts.given(scope),
        facts.is_person("g.scheme_id", "g.receiver_id"),
        facts.attended(scope),
    )


class TimebankInvolvementReport(models.Model):
    """Who took part: a row for each time that a person gave time, received it, or came to a session.

    Organisations are no people, and aren't here; what stands counts, and what was reversed didn't happen.
    """

    _name = "timebank.involvement.report"
    _inherit = "timebank.fact.report"
    _description = "Who Took Part"
    _auto = False
    _rec_name = "partner_id"

    partner_id = fields.Many2one("res.partner", string="Person", readonly=True)
    part = fields.Selection(
        [("gave", "Gave time"), ("received", "Received time"), ("attended", "Attended")],
        string="How",
        readonly=True,
    )
    role = fields.Selection(help="As which the time was given; of who received or attended, their role now.")
    beside_professional = fields.Boolean(
        "Beside a professional",
        readonly=True,
        help="A professional gave time in the same session, or without one in the same activity that day.",
    )
    hours_id = fields.Many2one("timebank.hours", string="Entry", readonly=True)

    @property
    def _table_query(self):
        scope = self._get_scope()
        columns = SQL(
            """f.id, f.part, f.partner_id, f.hours_id,
               f.part = 'gave' AND f.role IS DISTINCT FROM 'professional' AND %s AS beside_professional""",
            facts.is_beside("f", facts.professionals(scope)),
        )
        return self._select_facts(columns, involved(scope))

    def _get_source(self):
        """The entry, or the session with its register."""
        return self.hours_id or self.session_id
