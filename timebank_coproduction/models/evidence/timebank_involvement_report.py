from odoo import fields, models
from odoo.tools import SQL

from ..common.verb import verb
from ..common.windows import open_form
from ..member.timebank_member import ROLES
from . import facts


def involved(scope):
    """Columns: id, part (``gave``, ``received`` or ``attended``), hours_id or attendance_id, scheme_id, date,
    partner_id, role, minutes, category_id, project_id, activity_id, session_id, grant_id. People alone."""
    return SQL(
        """(SELECT 3 * g.id AS id, 'gave' AS part, g.id AS hours_id, NULL::int AS attendance_id,
                   g.scheme_id, g.date, g.partner_id, g.role, g.minutes,
                   g.category_id, g.project_id, g.activity_id, g.session_id, g.grant_id
              FROM %s g
             UNION ALL
            SELECT 3 * g.id + 1, 'received', g.id, NULL, g.scheme_id, g.date, g.receiver_id, whose.role,
                   g.minutes, g.category_id, g.project_id, g.activity_id, g.session_id, g.grant_id
              FROM %s g
              %s
             WHERE %s
             UNION ALL
            SELECT 3 * a.id + 2, 'attended', NULL, a.id, a.scheme_id, a.date, a.partner_id, whose.role,
                   a.minutes, v.category_id, a.project_id, a.activity_id, a.session_id, a.grant_id
              FROM %s a
              LEFT JOIN timebank_member whose
                ON whose.partner_id = a.partner_id AND whose.scheme_id = a.scheme_id
              LEFT JOIN timebank_activity v ON v.id = a.activity_id)""",
        facts.given_by_people(scope),
        facts.given(scope),
        facts.join_who("g.scheme_id", "g.receiver_id"),
        facts.IS_PERSON,
        facts.attended(scope),
    )


class TimebankInvolvementReport(models.Model):
    """Who took part: a row for each time that a person gave time, received it, or came to a session.

    Organisations are no people, and aren't here; what stands counts, and what was reversed didn't happen.
    """

    _name = "timebank.involvement.report"
    _description = "Who Took Part"
    _auto = False
    _rec_name = "partner_id"
    _order = "date desc, id desc"

    partner_id = fields.Many2one("res.partner", string="Person", readonly=True)
    part = fields.Selection(
        [("gave", "Gave time"), ("received", "Received time"), ("attended", "Attended")],
        string="How",
        readonly=True,
    )
    date = fields.Date(readonly=True)
    scheme_id = fields.Many2one("timebank.scheme", string="Time bank", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    role = fields.Selection(
        ROLES, readonly=True, help="As which the time was given; of who received or attended, their role now."
    )
    beside_professional = fields.Boolean(
        "Beside a professional",
        readonly=True,
        help="A professional gave time in the same session, or without one in the same activity that day.",
    )
    minutes = fields.Integer(readonly=True)
    hours = fields.Float(readonly=True)
    category_id = fields.Many2one("timebank.category", readonly=True)
    project_id = fields.Many2one("project.project", readonly=True)
    activity_id = fields.Many2one("timebank.activity", readonly=True)
    session_id = fields.Many2one("timebank.session", readonly=True)
    grant_id = fields.Many2one("timebank.grant", readonly=True)
    hours_id = fields.Many2one("timebank.hours", string="Entry", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """SELECT i.*, bank.company_id, i.minutes::float / 60 AS hours,
                      i.part = 'gave' AND i.role IS DISTINCT FROM 'professional'
                      AND (i.session_id IS NOT NULL AND i.session_id IN (
                               SELECT session_id FROM timebank_hours
                                WHERE state = 'approved' AND role = 'professional'
                                  AND session_id IS NOT NULL)
                           OR i.session_id IS NULL AND i.activity_id IS NOT NULL
                              AND (i.activity_id, i.date) IN (
                                  SELECT activity_id, date FROM timebank_hours
                                   WHERE state = 'approved' AND role = 'professional'
                                     AND activity_id IS NOT NULL)) AS beside_professional
                 FROM %s i
                 LEFT JOIN timebank_scheme bank ON bank.id = i.scheme_id""",
            involved(facts.EVERYTHING),
        )

    @verb(single=True)
    def action_open_source(self):
        """The entry, or the session with its register.

        :return: an action for the client
        :raises AccessError: by whoever may not read it
        """
        self.ensure_one()
        self.check_access("read")
        source = self.hours_id or self.session_id
        source.check_access("read")
        return open_form(source)
