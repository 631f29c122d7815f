"""Mails that say more than before, where nobody has changed what they say."""

from odoo import SUPERUSER_ID, api

CHANGED = {
    "session": ("mail_session_signed_up", "mail_session_reminder", "mail_session_place_freed"),
    "exchange": ("mail_template_introduction_asked",),
}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for subject, names in CHANGED.items():
        for name in names:
            template = env.ref(f"timebank_coproduction.{name}", raise_if_not_found=False)
            if template and template.write_uid.id == SUPERUSER_ID:
                template.template_fs = f"timebank_coproduction/data/{subject}/mail_template.xml"
                template.reset_template()
