from odoo.exceptions import UserError

from ...tools import bill_reference, codes
from ..grants_common import GrantCase


class TestBillReference(GrantCase):
    """The number that suppliers quote: read on their bills like a code, and good for nothing else."""

    def test_which_claims_have_one(self):
        claim = self._claims(1).with_user(self.finance)
        self.assertEqual(bill_reference.read(claim.bill_reference), claim.id)
        self.assertNotIn(claim.code.replace("-", ""), claim.bill_reference)
        waiting = self._make_claim(self.ann, self.swim, "requested")
        self.assertFalse(waiting.bill_reference)
        self.assertFalse(self._make_claim(self.ann, self.lesson, "approved").bill_reference, "no supplier")

    def test_it_takes_no_reward(self):
        claim = self._claims(1)
        self.assertEqual(codes.normalise(claim.bill_reference), "")
        with self.assertRaisesRegex(UserError, "no claim with this code"):
            self.env["timebank.redemption"].with_user(self.coordinator).fulfil_by_code(claim.bill_reference)
        self.assertEqual(claim.state, "approved")

    def test_matched_wherever_it_stands_on_the_bill(self):
        claims = self._claims(3)
        spaced = claims[1].bill_reference.replace("-", " / ").lower()
        other = {"partner_id": self.env["res.partner"].create({"name": "Office"}).id}
        bills = [
            self._bill((f"Pass {claims[0].bill_reference}", 12.3), **other),
            self._bill(("Pass", 11.5), ref=f"Yours {spaced}", **other),
        ]
        wrong = claims[2].bill_reference[:-1] + ("1" if claims[2].bill_reference[-1] != "1" else "2")
        self._bill((f"Something {wrong}", 12), **other)
        self.grant.with_user(self.finance).action_auto_match()
        matches = claims.match_ids.sorted("redemption_id")
        self.assertEqual(matches.redemption_id, claims[:2], "one with a slip is nobody's")
        self.assertEqual(set(matches.mapped("found_by")), {"code"})
        self.assertEqual(matches.move_line_id.move_id, bills[0] | bills[1])
        self.assertEqual(self._figures()[:2], (35.8, 23.8))

    def test_another_grant_s_claim_is_no_match_here(self):
        other = self._make_grant("Elsewhere", scheme_ids=[])
        claims = self._claims(2)
        claims[0].with_user(self.finance).action_set_grant(other)
        self._bill((f"Swim pass {claims[0].bill_reference}", 12))
        told = self.grant.with_user(self.finance).action_auto_match()
        self.assertFalse(claims.match_ids)
        self.assertIn(claims[0].bill_reference, told["params"]["message"])

    def test_searched_by(self):
        claim = self._claims(2)[1].with_user(self.finance)
        for text in (claim.bill_reference, claim.bill_reference.replace("-", "").lower()):
            self.assertEqual(claim.search([("bill_reference", "ilike", text)]), claim)
            self.assertIn(claim.id, dict(claim.name_search(text)))
        self.assertFalse(claim.search([("bill_reference", "ilike", "TB00")]))

    def test_on_paper_and_on_orders(self):
        claim = self._claims(1)
        slip, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "timebank_coproduction.report_claim_slip", claim.ids
        )
        self.assertIn(claim.bill_reference, slip.decode())
        self.assertIn("on your bill", slip.decode())
        self.scheme.supplier_order = "mail"
        self.supplier.email = "pool@example.org"
        claim.with_user(self.coordinator).action_order()
        mail = self.env["mail.mail"].search([("email_to", "ilike", "pool@example.org")])
        self.assertIn("Quote this on your bill", mail.body_html)
        self.assertIn(claim.bill_reference, mail.body_html)
        self.assertNotIn(claim.code, mail.body_html)

    def test_an_order_on_a_draft_bill_matches_by_itself(self):
        claims = self._claims(2)
        self.scheme.supplier_order = "bill"
        claims.with_user(self.coordinator).action_order()
        bill = claims.order_bill_id
        for claim in claims:
            self.assertIn(claim.bill_reference, bill.invoice_line_ids.name)
        bill.write({"invoice_date": "2026-03-16", "date": "2026-03-16"})
        bill.invoice_line_ids.write(
            {
                "account_id": self.expense.id,
                "tax_ids": False,
                "analytic_distribution": {str(self.grant.sudo().analytic_account_id.id): 100},
            }
        )
        bill.action_post()
        self.grant.with_user(self.finance).action_auto_match()
        self.assertEqual(claims.mapped("matched_amount"), [12, 12])
        self.assertEqual(set(claims.match_ids.mapped("found_by")), {"code"})
