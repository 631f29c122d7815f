import io
import zipfile
from datetime import date

from .test_finance_journey import FinanceJourneyCase


class TestPapersJourney(FinanceJourneyCase):
    """Finance makes a pack of records and what the annual report says; a member reads what she has had."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.allow_goods_rewards = True
        cls.voucher = cls._make_reward("Food voucher", minutes=60, kind="voucher")
        cls._make_claim(cls.ann, cls.voucher, "fulfilled", quantity=2)

    def test_records_of_what_a_grant_paid_for(self):
        bill = self._own_bill(f"Lesson for {self.ann.name}", 20, day=date(2026, 3, 5))
        vals = {"name": "bill.txt", "raw": b"One lesson, Ann Lee", "mimetype": "text/plain"}
        self.env["ir.attachment"].create({"res_model": bill._name, "res_id": bill.id, **vals})
        # documents of the books are for who reads the books
        self.finance.group_ids += self.env.ref("account.group_account_readonly")
        with self.at_screen(self.finance) as screen:
            screen.go(f"/odoo/timebank-grants/{self.swims.id}")
            screen.press("Records pack")
            billed = (
                "Billed: $ 20.00, of which paid so far: $ 0.00; lines: 1; bills and entries: 1; documents: 1."
            )
            self.assertIn(billed, screen.text())
            self.assertIn("bill.txt, names Ann Lee", screen.text())
            screen.press("Make the pack")
            self.assertEqual(screen.notification(), "Missing required fields")
            screen.choose_radio("Put in as they are")
            screen.picture("records-pack")
            with screen.page.expect_download() as coming:
                screen.press("Make the pack")
            with zipfile.ZipFile(io.BytesIO(coming.value.path().read_bytes())) as pack:
                index = pack.read("index.html").decode()
            screen.settle()
            self.assertIsNone(screen.dialog(), "it closes once the file is there")
            self.assertNotIn("Ann Lee", index)
            self.assertIn("$\xa020.00", index)
            screen.page.set_content(index)
            screen.picture("records-pack-index")

    def test_volunteers_in_the_annual_report(self):
        with self.at_screen(self.manager) as screen:
            screen.open_app()
            screen.open_menu("Grants and reports", "Volunteers in the annual report")
            screen.fill_range("Financial year", "01/01/2026", "12/31/2026")
            self.assertIn("The value of their time is not included in the accounts.", screen.text())
            screen.picture("volunteers")
            paper = screen.printed("Print")
            self.assertIn("full-time members of staff", paper)
            self.assertIsNone(screen.dialog())

    def test_a_member_reads_what_she_has_had(self):
        with self.at_screen(self.portal, phone=True, start="/timebank", scripts=False) as phone:
            phone.follow("My credits")
            phone.follow("Goods and vouchers I have had")
            self.assertIn("2 × Food voucher", phone.reads())
            phone.picture("member-benefits")
            phone.page.get_by_label("Another time").select_option("Last year")
            phone.press("Show")
            self.assertIn("Nothing of the kind was handed over in this time.", phone.reads())
            phone.follow("My credits")
            phone.follow("About me")
            phone.follow("Change what others see, and mails")
            phone.mark("My statement by mail")
            phone.page.get_by_label("My statement comes").select_option("Each quarter")
            phone.picture("member-statement-by-mail")
            phone.press("Save")
            self.assertIn("My statement by mail", phone.reads())
        self.assertTrue(self.ann.statement_mails)
        self.assertEqual(self.ann.statement_pace, "quarter")
