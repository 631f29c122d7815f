from odoo import fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import get_chosen


class TimebankBenefits(models.TransientModel):
    """Ask for a period, then print what each member has had of goods, vouchers and cash-like rewards."""

    _name = "timebank.benefits"
    _description = "Print What Was Had"
    _inherit = ["timebank.period"]
    _period_of = "member_ids"

    member_ids = fields.Many2many(
        "timebank.member", string="Members", default=lambda self: get_chosen(self.env, "timebank.member")
    )

    @verb(single=True)
    def action_print(self):
        """:return: the action that makes the PDF, one member after the other
        :raises UserError: when nobody is chosen
        """
        self.ensure_one()
        if not self.member_ids:
            raise UserError(self.env._("Choose a member."))
        return self.env.ref("timebank_coproduction.timebank_benefits_report").report_action(
            None,
            data={
                "member_ids": self.member_ids.sorted("name").ids,
                "date_from": fields.Date.to_string(self.date_from),
                "date_to": fields.Date.to_string(self.date_to),
            },
            config=False,
        )
