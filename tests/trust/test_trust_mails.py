"""Every mail of the addon, found by looking: what people typed is text in it, and leads nowhere."""

from contextlib import suppress

from lxml import html

from odoo.exceptions import UserError

from .trust_common import TrustCase

EVIL = '<a href="http://evil.example">here</a><img src="http://evil.example/x.png"><script>evil()</script>'


class TestTrustMails(TrustCase):
    def _spoil(self):
        """Put links and pictures into whatever is typed in plain words, in each record of the world."""
        for name, records in self.world[self.here].items():
            if not name.startswith("timebank."):
                continue
            for field in records._fields.values():
                plain = field.type in ("char", "text") and field.store and not field.compute
                if plain and field.name in (
                    "name",
                    "description",
                    "location",
                    "purpose",
                    "reason",
                    "reference",
                ):
                    with suppress(UserError), self.env.cr.savepoint():  # some are kept as they are
                        records._in_verb().write({field.name: f"Ours {EVIL}"})
        people = self.env["res.partner"].search([("timebank_member_ids", "!=", False)])
        people.write({"name": f"Ann {EVIL}", "email": "ann@example.com"})
        self.here.name = f"Charity {EVIL}"
        line = self.world[self.here]["timebank.attendance"]
        line._in_verb().write(
            {"state": "waiting", "offered_until": line.start}
        )  # as the mail about a place says
        self.env.flush_all()
        self.env.invalidate_all()

    def test_mails_show_text_as_text(self):
        self._spoil()
        data = self.env["ir.model.data"].search(
            [("module", "=", "timebank_coproduction"), ("model", "=", "mail.template")]
        )
        templates = self.env["mail.template"].browse(data.mapped("res_id"))
        self.assertGreater(len(templates), 8)
        tried = 0
        for template in templates:
            records = self.world[self.here].get(template.model)
            if not records:
                continue
            with self.subTest(mail=template.name):
                tried += 1
                body = template._render_field("body_html", records.ids)[records.id]
                page = html.fromstring(f"<div>{body}</div>")
                for attribute in page.xpath("//@href | //@src"):
                    self.assertNotIn("evil.example", attribute)
                self.assertFalse(page.xpath("//script"))
        self.assertGreater(tried, 8)
