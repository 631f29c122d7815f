from odoo import models
from odoo.exceptions import UserError

from ...tools.minutes import clock

#: A batch of up to this many records leaves a note on each; a larger one leaves a
#: single note on the bank, so that deciding on thousands stays one act.
NOTE_EACH = 50


class TimebankVerbs(models.AbstractModel):
    """How a verb takes many records: it does what can be done, and tells the rest.

    For models with a ``state``, a ``scheme_id``, ``minutes`` and a chatter.
    """

    _name = "timebank.verbs"
    _description = "Verbs over many records"
    _inherit = ["timebank.reasoned"]

    def _get_refusals_by_state(self, states, sentence):
        """Records in none of ``states`` (one, or a tuple): dict of id → ``sentence`` naming it."""
        states = (states,) if isinstance(states, str) else states
        return {record.id: sentence % record.display_name for record in self if record.state not in states}

    def _by_bank(self):
        """These records by their bank: a dict, most often of one, which then takes no loop over them."""
        schemes = self.scheme_id
        return {schemes: self} if len(schemes) == 1 else self.grouped("scheme_id")

    def _get_refusals_to_run(self, sentence=None):
        """Records of banks that the user doesn't decide for: dict of id → ``sentence`` naming the bank."""
        sentence = sentence or self.env._("Only a coordinator of %s can do that.")
        refusals = {}
        for scheme, records in self.sudo()._by_bank().items():  # sudo: the sentence names the bank only
            if not scheme.sudo(self.env.su)._run_by_user():
                refusals.update(dict.fromkeys(records._ids, sentence % scheme.name))
        return refusals

    def _raise_or_list(self, refusals):
        """A single record that can't raises its sentence; of many, the rest goes on.

        :param dict refusals: record id → sentence
        :return: the records that can
        :raises UserError: when none can
        """
        done = self - self.browse(refusals)
        if refusals and not done:
            raise UserError("\n".join(dict.fromkeys(refusals.values())))
        return done

    def _tell(self, refusals, done):
        """What a verb returns: nothing to say, or the list of what it could not do."""
        if not refusals:
            return True
        return self.env["timebank.outcome"]._show(self, done, refusals)

    def _note(self, text):
        """Leave who did what in the chatter."""
        if not self:
            return
        if len(self) <= NOTE_EACH:
            self._message_log_batch(bodies={record.id: text for record in self})
            return
        # sudo: the note is about what the user did just now
        for scheme, records in self.sudo()._by_bank().items():
            scheme._message_log(
                author_id=self.env.user.partner_id.id,
                body=self.env._(
                    "%(what)s: %(count)s entries, %(time)s hours.",
                    what=text,
                    count=len(records),
                    time=clock(sum(records.mapped("minutes"))),
                ),
            )
