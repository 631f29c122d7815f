from odoo import fields, models
from odoo.tools import SQL

from ..common.verb import verb
from ..common.windows import open_form
from ..member.timebank_member import ROLES
from . import facts


class TimebankExchangeReport(models.Model):
    """Who gave time to whom: a row for each entry with its receiver, and in a session one for each helper's
    entry and each attendee, over whom its minutes are spread so that they add up to it."""

    _name = "timebank.exchange.report"
    _description = "Who Gave to Whom"
    _auto = False
    _rec_name = "hours_id"
    _order = "date desc, id desc"

    giver_id = fields.Many2one("res.partner", string="Given by", readonly=True)
    receiver_id = fields.Many2one("res.partner", string="Given to", readonly=True)
    way = fields.Selection(
        [("direct", "From one to another"), ("session", "In a session")], string="How", readonly=True
    )
    date = fields.Date(readonly=True)
    scheme_id = fields.Many2one("timebank.scheme", string="Time bank", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    role = fields.Selection(ROLES, string="Role of the giver", readonly=True)
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
        # An id for each entry and line of a register, which stays theirs: an integer that a browser can hold.
        return SQL(
            """SELECT (a.hours_id::bigint << 26) + a.attendance_id AS id, a.giver_id, a.receiver_id,
                      CASE WHEN a.attendance_id = 0 THEN 'direct' ELSE 'session' END AS way,
                      a.date, a.scheme_id, bank.company_id, h.role, a.minutes::int AS minutes,
                      a.minutes::float / 60 AS hours, h.category_id,
                      a.project_id, a.activity_id, a.session_id, a.grant_id, a.hours_id
                 FROM %s a
                 LEFT JOIN timebank_hours h ON h.id = a.hours_id
                 LEFT JOIN timebank_scheme bank ON bank.id = a.scheme_id""",
            facts.arcs(facts.EVERYTHING),
        )

    @verb(single=True)
    def action_open_source(self):
        """The entry by which the time was given.

        :return: an action for the client
        :raises AccessError: by whoever may not read it
        """
        self.ensure_one()
        self.check_access("read")
        self.hours_id.check_access("read")
        return open_form(self.hours_id)
