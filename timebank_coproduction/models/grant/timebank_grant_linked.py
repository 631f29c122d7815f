from odoo import api, fields, models

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
        counts = dict(
            self.env["timebank.grant"]._read_group(
                [(self._grant_field, "in", self.ids)], [self._grant_field], ["__count"]
            )
        )
        for record in self:
            record.timebank_grant_count = counts.get(record._origin, 0)

    def action_view_timebank_grants(self):
        """The grants that name these, closed ones too."""
        return self.env["ir.actions.act_window"]._open_timebank(
            "timebank_grant_action", [(self._grant_field, "in", self.ids)], **self._get_grant_defaults()
        )

    def _get_grant_defaults(self):
        """What a new grant begins with on that list."""
        return {}
