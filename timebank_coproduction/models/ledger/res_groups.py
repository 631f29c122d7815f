from contextlib import nullcontext

from odoo import models


class ResGroups(models.Model):
    _inherit = "res.groups"

    def write(self, vals):
        """From a group, too, people are taken their roles."""
        # sudo: whoever may change groups changes who has which role
        users = self.sudo().all_user_ids
        changing = {"user_ids", "all_user_ids", "implied_ids"} & vals.keys()
        with users._losing_roles() if changing else nullcontext():
            return super().write(vals)
