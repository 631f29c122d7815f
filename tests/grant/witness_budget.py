"""What of a grant's spending belongs to which line of its budget, worked out again from the tables."""

from collections import defaultdict
from fractions import Fraction

from .witness import Witness, exact


class BudgetWitness(Witness):
    """The tables, with the lines of budgets and what each of them names.

    :param dict expense_accounts: product id → the account on which Odoo books what is bought of it
    """

    def __init__(self, env, expense_accounts):
        super().__init__(env)
        self.expense_accounts = expense_accounts
        self.lines = self._read("timebank_grant_line", "*")
        self.rewards = self._read("timebank_reward", "id, product_id")
        self.named = {
            kind: self._pairs(f"{tables}_rel", "timebank_grant_line_id", f"{named}_id")
            for kind, named, tables in (
                ("reward", "timebank_reward", "timebank_grant_line_timebank_reward"),
                ("product", "product_product", "product_product_timebank_grant_line"),
                ("account", "account_account", "account_account_timebank_grant_line"),
            )
        }

    def budget(self, grant_id, day):
        """By the end of a day, rows of a line's name and what was agreed, committed, spent, is to be billed
        and is left; and of ``None``, which is in no line."""
        lines = [line for line in self.lines.values() if line["grant_id"] == grant_id]
        lines.sort(key=lambda line: (line["sequence"], line["id"]))
        spent = self._sort_spending(lines, grant_id, day)
        committed, unbilled = self._sort_claims(lines, grant_id, day)
        agreed = {line["id"]: exact(line["amount"]) for line in lines}
        agreed[None] = self.terms(grant_id, day)["budget_amount"] - sum(agreed.values())
        names = {**{line["id"]: line["name"] for line in lines}, None: None}
        return [
            (
                name,
                agreed[number],
                committed[number],
                spent[number],
                unbilled[number],
                agreed[number] - spent[number] - unbilled[number],
            )
            for number, name in names.items()
        ]

    def _sort_spending(self, lines, grant_id, day):
        """Line's id → what was spent: with the claim that it pays for, else by what was bought, else where
        it was booked."""
        left, spent = defaultdict(Fraction), defaultdict(Fraction)
        for (item, entry, _day), amount in self.spending(grant_id, day).items():
            left[item, entry] += amount
        for match, amount in self.pays(grant_id, day):
            number = self._find_claims_line(lines, self.claims[match["redemption_id"]])
            if number:
                spent[number] += amount
                left[match["move_line_id"], None] -= amount
        for (item, entry), amount in left.items():
            row = self.items[item] if item else self.entries[entry]
            account = row["account_id"] if item else row["general_account_id"]
            spent[self._find(lines, product=row["product_id"], account=account)] += amount
        return spent

    def _sort_claims(self, lines, grant_id, day):
        """Line's id → what standing claims cost, and → what of it is to be billed."""
        committed, unbilled = defaultdict(Fraction), defaultdict(Fraction)
        paid = self.paid(grant_id, day)
        for claim in self.standing(grant_id, day):
            number, cost = self._find_claims_line(lines, claim), exact(claim["cost_amount"])
            committed[number] += cost
            if not claim["billing_done"]:
                unbilled[number] += max(cost - paid[claim["id"]], 0)
        return committed, unbilled

    def _find_claims_line(self, lines, claim):
        product = self.rewards[claim["reward_id"]]["product_id"]
        account = self.expense_accounts.get(product)
        return self._find(lines, reward=claim["reward_id"], product=product, account=account)

    def _find(self, lines, **things):
        """The first line that names one of these, the first of them before the next."""
        for kind, thing in things.items():
            for line in lines:
                if thing and thing in self.named[kind][line["id"]]:
                    return line["id"]
        return None
