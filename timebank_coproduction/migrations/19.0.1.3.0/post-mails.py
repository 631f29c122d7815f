"""Mails to members have one layout, with their button and the way to stop them at the foot."""

import re
from pathlib import Path

from lxml import etree

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
    for path in sorted(ADDON.glob("data/*/mail_template.xml")):
        for record in etree.parse(path).iter("record"):
            template = env.ref(f"timebank_coproduction.{record.get('id')}", raise_if_not_found=False)
            if template:
                kind = record.findtext("field[@name='timebank_kind']")
                _bring_up_to_date(template, str(path.relative_to(ADDON.parent)), kind)


def _bring_up_to_date(template, path, kind):
    """As it stands in the file where nobody has changed it; else without what a layout says now."""
    if template.write_uid.id == SUPERUSER_ID:
        template.template_fs = path
        template.reset_template()
        return
    template.timebank_kind = kind
    for lang, _name in template.env["res.lang"].get_installed():
        mail = template.with_context(lang=lang)
        body = str(mail.body_html or "")
        changed = GONE.sub("''", BUTTON.sub("", FOOT.sub("", body)))
        if changed != body:
            mail.body_html = changed
