from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tools import mute_logger

from ..grants_common import GrantCase


class TestRewardMatch(GrantCase):
    def _auto(self):
        self.grant.with_user(self.finance).action_auto_match()
        return self.grant.bill_line_ids.match_ids

    def test_a_code_on_the_bill_goes_first(self):
        first, second = self._claims(2)
        self._bill(("Pass", 12), {"name": f"Swim pass {second.code.lower()}", "price_unit": 12})
        found = {match.redemption_id: match.found_by for match in self._auto()}
        self.assertEqual(found[second], "code")
        self.assertNotIn(first, found, "a line without product or name is left for a person")

    def test_then_supplier_product_and_amount(self):
        claim = self._claims(1)
        self._bill({"product_id": self.product.id, "name": "Pass", "price_unit": 12.5})
        match = self._auto()
        self.assertEqual((match.redemption_id, match.found_by, match.amount), (claim, "amount", 12.5))

    def test_then_one_bill_for_several(self):
        claims = self._claims(3)
        self._bill({"product_id": self.product.id, "name": "Passes", "price_unit": 12, "quantity": 3})
        matches = self._auto()
        self.assertEqual(matches.redemption_id, claims)
        self.assertEqual(set(matches.mapped("found_by")), {"group"})
        self.assertEqual(self._figures(), (36, 36, 0, 0, 64))

    def test_what_is_not_certain_is_left(self):
        self._claims(1)
        self._bill({"product_id": self.product.id, "name": "Pass", "price_unit": 40})
        self.assertFalse(self._auto())
        self.assertEqual(self._figures(), (40, 0, 40, 12, 48))

    def test_matching_again_changes_nothing(self):
        self._claims(2)
        self._bill({"product_id": self.product.id, "name": "Pass", "price_unit": 12})
        first = self._auto()
        self.assertEqual(self._auto(), first)

    def test_partly_and_many_to_many(self):
        one, two = self._claims(2)
        big, small = self._bill(("Passes", 18)), self._bill(("Rest", 6))
        self._match(one, big, 12)
        self._match(two, big, 6)
        self._match(two, small, 6)
        self.assertEqual((one.matched_amount, two.matched_amount), (12, 12))
        self.assertEqual(set(self.grant.bill_line_ids.mapped("status")), {"matched"})

    @mute_logger("odoo.sql_db")
    def test_never_beyond_in_sql(self):
        claim, other = self._claims(2)
        bill = self._bill(("Pass", 12))
        match = self._match(claim, bill, 10)
        self.env.flush_all()
        for query in (
            "UPDATE timebank_reward_match SET amount = 12.5",
            "UPDATE timebank_reward_match SET amount = 13, charged_amount = 20",
            "UPDATE timebank_reward_match SET amount = -1",
            f"""INSERT INTO timebank_reward_match (redemption_id, bill_line_id, amount, found_by)
                VALUES ({other.id}, {match.bill_line_id.id}, 3, 'hand')""",
            "UPDATE timebank_redemption SET cost_amount = 1, tolerance_amount = 1",
        ):
            with self.subTest(query=query), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self.env.cr.execute(query)
        self.assertEqual(self.scheme.check_ledger(), [])

    def test_beyond_is_found(self):
        claim = self._claims(1)
        match = self._match(claim, self._bill(("Pass", 12)), 10)
        for query in (
            "UPDATE timebank_bill_line SET share_amount = 5, status = 'changed'",  # the bill was changed
            "UPDATE timebank_bill_line SET share_amount = 12, status = 'part'",
        ):
            self._tamper(query)
            self.assertEqual(self.scheme.check_ledger(), [])
        self._tamper("ALTER TABLE timebank_reward_match DROP CONSTRAINT timebank_reward_match_within_line")
        self._tamper("UPDATE timebank_reward_match SET amount = 13 WHERE id = %s", match.id)
        self._tamper("UPDATE timebank_bill_line SET matched_amount = 13 WHERE id = %s", match.bill_line_id.id)
        self._tamper("UPDATE timebank_redemption SET matched_amount = 13 WHERE id = %s", claim.id)
        found = [violation["message"] for violation in self.scheme.check_ledger()]
        self.assertTrue(any("more matched to it than it is for" in message for message in found), found)

    def test_never_beyond_the_bill(self):
        claim = self._claims(1)
        bill = self._bill(("Pass", 5))
        with self.assertRaisesRegex(UserError, "has .*5.00 left to match, not .*6.00"):
            self._match(claim, bill, 6)
        with self.assertRaises(UserError):
            self._match(claim, bill, -5)

    def test_never_beyond_the_claim_and_its_tolerance(self):
        claim = self._claims(1)
        bill = self._bill(("Pass", 20))
        with self.assertRaisesRegex(UserError, "expected to cost .*12.00, with .*1.20 tolerance"):
            self._match(claim, bill, 13.21)
        self._match(claim, bill, 13.2, difference_reason="price")
        self.assertEqual(claim.matched_amount, 13.2)

    def test_a_credit_note_gives_back(self):
        claim = self._claims(1)
        self._match(claim, self._bill(("Pass", 12)), 12)
        credit = self._bill(("Pass returned", 4), move_type="in_refund")
        with self.assertRaisesRegex(UserError, "left to match"):
            self._match(claim, credit, -5)
        self._match(claim, credit, -4)
        self.assertEqual((claim.matched_amount, claim.unbilled_amount), (8, 4))

    def test_undo_opens_both_sides_again(self):
        claim = self._claims(1)
        match = self._match(claim, self._bill(("Pass", 12)), 12)
        line = match.bill_line_id
        with self.assertRaises(AccessError):
            match.with_user(self.coordinator).action_undo()
        match.with_user(self.finance).action_undo()
        self.assertFalse(match.exists())
        self.assertEqual((claim.matched_amount, line.matched_amount, line.status), (0, 0, "open"))

    @mute_logger("odoo.sql_db")
    def test_the_same_pair_is_matched_once(self):
        claim, bill = self._claims(1), self._bill(("Pass", 12))
        match = self._match(claim, bill, 5)
        with self.assertRaisesRegex(
            UserError, f"“{claim.display_name}” and {bill.name} Pass are matched already"
        ):
            self._match(claim, bill, 5)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env.cr.execute(
                """INSERT INTO timebank_reward_match
                       (redemption_id, bill_line_id, amount, charged_amount, found_by)
                   VALUES (%s, %s, 5, 12, 'hand')""",
                [claim.id, match.bill_line_id.id],
            )

    def test_bills_that_can_not_be_matched(self):
        claim = self._claims(1)
        other = self._make_grant("Other")
        with self.assertRaisesRegex(UserError, "Only posted bills"):
            self._match(claim, self._bill(("Pass", 12), post=False), 12)
        elsewhere = self._bill({"name": "Pass", "price_unit": 12, "share": {other: 100}})
        with self.assertRaisesRegex(UserError, "is not charged to “Neighbours Together”"):
            self._match(claim, elsewhere, 12)
        company = self.env["res.company"].create({"name": "Sister Charity"})
        bill = self._bill(("Pass", 12))
        self.env.cr.execute(
            "UPDATE account_move_line SET company_id = %s WHERE id = %s",
            [company.id, bill.invoice_line_ids.id],
        )
        bill.invoice_line_ids.invalidate_recordset()
        with self.assertRaisesRegex(UserError, "is a bill of Sister Charity"):
            self._match(claim, bill, 12)

    def test_own_funds_and_waiting_claims_are_not_matched(self):
        bill = self._bill(("Pass", 12))
        waiting = self._make_claim(self.ann, self.swim, "requested")
        with self.assertRaisesRegex(UserError, "own funds"):
            self._match(waiting, bill, 12)

    def test_nothing_goes_around_the_verbs(self):
        claim = self._claims(1)
        match = self._match(claim, self._bill(("Pass", 12)), 12)
        matches = self.env["timebank.reward.match"].with_user(self.finance)
        with self.assertRaises(AccessError):
            matches.create({"redemption_id": claim.id, "bill_line_id": match.bill_line_id.id, "amount": 1})
        with self.assertRaisesRegex(UserError, "undo it and match again"):
            match.with_user(self.finance).write({"amount": 1})
        with self.assertRaises(AccessError):
            match.with_user(self.finance).unlink()
        match.with_user(self.finance).write({"note": "New price list"})
        with self.assertRaises(AccessError):
            match.bill_line_id.with_user(self.finance).write({"matched_amount": 0})

    def test_deleting_the_bill_opens_the_claim_again(self):
        claim, bill = self._claims(1), self._bill(("Pass", 12))
        self._match(claim, bill, 12)
        bill.button_draft()
        bill.invoice_line_ids.unlink()
        self.assertEqual((claim.matched_amount, claim.unbilled_amount), (0, 12))
        self.assertIn("its claims are open again", self.grant.message_ids[0].body)

    def test_no_further_bill_expected(self):
        claim = self._claims(1)
        self._match(claim, self._bill(("Pass", 8)), 8, difference_reason="fewer")
        self.assertEqual(self._figures()[3], 4)
        claim.with_user(self.finance).action_billing_done()
        self.assertEqual(self._figures()[3], 0)
        with self.assertRaises(AccessError):
            claim.with_user(self.coordinator).action_billing_open()

    def test_the_screen_matches_what_is_picked(self):
        one, two = self._claims(2)
        self._bill(("Passes", 25), ref="INV 7")
        grant = self.grant.with_user(self.finance)
        shown = grant.get_matching()
        (bill,) = shown["bills"]
        self.assertEqual((bill["open"], bill["reference"]), (25, "INV 7"))
        self.assertEqual({row["id"] for row in shown["claims"]}, {one.id, two.id})
        with self.assertRaisesRegex(UserError, "choose the reason"):
            grant.match_selected([bill["id"]], [one.id, two.id])
        with self.assertRaisesRegex(UserError, "at least one"):
            grant.match_selected([bill["id"]], [])
        grant.match_selected([bill["id"]], [one.id, two.id], "price", "New list")
        self.assertEqual(sorted((one.matched_amount, two.matched_amount)), [12, 13])
        self.assertFalse(grant.get_matching()["bills"])
        self.assertFalse(grant.get_matching("nothing like it")["matches"])
        with self.assertRaises(AccessError):
            self.grant.with_user(self.coordinator).get_matching()

    def test_a_part_of_a_bill_or_of_a_claim(self):
        one, two = self._claims(2)
        self._bill(("First half", 6), ref="A")
        grant = self.grant.with_user(self.finance)
        [half] = grant.get_matching()["bills"]
        grant.match_selected([half["id"]], [one.id], "part")
        self.assertEqual((one.matched_amount, one.unbilled_amount, one.billing_done), (6, 6, False))
        self._bill(("Two things", 12.5), ref="B")
        [both] = grant.get_matching()["bills"]
        grant.match_selected([both["id"]], [two.id], "part")
        [rest] = grant.get_matching()["bills"]
        self.assertEqual((two.matched_amount, rest["open"]), (12, 0.5))

    def test_whatever_the_reason_but_a_part_nothing_more_is_waited_for(self):
        grant = self.grant.with_user(self.finance)
        for reason, _label in grant.get_matching()["reasons"]:
            claim = self._claims(1)
            self._bill((f"Pass, {reason}", 9), ref=reason)
            [bill] = grant.get_matching()["bills"]
            grant.match_selected([bill["id"]], [claim.id], reason)
            waited_for = 3 if reason == "part" else 0
            self.assertEqual(
                (claim.billing_done, claim.unbilled_amount), (not waited_for, waited_for), reason
            )
            self.env["timebank.reward.match"].with_user(self.finance).browse(
                grant.get_matching()["matches"][0]["id"]
            ).action_undo()
            self.assertEqual(claim.unbilled_amount, 12, "undone, its bill is waited for again")
            claim.with_user(self.manager).action_cancel("Not wanted")
            self.env["account.move"].search([("ref", "=", reason)]).button_draft()

    def test_what_no_tolerance_covers_stays_open(self):
        claim = self._claims(1)
        self._bill(("Pass and locker", 18))
        grant = self.grant.with_user(self.finance)
        [bill] = grant.get_matching()["bills"]
        grant.match_selected([bill["id"]], [claim.id], "price")
        [rest] = grant.get_matching()["bills"]
        self.assertEqual((claim.matched_amount, rest["open"]), (12, 6))

    def test_the_ledger_check_finds_forged_sums(self):
        claim = self._claims(1)
        match = self._match(claim, self._bill(("Pass", 12)), 12)
        self.assertEqual(self.scheme.check_ledger(), [])
        for table, record in (("timebank_redemption", claim), ("timebank_bill_line", match.bill_line_id)):
            with self.subTest(table), self.env.cr.savepoint() as savepoint:
                self.env.flush_all()
                self.env.cr.execute(f"UPDATE {table} SET matched_amount = 3 WHERE id = %s", [record.id])
                found = {violation["invariant"] for violation in self.scheme.check_ledger()}
                self.assertIn("matched", found)
                savepoint.rollback()
