from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.common.verb import verb
from ..models.common.windows import open_list


class TimebankStatement(models.TransientModel):
    """Ask for a period, then print a page for each account."""

    _name = "timebank.statement"
    _description = "Print Statements"

    account_ids = fields.Many2many(
        "timebank.account",
        string="Accounts",
        default=lambda self: self._default_accounts(),
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: self.env["timebank.account"]._get_statement_period()[0],
    )
    date_to = fields.Date("To", required=True, default=fields.Date.context_today)

    _in_order = models.Constraint("CHECK (date_from <= date_to)", "The period ends before it begins.")

    def _default_accounts(self):
        """The accounts, or those of the members, that the dialog is opened from."""
        model = self.env.context.get("active_model")
        if model not in ("timebank.account", "timebank.member"):
            return False
        records = self.env[model].browse(self.env.context.get("active_ids"))
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
        action = report.report_action(
            None,
            data={
                "account_ids": self.account_ids.sorted("name").ids,
                "date_from": fields.Date.to_string(self.date_from),
                "date_to": fields.Date.to_string(self.date_to),
            },
            config=False,
        )
        return dict(action, close_on_report_download=True)
