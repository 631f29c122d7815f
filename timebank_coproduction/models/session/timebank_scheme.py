from odoo import fields, models

from .timebank_attendance import MOST_COMPANIONS


class TimebankScheme(models.Model):
    """A bank's policy on sessions."""

    _inherit = "timebank.scheme"

    approve_at_closing = fields.Boolean(
        "Approve at closing",
        tracking=True,
        help="Closing a session approves the hours on its register. Otherwise they are approved"
        " as any other entry: at once or by a coordinator, as the bank's approval rule says.",
    )
    claim_hours = fields.Integer(
        "Hours a free place is kept",
        default=24,
        help="For how long a place that has become free is kept for the first on the waiting list.",
    )

    companions_allowed = fields.Integer(
        "People to bring along",
        default=0,
        help="How many people a member may bring along to a session, unless the session says otherwise. Each"
        " takes a place, and earns and pays no credits.",
    )
    card_sign_in = fields.Boolean(
        "Members can open their pages with card and PIN",
        tracking=True,
        help="On the tablet at the door, for a few minutes: for members without mail. You give them their PIN"
        " on the page of each. They can look, log time, sign up for sessions and claim rewards.",
    )

    _companions_allowed = models.Constraint(
        f"CHECK (companions_allowed BETWEEN 0 AND {MOST_COMPANIONS})",
        f"A member brings up to {MOST_COMPANIONS} people along.",
    )
    _claim_hours_positive = models.Constraint(
        "CHECK (claim_hours BETWEEN 1 AND 8784)",
        "A free place is kept for an hour at least and a year at most.",
    )

    def _get_web_sessions(self, most):
        """The next sessions that are open, for everybody: dicts of words, without a name of anybody."""
        self.ensure_one()
        # sudo: the bank has a page for everybody, and says there what it invites to
        sessions = self.env["timebank.session"].sudo()
        sessions = sessions.search(
            [("scheme_id", "=", self.id), ("state", "=", "open"), ("start", ">", fields.Datetime.now())],
            limit=most,
        )
        return [
            {"name": session.name, "when": session._say_when(), "where": session.location or ""}
            for session in sessions
        ]

    def _approves_at_closing(self, user, partner_id):
        """Whether whoever closes a register approves the hours of a person on it: never their own.

        :param user: who closes it
        """
        return self.approve_at_closing and partner_id != user.partner_id.id
