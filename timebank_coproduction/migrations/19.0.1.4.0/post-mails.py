"""Mails to members have one layout, with their button and the way to stop them at the foot."""

import re
from pathlib import Path

from lxml import etree
from psycopg2.extras import Json

from odoo import SUPERUSER_ID, api

ADDON = Path(__file__).parents[2]
#: What stood in the text of a mail, and is around it now.
FOOT = re.compile(
    r'\s*<p style="color: #777[^>]*>\s*<a t-att-href="object\._get_opt_out_url\(\)">.*?</p>', re.S
)
BUTTON = re.compile(r'\s*<p><a t-att-href="object\._get_answer_url\(\)"[^>]*>[^<]*</a></p>')
GONE = re.compile(r"object\._get_(opt_out|answer)_url\(\)")


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    # its place has a mail with a link for each of those who share an address
    (env.ref("timebank_coproduction.mail_sign_in", raise_if_not_found=False) or env["mail.template"]).unlink()
    for path in sorted(ADDON.glob("data/*/mail_template.xml")):
        for record in etree.parse(path).iter("record"):
            template = env.ref(f"timebank_coproduction.{record.get('id')}", raise_if_not_found=False)
            if template:
                kind = record.findtext("field[@name='timebank_kind']")
                _bring_up_to_date(template, str(path.relative_to(ADDON.parent)), kind)


def _bring_up_to_date(template, path, kind):
    """Without what a layout says now; and as it stands in the file where nobody has changed it.

    Past the ORM, which renders what it writes, and would take the mail for the addon's own from then on.
    """
    cr = template.env.cr
    cr.execute("SELECT body_html FROM mail_template WHERE id = %s", [template.id])
    bodies = cr.fetchone()[0] or {}
    changed = {lang: GONE.sub("''", BUTTON.sub("", FOOT.sub("", body))) for lang, body in bodies.items()}
    cr.execute(
        "UPDATE mail_template SET body_html = %s, timebank_kind = %s WHERE id = %s",
        [Json(changed), kind, template.id],
    )
    template.invalidate_recordset()
    if template.write_uid.id == SUPERUSER_ID:
        template.template_fs = path
        template.reset_template()
