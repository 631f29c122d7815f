from odoo import fields, models
from odoo.exceptions import UserError

from ..models.common import verb as verbs


class TimebankReason(models.TransientModel):
    """Ask why, then call the verb on the records it was opened for."""

    _name = "timebank.reason"
    _description = "Give a Reason"

    verb = fields.Char(required=True, default=lambda self: self.env.context.get("timebank_verb"))
    reason = fields.Char(required=True)

    @verbs.verb(single=True)
    def action_confirm(self):
        """:return: what the verb returns: an action, or one that closes the dialog"""
        self.ensure_one()
        records = self._get_model().browse(self.env.context.get("active_ids") or [])
        result = getattr(records, self.verb)(self.reason)
        return result if isinstance(result, dict) else {"type": "ir.actions.act_window_close"}

    def _get_model(self):
        """The model that the dialog was opened for.

        :raises UserError: unless it says itself that the verb takes a reason
        """
        model = self.env.get(self.env.context.get("active_model"))
        if isinstance(model, self.pool["timebank.reasoned"]) and self.verb in model._verbs_with_reason:
            return model
        raise UserError(self.env._("There is nothing here to give a reason for."))
