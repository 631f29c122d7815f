from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common import verb as verbs
from ..models.common.windows import get_chosen


class TimebankReason(models.TransientModel):
    """Ask why, or whether it is meant, then call the verb on the records it was opened for."""

    _name = "timebank.reason"
    _description = "Give a Reason"

    verb = fields.Char(required=True, default=lambda self: self.env.context.get("timebank_verb"))
    reason = fields.Char()
    explanation = fields.Text(compute="_compute_explanation")
    takes_reason = fields.Boolean(compute="_compute_explanation")

    @api.depends("verb")
    @api.depends_context("active_model", "active_ids")
    def _compute_explanation(self):
        for dialog in self:
            records = dialog._get_records()
            dialog.takes_reason = dialog.verb in records._verbs_with_reason
            dialog.explanation = records._explain(dialog.verb)

    @verbs.verb(single=True)
    def action_confirm(self):
        """:return: what the verb returns: an action, or one that closes the dialog
        :raises UserError: where a reason is asked for and none is given
        """
        self.ensure_one()
        records = self._get_records()
        words = []
        if self.verb in records._verbs_with_reason:
            words = [records._require_reason(self.reason, self.env._("Say why, in a few words."))]
        result = getattr(records.with_context(timebank_told=True), self.verb)(*words)
        return result if isinstance(result, dict) else {"type": "ir.actions.act_window_close"}

    def _get_records(self):
        """The records that the dialog was opened for.

        :raises UserError: unless their model says itself that the verb is asked about
        """
        model = self.env.get(self.env.context.get("active_model"))
        if isinstance(model, self.pool["timebank.reasoned"]) and (
            self.verb in model._verbs_with_reason | model._verbs_to_confirm
        ):
            return get_chosen(self.env, model._name)
        raise UserError(self.env._("There is nothing here to give a reason for."))
