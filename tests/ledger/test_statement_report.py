from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common import TODAY, TimebankCase

REPORT = "timebank_coproduction.timebank_statement_report"


@tagged("post_install", "-at_install")
@freeze_time(TODAY)
class TestStatementReport(TimebankCase):
    """A statement on paper, right for any account and any period."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.scheme.credit_limit_minutes = 120
        for day, minutes in (
            (date(2026, 1, 10), 60),
            (date(2026, 2, 10), 90),
            (date(2026, 3, 10), 30),
        ):
            cls._make_hours(
                cls.ben,
                minutes,
                "approved",
                date=day,
                description=f"Visit of {minutes}",
            )
        cls._make_hours(
            cls.ben,
            45,
            "approved",
            date=date(2026, 2, 20),
            receiver_id=cls.ann.partner_id.id,
        )

    def _get(self, account, date_from=None, date_to=None):
        return account._get_statements(date_from, date_to)[0]

    def _text(self, accounts, user=None, **data):
        report = self.env["ir.actions.report"].with_user(user or self.coordinator)
        html, _kind = report._render_qweb_html(REPORT, accounts.ids, data=data)
        return " ".join(html.decode().split())

    # Figures
    def test_opening_and_closing(self):
        statement = self._get(self.ben.account_id, date(2026, 2, 1), date(2026, 2, 28))
        self.assertEqual((statement["opening"], statement["closing"]), (60, 195))
        self.assertEqual((statement["came_in"], statement["went_out"]), (135, 0))
        self.assertEqual([row["balance"] for row in statement["lines"]], [150, 195])
        self.assertEqual((statement["given"], statement["received"]), (135, 0))

    def test_receiver_sees_it_going_out(self):
        statement = self._get(self.ann.account_id, date(2026, 2, 1), date(2026, 2, 28))
        self.assertEqual((statement["opening"], statement["closing"]), (0, -45))
        self.assertEqual((statement["came_in"], statement["went_out"]), (0, 45))
        self.assertEqual((statement["given"], statement["received"]), (0, 45))

    def test_both_ends_of_the_period_are_in_it(self):
        statement = self._get(self.ben.account_id, date(2026, 2, 10), date(2026, 2, 20))
        self.assertEqual([row["line"].minutes for row in statement["lines"]], [90, 45])

    def test_consecutive_periods_join(self):
        months = [(1, 31), (2, 28), (3, 18)]
        statements = [
            self._get(self.ben.account_id, date(2026, month, 1), date(2026, month, last))
            for month, last in months
        ]
        self.assertEqual([found["opening"] for found in statements], [0, 60, 195])
        self.assertEqual([found["closing"] for found in statements], [60, 195, 225])
        self.assertEqual(self.ben.account_id.balance_minutes, 225)

    def test_before_the_first_movement(self):
        statement = self._get(self.ben.account_id, date(2025, 1, 1), date(2025, 12, 31))
        self.assertEqual((statement["opening"], statement["closing"]), (0, 0))
        self.assertFalse(statement["lines"])

    def test_empty_period_keeps_the_balance(self):
        statement = self._get(self.ben.account_id, date(2026, 2, 21), date(2026, 3, 9))
        self.assertEqual((statement["opening"], statement["closing"]), (195, 195))

    def test_operating_account_mirrors_the_members(self):
        operating = self.scheme.operating_account_id
        statement = self._get(operating, date(2026, 2, 1), date(2026, 2, 28))
        self.assertEqual((statement["opening"], statement["closing"]), (-60, -150))
        self.assertFalse(statement["member"])

    def test_default_is_the_last_three_months(self):
        statement = self._get(self.ben.account_id)
        self.assertEqual(statement["date_from"], date(2025, 12, 18))
        self.assertEqual(statement["date_to"], TODAY)

    def test_period_that_ends_before_it_begins(self):
        with self.assertRaisesRegex(UserError, "ends before it begins"):
            self._get(self.ben.account_id, date(2026, 3, 1), date(2026, 2, 1))

    def test_reversal_is_told(self):
        entry = self._make_hours(self.ben, 15, "approved", description="By mistake")
        entry.with_user(self.coordinator).action_reverse("Wrong person")
        statement = self._get(self.ben.account_id, TODAY, TODAY)
        self.assertEqual([row["balance"] for row in statement["lines"]], [240, 225])
        self.assertEqual(statement["given"], 0)
        on_screen = self.env["timebank.statement.line"].search(
            [("account_id", "=", self.ben.account_id.id), ("date", "=", TODAY)]
        )
        self.assertEqual(on_screen.mapped("balance_minutes"), [225, 240])
        self.assertIn("Wrong person", self._text(self.ben.account_id))

    def test_staff_time_is_counted_without_credits(self):
        self._make_hours(self.cat, 120, "approved")
        statement = self._get(self.cat.account_id)
        self.assertEqual((statement["given"], statement["closing"]), (120, 0))
        self.assertIn("earns no credits here", self._text(self.cat.account_id))

    def test_many_accounts_cost_no_more_queries(self):
        few, many = self.scheme.member_ids[:2], self.scheme.member_ids
        for number in range(8):
            many |= self._make_member(f"Neighbour {number}")

        def cost(members):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            members.account_id.with_user(self.coordinator)._get_statements()
            return self.env.cr.sql_log_count - before

        cost(many)
        self.assertEqual(cost(many), cost(few))

    # On paper
    def test_page_says_what_matters(self):
        text = self._text(self.ben.account_id, date_from="2026-02-01", date_to="2026-02-28")
        for words in (
            "Ben Okoro",
            "River Street",
            "Visit of 90",
            "Ann Lee",
            "1:00",
            "3:15",
        ):
            self.assertIn(words, text)
        self.assertNotIn("Visit of 60", text)

    def test_empty_page_says_so(self):
        text = self._text(self.agency.account_id)
        self.assertIn("Nothing moved on this account", text)

    def test_one_page_each(self):
        text = self._text((self.ann | self.ben).account_id)
        self.assertEqual(text.count('class="page"'), 2)
        self.assertEqual(text.count("Your time credits"), 2)

    def test_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ben.partner_id.lang = "fr_FR"
        text = self._text(self.ben.account_id, date_from="2026-02-01", date_to="2026-02-28")
        self.assertIn("10 févr. 2026", text)

    # Who
    def test_member_prints_their_own(self):
        text = self._text(self.ben.account_id, user=self.portal2)
        self.assertIn("Visit of 90", text)
        self.assertIn("Ann Lee", text)

    def test_member_does_not_print_another(self):
        with self.assertRaises(AccessError):
            self._text(self.ben.account_id, user=self.portal)
        with self.assertRaises(AccessError):
            self._text(
                self.env["timebank.account"],
                user=self.portal,
                account_ids=self.ben.account_id.ids,
            )

    def test_coordinator_of_another_bank_does_not_print(self):
        with self.assertRaises(AccessError):
            self._text(self.ben.account_id, user=self.coordinator2)

    # The dialog
    def test_dialog_from_members(self):
        applicant = self.env["timebank.member"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Zoe"}).id,
                "scheme_id": self.scheme.id,
            }
        )
        members = (self.ann | self.ben | applicant).with_user(self.coordinator)
        dialog = (
            self.env["timebank.statement"]
            .with_user(self.coordinator)
            .with_context(active_model="timebank.member", active_ids=members.ids)
            .create({})
        )
        self.assertEqual(dialog.account_ids, (self.ann | self.ben).account_id)
        action = dialog.action_print()
        self.assertEqual(action["data"]["account_ids"], (self.ann | self.ben).account_id.ids)
        self.assertEqual(action["data"]["date_from"], "2025-12-18")

    def test_dialog_without_accounts(self):
        dialog = self.env["timebank.statement"].with_user(self.coordinator).create({})
        with self.assertRaisesRegex(UserError, "Choose an account"):
            dialog.action_print()

    def test_dialog_from_a_button(self):
        action = self.ben.with_user(self.coordinator).action_print_statement()
        dialog = (
            self.env["timebank.statement"]
            .with_user(self.coordinator)
            .with_context(action["context"])
            .create({})
        )
        self.assertEqual(dialog.account_ids, self.ben.account_id)

    def test_the_ledger_of_the_day_stands_at_its_foot(self):
        self.assertNotIn("Seal", self._text(self.ben.account_id))
        self.scheme.action_seal()
        text = self._text(self.ben.account_id)
        self.assertIn(self.scheme._get_anchor(), text)
