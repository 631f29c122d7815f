from datetime import date

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import Form

from ..grants_common import GrantCase


class TestGrantAmendment(GrantCase):
    """An open grant's terms change by an amendment alone, with a reason, in the chatter."""

    def setUp(self):
        super().setUp()
        self.lines = [{"name": "Swims", "amount": 60}, {"name": "Trips", "amount": 40}]
        self.grant.action_amend({"budget_lines": self.lines}, "Letter of 2 January")

    def test_nothing_agreed_is_typed_in(self):
        grant, line = self.grant, self.grant.budget_line_ids[0]
        create = self.env["timebank.grant.line"].with_user(self.finance).create
        attempts = [
            lambda: line.write({"amount": 6000}),
            lambda: line.unlink(),
            lambda: create({"grant_id": grant.id, "name": "More", "amount": 5}),
            lambda: grant.write({"budget_line_ids": [Command.update(line.id, {"amount": 6000})]}),
            lambda: grant.write({"deadline_ids": [Command.create({"name": "Report", "date": date.today()})]}),
        ] + [
            lambda name=name, value=value: grant.write({name: value})
            for name, value in {
                "amount": 2000,
                "date_end": date(2027, 6, 30),
                "reward_percentage": 50,
                "restriction": "unrestricted",
                "purpose": "Whatever",
                "scheme_ids": [Command.clear()],
                "reward_account_ids": [Command.link(self.salaries.id)],
                "reward_product_ids": [Command.link(self.product.id)],
                "every_expense_counts": True,
                "tolerance_percent": 50,
                "tolerance_amount": 500,
                "days_before": 99,
                "days_after": 999,
                "funder_id": self.supplier.id,
                "rate": 2,
                "date_start": date(2025, 1, 1),
                "award_date": date(2025, 1, 1),
            }.items()
        ]
        for number, attempt in enumerate(attempts):
            with self.subTest(number), self.assertRaisesRegex(UserError, "record an amendment"):
                attempt()
        line.write({"sequence": 3})
        grant.write({"amount": 1000, "reward_account_ids": [Command.set(self.expense.ids)], "name": "Other"})
        self.assertEqual(grant.name, "Other")

    def test_a_draft_is_free(self):
        grant = self._make_grant("New", state="draft", budget_line_ids=[Command.create({"name": "Swims"})])
        grant.budget_line_ids.amount = 7
        grant.write({"purpose": "Swimming", "tolerance_percent": 5})
        grant.budget_line_ids.unlink()
        self.assertFalse(grant.budget_line_ids)

    def test_every_change_is_told_with_the_reason(self):
        swims = self.grant.budget_line_ids[0]
        self.grant.action_amend(
            {
                "amount": 1200,
                "reward_account_ids": (self.expense | self.salaries).ids,
                "tolerance_amount": 2,
                "budget_lines": [
                    {"id": swims.id, "name": "Swims", "amount": 75},
                    {"name": "Teas", "amount": 5},
                ],
                "deadlines": [{"name": "Half-year report", "date": date(2026, 7, 1)}],
            },
            "Letter of 3 May",
        )
        self.assertEqual(self.grant.budget_line_ids.mapped("name"), ["Swims", "Teas"])
        told = self.grant.message_ids[:1].body.replace("&nbsp;", "").replace("\xa0", "").replace("\ufeff", "")
        for piece in (
            "Letter of 3 May",
            "Amount: $1,000.00 → $1,200.00",
            "Salaries",
            "Tolerance: $1.00 → $2.00",
            "Swims, $60.00 → Swims, $75.00",
            "removed: Trips, $40.00",
            "new: Teas, $5.00",
            "new: Half-year report, Jul 1, 2026",
        ):
            with self.subTest(piece):
                self.assertIn(piece, told)
        self.assertIn("Letter of 3 May", self.grant.amendment_ids[:1].reason)
        self.assertIn("Teas", self.grant.amendment_ids[:1].changes)

    def test_what_is_refused(self):
        other = self._make_grant("Other", budget_line_ids=[Command.create({"name": "Theirs"})])
        for vals, words in (
            ({}, "Nothing would change"),
            ({"amount": 1000}, "Nothing would change"),
            ({"budget_lines": [{"id": other.budget_line_ids.id, "name": "Mine"}]}, "of another grant"),
            ({"budget_lines": [{"name": " "}]}, "its name"),
            ({"deadlines": [{"name": "Report"}]}, "its day"),
            ({"reward_account_ids": []}, "which accounts"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self.grant.action_amend(vals, "Letter")
        with self.assertRaisesRegex(UserError, "once it is agreed"):
            self.grant.action_amend({"amount": 5}, "Letter", date(2026, 3, 19))
        self.grant.action_close()
        with self.assertRaisesRegex(UserError, "not open"):
            self.grant.action_amend({"amount": 5}, "Letter")

    def test_the_dialog_begins_with_what_is_agreed(self):
        dialog = (
            self.env["timebank.grant.amend"].with_user(self.finance).with_context(active_id=self.grant.id)
        )
        with Form(dialog) as form:
            self.assertEqual(len(form.budget_line_ids), 2)
            with form.budget_line_ids.edit(1) as line:
                line.amount = 45
            with form.deadline_ids.new() as line:
                line.name, line.date = "Final report", date(2027, 1, 31)
            form.reason = "Call of 18 March"
        form.record.action_confirm()
        self.assertEqual(self.grant.budget_line_ids.mapped("amount"), [60, 45])
        self.assertEqual(self.grant.deadline_ids.name, "Final report")
        self.assertEqual(len(self.grant.amendment_ids), 2)

    def test_the_terms_of_a_day(self):
        self.grant.action_amend({"amount": 1500}, "Second letter", date(2026, 3, 10))
        self.grant.action_amend({"date_end": date(2027, 3, 31)}, "First letter, late", date(2026, 2, 10))
        terms = [
            (terms["amount"], terms["date_end"].year)
            for terms in map(
                self.grant._get_terms_on, (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31))
            )
        ]
        self.assertEqual(terms, [(1000, 2026), (1000, 2027), (1500, 2027)])

    def test_what_was_agreed_last_holds(self):
        self.grant.action_amend({"amount": 1500}, "Second letter", date(2026, 3, 10))
        with self.assertRaisesRegex(UserError, "Amount was agreed anew on .*Give that day or a later one"):
            self.grant.action_amend({"amount": 1200}, "First letter, late", date(2026, 2, 10))
        self.assertEqual(self.grant.amount, 1500)
        self.grant.action_amend({"amount": 1800}, "Third letter", date(2026, 3, 10))
        self.assertEqual(self.grant._get_terms_on(date(2026, 3, 31))["amount"], self.grant.amount)

    def test_accounts_for_rewards_are_asked_for(self):
        grant = self._make_grant("New", state="draft", reward_account_ids=[])
        with self.assertRaisesRegex(UserError, "rent and wages would be spending"):
            grant.action_open()
        grant.every_expense_counts = True
        grant.action_open()
        self.assertEqual(grant.state, "open")
