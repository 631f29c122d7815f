from odoo.exceptions import AccessError

from ..grants_common import GrantCase


class TestCodesHidden(GrantCase):
    """Whoever keeps the books never learns the code of a claim that can still be handed over with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.swim.fulfilment = "code"
        cls.ann.partner_id.email = "ann@example.com"
        cls.claim = cls._claims(1)
        cls.claim._send("timebank_coproduction.mail_template_claim_ending")

    def test_no_field_tells_it(self):
        claim = self.claim.with_user(self.finance)
        names = [
            name
            for name, field in claim._fields.items()
            if field.type in ("char", "text", "html") and claim._has_field_access(field, "read")
        ]
        self.assertIn("bill_reference", names)
        told = " ".join(str(value) for value in claim.read(names)[0].values())
        self.assertNotIn(self.claim.code, told)
        self.assertLessEqual({"code", "code_url", "code_qr"}, set(names))
        with self.assertRaises(AccessError):
            claim.read(["kept_code"])
        for operator, value in (("=like", self.claim.code[:2] + "%"), ("=", self.claim.code)):
            self.assertFalse(claim.search([("code", operator, value)]))
        for user in (self.coordinator, self.manager):
            self.assertEqual(self.claim.with_user(user).code, self.claim.code)
            self.assertEqual(self.claim.with_user(user).search([("code", "=", self.claim.code)]), self.claim)
        self.claim.with_user(self.coordinator).action_fulfil()
        self.assertEqual(claim.code, self.claim.code, "it hands nothing over any more")

    def test_a_code_for_bills_hands_nothing_over(self):
        """What finance reads of a claim that isn't handed over by code is good for nothing but bills."""
        self.swim.fulfilment = "collected"
        claim = self._claims(1)
        self.assertEqual(claim.with_user(self.finance).code, claim.code)
        self.assertFalse(claim._find_by_code(claim.code)._get_by_code())
        self.assertFalse(claim.code_url)

    def test_no_message_tells_it(self):
        messages = self.claim.with_user(self.finance).message_ids
        mailed = messages.filtered("subject")
        self.assertEqual(len(mailed), 2, "the code, and that the claim ends")
        self.assertNotIn(self.claim.code, " ".join(messages.mapped("body")))

    def test_the_member_gets_it(self):
        mails = self.env["mail.mail"].search([("mail_message_id", "in", self.claim.message_ids.ids)])
        self.assertEqual(len(mails), 2)
        for mail in mails:
            self.assertIn(self.claim.code, mail.body_html)

    def test_bills_that_name_it_match(self):
        self._bill((f"Pass {self.claim.code}", 12), partner_id=self.funder.id)
        grant = self.grant.with_user(self.finance)
        found = grant.get_matching()
        [bill], [row] = found["bills"], found["claims"]
        self.assertEqual((bill["claims"], row["code"]), (self.claim.ids, ""))
        self.assertFalse(grant.get_matching(self.claim.code)["claims"])
        grant.action_auto_match()
        self.assertEqual(self.claim.match_ids.found_by, "code")
        self.assertFalse(self.claim.with_user(self.finance)._prepare_names()["claim_code"])
        self.claim.with_user(self.coordinator).action_fulfil()
        self.assertEqual(self.claim.with_user(self.finance)._prepare_names()["claim_code"], self.claim.code)
