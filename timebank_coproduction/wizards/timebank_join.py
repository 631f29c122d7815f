from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import get_chosen, open_list
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
        default=lambda self: get_chosen(self.env, "res.partner"),
    )
    role = fields.Selection(ROLES, required=True, default="volunteer")
    accept = fields.Boolean(
        "Accept at once",
        default=True,
        help="Open their accounts now. Otherwise they wait as applicants.",
    )

    # Who were members before
    former_ids = fields.Many2many("timebank.member", compute="_compute_former_ids")
    former_text = fields.Char(compute="_compute_former_ids")
    welcome_back = fields.Boolean(
        "Welcome them back", help="Their memberships go on, with the credits that they had."
    )

    # Who may be the same as another, or as a member
    double_text = fields.Text(compute="_compute_double_text")
    are_different = fields.Boolean("They aren't: add them", help="Kept, so that nobody asks again.")

    @api.depends("scheme_id", "partner_ids")
    def _compute_double_text(self):
        for join in self:
            join.double_text = "\n".join(
                self.env._(
                    "%(one)s may be %(other)s: %(reasons)s",
                    one=one.name,
                    other=other.name,
                    reasons=self.env["timebank.double"]._say_reasons(reasons),
                )
                for one, other, reasons in join._find_doubles()
            )

    def _find_doubles(self):
        """Pairs of somebody to be added and a member of the bank, or another to be added, with reasons."""
        people = self.partner_ids._origin
        members = self.env["timebank.member"].search([("scheme_id", "=", self.scheme_id.id)]).partner_id
        new = people - members
        return self.env["timebank.double"]._find_open_like(new, members | people)

    @api.depends("scheme_id", "partner_ids")
    def _compute_former_ids(self):
        for join in self:
            former = join._get_members().filtered(lambda member: member.state in ("paused", "left"))
            join.former_ids = former
            join.former_text = "; ".join(member._say_former() for member in former)

    def _get_members(self):
        """The memberships that these people have, or had, in the bank."""
        return self.env["timebank.member"].search(
            [("scheme_id", "=", self.scheme_id.id), ("partner_id", "in", self.partner_ids._origin.ids)]
        )

    def _domain_scheme(self):
        """The open banks in which the user may add members."""
        domain = [("state", "=", "open")]
        if not self.env.user.has_group("timebank_coproduction.group_timebank_manager"):
            domain.append(("coordinator_ids", "in", self.env.uid))
        return domain

    @verb(single=True)
    def action_join(self):
        """Add those who are not members yet; applicants among them are accepted too, and those who
        were members before welcomed back where asked to.

        :return: an action showing the memberships
        :raises UserError: when all of them are members already
        """
        self.ensure_one()
        members, former = self._get_members(), self.former_ids
        doubles = self._find_doubles()
        if doubles and not self.are_different:
            raise UserError(
                self.env._(
                    "%(one)s may be %(other)s. Merge them first, or choose “%(way)s”.",
                    one=doubles[0][0].name,
                    other=doubles[0][1].name,
                    way=self._fields["are_different"]._description_string(self.env),
                )
            )
        for one, other, _reasons in doubles:
            self.env["timebank.double"]._say_different(one, other)
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
        back = former if self.welcome_back else former.browse()
        if not (waiting or back) and former:
            raise UserError(
                self.env._(
                    "%(people)s. Choose “%(way)s” for their memberships in %(bank)s to go on.",
                    people=self.former_text,
                    way=self._fields["welcome_back"]._description_string(self.env),
                    bank=self.scheme_id.name,
                )
            )
        back.action_activate()
        if not (waiting or back):
            raise UserError(
                self.env._(
                    "They are members of %s already: open their membership instead.",
                    self.scheme_id.name,
                )
            )
        if self.accept:
            waiting.action_activate()
        waiting |= back
        if len(waiting) == 1:
            one = {"res_id": waiting.id, "views": [(False, "form")], "view_mode": "form"}
            return open_list(self.env, "timebank_member_action", context={}, **one)
        return open_list(self.env, "timebank_member_action", [("id", "in", waiting.ids)], {})
