from datetime import date

from ..common import TODAY
from ..grants_common import GrantCase


class TestGrantCurrency(GrantCase):
    """A grant awarded in euro: two dollars each in January, one and a half since March."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._make_euro((date(2026, 1, 1), 0.5), (date(2026, 3, 1), 1 / 1.5))
        cls.grant.action_close()
        cls.abroad = cls._make_grant("Europa", currency_id=cls.euro.id, amount=500)

    def _own(self, day=None):
        grant = self.abroad.with_user(self.finance)
        grant = grant.with_context(timebank_date=day) if day else grant
        grant._refresh_figures()
        return (
            grant.own_budget,
            grant.own_billed,
            grant.own_unbilled,
            grant.own_remaining,
            grant.exchange_amount,
        )

    def test_in_both_currencies(self):
        self.assertEqual((self.abroad.rate, self.abroad.reward_budget), (2, 100))
        # 50 euro were 100 dollars when it was awarded, and are 75 in March
        self.assertEqual(self._own(date(2026, 2, 1)), (50, 0, 0, 50, 0))
        self.assertEqual(self._own(), (50, 0, 0, 50, -25))
        share = {"share": {self.abroad: 100}}
        self._bill({"name": "Hall", "price_unit": 20, **share}, day=date(2026, 1, 20))  # 10 euro
        self._bill({"name": "Hall", "price_unit": 9, **share}, day=date(2026, 3, 4))  # 6 euro
        claim = self._claims(1)  # 8 euro
        self.assertEqual(claim.grant_id, self.abroad)
        self.assertEqual(self._figures(self.abroad), (29, 0, 29, 12, 59))
        # left 26 euro, which are 39 dollars, and 59 at the award's rate
        self.assertEqual(self._own(), (50, 16, 8, 26, -20))
        # at the end of January: 40 euro, which were 80 dollars
        self.assertEqual(self._own(date(2026, 1, 31)), (50, 10, 0, 40, 0))

    def test_a_bill_in_the_grant_s_currency_comes_back_as_it_was(self):
        self._bill(
            {"name": "Hall", "price_unit": 7.77, "share": {self.abroad: 100}},
            day=TODAY,
            currency_id=self.euro.id,
        )
        self.assertEqual(self._own()[1], 7.77)

    def test_on_the_papers(self):
        self._bill({"name": "Hall", "price_unit": 30, "share": {self.abroad: 100}}, day=TODAY)
        paper = self._reconcile(grant_id=self.abroad.id)
        for piece in ("In EUR", "50.00", "20.00", "30.00", "25.00"):
            self.assertIn(piece, paper.own_text)
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "timebank_coproduction.report_reconciliation", paper.ids
        )
        self.assertIn("In EUR", html.decode())
        paper.line_ids.note = "No claims yet"
        paper.action_prepare()
        self.abroad.action_amend({"amount": 800}, "More")
        paper.invalidate_recordset()
        self.assertIn("50.00", paper.own_text, "what was agreed then")

    def test_nothing_of_it_on_a_grant_in_the_company_s_currency(self):
        grant = self.grant.with_user(self.finance)
        self.assertFalse(grant.is_foreign)
        self.assertEqual((grant.own_budget, grant.exchange_amount), (grant.reward_budget, 0))
        self.assertFalse(self._reconcile().own_text)
