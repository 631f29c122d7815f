from odoo import models

from ...tools import plain_text


class MailMail(models.Model):
    """Mails to members can be read without their colours too."""

    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, *args, **kwargs):
        mails = super()._prepare_outgoing_list(*args, **kwargs)
        for mail in mails:
            if "X-Timebank-Mail" in mail["headers"]:
                mail["body_alternative"] = plain_text.plain(mail["body"])
        return mails
