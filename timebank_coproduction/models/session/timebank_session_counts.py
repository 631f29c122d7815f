from odoo import api, fields, models

#: States of an attendance that take one of the places of a session.
TAKES_A_PLACE = ("signed_up", "attended")


class TimebankSession(models.Model):
    """How many are coming, and how many could."""

    _inherit = "timebank.session"

    taken_count = fields.Integer(
        "Places taken",
        compute="_compute_counts",
        store=True,
        help="Attendees signed up or there, and places offered to the first on the waiting list.",
    )
    helper_count = fields.Integer("Helpers", compute="_compute_counts", store=True)
    professional_count = fields.Integer("Professionals", compute="_compute_counts", store=True)
    waiting_count = fields.Integer("Waiting", compute="_compute_counts", store=True)
    helper_shortage = fields.Integer(
        "Helpers missing", compute="_compute_helper_shortage", store=True, aggregator="sum"
    )
    places_left = fields.Integer("Places left", compute="_compute_places_left", help="Below zero: no limit.")

    _capacity_held = models.Constraint(
        "CHECK (capacity = 0 OR taken_count IS NULL OR taken_count <= capacity)",
        "There are no places left in this session.",
    )

    @api.depends("attendance_ids.state", "attendance_ids.role", "attendance_ids.offered_until")
    def _compute_counts(self):
        """Stored, so that a sign-up updates the session: of two at the same moment for the
        last place, PostgreSQL lets one through, and Odoo tries the other one again."""
        attendance = self.env["timebank.attendance"].sudo()  # sudo: figures, not names
        here = fields.Domain("session_id", "in", self._origin.ids)
        waiting = fields.Domain("state", "=", "waiting")
        offered = waiting & fields.Domain("offered_until", "!=", False)
        taken = {
            (session.id, role): count
            for session, role, count in attendance._read_group(
                here & (fields.Domain("state", "in", TAKES_A_PLACE) | offered),
                ["session_id", "role"],
                ["__count"],
            )
        }
        queue = dict(attendance._read_group(here & waiting, ["session_id"], ["__count"]))
        for session in self:
            session.taken_count = taken.get((session._origin.id, "attendee"), 0)
            session.helper_count = taken.get((session._origin.id, "helper"), 0)
            session.professional_count = taken.get((session._origin.id, "professional"), 0)
            # sudo: the same record as the counting above has it
            session.waiting_count = queue.get(session._origin.sudo(), 0)

    @api.depends("helpers_wanted", "helper_count", "state")
    def _compute_helper_shortage(self):
        for session in self:
            wanted = session.state in ("draft", "open")
            session.helper_shortage = wanted * max(session.helpers_wanted - session.helper_count, 0)

    @api.depends("capacity", "taken_count")
    def _compute_places_left(self):
        for session in self:
            session.places_left = session.capacity - session.taken_count if session.capacity else -1
