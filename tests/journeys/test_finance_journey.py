"""Finance opens a grant, enters bills in Odoo's own screens, matches, reconciles, signs, closes periods."""

from datetime import date

from odoo.fields import Command

from .common import JourneyCase


class FinanceJourneyCase(JourneyCase):
    """Two in finance who also keep the books, on an empty grant of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        invoicing = cls.env.ref("account.group_account_invoice") | cls.env.ref("account.group_account_user")
        cls.finance2.name = "Flora Second"
        for user in (cls.finance, cls.finance2):
            user.write({"group_ids": [Command.link(group.id) for group in invoicing], "tz": "Europe/London"})
        cls.grant.action_close()
        cls.env["res.currency"].search([("name", "=", "EUR")]).active = True
        cls.env["res.currency.rate"].create(
            {
                "currency_id": cls.env.ref("base.EUR").id,
                "name": date(2025, 12, 1),
                "rate": 0.8,
                "company_id": cls.env.company.id,
            }
        )
        cls.lost_vat = cls.env["account.tax"].create(
            {
                "name": "VAT 20% lost",
                "amount": 20,
                "type_tax_use": "purchase",
                "analytic": True,
                "country_id": cls.env.company.country_id.id or cls.env.ref("base.us").id,
                "invoice_repartition_line_ids": [
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax", "account_id": cls.expense.id}),
                ],
                "refund_repartition_line_ids": [
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax", "account_id": cls.expense.id}),
                ],
            }
        )

        cls.supplier.name = "Riverside Pool"
        cls.swims = cls._make_grant(
            "Swim and Meet", amount=2000, reward_percentage=10, date_start=date(2026, 3, 1)
        )
        cls.walks = cls._make_grant("Walk and Talk", scheme_ids=[])
        plan = cls.swims.sudo().analytic_account_id.plan_id
        cls.env["account.analytic.account"].create({"name": "Café project", "plan_id": plan.id})

    def _own_bill(self, label, price, **vals):
        return self._bill({"name": label, "price_unit": price, "share": {self.swims: 100}}, **vals)

    def _type_bill(self, screen, day, *lines, currency=None, confirm=True):
        """A bill from Riverside Pool: each line is (label, price, shares, tax or nothing)."""
        screen.go("/odoo/vendor-bills")
        screen.new()
        screen.pick("Vendor", "Riverside Pool")
        screen.fill_day("Bill Date", day)
        if currency:
            screen.pick("currency_id", currency)
        for label, price, shares, *tax in lines:
            screen.add_line()
            screen.fill_line("Label", label)
            screen.pick_line("Account", "TB6000", "Rewards")
            screen.charge_line(shares)
            screen.fill_line("Price", price)
            if tax:
                screen.pick_line("Taxes", tax[0])
        if confirm:
            screen.press("Confirm")

    def _billed(self, screen, grant):
        """What the grant's form says was billed."""
        screen.go(f"/odoo/timebank-grants/{grant.id}")
        return " ".join(screen.page.locator(".o_stat_value").filter(has_text=".").first.inner_text().split())


