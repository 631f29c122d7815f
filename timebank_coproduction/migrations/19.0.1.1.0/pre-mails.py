from odoo.tools import SQL

RENAMED = {"_get_claim_url": "_get_place_url"}


def migrate(cr, version):
    """Let mails that are kept as their users may have changed them call methods by their new names."""
    for old, new in RENAMED.items():
        cr.execute(
            SQL(
                """UPDATE mail_template SET body_html = replace(body_html::text, %(old)s, %(new)s)::jsonb
                    WHERE model = 'timebank.attendance'
                      AND strpos(body_html::text, %(old)s) > 0""",
                old=old,
                new=new,
            )
        )
