from odoo import fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb


class TimebankBenefits(models.TransientModel):
    """Ask for a period, then print what each member has had of goods, vouchers and cash-like rewards."""

    _name = "timebank.benefits"
    _description = "Print What Was Had"

    member_ids = fields.Many2many(
        "timebank.member", string="Members", default=lambda self: self._default_members()
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: fields.Date.start_of(fields.Date.context_today(self), "year"),
    )
    date_to = fields.Date("To", required=True, default=fields.Date.context_today)

    _in_order = models.Constraint("CHECK (date_from <= date_to)", "The period ends before it begins.")

    def _default_members(self):
        if self.env.context.get("active_model") != "timebank.member":
            return False
        return self.env["timebank.member"].browse(self.env.context.get("active_ids"))

    @verb(single=True)
    def action_print(self):
        """:return: the action that makes the PDF, one member after the other
        :raises UserError: when nobody is chosen
        """
        self.ensure_one()
        if not self.member_ids:
            raise UserError(self.env._("Choose a member."))
        action = self.env.ref("timebank_coproduction.timebank_benefits_report").report_action(
            None,
            data={
                "member_ids": self.member_ids.sorted("name").ids,
                "date_from": fields.Date.to_string(self.date_from),
                "date_to": fields.Date.to_string(self.date_to),
            },
            config=False,
        )
        return dict(action, close_on_report_download=True)
