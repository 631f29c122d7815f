"""Links that open something for whoever has them: in the mail, and nowhere that staff read."""

from lxml import html

from .trust_common import TrustCase

#: Mails that stand beside a record that nobody but administrators reads.
SIGN_IN = "timebank.sign.in"
LAYOUT = "timebank_coproduction.mail_layout"
#: Where links lead that open something without a login, or make one.
PRIVATE = ("/timebank/wellbeing/", "/timebank/place/", "/timebank/renew/", "/timebank/mails/", "/web/")


class TestTrustPrivateLinks(TrustCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for number, person in enumerate(cls.env["timebank.member"].search([]).partner_id):
            person.email = f"member{number}@example.org"
        cls.env["timebank.member"].search([]).statement_mails = True
        cls.sender = cls.roles["coordinator"]

    def _send(self, name, template):
        """The mails of a template about the world's record, which a coordinator caused."""
        records = self.world[self.here][template.model][:1]
        before = self.env["mail.mail"].search([])
        if template.model == "timebank.attendance":
            records._in_verb().write(
                {"state": "waiting", "offered_until": records.start, "claim_code": "x" * 43}
            )
        if template.model == SIGN_IN:
            link = f"{records.get_base_url()}/timebank/sign-in/{'y' * 43}"
            template.with_context(timebank_links=[("Ann Lee", link)])._send_to_members(records, {})
        else:
            to = template._generate_template(records.ids, ["partner_to"])[records.id]["partner_ids"]
            records.with_user(self.sender)._mail_people(
                f"timebank_coproduction.{name}", lambda one: one.env["res.partner"].browse(to)
            )
        return self.env["mail.mail"].search([]) - before

    def _get_links(self, mails):
        """The addresses in mails, as they go out."""
        found = set()
        for mail in mails:
            page = html.fromstring(f"<div>{mail.body_html}</div>")
            found |= {link for link in page.xpath("//@href") if link.startswith("http")}
        return found

    def test_only_the_mail_says_where_it_leads(self):
        """Each mail of the addon, waiting and failed, for each who reads what is written beside its record,
        and for the one who caused it."""
        data = self.env["ir.model.data"].search(
            [("module", "=", "timebank_coproduction"), ("model", "=", "mail.template")]
        )
        links, tried = set(), 0
        for name, template in ((one.name, self.env["mail.template"].browse(one.res_id)) for one in data):
            if not self.world[self.here].get(template.model):
                continue
            with self.subTest(mail=name):
                mails = self._send(name, template)
                if not mails:
                    continue
                tried += 1
                links |= self._get_links(mails)
                mails.write({"state": "exception", "failure_reason": "Connection refused"})
                for message in mails.mail_message_id:
                    self.assertTrue(message.body, "what it says stands there")
                    self.assertFalse("://" in message.body, "where it leads stands in the mail alone")
        self.assertGreater(tried, 15)
        for path in PRIVATE:
            self.assertTrue(any(path in link for link in links), f"no mail leads to {path}")
        ends = {link.rstrip("/").rpartition("/")[2] for link in links}
        ends = {end for end in ends if len(end) > 15}
        seen = set()
        for role, user in self.roles.items():
            if not user._is_internal():
                continue
            with self.subTest(role=role):
                read = self._rpc(user, "mail.message", "search_read", [], ["body", "subject", "model"])
                seen |= {one["model"] for one in read}
                written = " ".join(f"{one['body']} {one['subject']}" for one in read)
                self.assertFalse({end for end in ends if end in written})
        self.assertIn(
            "timebank.wellbeing.invitation", seen, "a coordinator reads that somebody was written to"
        )

    def test_no_other_mail_is_made_to_hold_such_a_link(self):
        """Whoever writes beside a record can't have the button of one of our mails sent to themselves."""
        person = self.env["res.partner"].create({"name": "Eve Long", "email": "eve@example.net"})
        world = self.world[self.here]
        tried = 0
        for name, mail in (
            ("timebank.member", "mail_invitation"),
            ("timebank.offer", "mail_template_offer_reminder"),
        ):
            record = world[name][:1]
            member = world["timebank.member"][:1]
            about = {"kind": "needed", "mail": mail, "members": {record.id: member.id}}
            before = self.env["mail.mail"].search([])
            with self.subTest(model=name):
                self._rpc(
                    self.sender,
                    name,
                    "message_post",
                    record.ids,
                    body="Hello",
                    partner_ids=person.ids,
                    email_layout_xmlid=LAYOUT,
                    context={"timebank_mail": about},
                )
                made = self.env["mail.mail"].search([]) - before
                tried += len(made)
                for link in self._get_links(made):
                    for path in PRIVATE:
                        self.assertNotIn(path, link)
        self.assertTrue(tried)
