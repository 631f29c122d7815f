from odoo import models

#: Whoever has one of these begins on *Today*.
ROLES = ("coordinator", "finance", "manager")


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Who has a role here begins on *Today*, unless their own settings say where they begin."""
        info = super().session_info()
        user = self.env.user
        if not info.get("home_action_id") and any(
            user.has_group(f"timebank_coproduction.group_timebank_{role}") for role in ROLES
        ):
            info["home_action_id"] = self.env.ref("timebank_coproduction.timebank_today_action").id
        return info
