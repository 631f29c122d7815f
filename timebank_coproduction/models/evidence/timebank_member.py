from odoo import fields, models


class TimebankMember(models.Model):
    """Whether members want to be asked how they are."""

    _inherit = "timebank.member"

    wellbeing_mails = fields.Boolean(
        "Mails that ask how you are", default=True, help="A few questions on well-being, now and then."
    )

    def _get_mail_switches(self):
        return ["wellbeing_mails", *super()._get_mail_switches()]
