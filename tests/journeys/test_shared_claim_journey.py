"""Finance has two grants pay for a claim, and charges another claim to another grant with its bill."""

from .test_finance_journey import FinanceJourneyCase


class TestSharedClaim(FinanceJourneyCase):
    def setUp(self):
        super().setUp()
        self.first = self._make_claim(self.ann, self.swim, "approved", quantity=2)
        self.second = self._make_claim(self.ben, self.swim, "approved")
        assert (self.first | self.second).grant_id == self.swims
        self.quote = self.first.bill_reference
        self.own_bill = self._own_bill(f"Swim pass {self.second.bill_reference}", 12).name

    def _open_claim(self, screen, name):
        screen.open_app()
        screen.open_menu("Grants and reports", "Grants")
        screen.open("Swim and Meet")
        screen.page.locator(".oe_stat_button").filter(has_text="Claims").first.click()
        screen.settle()
        screen.open(name)

    def test_a_shared_claim_and_a_re_charged_one(self):
        with self.at_screen(self.finance) as screen:
            self._open_claim(screen, "Ann Lee")
            self.assertIn(self.quote, screen.text())
            screen.act("Share between grants")
            self.assertEqual(screen.dialog(), "Share between grants")
            self.assertIn("Name two or more grants", screen.text())
            screen.add_line()
            screen.pick_line("Grant", "Walk and Talk")
            screen.fill_line("Per cent", 40)
            screen.top.locator("[name=reason] input").click()
            screen.settle()
            self.assertIn("Walk and Talk $ 9.60", screen.text())
            screen.fill_reason("Both funders agreed on 12 March")
            screen.picture("finance-share-dialog")
            screen.press("Share")
            self.assertIsNone(screen.dialog())
            self.assertIn("the rest", screen.row("Swim and Meet").inner_text())
            self.assertIn(
                "$ 9.60", screen.row("Walk and Talk").inner_text().replace("\N{NO-BREAK SPACE}", " ")
            )
            self.assertIn("Both funders agreed on 12 March", screen.text())
            screen.picture("finance-shared-claim")
            # the pool's bill quotes the number, and its one line is charged to both
            shares = {"Swim and Meet": 60, "Walk and Talk": 40}
            self._type_bill(screen, "03/16/2026", (f"Two swims {self.quote}", 24, shares))
            for grant in (self.swims, self.walks):
                screen.go(f"/odoo/timebank-grants/{grant.id}")
                screen.press("Match bills")
                self.assertIn("part of $ 24.00", screen.text().replace("\N{NO-BREAK SPACE}", " "))
                screen.picture(f"finance-shared-match-{grant.id}")
                screen.press("Match automatically")
                screen.notification()
            self.assertEqual(self._billed(screen, self.swims), "$ 26.40")
            self.assertEqual(self._billed(screen, self.walks), "$ 9.60")
            self.assertEqual(screen.value("Billed and matched"), "$ 9.60")
            self.assertEqual(screen.value("Claimed, not billed"), "$ 0.00")
            # the other claim turns out to be the other grant's, and its bill goes with it
            self._open_claim(screen, "Ben")
            with screen.refused("take the bill along"):
                screen.act("Charge to a grant")
                screen.pick("Grant", "Walk and Talk")
                screen.press("Charge")
            screen.close()
            screen.act("Re-charge with its bills")
            self.assertIn(self.own_bill, screen.text())
            screen.pick("Charge to", "Walk and Talk")
            screen.fill_reason("The walk ended at the pool")
            screen.picture("finance-recharge-dialog")
            screen.press("Re-charge")
            self.assertIsNone(screen.dialog())
            self.assertEqual(screen.value("Grant"), "Walk and Talk")
            self.assertIn("The walk ended at the pool", screen.text())
            screen.picture("finance-recharged-claim")
            screen.go("/odoo/vendor-bills")
            screen.open(self.own_bill)
            self.assertIn("Walk and Talk", screen.row("Swim pass").inner_text())
            self.assertIn("The walk ended at the pool", screen.text())
            screen.picture("finance-recharged-bill")
            self.assertEqual(self._billed(screen, self.walks), "$ 21.60")
            self.assertEqual(self._billed(screen, self.swims), "$ 14.40")
            # each grant's paper has its own part
            screen.press("Reconcile")
            self.assertEqual(screen.value("Spent this period"), "$ 14.40")
            self.assertIn("$ 14.40 of $ 24.00", screen.text().replace("\N{NO-BREAK SPACE}", " "))
            screen.picture("finance-shared-reconciled")
            screen.press("Sign as preparer")
            screen.press("Ok")
            self.assertEqual(screen.status(), "Prepared")
        signed = self.env["timebank.reconciliation"].search([("grant_id", "=", self.swims.id)])
        self.assertEqual((signed.spent_amount, signed.gap_amount, signed.has_drift), (14.4, 0, False))
        self.assertEqual(self.scheme.check_ledger(), [])


class TestPaidInAdvance(FinanceJourneyCase):
    def test_tickets_are_bought_and_used_up(self):
        self._own_bill("Fifty tickets", 500)
        with self.at_screen(self.finance) as screen:
            screen.go(f"/odoo/timebank-grants/{self.swims.id}")
            screen.page.locator(".oe_stat_button").filter(has_text="Billed").click()
            screen.settle()
            screen.press_in_row("Fifty tickets", title="Paid in advance")
            self.assertEqual(screen.dialog(), "Paid in advance")
            self.assertEqual(screen.value("Reward"), "Swim pass")
            screen.fill("How many", 50)
            screen.picture("finance-prepay-dialog")
            screen.press("Keep for claims")
            self.assertIsNone(screen.dialog())
        claim = self._make_claim(self.ann, self.swim, "approved", quantity=2)
        with self.at_screen(self.finance) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Paid in advance")
            self.assertEqual(
                [screen.cell("Swim pass", column) for column in ("Bought", "Used", "Left")], ["50", "2", "48"]
            )
            self.assertIn("480.00", screen.cell("Swim pass", "Worth"))
            screen.picture("finance-prepayments")
            screen.open("Swim pass")
            self.assertIn("for Ann Lee", screen.text())
            screen.picture("finance-prepayment")
            screen.go(f"/odoo/timebank-grants/{self.swims.id}")
            self.assertEqual(screen.value("Paid in advance, left"), "$ 480.00")
            self.assertEqual(screen.value("Claimed, not billed"), "$ 0.00")
            screen.picture("finance-prepaid-grant")
        self.assertEqual((claim.cost_amount, claim.matched_amount), (20, 20))
        self.assertEqual(self.scheme.check_ledger(), [])


class TestGrantAbroad(FinanceJourneyCase):
    def test_figures_in_both_currencies(self):
        self.finance.group_ids += self.env.ref("base.group_multi_currency")
        abroad = self._make_grant(
            "Europa", amount=500, currency_id=self.env.ref("base.EUR").id, scheme_ids=[]
        )
        self._bill({"name": "Hall", "price_unit": 25, "share": {abroad: 100}})
        with self.at_screen(self.finance) as screen:
            screen.go(f"/odoo/timebank-grants/{abroad.id}")
            for label, value in (
                ("own_budget", "50.00"),
                ("own_billed", "20.00"),
                ("own_remaining", "30.00"),
            ):
                self.assertIn(value, screen.value(label))
            self.assertIn("0.00", screen.value("Exchange difference"))
            screen.picture("finance-grant-abroad")
            screen.press("Reconcile")
            self.assertIn("In EUR, each day's spending at that day's rate", screen.text())
            screen.picture("finance-reconciled-abroad")
