from odoo import SUPERUSER_ID, api
from odoo.fields import Domain

from odoo.addons.timebank_coproduction.tools import plain_text


def migrate(cr, version):
    """What stands beside a record of a mail that couldn't be sent says no more where its links led."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    ours = Domain("headers", "like", "X-Timebank-Mail") | Domain("model", "=like", "timebank.%")
    for message in env["mail.mail"].search(ours & Domain("is_notification", "=", False)).mail_message_id:
        message.body = plain_text.without_addresses(message.body or "")
