import random

from odoo.tests import tagged

from ..grants_common import GrantCase

#: What a supplier's bill says, for each claim by number: with its code, with a letter wrong in
#: it, without one; at the expected cost or near it.
BILLED = (
    ("{code}", 12.0),
    ("{code}", 12.4),
    ("{slip}", 12.0),
    ("", 12.0),
    ("", 12.9),
    ("{lower}", 11.5),
)


@tagged("post_install", "-at_install")
class TestMatchOrder(GrantCase):
    """The same bills and claims give the same matches, in whatever order they were entered."""

    def _matched(self, seed):
        """What is matched for whom when bills and claims are made in the order of ``seed``.

        Codes go by the claim's number, so that the runs can be compared.
        """
        chance = random.Random(seed)
        numbers = list(range(len(BILLED)))
        chance.shuffle(numbers)
        claims = {}
        for number in numbers:
            claims[number] = self._claims(1, quantity=1)
            claims[number].sudo()._in_verb().write(
                {
                    "kept_code": f"K7QM2XP{'ABCDEF'[number]}",
                    "approved_on": f"2026-03-{number + 2:02} 09:00:00",
                }
            )
        lines = []
        for number, (label, price) in enumerate(BILLED):
            code = claims[number].code
            text = label.format(code=code, lower=code.lower(), slip=code.replace("7", "8"))
            lines.append({"name": f"Swim pass {text}", "product_id": self.product.id, "price_unit": price})
        chance.shuffle(lines)
        for line in lines:
            self._bill({**line, "account_id": self.expense.id})
        self.grant.with_user(self.finance).action_auto_match()
        return {
            number: [
                (match.found_by, match.bill_line_id.name, match.amount) for match in claim.sudo().match_ids
            ]
            for number, claim in sorted(claims.items())
        }

    def test_whatever_the_order_of_records(self):
        results = []
        for seed in range(4):
            with self.env.cr.savepoint() as savepoint:
                results.append(self._matched(seed))
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertEqual(sum(map(len, results[0].values())), len(BILLED), "all of them")
        self.assertEqual({found for [(found, *_rest)] in results[0].values()}, {"code", "amount"})
        for result in results[1:]:
            self.assertEqual(result, results[0])
