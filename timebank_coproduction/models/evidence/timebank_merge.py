from odoo import models


class TimebankMerge(models.Model):
    """What people who become one were asked, and answered."""

    _inherit = "timebank.merge"

    def _get_doubled_wellbeing(self, people):
        """What both have of one round, the one that stays first: a list of records."""
        doubled = []
        for name, order in (
            ("timebank.wellbeing.response", lambda one: (one.answered_on, one.id)),
            ("timebank.wellbeing.invitation", lambda one: (one.state == "answered", one.id)),
        ):
            # sudo: which there are, of banks that the user decides for
            rows = self.env[name].sudo().search([("partner_id", "in", people.ids)])
            doubled += [
                theirs.sorted(order, reverse=True)
                for theirs in rows.grouped("wave_id").values()
                if len(theirs) > 1
            ]
        return doubled

    def _get_matters(self, gone, kept):
        matters = super()._get_matters(gone, kept)
        for rows in self._get_doubled_wellbeing(gone | kept):
            if rows._name == "timebank.wellbeing.response":
                matters.append(
                    self.env._("%s: both have answered; the later answer stays.", rows.wave_id.name)
                )
        return matters

    def _settle_doubles(self, gone, kept, held):
        result = super()._settle_doubles(gone, kept, held)
        for rows in self._get_doubled_wellbeing(gone | kept):
            self._remove_held(rows[1:], held)
        return result
