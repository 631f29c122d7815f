from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..models.common.hours_field import hours_field
from ..models.common.verb import verb
from ..models.common.windows import open_dialog


class TimebankVoucherDesk(models.TransientModel):
    """Hand in many vouchers at once: scan or type one after another, then press the button."""

    _name = "timebank.voucher.desk"
    _description = "Hand In Vouchers"

    scheme_id = fields.Many2one(
        "timebank.scheme",
        string="Time bank",
        required=True,
        domain="[('is_on_screen', '=', True)]",
        default=lambda self: self.env["timebank.scheme"]._get_usual(),
    )
    target = fields.Selection(
        [("spent", "Spent here, at the desk"), ("account", "Onto an account")],
        string="They are",
        required=True,
        default="spent",
    )
    account_id = fields.Many2one(
        "timebank.account",
        domain="[('scheme_id', '=', scheme_id), ('kind', 'in', ('member', 'pot')), ('state', '=', 'open')]",
        help="The member or pot that gets the credits.",
    )
    codes = fields.Text(help="One code on each line. A scanner types them for you.")

    # What came of the last press
    last_count = fields.Integer("Handed in", readonly=True)
    last_minutes = fields.Integer(readonly=True)
    last_hours = hours_field("last_minutes", "Credits")
    line_ids = fields.One2many("timebank.voucher.desk.line", "desk_id", readonly=True)

    @api.depends("target")
    def _compute_display_name(self):
        self.display_name = self.env._("Hand in vouchers")

    @verb(single=True)
    def action_hand_in(self):
        """Take in what was scanned; the codes that can't be used stay in the field.

        :return: the same form, with what came in and what could not
        """
        self.ensure_one()
        code_list = [line.strip() for line in (self.codes or "").splitlines() if line.strip()]
        if not code_list:
            raise UserError(self.env._("Scan or type at least one code."))
        # sudo: the user's bank: handing in asks whether they may
        account = self.scheme_id.sudo().operating_account_id if self.target == "spent" else self.account_id
        minutes, refusals = self.env["timebank.voucher"].redeem_many(code_list, account.id)
        self.write(
            {
                "codes": "\n".join(refusal["code"] for refusal in refusals),
                "last_count": len(code_list) - len(refusals),
                "last_minutes": minutes,
            }
        )
        # sudo: lines of the user's own dialog, which nobody makes by hand
        self.sudo().line_ids = [Command.clear(), *map(Command.create, refusals)]
        return open_dialog(self, self.display_name)


class TimebankVoucherDeskLine(models.TransientModel):
    _name = "timebank.voucher.desk.line"
    _description = "Voucher That Could Not Be Handed In"

    desk_id = fields.Many2one("timebank.voucher.desk", required=True, ondelete="cascade")
    code = fields.Char(readonly=True)
    reason = fields.Char("Why not", readonly=True)
