from odoo import api, fields, models
from odoo.exceptions import ValidationError


class TimebankSession(models.Model):
    """For which grant's report a session counts, and the time that is given in it."""

    _name = "timebank.session"
    _inherit = ["timebank.session", "timebank.grant.counted"]

    grant_id = fields.Many2one(
        tracking=True, help="The grant whose report this session is told in, with all the time given in it."
    )

    def _is_decided(self):
        return self.state == "done"

    @api.constrains("grant_id")
    def _check_grant(self):
        # sudo: whoever makes a session; the grant is named to who chose it alone
        for session in self.sudo():
            if session.grant_id and (reason := session.grant_id._why_not_for(session)):
                raise ValidationError(reason)

    def _prepare_hours(self):
        # sudo: whoever closes the register; its time counts for the session's grant
        return {**super()._prepare_hours(), "grant_id": self.sudo().grant_id.id, "grant_chosen": False}
