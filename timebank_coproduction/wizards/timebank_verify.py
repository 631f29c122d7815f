from odoo import fields, models

from ..models.common.verb import verb


class TimebankVerify(models.TransientModel):
    """Ask for the seal that stands on a paper or in a mail, and tell whether it still stands."""

    _name = "timebank.verify"
    _description = "Check a Seal"

    scheme_id = fields.Many2one("timebank.scheme", string="Time bank", required=True)
    number = fields.Integer("Seal", required=True)
    hash = fields.Char(required=True, help="The groups of signs after the number.")
    stands = fields.Boolean(readonly=True)
    message = fields.Text(readonly=True)

    @verb(single=True)
    def action_verify(self):
        """:return: the dialog again, with the answer in it"""
        self.ensure_one()
        self.write(self.scheme_id.verify(self.number, self.hash))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Check a seal"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
