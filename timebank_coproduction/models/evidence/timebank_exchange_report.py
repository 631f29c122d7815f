from odoo import fields, models
from odoo.tools import SQL

from . import facts


class TimebankExchangeReport(models.Model):
    """Who gave time to whom: a row for each entry with its receiver, and in a session one for each helper's
    entry and each attendee, over whom its minutes are spread so that they add up to it."""

    _name = "timebank.exchange.report"
    _inherit = "timebank.fact.report"
    _description = "Who Gave to Whom"
    _auto = False
    _rec_name = "hours_id"

    giver_id = fields.Many2one("res.partner", string="Given by", readonly=True)
    receiver_id = fields.Many2one("res.partner", string="Given to", readonly=True)
    way = fields.Selection(
        [("direct", "From one to another"), ("session", "In a session")], string="How", readonly=True
    )
    role = fields.Selection(string="Role of the giver")
    hours_id = fields.Many2one("timebank.hours", string="Entry", readonly=True)

    @property
    def _table_query(self):
        # An id for each entry and line of a register, which stays theirs: an integer that a browser can hold.
        columns = SQL(
            """(f.hours_id::bigint << 26) + f.attendance_id AS id, f.giver_id, f.receiver_id, f.hours_id,
               CASE WHEN f.attendance_id = 0 THEN 'direct' ELSE 'session' END AS way"""
        )
        return self._select_facts(columns, facts.arcs(self._get_scope()))

    def _get_source(self):
        return self.hours_id
