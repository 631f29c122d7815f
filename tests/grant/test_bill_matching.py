"""The matcher as a pure function: no database."""

from collections import defaultdict
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from odoo.tests import BaseCase, tagged

from odoo.addons.timebank_coproduction.tests.grant.bill_sample import sample
from odoo.addons.timebank_coproduction.tools.bill_allocation import allocate
from odoo.addons.timebank_coproduction.tools.bill_matching import Bill, Claim, Rules, match

from ..generated import same

DAY = date(2026, 3, 1)
days = st.integers(0, 150).map(lambda number: DAY + timedelta(days=number))
codes = st.sampled_from(["", "K7QM2XPA", "K7QM2XPB", "P3RT8WLD", "ZZ99ZZ99"])
claims = st.lists(
    st.builds(
        Claim,
        id=st.just(0),
        code=st.just(""),
        supplier=st.integers(1, 2),
        product=st.integers(1, 2),
        quantity=st.integers(1, 3),
        amount=st.integers(1, 3000),
        day=days,
        name=st.just("Swim pass"),
        billed=st.just(0),
        room=st.none(),
    ),
    max_size=12,
).map(
    lambda found: [
        claim._replace(id=number, code=f"CODE{number:04d}") for number, claim in enumerate(found, 1)
    ]
)
bills = st.lists(
    st.builds(
        Bill,
        id=st.just(0),
        supplier=st.integers(1, 2),
        product=st.integers(0, 2),
        quantity=st.integers(1, 4),
        amount=st.integers(1, 5000),
        day=days,
        text=st.integers(1, 14).map(lambda number: f"swim pass CODE{number:04d}") | codes,
        paid=st.just(frozenset()),
        double=st.booleans(),
    ),
    max_size=12,
).map(lambda found: [bill._replace(id=number) for number, bill in enumerate(found, 1)])


@tagged("post_install", "-at_install")
class TestBillMatching(BaseCase):
    @same(200)
    @given(claims, bills, st.randoms(use_true_random=False))
    def test_never_beyond_and_whatever_the_order(self, claims, bills, random):
        rules = Rules()
        found = match(claims, bills, rules)
        by_claim, by_bill = defaultdict(int), defaultdict(int)
        for pair in found:
            self.assertGreater(pair.amount, 0)
            by_claim[pair.claim] += pair.amount
            by_bill[pair.bill] += pair.amount
        for claim in claims:
            self.assertLessEqual(by_claim[claim.id], claim.amount + rules.slack(claim.amount))
        for bill in bills:
            self.assertLessEqual(by_bill[bill.id], 0 if bill.double else bill.amount)
        shuffled_claims, shuffled_bills = list(claims), list(bills)
        random.shuffle(shuffled_claims)
        random.shuffle(shuffled_bills)
        self.assertEqual(match(shuffled_claims, shuffled_bills, rules), found)

    @same(200)
    @given(
        st.lists(st.integers(-2000, 3000).filter(bool), max_size=5),
        st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 300), st.integers(0, 2000)), max_size=5),
    )
    def test_a_person_s_pick_is_spread_within_the_amounts(self, amounts, costs):
        picked = list(enumerate(amounts))
        chosen = [(number, left, left + extra, had) for number, (left, extra, had) in enumerate(costs)]
        by_bill, by_claim = defaultdict(int), defaultdict(int)
        for claim, bill, amount in allocate(picked, chosen):
            by_bill[bill] += amount
            by_claim[claim] += amount
        for bill, amount in picked:
            self.assertLessEqual(abs(by_bill[bill]), abs(amount))
            self.assertGreaterEqual(by_bill[bill] * amount, 0)
        for claim, _left, room, had in chosen:
            self.assertLessEqual(by_claim[claim], room)
            self.assertGreaterEqual(had + by_claim[claim], 0)

    def test_a_code_with_a_slip_is_no_match_by_code(self):
        claim = Claim(1, "K7QM2XPA", 5, 9, 1, 1200, DAY)
        (found,) = match([claim], [Bill(1, 5, 9, 1, 1200, DAY, "K7QM2XPB")])
        self.assertEqual(found.reason, "amount")
        self.assertEqual(match([claim], [Bill(1, 6, 9, 1, 1200, DAY, "K7QM2XPB")]), [])

    def test_known_truth(self):
        """2,000 claims with missing codes, typing errors, price changes and grouped bills."""
        claims, bills, truth = sample(2000, seed=3)
        alike = {claim.id: (claim.supplier, claim.product, claim.quantity, claim.amount) for claim in claims}
        of_bill = {bill: alike[claim] for claim, bill in truth}
        found = match(claims, bills)
        right = [pair for pair in found if alike[pair.claim] == of_bill[pair.bill]]
        self.assertGreaterEqual(len(right) / len(found), 0.99)
        self.assertGreaterEqual(len(right) / len(truth), 0.95)
        self.assertFalse(
            [pair for pair in found if pair.reason == "code" and (pair.claim, pair.bill) not in truth]
        )
