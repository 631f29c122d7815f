from odoo import api, fields, models

from ..common.figures import figures_over
from ..common.verb import verb
from ..common.windows import open_list

#: Who sees that there are grants.
SEES_GRANTS = (
    "timebank_coproduction.group_timebank_coordinator,"
    "timebank_coproduction.group_timebank_finance,"
    "timebank_coproduction.group_timebank_manager"
)


class TimebankGrantLinked(models.AbstractModel):
    """Whatever has grants: how many the reader may see, and the way to them.

    A model that inherits this says in ``_grant_field`` which field of the grant names it.
    """

    _name = "timebank.grant.linked"
    _description = "Has Grants"
    _grant_field = None

    timebank_grant_count = fields.Integer(
        "Grants", compute="_compute_timebank_grant_count", compute_sudo=False, groups=SEES_GRANTS
    )

    @api.depends_context("uid")
    def _compute_timebank_grant_count(self):
        for record, count in figures_over(self, self.env["timebank.grant"], self._grant_field):
            record.timebank_grant_count = count

    @verb()
    def action_view_timebank_grants(self):
        """The grants that name these, closed ones too."""
        own = [(self._grant_field, "in", self.ids)]
        return open_list(self.env, "timebank_grant_action", own, self._get_grant_defaults())

    def _get_grant_defaults(self):
        """What a new grant begins with on that list."""
        return {}
