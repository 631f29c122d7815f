from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..grants_common import GrantCase

TOTALS = ("name", "reward_budget", "billed_amount", "unbilled_amount", "remaining_amount", "course")


@tagged("post_install", "-at_install")
class TestGrantAccess(GrantCase):
    """Finance runs grants, managers read them, coordinators read the totals of their banks' grants."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.claim = cls._claims(1)
        cls.bill = cls._bill(("Swim pass", 12))
        cls.grant.with_user(cls.finance).action_auto_match()
        cls.found = cls.env["timebank.reward.match"].search([("grant_id", "=", cls.grant.id)])

    def test_totals_for_coordinators_of_the_bank(self):
        [totals] = self.grant.with_user(self.coordinator).read(TOTALS)
        self.assertEqual((totals["billed_amount"], totals["remaining_amount"]), (12, 88))
        self.assertNotIn(self.grant, self.env["timebank.grant"].with_user(self.coordinator2).search([]))
        with self.assertRaises(AccessError):
            self.grant.with_user(self.coordinator2).read(TOTALS)

    def test_managers_read_all_of_it(self):
        self.grant.with_user(self.manager).read(TOTALS)
        self.assertTrue(self.found.with_user(self.manager).read(["amount"]))
        self.assertTrue(self.found.bill_line_id.with_user(self.manager).read(["share_amount"]))

    def test_nobody_else_sees_any(self):
        for user in (self.staff, self.portal):
            for records in (self.grant, self.found, self.found.bill_line_id):
                with self.subTest(user=user.login, model=records._name), self.assertRaises(AccessError):
                    records.with_user(user).read(["grant_id"] if "grant_id" in records else ["name"])

    def test_bills_and_matches_are_not_for_coordinators(self):
        for records in (self.found, self.found.bill_line_id):
            with self.subTest(records._name), self.assertRaises(AccessError):
                records.with_user(self.coordinator).read(["grant_id"])

    def test_only_finance_writes(self):
        for user in (self.manager, self.coordinator, self.staff, self.portal):
            grant = self.grant.with_user(user)
            attempts = (
                lambda grant=grant: grant.write({"purpose": "Mine"}),
                lambda grant=grant: grant.copy(),
                lambda grant=grant: grant.unlink(),
                lambda grant=grant: grant.action_close(),
                lambda grant=grant: grant.action_auto_match(),
                lambda grant=grant: grant.get_matching(),
                lambda grant=grant: grant.action_amend({"amount": 5}, "Because"),
                lambda user=user: self.found.with_user(user).action_undo(),
                lambda user=user: self.claim.with_user(user).action_billing_done(),
                lambda user=user: self.claim.with_user(user).action_set_grant(False),
            )
            for number, attempt in enumerate(attempts):
                with self.subTest(user=user.login, attempt=number), self.assertRaises(AccessError):
                    attempt()

    def test_what_claims_cost_is_not_for_members(self):
        for name in ("grant_id", "matched_amount", "unbilled_amount", "tolerance_amount", "match_ids"):
            with self.subTest(name), self.assertRaises(AccessError):
                self.claim.with_user(self.portal).read([name])

    def test_smart_buttons(self):
        self.assertEqual(self.funder.with_user(self.coordinator).timebank_grant_count, 1)
        self.assertEqual(self.funder.with_user(self.coordinator2).timebank_grant_count, 0)
        project = self.env["project.project"].create({"name": "Pool"})
        self.grant.with_user(self.finance).project_ids = project
        self.assertEqual(project.with_user(self.finance).timebank_grant_count, 1)
        bill = self.bill.with_user(self.finance)
        self.assertEqual(bill.timebank_claim_count, 1)
        action = bill.action_view_timebank_claims()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), self.claim)
        for action in (self.funder.action_view_timebank_grants(), project.action_view_timebank_grants()):
            self.assertEqual(self.env["timebank.grant"].search(action["domain"]), self.grant)

    def test_a_bill_shows_how_far_it_is_matched(self):
        mixed = self._bill(
            ("Towels", 3), {"name": "Wages", "price_unit": 5, "account_id": self.salaries.id}
        ).with_user(self.finance)
        bills = mixed | self.bill.with_user(self.finance)
        counts = [(bill.timebank_matched_count, bill.timebank_line_count) for bill in bills]
        self.assertEqual(counts, [(0, 1), (1, 1)])
        action = mixed.action_view_timebank_lines()
        self.assertEqual(self.env[action["res_model"]].search(action["domain"]).status, "open")
        mixed.sudo().button_draft()
        self.assertEqual(mixed.timebank_line_count, 0)

    def test_a_bill_line_is_nobody_s_to_write(self):
        line = self.found.bill_line_id.with_user(self.finance)
        for attempt in (
            lambda: line.write({"matched_amount": 0}),
            lambda: line.create({"grant_id": self.grant.id, "move_line_id": line.move_line_id.id}),
            lambda: line.unlink(),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_finance_makes_the_contacts_that_grants_and_bills_name(self):
        finance, name = self.env["res.partner"].with_user(self.finance), "Harbour Community Fund"
        self.assertFalse(self.finance.has_group("base.group_partner_manager"), "only what its work needs")
        made, _label = finance.name_create(name)
        grant = self._make_grant("Made by finance", state="draft", funder_id=made)
        self.assertEqual(grant.funder_id.name, name)
        finance.create({"name": "New Pool", "is_company": True, "street": "1 Quay", "city": "Leeds"})
        person = self.ann.partner_id
        for attempt in (
            lambda: person.with_user(self.finance).write({"email": "finance@example.org"}),
            lambda: person.with_user(self.finance).unlink(),
        ):
            with self.assertRaises(AccessError):
                attempt()

    def test_accounts_for_rewards_are_expenses_of_the_grant_s_company(self):
        grant = self._make_grant("Draft", state="draft")
        field = grant._fields["reward_account_ids"]
        self.assertIn(self.expense, self.env["account.account"].search(field.domain))
        self.assertNotIn(self.payable, self.env["account.account"].search(field.domain))
        other = self.env["res.company"].create({"name": "Elsewhere"})
        strange = (
            self.env["account.account"]
            .with_company(other)
            .create({"name": "Theirs", "code": "TB6900", "account_type": "expense", "company_ids": other.ids})
        )
        with self.assertRaises(UserError):
            grant.sudo().reward_account_ids = strange

    def test_a_copy_has_none_of_the_spending(self):
        self.grant.with_user(self.finance).action_close()
        following = self.grant.with_user(self.finance).copy({"name": "Neighbours, second year"})
        following.action_open()
        self.assertEqual(self._figures(following)[0], 0)
        self.assertNotEqual(following.sudo().analytic_account_id, self.grant.sudo().analytic_account_id)
