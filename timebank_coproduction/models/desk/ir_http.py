from odoo import models

from ..common.roles import ROLES


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Who has a role here begins on *Today*, unless their own settings say where they begin."""
        info = super().session_info()
        if not info.get("home_action_id") and any(map(self.env.user.has_group, ROLES)):
            info["home_action_id"] = self.env.ref("timebank_coproduction.timebank_today_action").id
        return info
