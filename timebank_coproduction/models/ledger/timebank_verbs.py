from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.minutes import clock
from ..common.verb import verb
from ..common.windows import tell

#: A batch of up to this many records leaves a note on each; a larger one leaves a
#: single note on the bank, so that deciding on thousands stays one act.
NOTE_EACH = 50

#: For how long whoever decided can take it back.
UNDO_WITHIN = timedelta(hours=1)


class TimebankVerbs(models.AbstractModel):
    """How a verb takes many records: it does what can be done, and tells the rest.

    For models with a ``state``, a ``scheme_id``, ``minutes`` and a chatter.
    """

    _name = "timebank.verbs"
    _description = "Verbs over many records"
    _inherit = ["timebank.reasoned"]
    #: Whether the records are an amount of time, which is told beside how many they are.
    _counts_time = True

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

    def _tell(self, refusals, done, undo=False):
        """What a verb returns: nothing to say, or the list of what it could not do.

        Screens ask by ``timebank_told`` in the context to be told what was done as well.

        :param dict refusals: record id → sentence
        :param str done: the verb as it reads after a number, such as ``approved``
        :param bool undo: whether it can be taken back by ``action_undo`` for a while
        """
        told = self.env.context.get("timebank_told")
        records = self - self.browse(refusals)
        way_back = records if told and undo else None
        if refusals:
            return self.env["timebank.outcome"]._show(self, done, refusals, way_back)
        return tell(records._say_done(done), way_back) if told else True

    def _say_done(self, done):
        """How many of these records were dealt with how, and how much time that is."""
        if len(self) == 1:
            return self.env._("“%(record)s”: %(verb)s.", record=self.display_name, verb=done)
        if not self._counts_time:
            return self.env._("%(count)s %(verb)s.", count=len(self), verb=done)
        return self.env._(
            "%(count)s %(verb)s: %(time)s hours.", count=len(self), verb=done, time=self._say_time()
        )

    def _say_time(self):
        """How much time these records are about, together."""
        return clock(sum(self.mapped("minutes")))

    def _explain(self, verb):
        """How many records and how much time a reason is asked for."""
        if len(self) < 2:
            return super()._explain(verb)
        if not self._counts_time:
            return self.env._("%s chosen.", len(self))
        return self.env._("%(count)s chosen, %(time)s hours.", count=len(self), time=self._say_time())

    @verb()
    def action_undo(self):
        """Take back, for an hour, what this user has decided about these records.

        :return: ``True``, or an action listing what could not be taken back, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        return self._take_back()

    def _take_back(self):
        """What :meth:`action_undo` does, for models with a way back."""
        raise UserError(self.env._("There is nothing here to take back."))

    def _get_refusals_to_take_back(self, get_decision):
        """Records that this user didn't decide on, or too long ago: dict of id → sentence.

        :param get_decision: returns who decided on a record, and when
        """
        since = fields.Datetime.now() - UNDO_WITHIN
        refusals = {}
        for record in self:
            user, moment = get_decision(record)
            if user != self.env.user:
                refusals[record.id] = self.env._(
                    "“%s” was not approved by you: who approved it can take that back.", record.display_name
                )
            elif moment < since:
                refusals[record.id] = self.env._(
                    "“%s” was approved more than an hour ago: that can't be taken back any more.",
                    record.display_name,
                )
        return refusals

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
