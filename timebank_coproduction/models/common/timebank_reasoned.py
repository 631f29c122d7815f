from odoo import models


class TimebankReasoned(models.AbstractModel):
    """A model with verbs that take a reason, which a dialog asks for.

    ``_verbs_with_reason`` names them; the dialog calls nothing else.
    """

    _name = "timebank.reasoned"
    _description = "Verbs that take a reason"
    _verbs_with_reason = frozenset()
