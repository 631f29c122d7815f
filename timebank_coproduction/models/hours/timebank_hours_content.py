from odoo import models
from odoo.exceptions import AccessError, UserError

from ...tools.minutes import DAY
from ..common.hours_field import checked_minutes, minutes_from_hours
from .timebank_hours import CONTENT

#: What a member can't say about their own entry.
COORDINATORS_ONLY = frozenset({"role", "source"})


class TimebankHours(models.Model):
    """What anybody may write: well-formed times, undecided entries, a member's own fields."""

    _inherit = "timebank.hours"

    def _check_content(self, vals):
        """:param dict vals: of a create (without records) or a write; put in order in place
        :raises UserError: what can't be
        """
        self._check_times(vals)
        if not vals.get("role", True):
            del vals["role"]  # the membership says it
        if self._is_to_oneself(vals):
            raise UserError(self.env._("Nobody gives time to themselves: choose who received it."))
        if not self.env.su and COORDINATORS_ONLY.intersection(vals) and not self._is_coordinating():
            self._check_members_own(vals)
        if CONTENT.intersection(vals):
            for entry in self:
                if entry.state not in ("draft", "submitted"):
                    raise UserError(
                        self.env._(
                            "“%s” has been decided: it can't be changed any more, but it can be reversed.",
                            entry.display_name,
                        )
                    )

    def _check_times(self, vals):
        minutes_from_hours(self.env, vals, {"hours": "minutes"})
        if not 1 <= vals.get("minutes", 1) <= DAY:
            raise UserError(self.env._("An entry lasts between one minute and 24 hours."))
        if "start_minute" in vals:
            vals["start_minute"] = checked_minutes(self.env, vals["start_minute"] or 0)
            if not -1 <= vals["start_minute"] < DAY:
                raise UserError(self.env._("A starting time lies between 0:00 and 23:59."))

    def _is_to_oneself(self, vals):
        """Whether giver and receiver would be the same person."""
        if not self:
            giver = vals.get("partner_id", self.env.user.partner_id.id)
            return bool(giver) and vals.get("receiver_id") == giver
        return any(
            vals.get("partner_id", entry.partner_id.id) == vals.get("receiver_id", entry.receiver_id.id)
            for entry in self
        )

    def _check_members_own(self, vals):
        giver = vals.get("partner_id", self.env.user.partner_id.id)
        for usual in self or self.new({"partner_id": giver, "scheme_id": vals.get("scheme_id")}):
            if any(name in vals and vals[name] not in (usual[name], False) for name in COORDINATORS_ONLY):
                raise AccessError(
                    self.env._("Only a coordinator can say how an entry was made and in which role.")
                )
