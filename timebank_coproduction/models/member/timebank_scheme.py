from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.figures import figures_over
from ..common.verb import verb


class TimebankScheme(models.Model):
    """The members of a bank."""

    _inherit = "timebank.scheme"

    member_ids = fields.One2many("timebank.member", "scheme_id", string="Members")
    member_count = fields.Integer("Number of members", compute="_compute_member_count")
    dormant_months = fields.Integer(
        "Dormant after (months)",
        default=6,
        help="After how many months without movement a member counts as dormant.",
    )
    merge_undo_days = fields.Integer(
        "Merged contacts can be undone for (days)",
        default=30,
        help="For so long it is kept what two contacts held before they became one. 0: not at all.",
    )

    _merge_undo_positive = models.Constraint(
        "CHECK (merge_undo_days BETWEEN 0 AND 366)", "Merged contacts can be undone for up to a year."
    )
    _dormancy_positive = models.Constraint("CHECK (dormant_months > 0)", "Dormancy takes at least one month.")

    @api.depends_context("uid")
    @api.depends("member_ids.state")
    def _compute_member_count(self):
        members, active = self.env["timebank.member"], [("state", "=", "active")]
        for scheme, number in figures_over(self, members, "scheme_id", active):
            scheme.member_count = number

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        schemes = super().create(vals_list)
        self.env["timebank.retention"]._make_usual(schemes, is_on=True)
        return schemes

    def write(self, vals):
        if "company_id" in vals:
            moved = self.filtered(lambda scheme: scheme.company_id.id != vals["company_id"])
            if moved.member_ids:
                raise UserError(
                    self.env._(
                        "%(bank)s has members: it stays with %(company)s.",
                        bank=moved[0].name,
                        company=moved[0].company_id.name,
                    )
                )
        return super().write(vals)

    def _is_used(self):
        return bool(self.member_ids) or super()._is_used()

    # Actions
    @verb(single=True)
    def action_view_members(self):
        return self._open_own("timebank_member_action")

    # Who takes part
    def _why_not_taking_part(self, partner, member, day=None):
        """Why nothing can be recorded here for a person, or an empty string.

        :param member: their membership of this bank, or ``None``
        :param day: the day of what is to be recorded
        """
        self.ensure_one()
        if member:
            return member._why_not_taking_part(day)
        return self.env._(
            "%(person)s is not a member of %(bank)s: add them as a member first.",
            person=partner.name,
            bank=self.name,
        )

    def _joined_by_user(self):
        members = self.env["timebank.member"].search([("partner_id", "=", self.env.user.partner_id.id)])
        return members.scheme_id & self
