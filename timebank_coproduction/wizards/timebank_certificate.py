from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb


class TimebankCertificate(models.TransientModel):
    """A letter for members: the hours that they gave in a period."""

    _name = "timebank.certificate"
    _description = "Certificate of Hours"

    member_ids = fields.Many2many(
        "timebank.member",
        string="Members",
        required=True,
        default=lambda self: self.env.context.get("active_ids") or [],
    )
    date_from = fields.Date("From", required=True, default=lambda self: self._default_date_from())
    date_to = fields.Date("To", required=True, default=fields.Date.context_today)
    signatory = fields.Char("Signed by", required=True, default=lambda self: self.env.user.name)

    _in_order = models.Constraint("CHECK (date_to >= date_from)", "The period can't end before it begins.")

    def _default_date_from(self):
        return fields.Date.start_of(fields.Date.context_today(self), "year")

    @api.depends("member_ids")
    def _compute_display_name(self):
        self.display_name = self.env._("Certificate of hours")

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
