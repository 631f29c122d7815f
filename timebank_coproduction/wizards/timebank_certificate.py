from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import get_chosen


class TimebankCertificate(models.TransientModel):
    """A letter for members: the hours that they gave in a period."""

    _name = "timebank.certificate"
    _description = "Certificate of Hours"
    _inherit = ["timebank.period"]
    _period_of = "member_ids"

    member_ids = fields.Many2many(
        "timebank.member",
        string="Members",
        required=True,
        default=lambda self: get_chosen(self.env, "timebank.member"),
    )
    signatory = fields.Char("Signed by", required=True, default=lambda self: self.env.user.name)

    without_text = fields.Char(compute="_compute_without_text")

    @api.depends("member_ids")
    def _compute_display_name(self):
        self.display_name = self.env._("Certificate of hours")

    @api.depends("member_ids", "date_from", "date_to")
    def _compute_without_text(self):
        for dialog in self:
            without = []
            if dialog.date_from and dialog.date_to and dialog.member_ids:
                without = [member.name for member, lines in dialog._get_lines().items() if not lines]
            dialog.without_text = without and self.env._(
                "No approved hours in this period, so no page: %s.", ", ".join(without)
            )

    @verb(single=True)
    def action_print(self):
        """:return: the action of the letters, one page for each member
        :raises UserError: nobody of them gave time in the period
        """
        self.ensure_one()
        if not any(self._get_lines().values()):
            raise UserError(self.env._("No approved hours in this period: choose other dates."))
        return self.env.ref("timebank_coproduction.action_report_certificate").report_action(self)

    def _get_lines(self):
        """Approved hours of the period: dict of member → list of (category name, minutes), most first."""
        lines = {member: [] for member in self.member_ids}
        groups = self.env["timebank.hours"]._read_group(
            [
                ("scheme_id", "in", self.member_ids.scheme_id.ids),
                ("partner_id", "in", self.member_ids.partner_id.ids),
                ("state", "=", "approved"),
                ("date", ">=", self.date_from),
                ("date", "<=", self.date_to),
            ],
            ["scheme_id", "partner_id", "category_id"],
            ["minutes:sum"],
        )
        members = {(member.scheme_id, member.partner_id): member for member in self.member_ids}
        for scheme, partner, category, minutes in groups:
            if (scheme, partner) in members:
                name = category.name or self.env._("Other help")
                lines[members[scheme, partner]].append((name, minutes))
        return {member: sorted(own, key=lambda line: -line[1]) for member, own in lines.items()}
