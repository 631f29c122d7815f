from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import get_chosen, open_list


class TimebankStatement(models.TransientModel):
    """Ask for a period, then print a page for each account."""

    _name = "timebank.statement"
    _description = "Print Statements"
    _inherit = ["timebank.period"]
    _period_of = "account_ids"

    account_ids = fields.Many2many(
        "timebank.account",
        string="Accounts",
        default=lambda self: self._default_accounts(),
    )

    @api.model
    def _get_first_day(self, today):
        return self.env["timebank.account"]._get_statement_period(date_to=today)[0]

    def _default_accounts(self):
        """The accounts, or those of the members, that the dialog is opened from."""
        model = self.env.context.get("active_model")
        if model not in ("timebank.account", "timebank.member"):
            return False
        records = get_chosen(self.env, model)
        return records if model == "timebank.account" else records.account_id

    @api.model
    @api.private
    def _open_dialog(self, accounts):
        """The dialog for these accounts, as an action."""
        return open_list(self.env, "timebank_statement_action", context={"default_account_ids": accounts.ids})

    @verb(single=True)
    def action_print(self):
        """:return: the action that makes the PDF, one statement after the other
        :raises UserError: when none of those chosen has an account
        """
        self.ensure_one()
        if not self.account_ids:
            raise UserError(self.env._("Choose an account. People who have not joined yet have none."))
        report = self.env.ref("timebank_coproduction.timebank_statement_report")
        return report.report_action(
            None,
            data={
                "account_ids": self.account_ids.sorted("name").ids,
                "date_from": fields.Date.to_string(self.date_from),
                "date_to": fields.Date.to_string(self.date_to),
            },
            config=False,
        )
