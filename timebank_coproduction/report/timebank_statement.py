from odoo import api, models

from ..tools.minutes import clock


class ReportStatement(models.AbstractModel):
    """The statement of one or many accounts, a page or more for each."""

    _name = "report.timebank_coproduction.report_timebank_statement"
    _description = "Time Credit Statement"
    _ids_option = "account_ids"

    @api.model
    def _get_report_values(self, docids, data=None):
        """Values of the document.

        :param docids: ids of accounts
        :param dict data: optionally ``account_ids`` in place of ``docids``, and the
            days ``date_from`` and ``date_to`` as ``YYYY-MM-DD``
        """
        data = data or {}
        accounts = self.env["timebank.account"].browse(docids or data.get("account_ids"))
        statements = accounts._get_statements(data.get("date_from"), data.get("date_to"))
        return {
            "doc_ids": accounts.ids,
            "doc_model": accounts._name,
            "docs": accounts,
            "statements": [self._in_own_language(statement) for statement in statements],
            "clock": clock,
        }

    def _in_own_language(self, statement):
        """The same, with its records in the language of the person it is for."""
        account = statement["account"]
        lang = account.partner_id.lang or self.env.lang
        for row in statement["lines"]:
            row["line"] = row["line"].with_context(lang=lang)
        return {**statement, "lang": lang, "account": account.with_context(lang=lang)}
