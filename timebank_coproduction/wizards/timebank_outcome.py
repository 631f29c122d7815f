from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import open_dialog


class TimebankOutcome(models.TransientModel):
    """What a verb over many records could not do, and why."""

    _name = "timebank.outcome"
    _description = "What Could Not Be Done"

    title = fields.Char(readonly=True)
    sentence = fields.Char(readonly=True)
    line_ids = fields.One2many("timebank.outcome.line", "outcome_id", readonly=True)

    @api.model
    @api.private
    def _show(self, records, done, refusals, undo=None, sentence=None):
        """An action that lists the refusals in a dialog.

        :param records: what the verb was called on
        :param str done: the verb as it reads after a number, such as ``approved``
        :param dict refusals: record id → sentence
        :param undo: the records of which it can be taken back for a while
        :param str sentence: what has become of the records, in place of what was done with the rest
        :return: an action; its context holds ``timebank_refusals``, for those who call
            the verb over the external API
        """
        # sudo: a dialog of the user's own, which only they can read; portal members use it too.
        outcome = self.sudo().create(
            {
                "title": self.env._(
                    "%(done)s %(verb)s, %(left)s could not be",
                    done=len(records) - len(refusals),
                    verb=done,
                    left=len(refusals),
                ),
                "sentence": sentence or (undo and undo._say_done(done)),
                "line_ids": [
                    fields.Command.create({"name": record.display_name, "reason": refusals[record.id]})
                    for record in records
                    if record.id in refusals
                ],
            }
        )
        reasons = [{"id": record_id, "reason": sentence} for record_id, sentence in refusals.items()]
        context = {"timebank_refusals": reasons}
        if undo:
            context["timebank_undo"] = {"model": undo._name, "ids": undo.ids}
        return open_dialog(outcome, outcome.title, context=context)

    @verb(single=True)
    def action_undo(self):
        """Take back what was done with the rest, as far as the user may.

        :return: an action that says what that did
        """
        way = self.env.context.get("timebank_undo") or {}
        model = self.env.get(way.get("model"))
        if not isinstance(model, self.pool["timebank.verbs"]) or not hasattr(model, "action_undo"):
            raise UserError(self.env._("There is nothing here to take back."))
        return model.browse(way.get("ids") or ()).with_context(timebank_told=True).action_undo()


class TimebankOutcomeLine(models.TransientModel):
    _name = "timebank.outcome.line"
    _description = "What Could Not Be Done, and Why"

    outcome_id = fields.Many2one("timebank.outcome", required=True, ondelete="cascade")
    name = fields.Char("Entry", readonly=True)
    reason = fields.Char("Why", readonly=True)
