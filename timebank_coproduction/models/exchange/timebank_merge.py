from odoo import models


class TimebankMerge(models.Model):
    """Introductions of people who become one."""

    _inherit = "timebank.merge"

    def _get_own_introductions(self, people):
        # sudo: which there are, of banks that the user decides for
        return (
            self.env["timebank.introduction"]
            .sudo()
            .search([("giver_id", "in", people.ids), ("receiver_id", "in", people.ids)])
        )

    def _get_reasons_against(self, gone, kept, members):
        reasons = super()._get_reasons_against(gone, kept, members)
        told = self._get_own_introductions(gone | kept).filtered(lambda one: one.state != "suggested")
        for one in told:
            reasons.append(
                self.env._(
                    "%(giver)s and %(receiver)s were introduced to each other: they are two people.",
                    giver=one.giver_id.name,
                    receiver=one.receiver_id.name,
                )
            )
        return list(dict.fromkeys(reasons))

    def _settle_doubles(self, gone, kept, held):
        result = super()._settle_doubles(gone, kept, held)
        self._remove_held(self._get_own_introductions(gone | kept), held)
        return result