class TestFinanceOpens(FinanceJourneyCase):
    def test_a_grant_is_opened(self):
        with self.at_screen(self.finance) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Grants")
            screen.new()
            screen.fill("Name", "Tea for All")
            screen.pick("Funder", "Tea Trust", "Create")
            screen.fill("Amount", 2000)
            screen.tab("Budget lines")
            screen.add_line()
            screen.fill_line("Name", "Teas")
            screen.fill_line("Amount", 150)
            screen.tab("What it pays for")
            screen.pick("Time banks", "River Street")
            with screen.refused("Say which accounts hold the spending on rewards", "every expense account"):
                screen.press("Open")
            screen.picture("finance-asked-for-accounts")
            screen.tick("Every expense account counts")
            self.assertIn("rent and wages too", screen.text())
            screen.tick("Every expense account counts", False)
            self.assertNotIn("Creditors", screen.offers("Reward accounts", "TB"), "expenses alone")
            screen.pick("Reward accounts", "TB6000", "Rewards")
            screen.press("Open")
            self.assertEqual(screen.status(), "Open")
            screen.tab("Budget lines")
            self.assertFalse(screen.top.locator(".o_field_x2many_list_row_add").count(), "amended only")
            screen.picture("finance-open")
        grant = self.env["timebank.grant"].search([("name", "=", "Tea for All")])
        self.assertEqual((grant.state, grant.reward_account_ids), ("open", self.expense))
        self.assertEqual((grant.funder_id.name, grant.funder_id.create_uid), ("Tea Trust", self.finance))

    def test_bills_in_odoo_s_own_screens(self):
        own = {"Swim and Meet": 100}
        with self.at_screen(self.finance) as screen:
            self._type_bill(screen, "03/16/2026", ("Eight swims", 40, own, "VAT 20% lost"))
            screen.picture("finance-bill-vat")
            self.assertEqual(self._billed(screen, self.swims), "$ 48.00")
            self._type_bill(screen, "03/16/2026", ("Two swims in euro", 16, own), currency="EUR")
            self.assertEqual(self._billed(screen, self.swims), "$ 68.00")
            shares = {"Swim and Meet": 50, "Walk and Talk": 30, "Café project": 20}
            self._type_bill(screen, "03/16/2026", ("Coach trip", 30, shares))
            screen.picture("finance-bill-split")
            self.assertEqual(self._billed(screen, self.swims), "$ 83.00")
            self.assertEqual(self._billed(screen, self.walks), "$ 9.00")
            # a prepayment: fifty tickets, of which a first part comes back
            self._type_bill(screen, "03/17/2026", ("Fifty tickets in advance", 60, own))
            self.assertEqual(self._billed(screen, self.swims), "$ 143.00")
            screen.go("/odoo/vendor-bills")
            screen.open("BILL/2026/03/0004")
            screen.press("Credit Note")
            screen.fill("Reason displayed on Credit Note", "Ten tickets returned")
            screen.press("Reverse")
            screen.fill_row("Fifty tickets", "Price", 12)
            screen.press("Confirm")
            screen.picture("finance-credit-note")
            self.assertEqual(self._billed(screen, self.swims), "$ 131.00")
            screen.page.locator(".oe_stat_button").filter(has_text="Billed").click()
            screen.settle()
            screen.picture("finance-bill-lines")
            self.assertEqual(len(screen.rows()), 5)


