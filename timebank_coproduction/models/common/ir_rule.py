import re

from odoo import api, models
from odoo.fields import Domain


class IrRule(models.Model):
    _inherit = "ir.rule"

    @api.model
    def _compute_domain(self, model_name, mode="read"):
        """The addon's dialogs, and their lines, are their creator's: nobody else's, whatever their role.

        Said here for all of them, so that the next dialog needs no rule of its own.
        """
        domain = super()._compute_domain(model_name, mode)
        model = self.env[model_name]
        if model._transient and model._original_module == "timebank_coproduction" and not self.env.su:
            domain = (Domain(domain) & Domain("create_uid", "=", self.env.uid)).optimize(model)
        return domain

    def _make_access_error(self, operation, records):
        """Who may read a record of the addon is told who changes it, and of some models who makes one; a
        refusal names none that can't be read, in debug mode neither.
        """
        ours = records._name.startswith("timebank.")
        # asked first: what is read for it would stay in the cache, where nobody asks again
        readable = ours and operation in ("write", "unlink") and records.has_access("read")
        error = super()._make_access_error(operation, records)
        if not ours:
            return error
        theirs = records.with_context(**self.env.user.context_get())
        said = theirs._say_who_changes() if readable else operation == "create" and theirs._say_who_makes()
        if said:
            error.args = (said,)
            return error
        # in the words of the error, which is the user's language
        models_of = self.with_context(**self.env.user.context_get()).env["ir.model"]
        what = models_of._get(records._name).name or records._name
        line = re.compile(rf"^- {re.escape(what)}, .*? \({re.escape(records._name)}: (?=\d)", re.M | re.S)
        error.args = (line.sub(f"- {what} ({records._name}: ", str(error)),)
        return error
