from odoo import api, models


class ResPartner(models.Model):
    """Members are told others' names as far as each of these shows it."""

    _inherit = "res.partner"

    @api.depends_context("uid")
    def _compute_display_name(self):
        """A record that names somebody tells its readers the name, also those who can't read the contact."""
        user = self.env.user
        told_as_shown = self.env.su and user._is_portal()
        # the user's own contact is read with theirs
        people = self.with_prefetch((self | user.partner_id)._prefetch_ids) if told_as_shown else self
        super(ResPartner, people)._compute_display_name()
        if not told_as_shown:
            return
        others = self._origin.filtered(
            lambda partner: partner.commercial_partner_id != user.partner_id.commercial_partner_id
        )
        members = self.env["timebank.member"].search_fetch([("partner_id", "in", others.ids)])
        if not members:
            return
        known = self.env["timebank.hours"]._get_known(members.partner_id)
        for member in members.sorted(lambda member: len(member.shown_name), reverse=True):
            if member.partner_id not in known:  # of several memberships, the one that shows least
                member.partner_id.display_name = member.shown_name or self.env._("A member")
