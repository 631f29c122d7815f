from odoo import fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import open_list
from ..models.member.timebank_member import ROLES


class TimebankJoin(models.TransientModel):
    """Make members of existing contacts, many at once."""

    _name = "timebank.join"
    _description = "Add to a Time Bank"

    scheme_id = fields.Many2one(
        "timebank.scheme",
        string="Time bank",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["timebank.scheme"]._get_usual(),
        domain=lambda self: self._domain_scheme(),
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="People",
        required=True,
        default=lambda self: self._default_partners(),
    )
    role = fields.Selection(ROLES, required=True, default="volunteer")
    accept = fields.Boolean(
        "Accept at once",
        default=True,
        help="Open their accounts now. Otherwise they wait as applicants.",
    )

    def _default_partners(self):
        chosen = self.env.context.get("active_model") == "res.partner"
        return self.env.context.get("active_ids") if chosen else False

    def _domain_scheme(self):
        """The open banks in which the user may add members."""
        domain = [("state", "=", "open")]
        if not self.env.user.has_group("timebank_coproduction.group_timebank_manager"):
            domain.append(("coordinator_ids", "in", self.env.uid))
        return domain

    @verb(single=True)
    def action_join(self):
        """Add those who are not members yet; applicants among them are accepted too.

        :return: an action showing the memberships
        :raises UserError: when all of them are members already
        """
        self.ensure_one()
        members = self.env["timebank.member"].search(
            [
                ("scheme_id", "=", self.scheme_id.id),
                ("partner_id", "in", self.partner_ids.ids),
            ]
        )
        new = self.env["timebank.member"].create(
            [
                {
                    "scheme_id": self.scheme_id.id,
                    "partner_id": partner.id,
                    "role": self.role,
                }
                for partner in self.partner_ids - members.partner_id
            ]
        )
        waiting = new | members.filtered(lambda member: member.state == "applicant")
        if not waiting:
            raise UserError(
                self.env._(
                    "They are members of %s already: open their membership instead.",
                    self.scheme_id.name,
                )
            )
        if self.accept:
            waiting.action_activate()
        if len(waiting) == 1:
            one = {"res_id": waiting.id, "views": [(False, "form")], "view_mode": "form"}
            return open_list(self.env, "timebank_member_action", context={}, **one)
        return open_list(self.env, "timebank_member_action", [("id", "in", waiting.ids)], {})
