from odoo import api, fields, models
from odoo.exceptions import ValidationError


class TimebankHours(models.Model):
    """For which grant's report an entry counts: that of its session, or one that is for it."""

    _name = "timebank.hours"
    _inherit = ["timebank.hours", "timebank.grant.counted"]

    grant_id = fields.Many2one(
        help="The grant whose report this time is told in. Time in a session counts for the session's."
    )

    @api.depends("session_id.grant_id")
    def _compute_grant_id(self):
        """What was approved keeps its grant, but follows its session."""
        # sudo: whoever records time; which grant it counts for they are not told
        alone = self.sudo()._follows_rule()
        for entry in self.sudo() - alone:
            entry.grant_id, entry.grant_chosen = entry.session_id.grant_id, False
        return super(TimebankHours, alone)._compute_grant_id()

    def _is_decided(self):
        return self.state not in ("draft", "submitted")

    def _follows_rule(self):
        return self.filtered(lambda entry: not entry.session_id)

    @api.constrains("grant_id")
    def _check_grant(self):
        # sudo: whoever records time; the grant is named to who chose it alone
        entries = self.sudo()
        for entry in entries._having("session_id") | entries._having("grant_id"):
            if entry.session_id:
                if entry.grant_id != entry.session_id.grant_id:
                    raise ValidationError(
                        self.env._(
                            "The time in %s counts for the grant of the session: change it there.",
                            entry.session_id._say(),
                        )
                    )
            elif entry.grant_id and (reason := entry.grant_id._why_not_for(entry)):
                raise ValidationError(reason)

    def write(self, vals):
        result = super().write(vals)
        if "grant_id" in vals and not self._is_in_verb():
            decided = self.filtered(lambda entry: entry._is_decided())
            decided._note(self.env._("Counts for another grant from now on"))
        return result
