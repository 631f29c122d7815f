from odoo import api, fields, models

from ..models.common.verb import verb
from ..models.common.windows import tell
from ..models.member.timebank_scheme import GIVEN_ROLES


class TimebankRoles(models.TransientModel):
    """Show who has which role at a bank, and give or take one."""

    _name = "timebank.roles"
    _description = "Roles"

    scheme_id = fields.Many2one("timebank.scheme", string="Time bank", required=True, ondelete="cascade")
    user_id = fields.Many2one(
        "res.users",
        string="Person",
        required=True,
        ondelete="cascade",
        domain="[('share', '=', False), ('company_ids', 'in', company_id), ('id', '!=', uid)]",
    )
    role = fields.Selection(
        [("coordinator", "Coordinator of this bank"), ("finance", "Finance")],
        required=True,
        default="coordinator",
    )

    # What is said and offered while it is filled in
    company_id = fields.Many2one(related="scheme_id.company_id")
    coordinator_ids = fields.Many2many("res.users", string="Coordinators", compute="_compute_holders")
    finance_ids = fields.Many2many("res.users", compute="_compute_holders")
    has_role = fields.Boolean(compute="_compute_obstacle")
    obstacle = fields.Char(compute="_compute_obstacle")
    sentence = fields.Char(compute="_compute_obstacle")

    @api.depends("scheme_id")
    def _compute_holders(self):
        group, users = self.env.ref(GIVEN_ROLES["finance"]), self.env["res.users"]
        for one in self:
            one.coordinator_ids = one.scheme_id._get_coordinators()
            one.finance_ids = users.search(
                [("all_group_ids", "in", group.ids), ("company_ids", "in", one.scheme_id.company_id.ids)]
            )

    @api.depends("scheme_id", "user_id", "role")
    def _compute_obstacle(self):
        for one in self:
            user, bank = one.user_id._origin, one.scheme_id._origin
            holders = one.coordinator_ids if one.role == "coordinator" else one.finance_ids
            one.has_role = user in holders._origin
            one.obstacle = one.sentence = False
            if user and bank and one.role:
                one.obstacle = bank._why_role_stays(user, one.role, not one.has_role)
                one.sentence = not one.obstacle and bank._say_role(user, one.role)

    @verb(single=True)
    def action_give(self):
        """:return: an action that says what was given, and closes the dialog"""
        self.scheme_id.action_give_role(self.user_id, self.role)
        return tell(self.scheme_id._say_role_changed(self.user_id, self.role, giving=True))

    @verb(single=True)
    def action_take(self):
        """:return: an action that says what was taken, and closes the dialog"""
        self.scheme_id.action_take_role(self.user_id, self.role)
        return tell(self.scheme_id._say_role_changed(self.user_id, self.role, giving=False))