class TestFinanceCloses(FinanceJourneyCase):
    def _prepare(self):
        """March so far: three claims, and bills of which one names a claim, and one nobody claimed."""
        claims = self.env["timebank.redemption"]
        for _number in range(3):
            claims |= self._make_claim(self.ann, self.swim, "approved")
        self.assertEqual(claims.grant_id, self.swims)
        self._own_bill(f"Swim pass {claims[0].code}", 12)
        self._own_bill("Swim pass, dearer", 14.5)
        self.towels = self._own_bill("Towels", 7)
        return claims

    def _match_bills(self, screen):
        screen.press("Match bills")
        screen.press("Match automatically")
        self.assertIn("Matched", screen.text())
        screen.mark("bills", "Swim pass, dearer")
        screen.mark("claims", "Swim pass for Ann Lee")
        screen.picture("finance-match")
        screen.top.get_by_label("Reason of the difference").select_option(label="Price change")
        screen.press("Match")

    def test_a_month_is_closed_and_what_comes_late_is_taken_up(self):
        self._prepare()
        with self.at_screen(self.finance) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Grants")
            screen.open("Swim and Meet")
            self._match_bills(screen)
            screen.back("Swim and Meet")
            screen.page.set_viewport_size({"width": 1440, "height": 900})
            screen.press("Reconcile")
            self.assertIn("Mar 1, 2026 to Mar 31, 2026", screen.title())
            self.assertEqual(screen.value("Spent this period"), "$ 33.50")
            for column in ("Billed", "Difference", "Note"):
                box = screen.heading(column).bounding_box()
                self.assertLess(box["x"] + box["width"], screen.width(".o_form_sheet"), column)
            screen.heading("Note").scroll_into_view_if_needed()
            screen.picture("finance-reconcile-1440")
            screen.page.set_viewport_size({"width": 1366, "height": 768})
            with screen.refused("differences have no explanation yet"):
                screen.press("Sign as preparer")
                screen.press("Ok")
            screen.fill_row("2.50", "Note", "New price list, the tolerance is not enough")
            screen.fill_row("Towels", "Note", "For the pool day, agreed by phone")
            screen.save()
            self.assertIn("For the pool day", screen.cell("Towels", "Note"))
            screen.picture("finance-explained")
            screen.press("Sign as preparer")
            screen.press("Ok")
            self.assertEqual(screen.status(), "Prepared")
            self.assertFalse(screen.shows_button("Sign as reviewer"))
            self.assertIn("a second person in finance", screen.alerts())
            screen.picture("finance-prepared")
        signed = self.env["timebank.reconciliation"].search([("grant_id", "=", self.swims.id)])
        self.assertEqual((signed.state, signed.spent_amount), ("prepared", 33.5))
        towels = self.towels.name
        with self.at_screen(self.finance2) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Reconciliations")
            screen.open("Swim and Meet")
            screen.press("Sign as reviewer")
            self.assertEqual(screen.status(), "Reviewed")
            screen.tab("Signatures and note")
            screen.picture("finance-reviewed")
            # a bill of the signed month is set back, and another is dated into it
            screen.go("/odoo/vendor-bills")
            screen.open(towels)
            screen.press("Reset to Draft")
            self.assertIn("“Swim and Meet” was reconciled and signed", screen.alerts())
            screen.picture("finance-set-back")
            own = {"Swim and Meet": 100}
            self._type_bill(screen, "03/12/2026", ("Late cups", 9, own), confirm=False)
            self.assertIn("is taken up late", screen.alerts())
            screen.picture("finance-late-bill")
            screen.press("Confirm")
            screen.open_app()
            screen.open_menu("Grants and reports", "Reconciliations")
            screen.search_filter("Books changed since")
            self.assertEqual(len(screen.rows()), 1)
            screen.open("Swim and Meet")
            for words in ("The books have changed since this was signed", "Towels", "Late cups"):
                self.assertIn(words, screen.alerts())
            screen.picture("finance-drift")
            screen.go(f"/odoo/timebank-grants/{self.swims.id}")
            screen.picture("grant")
            screen.press("Reconcile")
            self.assertIn("Apr 1, 2026 to Apr 30, 2026", screen.title())
            self.assertEqual(screen.value("Spent before"), "$ 33.50")
            self.assertEqual(screen.value("Came in late"), "$ 2.00")
            screen.tab("Came in late")
            self.assertEqual(len(screen.rows()), 2)
            screen.fill_row("Towels", "Note", "Bill to be sent again")
            screen.fill_row("Late cups", "Note", "The pool forgot it")
            screen.save()
            screen.picture("finance-late")
            screen.tab("Claims and bills")
            self.assertTrue(all(screen.column("Note")), "what is due later explains itself")
            screen.press("Sign as preparer")
            screen.press("Ok")
            self.assertEqual(screen.status(), "Prepared")
            screen.open_menu("Grants and reports", "Reconciliations")
            screen.search_filter("Books changed since")
            self.assertTrue(screen.is_bare(), "the next period took it up")

    def test_a_grant_is_amended_and_a_year_is_closed(self):
        year = self._make_grant(
            "Last Year",
            amount=500,
            date_start=date(2025, 1, 1),
            date_end=date(2025, 12, 31),
            scheme_ids=[],
        )
        for label, price, day in (
            ("Spring swims", 20, date(2025, 4, 3)),
            ("Autumn swims", 25, date(2025, 10, 3)),
        ):
            self._bill({"name": label, "price_unit": price, "share": {year: 100}}, day=day)
        with self.at_screen(self.finance) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Grants")
            screen.open("Last Year")
            screen.press("Amend")
            self.assertEqual(screen.dialog(), "Amend")
            screen.fill("Reason", "Letter of 3 March")
            screen.fill("Amount", 600)
            screen.tab("Budget lines")
            screen.add_line()
            screen.fill_line("Name", "Swims")
            screen.fill_line("Amount", 60)
            screen.picture("finance-amend")
            screen.press("Amend")
            self.assertIsNone(screen.dialog())
            self.assertEqual(screen.value("Reward budget"), "$ 60.00")
            screen.tab("Amendments")
            self.assertIn("Letter of 3 March", screen.rows()[0])
            screen.picture("finance-amended")
            screen.press("Reconcile")
            self.assertIn("Jan 1, 2025 to Dec 31, 2025", screen.title())
            self.assertEqual(screen.value("Reward budget"), "$ 50.00", "what held in that year")
            self.assertEqual(screen.value("Spent this period"), "$ 45.00")
            for label in ("Spring swims", "Autumn swims"):
                screen.fill_row(label, "Note", "Group booking, no claims")
            screen.save()
            screen.press("Sign as preparer")
            screen.press("Ok")
            self.assertEqual(screen.status(), "Prepared")
            screen.back("Last Year")
            screen.press("Close")
            screen.press("Ok")
            self.assertEqual(screen.status(), "Closed")
