from odoo import api, models

from ...tools import plain_text


class MailMail(models.Model):
    """Mails to members can be read without their colours too, and only they say where their links lead."""

    _inherit = "mail.mail"

    @api.model_create_multi
    def create(self, vals_list):
        """Beside the record that a mail to a member is about stands what it says, without its addresses and
        codes.

        Some of them sign in, take a place or say how somebody is, for whoever has them. Odoo keeps the words
        twice: as the mail that goes out, which nobody reads but who administers the database, and as a
        message for all who read what is written beside the record, which stays if the mail couldn't be sent.
        """
        if self.env.context.get("timebank_mail"):
            vals_list = [
                {**vals, "body": self._conceal(vals)} if vals.get("body") else vals for vals in vals_list
            ]
        return super().create(vals_list)

    @api.model
    def _conceal(self, vals):
        """The words of a mail to a member as others may read them."""
        body = plain_text.without_addresses(vals["body"])
        record = self.env[vals["model"]].browse(vals.get("res_id")) if vals.get("model") else None
        for secret in record._get_mail_secrets() if isinstance(record, self.pool["timebank.told"]) else ():
            body = body.replace(secret, "…")
        return body

    def _prepare_outgoing_list(self, *args, **kwargs):
        mails = super()._prepare_outgoing_list(*args, **kwargs)
        for mail in mails:
            if "X-Timebank-Mail" in mail["headers"]:
                mail["body_alternative"] = plain_text.plain(mail["body"])
        return mails
