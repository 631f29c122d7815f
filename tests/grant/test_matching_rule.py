"""The badge on the screen, automatic matching and the verb ask one rule; trouble stays where it is."""

from odoo.tests import tagged

from ..grants_common import GrantCase


@tagged("post_install", "-at_install")
class TestMatchingRule(GrantCase):
    def _line_of(self, bill):
        lines = self.env["timebank.bill.line"]._bring_up_to_date(self.grant)
        return lines.filtered(lambda line: line.move_line_id == bill.invoice_line_ids)

    def test_what_is_badged_is_what_is_matched(self):
        """Around both ends of every tolerance, whichever way it came about."""
        grant = self.grant.with_user(self.finance)
        tried = set()
        for cost, percent, least, own in (
            (18, 10, 1, None),
            (18, 0, 0, None),
            (5, 10, 1, None),
            (7.77, 33.3, 0.05, None),
            (18, 10, 1, 4.01),
        ):
            for cents in (0, 1, -1):
                with self._undone():
                    terms = {"tolerance_percent": percent, "tolerance_amount": least}
                    if (percent, least) != (self.grant.tolerance_percent, self.grant.tolerance_amount):
                        grant.action_amend(terms, "Agreed")
                    claim = self._claims(1)
                    claim.with_user(self.finance).action_set_cost(cost, "Price of the season")
                    if own:
                        claim.with_user(self.finance).action_set_tolerance(own, "Agreed with the pool")
                    price = cost + claim.tolerance_amount + cents / 100
                    bill = self._bill({"product_id": self.product.id, "name": "Swim", "price_unit": price})
                    line = self._line_of(bill)
                    fits = grant.get_fitting(line.ids) == claim.ids
                    tried.add((fits, cents))
                    with self._undone():
                        grant.action_auto_match()
                        self.assertEqual(bool(claim.match_ids), fits, (cost, percent, least, own, cents))
                    grant.match_selected(line.ids, claim.ids, "price")
                    self.assertEqual(line.status, "part" if cents > 0 else "matched")
        # short by a penny fits where there is a tolerance
        self.assertEqual(tried, {(True, 0), (True, -1), (False, -1), (False, 1)})

    def test_one_in_trouble_leaves_the_others(self):
        """Each of the sentences that `match` may raise is told of its own line alone."""
        claims = self._claims(4)
        claims[2].with_user(self.finance).action_set_grant(self._make_grant("Other"))
        waiting = self._make_claim(self.ben, self.swim, "requested")
        bills = [self._bill((f"Pass {number}", 12)) for number in range(6)]
        lines = [self._line_of(bill) for bill in bills]
        self._match(claims[3], bills[3], 6)
        pairs = [
            (claims[0], lines[0], 12, "code"),
            (claims[1], lines[1], 12.5, "code"),  # beyond its bill
            (claims[2], lines[2], 12, "code"),  # another grant's
            (claims[3], lines[3], 6, "code"),  # matched already
            (waiting, lines[4], 12, "code"),  # not decided
            (claims[1], lines[5], 12, "code"),
        ]
        refusals = {}
        made = self.env["timebank.reward.match"].with_user(self.finance)._match(pairs, refusals=refusals)
        self.assertEqual(made.bill_line_id, lines[0] | lines[5])
        self.assertEqual(sorted(refusals), sorted(line.id for line in lines[1:5]))
        self.assertEqual(len(set(refusals.values())), 4)
        self.assertEqual(self.scheme.check_ledger(), [])
