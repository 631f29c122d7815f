from odoo import fields, models
from odoo.exceptions import UserError

#: The verbs that take a reason. Nothing else can be called from here.
VERBS = {
    "timebank.hours": ("action_refuse", "action_reverse"),
    "timebank.transfer": ("action_reverse",),
    "timebank.redemption": ("action_refuse", "action_cancel", "action_override_budget"),
    "timebank.voucher": ("action_cancel",),
    "timebank.session": ("action_reopen",),
    "timebank.attendance": ("action_reverse", "action_waive"),
    "timebank.dues": ("action_stop",),
    "timebank.introduction": ("action_decline",),
}


class TimebankReason(models.TransientModel):
    """Ask why, then call the verb on the records it was opened for."""

    _name = "timebank.reason"
    _description = "Give a Reason"

    verb = fields.Char(required=True, default=lambda self: self.env.context.get("timebank_verb"))
    reason = fields.Char(required=True)

    def action_confirm(self):
        """:return: what the verb returns: an action, or one that closes the dialog"""
        self.ensure_one()
        model = self.env.context.get("active_model")
        if self.verb not in VERBS.get(model, ()):
            raise UserError(self.env._("There is nothing here to give a reason for."))
        records = self.env[model].browse(self.env.context.get("active_ids") or [])
        result = getattr(records, self.verb)(self.reason)
        return result if isinstance(result, dict) else {"type": "ir.actions.act_window_close"}
