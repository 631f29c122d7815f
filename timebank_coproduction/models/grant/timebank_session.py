from odoo import api, models
from odoo.exceptions import ValidationError

from .timebank_grant_time import counts_for_field


class TimebankSession(models.Model):
    """For which grant's report a session counts, and the time that is given in it."""

    _name = "timebank.session"
    _inherit = ["timebank.session", "timebank.grant.counted"]

    grant_id = counts_for_field(
        "The grant whose report this session is told in, with all the time given in it.", tracking=True
    )

    @api.depends("scheme_id", "project_id", "date")
    def _compute_grant_id(self):
        """Chosen anew until the session is over; then it keeps what it has."""
        # sudo: whoever makes a session; which grant it counts for only those are told who see grants
        sessions = self.sudo()
        keys = {
            session: session._get_grant_key()
            for session in sessions
            if not (
                session._origin and session.state == "done" and (session.grant_id or session.grant_chosen)
            )
        }
        found = self.env["timebank.grant"]._find_for_time(keys.values())
        for session in sessions:
            if session in keys:
                session.grant_id, session.grant_chosen = found.get(keys[session]), False
            else:
                session.grant_id, session.grant_chosen = session.grant_id, session.grant_chosen

    @api.constrains("grant_id")
    def _check_grant(self):
        # sudo: whoever makes a session; the grant is named to who chose it alone
        for session in self.sudo():
            if session.grant_id and (reason := session.grant_id._why_not_for(session)):
                raise ValidationError(reason)

    def _prepare_hours(self):
        # sudo: whoever closes the register; its time counts for the session's grant
        return {**super()._prepare_hours(), "grant_id": self.sudo().grant_id.id}
