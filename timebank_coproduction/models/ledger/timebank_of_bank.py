from odoo import api, fields, models


class TimebankOfBank(models.AbstractModel):
    """A record of a bank, which has a ``scheme_id``: what whoever looks at it has to say about it.

    Screens ask here before they show a button.
    """

    _name = "timebank.of.bank"
    _description = "What a Time Bank Has"
    _belongs_by = frozenset({"scheme_id"})

    # Computed, not related: what is related is read as the superuser, who runs every bank.
    is_run_by_user = fields.Boolean(
        "I decide here", compute="_compute_is_run_by_user", search="_search_is_run_by_user"
    )
    can_change = fields.Boolean("I may change it", compute="_compute_can_change")

    @api.depends("scheme_id.coordinator_ids")
    @api.depends_context("uid")
    def _compute_is_run_by_user(self):
        run = self.scheme_id._run_by_user()
        for record in self:
            record.is_run_by_user = record.scheme_id in run

    @api.depends("scheme_id")
    @api.depends_context("formatted_display_name")
    def _compute_display_name(self):
        """In a picker that offers what several banks have, a name comes with its bank's."""
        result = super()._compute_display_name()
        if self.env.context.get("formatted_display_name") and len(self.scheme_id) > 1:
            for record in self:
                if record.scheme_id:
                    record.display_name = f"{record.display_name} \t --{record.scheme_id.display_name}--"
        return result

    def _search_is_run_by_user(self, operator, value):
        return fields.Domain("scheme_id.is_run_by_user", operator, value)

    @api.depends_context("uid")
    def _compute_can_change(self):
        changeable = self._origin._filtered_access("write")
        for record in self:
            record.can_change = not record._origin or record._origin in changeable

    def _say_who_changes(self):
        # sudo: only whether they run all of the banks
        if not self.scheme_id.sudo() - self.scheme_id._run_by_user().sudo():
            return super()._say_who_changes()
        return self.env._("That is for a coordinator of its own time bank to do or to change.")
