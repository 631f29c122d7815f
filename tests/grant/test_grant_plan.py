from odoo.exceptions import AccessError

from ..grants_common import GrantCase


class TestGrantPlan(GrantCase):
    """Grants with an analytic plan of their own, beside those whose accounts were made before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company._make_timebank_grant_plan()
        cls.plan = cls.env.company.timebank_grant_plan_id
        cls.new = cls._make_grant("Harbour", scheme_ids=[])
        old = cls.grant.sudo().analytic_account_id
        cls.project = old.create({"name": "Café project", "plan_id": old.plan_id.id})

    def _figured(self, grant):
        return self._figures(grant)[:3]

    def test_made_once_by_an_administrator_and_existing_accounts_stay(self):
        settings = self.env["res.config.settings"]
        with self.assertRaises(AccessError):
            settings.with_user(self.finance).create({}).action_timebank_grant_plan()
        settings.create({}).action_timebank_grant_plan()
        self.assertEqual(self.env.company.timebank_grant_plan_id, self.plan)
        self.assertEqual(self.new.sudo().analytic_account_id.plan_id, self.plan)
        self.assertEqual(self.plan._column_name(), f"x_plan{self.plan.id}_id")
        self.assertNotEqual(self.grant.sudo().analytic_account_id.plan_id, self.plan)

    def test_a_line_carries_its_project_and_its_grant_whole(self):
        account = self.new.sudo().analytic_account_id
        both = {f"{self.project.id},{account.id}": 100}
        claim = self._claims(1).with_user(self.finance)
        claim.action_set_grant(self.new)
        bill = self._bill({"name": f"Pass {claim.code}", "price_unit": 12})
        bill.invoice_line_ids.analytic_distribution = both
        draft = self._bill(("Another", 7), post=False)
        draft.invoice_line_ids.analytic_distribution = both
        self.assertEqual(self._figured(self.new), (12, 0, 12))
        self.assertEqual(self.new.draft_amount, 7)
        self.assertEqual(self._figured(self.grant), (0, 0, 0))
        self.assertEqual(-self.project.balance, 12, "the project has it whole, too")
        self.new.with_user(self.finance).action_auto_match()
        self.assertEqual(claim.matched_amount, 12)
        paper = self._reconcile(grant_id=self.new.id)
        self.assertEqual((paper.spent_amount, paper.ledger_amount, paper.gap_amount), (12, 12, 0))
        self.assertEqual(bill.timebank_line_count, 1)
        paper.action_prepare()
        draft.action_post()
        self.assertIn("“Harbour” was reconciled", " ".join(draft.message_ids.mapped("body")))

    def test_shared_and_re_charged_over_both_plans(self):
        keeper = self.finance2
        keeper.group_ids += self.env.ref("account.group_account_invoice")
        claims = self._claims(2).with_user(keeper)
        claims[0].action_share([{"grant": self.grant.id}, {"grant": self.new.id, "percent": 25}], "Both pay")
        shared = self._bill(
            {"name": f"Pass {claims[0].code}", "price_unit": 12, "share": {self.grant: 75, self.new: 25}}
        )
        own = self._bill({"name": f"Pass {claims[1].code}", "price_unit": 12})
        (self.grant | self.new).with_user(self.finance).action_auto_match()
        self.assertEqual(claims.mapped("matched_amount"), [12, 12])
        self.assertEqual(set(claims[0].match_ids.move_line_id.ids), set(shared.invoice_line_ids.ids))
        self.assertEqual((self._figured(self.grant), self._figured(self.new)), ((21, 21, 0), (3, 3, 0)))
        claims[1].action_recharge(self.new.id, "Wrong grant")
        self.assertEqual((self._figured(self.grant), self._figured(self.new)), ((9, 9, 0), (15, 15, 0)))
        self.assertEqual(
            own.invoice_line_ids.analytic_distribution, {str(self.new.sudo().analytic_account_id.id): 100}
        )
        # back again beside a project that stands on the old plan
        own.invoice_line_ids.analytic_distribution = {
            f"{self.project.id},{self.new.sudo().analytic_account_id.id}": 100
        }
        with self.assertRaisesRegex(Exception, "carries another account of the plan"):
            claims[1].action_recharge(self.grant.id, "After all")
        self.assertEqual(self.scheme.check_ledger(), [])
