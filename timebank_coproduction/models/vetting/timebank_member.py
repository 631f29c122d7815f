from odoo import fields, models


class TimebankMember(models.Model):
    _inherit = "timebank.member"

    check_mails = fields.Boolean(
        "Mails about checks", default=True, help="Before a check of yours, such as of safeguarding, runs out."
    )

    def _get_mail_switches(self):
        return ["check_mails", *super()._get_mail_switches()]
