from odoo import api, fields, models

from ..models.common.verb import verb
from ..models.common.windows import tell


class TimebankSignUp(models.TransientModel):
    """Sign a member up for a session, from their own page; what stands in the way is said as it is chosen."""

    _name = "timebank.sign.up"
    _description = "Sign Somebody Up"

    scheme_id = fields.Many2one("timebank.scheme", required=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", string="Person", required=True, ondelete="cascade")
    session_id = fields.Many2one(
        "timebank.session",
        required=True,
        ondelete="cascade",
        domain="[('scheme_id', '=', scheme_id), ('state', '=', 'open'), ('stop', '>', 'now')]",
    )
    role = fields.Selection(
        lambda self: self.env["timebank.attendance"]._fields["role"]._description_selection(self.env),
        required=True,
        default="attendee",
    )
    companions = fields.Integer("Brings", help="How many people come along. Each takes a place.")
    companion_names = fields.Char("Who comes along", help="For whoever runs the session.")
    start = fields.Datetime(related="session_id.start")
    location = fields.Char(related="session_id.location")
    # What stands in the way
    obstacle = fields.Char(compute="_compute_obstacle")
    may_waive = fields.Boolean(compute="_compute_obstacle")
    is_full = fields.Boolean(compute="_compute_obstacle")
    clash_reason = fields.Char("Why anyway", help="Kept on the register.")

    @api.onchange("role")
    def _onchange_role(self):
        """Who helps brings nobody."""
        if self.role != "attendee":
            self.update({"companions": 0, "companion_names": False})

    @api.depends("session_id", "partner_id", "role", "companions")
    def _compute_obstacle(self):
        for one in self:
            session = one.session_id._origin
            line = self.env["timebank.attendance"].new(
                {"session_id": session.id, "partner_id": one.partner_id.id, "role": one.role}
            )
            one.obstacle, one.may_waive = line.obstacle, line.may_waive
            one.is_full = bool(session and one.role) and session._is_full(one.role, 1 + one.companions)

    @verb(single=True)
    def action_sign_up(self):
        """:return: an action that says what has become of it, and closes the dialog
        :raises UserError: where that person can't come
        """
        self.ensure_one()
        reason = (self.clash_reason or "").strip() if self.may_waive else ""
        line = self.session_id.sign_up(
            self.partner_id,
            self.role,
            reason or None,
            companions=self.companions,
            companion_names=self.companion_names or "",
        )
        said = {
            "signed_up": self.env._("%(person)s is signed up for %(session)s."),
            "waiting": self.env._("%(person)s waits for a place in %(session)s."),
        }[line.state]
        return tell(said % {"person": line.partner_id.name, "session": line.session_id._say()})
