from odoo import models
from odoo.exceptions import UserError


class TimebankReasoned(models.AbstractModel):
    """A model with verbs that a dialog asks about first.

    ``_verbs_with_reason`` names those that take a reason, ``_verbs_to_confirm`` those that take
    none, of which is said what they would do; the dialog calls nothing else.
    """

    _name = "timebank.reasoned"
    _description = "Verbs that a dialog asks about"
    _verbs_with_reason = frozenset()
    _verbs_to_confirm = frozenset()

    def _explain(self, verb):
        """What a verb would do with these records, where the dialog says more than its button does; else
        which one it is."""
        return self.display_name if len(self) == 1 else ""

    def _require_reason(self, reason, sentence=""):
        """The reason that somebody gave, without blanks around it.

        :param str sentence: who will read it, where that isn't the member
        :raises UserError: where there is none
        """
        reason = (reason or "").strip()
        if not reason:
            raise UserError(sentence or self.env._("Say why in a few words: the member will read it."))
        return reason
