from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from ..grants_common import GrantCase


class TestGrant(GrantCase):
    def test_reward_budget_is_the_share_of_the_award(self):
        self.assertEqual(self.grant.reward_budget, 100)
        self.assertEqual(self._figures(), (0, 0, 0, 0, 100))

    def test_budget_of_a_grant_in_another_currency(self):
        euro = self.env.ref("base.EUR")
        euro.active = True
        grant = self._make_grant("Abroad", state="draft", currency_id=euro.id, rate=0.8)
        self.assertEqual(grant.amount_company, 800)
        self.assertEqual(grant.reward_budget, 80)

    def test_opening_makes_the_analytic_account(self):
        account = self.grant.sudo().analytic_account_id
        self.assertEqual((account.name, account.partner_id), ("Neighbours Together", self.funder))

    def test_opening_needs_an_amount(self):
        grant = self._make_grant("Empty", state="draft", amount=0)
        with self.assertRaisesRegex(UserError, "how much “Empty” is for"):
            grant.action_open()

    def test_any_plan_will_do(self):
        plan = self.env["account.analytic.plan"].create({"name": "Funders"})
        account = self.env["account.analytic.account"].create({"name": "Own", "plan_id": plan.id})
        self.grant = self._make_grant("Planned", analytic_account_id=account.id)
        self._bill({"name": "Passes", "price_unit": 30, "share": {self.grant: 100}})
        self.assertEqual(self._figures()[0], 30)

    def test_another_open_grant_has_the_analytic_account(self):
        account = self.grant.sudo().analytic_account_id
        other = self._make_grant("Second", state="draft", analytic_account_id=account.id)
        with self.assertRaisesRegex(ValidationError, "“Neighbours Together” uses the analytic account"):
            other.action_open()
        self.grant.action_close()
        other.action_open()
        self.assertEqual(other.state, "open")

    @mute_logger("odoo.sql_db")
    def test_percentage_and_period_are_bounded(self):
        bad = (
            {"reward_percentage": 101},
            {"reward_percentage": -1},
            {"date_start": date(2026, 5, 1), "date_end": date(2026, 4, 1)},
            {"amount": -5},
        )
        for vals in bad:
            with self.subTest(vals), self.assertRaises(IntegrityError), self.env.cr.savepoint():
                self._make_grant("Bad", state="draft", **vals)

    def test_what_was_agreed_changes_by_amendment_alone(self):
        for vals in ({"amount": 2000}, {"reward_percentage": 20}, {"date_end": date(2027, 1, 1)}):
            with self.subTest(vals), self.assertRaisesRegex(UserError, "record an amendment"):
                self.grant.write(vals)
        self.grant.action_amend({"amount": 2000, "date_end": date(2027, 3, 31)}, "Letter of 3 May")
        self.assertEqual((self.grant.reward_budget, self.grant.date_end), (200, date(2027, 3, 31)))
        amendment = self.grant.amendment_ids
        self.assertEqual((amendment.old_amount, amendment.new_amount), (1000, 2000))
        self.assertEqual(amendment.reason, "Letter of 3 May")
        with self.assertRaises(AccessError):
            amendment.write({"reason": "Another"})

    def test_an_amendment_needs_a_reason_and_a_change(self):
        with self.assertRaisesRegex(UserError, "Say why"):
            self.grant.action_amend({"amount": 5}, " ")
        with self.assertRaisesRegex(UserError, "Nothing would change"):
            self.grant.action_amend({}, "Letter")

    def test_deadlines_become_activities(self):
        due = {"name": "Half-year report", "date": date(2026, 7, 1)}
        self.grant.action_amend({"deadlines": [due]}, "Letter")
        activity = self.grant.activity_ids
        self.assertEqual((activity.summary, activity.date_deadline), ("Half-year report", date(2026, 7, 1)))
        self.assertEqual(activity.user_id, self.finance)
        due |= {"id": self.grant.deadline_ids.id, "date": date(2026, 8, 1)}
        self.grant.action_amend({"deadlines": [due]}, "Call of 18 March")
        self.assertEqual(activity.date_deadline, date(2026, 8, 1))
        self.grant.action_amend({"deadlines": []}, "No report is wanted")
        self.assertFalse(self.grant.activity_ids)

    def test_only_finance_runs_grants(self):
        for user in (self.coordinator, self.manager):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.grant.with_user(user).action_close()
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.grant.with_user(user).write({"name": "Mine"})
        with self.assertRaises(AccessError):
            self.grant.with_user(self.portal).read(["name"])
        self.assertEqual(self.grant.with_user(self.coordinator).remaining_amount, 100)
        with self.assertRaises(AccessError):
            self.grant.with_user(self.coordinator2).read(["name"])

    def test_an_opened_grant_stays(self):
        with self.assertRaisesRegex(UserError, "close it instead"):
            self.grant.unlink()

    def test_the_course_carries_spending_on_to_the_end(self):
        self._bill(("Passes", 30))
        grant = self.grant.with_context(timebank_date=date(2026, 7, 1))
        self.assertEqual(grant.course, "under")
        self.assertAlmostEqual(grant.expected_amount, 30 * 365 / 182, places=2)
        self._bill(("Passes", 40))
        grant._refresh_figures()
        self.assertEqual(grant.course, "over")
        self.assertEqual(self.grant.with_context(timebank_date=date(2026, 1, 10)).course, "early")
