from odoo import fields, models


class TimebankMember(models.Model):
    """Whether a member gets their statement by mail, and how often."""

    _inherit = "timebank.member"

    statement_mails = fields.Boolean(
        "My statement by mail", help="What came in and went out, once a month or once a quarter."
    )
    statement_pace = fields.Selection(
        [("month", "Each month"), ("quarter", "Each quarter")],
        "Statement by mail",
        required=True,
        default="month",
    )

    def _get_mail_switches(self):
        return ["statement_mails", *super()._get_mail_switches()]

    def _get_own_fields(self):
        return ["statement_pace", *super()._get_own_fields()]
