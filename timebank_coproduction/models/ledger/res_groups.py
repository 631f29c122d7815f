from odoo import models

#: What says who is in a group.
MEMBERSHIP = frozenset({"user_ids", "all_user_ids", "implied_ids"})


class ResGroups(models.Model):
    _inherit = "res.groups"

    def write(self, vals):
        """From a group, too, people are taken their roles."""
        # sudo: whoever may change groups changes who has which role; managers are coordinators, too
        groups = self.sudo()
        role = groups.env.ref("timebank_coproduction.group_timebank_coordinator", raise_if_not_found=False)
        if not role or MEMBERSHIP.isdisjoint(vals):
            return super().write(vals)
        with (groups.all_user_ids & role.all_user_ids)._losing_roles():
            return super().write(vals)
