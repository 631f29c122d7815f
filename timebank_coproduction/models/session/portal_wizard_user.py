from odoo import api, models


class PortalWizardUser(models.TransientModel):
    _inherit = "portal.wizard.user"

    @api.depends("user_id.active")
    def _compute_group_details(self):
        """Who only ever came by the tablet has no access to the portal yet."""
        result = super()._compute_group_details()
        for line in self:
            if line.user_id and line.user_id._is_for_tablet():
                line.is_portal = False
        return result
