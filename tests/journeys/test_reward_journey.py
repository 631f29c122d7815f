"""Rewards and vouchers at a desk: published, claimed, printed, handed over, taken in, called in."""

from .common import JourneyCase


class TestRewardJourney(JourneyCase):
    def _claim(self, name):
        return self.env["timebank.redemption"].search(
            [("reward_id.name", "=", name)], order="id desc", limit=1
        )

    def test_from_the_catalogue_to_the_desk(self):
        """A new reward is published, claimed for a member, its slip printed, and handed over by its code."""
        with self.at_screen(self.coordinator) as screen:
            self.publish_and_claim(screen, screen.picture)
            screen.picture("claim-approved")
            code = self._claim("Bicycle repair").code
            text = screen.printed("Print the slip")
            self.assertIn(code, text)
            self.assertIn("Bicycle repair", text)
            screen.open_menu("Rewards", "Scan or type a code")
            screen.fill("Scan it here, or type it", code.lower())
            self.assertIn("Bicycle repair for José Álvarez", screen.text())
            screen.picture("desk-claim")
            screen.press("Hand over")
            self.assertIn("Handed over: Bicycle repair for José Álvarez.", screen.text())
            screen.type(f"{code}\n")
            self.assertIn("used already", screen.text())
            self.assertFalse(screen.shows_button("Hand over"))
            screen.close()
            screen.open_menu("Rewards", "Claims")
            self.assertEqual(screen.cell("Bicycle repair", "Status"), "Handed over")
            screen.picture("claims")
            screen.open_menu("Rewards", "Catalogue")
            self.assertIn("Bicycle repair", screen.text())
            screen.picture("catalogue")
        self.assertEqual(self._claim("Bicycle repair").state, "fulfilled")
        self.assertEqual(self.jose.account_id.balance_minutes, 210)

    def test_any_code_on_a_phone(self):
        self.jose.action_new_card()
        claim = self.env["timebank.redemption"].search(
            [("state", "=", "approved"), ("code", "!=", False)], limit=1
        )
        self.assertEqual(claim.scheme_id, self.scheme)
        foreign = self.mari
        foreign.action_new_card()
        voucher = self.batch.voucher_ids[0].code
        with self.at_screen(self.coordinator, phone=True) as screen:
            screen.open_app()
            screen.open_menu("Rewards", "Scan or type a code")
            screen.fill("Scan it here, or type it", claim.code)
            screen.picture("desk-claim-phone")
            screen.press("Hand over")
            self.assertIn("Handed over:", screen.text())
            screen.fill("Scan it here, or type it", voucher)
            screen.picture("desk-voucher-phone")
            screen.press("Take in")
            self.assertIn("Handed in: 1 hour, spent here.", screen.text())
            screen.fill("Scan it here, or type it", foreign.card_code)
            self.assertIn("no code of a time bank of yours", screen.text())
            self.assertNotIn("Mari", screen.text())
            screen.fill("Scan it here, or type it", self.jose.card_code)
            self.assertIn("José Álvarez", screen.text())
            screen.picture("desk-card-phone")
            screen.press("Open the member")
            self.assertEqual(screen.title(), "José Álvarez")
        self.assertEqual((claim.state, self.batch.voucher_ids[0].state), ("fulfilled", "returned"))

    def test_vouchers_go_out_and_come_back(self):
        """Asked again, issued, printed, taken in, and what is still out called in."""
        self.scheme.voucher_ask_minutes = 600
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Rewards", "Vouchers")
            screen.new()
            screen.pick("Time bank", "River Street")
            screen.fill("How many", "12")
            screen.fill("Worth", "1")
            screen.press("Issue")
            self.assertEqual(screen.dialog(), "Issue these vouchers?")
            self.assertIn("12 vouchers of 1 hour: 12 hours", screen.text())
            screen.picture("vouchers-asked")
            screen.press("Discard")
            self.assertEqual(screen.status(), "Draft")
            screen.press("Issue")
            screen.press("Issue them")
            self.assertIn("Issued: 12 vouchers of 1 hour: 12 hours.", screen.notification())
            self.assertEqual(screen.status(), "Issued")
            batch = self.env["timebank.voucher.batch"].search([], order="id desc", limit=1)
            codes = batch.sudo().voucher_ids.mapped("code")
            text = screen.printed("Print")
            for code in codes:
                self.assertIn(code, text)
            screen.open_menu("Rewards", "Vouchers")
            screen.press("Hand in vouchers")
            screen.pick("Time bank", "River Street")
            screen.fill(
                "Scan the vouchers here, one after another, or type their codes", "\n".join(codes[:3])
            )
            screen.press("Hand in")
            self.assertIn("3 handed in", screen.text())
            screen.type(codes[3])
            screen.press("Hand in")
            self.assertIn("1 handed in, 1:00 hours.", screen.text())
            screen.picture("vouchers-handed-in")
            screen.close()
            screen.go(f"/odoo/timebank-vouchers/{batch.id}")
            screen.press("Cancel those still out")
            self.assertIn("Still out, and cancelled now: 8", screen.text())
            self.assertIn("Handed in already, and staying so: 4", screen.text())
            screen.fill_reason("Misprinted")
            screen.picture("vouchers-cancel")
            screen.press("Confirm")
            self.assertIn("8 of 12 cancelled, 8 hours went back", screen.notification())
            screen.picture("vouchers-cancelled")
            self.assertFalse(screen.shows_button("Cancel those still out"))
        self.assertEqual(batch.returned_count, 4)

    def test_who_pays_for_vouchers_reads_why(self):
        with self.at_screen(self.coordinator) as screen:
            screen.open_app()
            screen.open_menu("Rewards", "Vouchers")
            screen.new()
            screen.pick("Time bank", "River Street")
            screen.fill("How many", "2")
            screen.pick("Paid from", "José", "José Álvarez")
            screen.press("Issue")
            self.assertEqual(screen.notification(), "Missing required fields")
            screen.fill("Why they pay", "Asked for two at the café")
            screen.picture("vouchers-why")
            screen.press("Issue")
            self.assertIn("Issued: 2 vouchers of 1 hour: 2 hours.", screen.notification())
            screen.go(f"/odoo/timebank-members/{self.jose.id}")
            screen.page.locator("button[name=action_view_statement]").first.click()
            screen.settle()
            screen.picture("account-statement")
            self.assertIn("Asked for two at the café", " ".join(screen.rows()))
        self.assertEqual(self.jose.account_id.balance_minutes, 180)

    def test_papers_of_a_member(self):
        """Statement, card and certificate of a member, as text that can be read."""
        with self.at_screen(self.coordinator) as screen:
            screen.go(f"/odoo/timebank-members/{self.jose.id}")
            screen.picture("member")
            text = screen.printed("Print card")
            self.assertIn("José Álvarez", text)
            screen.press("Print statement")
            screen.picture("print-statement")
            text = screen.printed("Print")
            self.assertIn("José Álvarez", text)
            self.assertIn("5:00", text)
            screen.go(f"/odoo/timebank-members/{self.jose.id}")
            screen.act("Certificate of hours")
            text = screen.printed("Print")
            self.assertIn("José Álvarez", text)
