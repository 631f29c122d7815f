from odoo import api, models

GROUP = "timebank_coproduction.group_timebank_"


class TimebankScheme(models.Model):
    """Which banks the user decides for, and which they work in. Every verb and form asks here."""

    _inherit = "timebank.scheme"

    def _run_by_user(self):
        """Those of these banks that the user decides for: a manager for all, coordinators for their own."""
        if self.env.su or self.env.user.has_group(GROUP + "manager"):
            return self
        return self._coordinated_by_user()

    def _coordinated_by_user(self):
        """Those of these banks that have the user among their coordinators."""
        if not self.env.user.has_group(GROUP + "coordinator"):
            return self.browse()
        # sudo: whether somebody coordinates a bank is asked of banks they can't read, too.
        return self.filtered(lambda scheme: self.env.user in scheme.sudo().coordinator_ids)

    @api.model
    def _get_usual(self):
        """The one open bank in which the user works: which they coordinate or, else, belong to.

        :return: a bank, or an empty recordset where there are several or none
        """
        schemes = self.search([("state", "=", "open")])
        mine = schemes._coordinated_by_user()
        if not mine:
            partner = self.env.user.partner_id
            members = self.env["timebank.member"].search([("partner_id", "=", partner.id)])
            mine = members.scheme_id & schemes
        choice = mine or schemes
        return choice if len(choice) == 1 else self.browse()

    def _default_for_user(self):
        """What a form that starts from a record of these banks proposes: a dict of context, empty
        where it could be several."""
        mine = self._coordinated_by_user() or self
        return {"default_scheme_id": mine.id} if len(mine) == 1 else {}

    def _get_usual_or_first(self):
        """As :meth:`_get_usual`, or the first of several banks that the user coordinates."""
        return self._get_usual() or self.search([("coordinator_ids", "in", self.env.uid)], limit=1)
