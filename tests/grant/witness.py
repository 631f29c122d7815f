"""What a grant's figures have to be, worked out again from the tables in exact numbers.

Nothing here knows the addon's code: rows of ``account_*`` and ``timebank_*`` as they stand in the
database, and the rule of the guide for finance in plain Python. Amounts are fractions, so that
nothing is lost on the way. What is in drafts is not here: a test posts them, and looks again.
"""

from collections import defaultdict
from datetime import UTC
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

EXPENSES = {"expense", "expense_depreciation", "expense_direct_cost"}
INCOME = {"income", "income_other"}
STANDING = {"approved", "fulfilled"}


def exact(value):
    """The number that somebody reads, not the one nearest to it that a computer has."""
    return value if isinstance(value, Fraction) else Fraction(Decimal(str(value or 0)))


def to_coins(amount, coin):
    """The nearest whole number of coins, halves away from zero, as money."""
    ratio = Fraction(amount) / coin
    return int((Decimal(ratio.numerator) / ratio.denominator).quantize(Decimal(1), ROUND_HALF_UP)) * coin


class Witness:
    """The tables as they are at the moment of its making."""

    def __init__(self, env):
        env.flush_all()
        self.cr = env.cr
        self.accounts = self._read("account_account", "id, account_type")
        self.items = self._read(
            "account_move_line",
            """id, move_id, account_id, product_id, company_id, date, parent_state, balance, tax_line_id,
               group_tax_id, tax_repartition_line_id, analytic_distribution""",
        )
        self.repartitions = self._read("account_tax_repartition_line", "id, account_id")
        self.entries = self._read("account_analytic_line", "*")
        self.claims = self._read("timebank_redemption", "*")
        self.matches = self._read("timebank_reward_match", "*")
        self.shares = self._read("timebank_claim_share", "*")
        self.prepayments = self._read("timebank_prepayment", "*")
        self.accruals = self._read("timebank_grant_accrual", "*")
        self.moves = self._read("account_move", "id, move_type, reversed_entry_id")
        self.grants = self._read("timebank_grant", "*")
        self.amendments = self._read("timebank_grant_amendment", "*")
        self.reconciliations = self._read("timebank_reconciliation", "*")
        self.signed_lines = self._read("timebank_reconciliation_line", "*")
        self.plans = self._read("account_analytic_plan", "id, parent_path")
        self.analytic = self._read("account_analytic_account", "id, plan_id")
        self.accrual_moves = self._find_accrual_moves()
        self.spent = {}  # as it was asked for once: the tables don't change here
        self.companies = {
            row["id"]: row
            for row in self._rows(
                """SELECT c.id, p.tz, u.rounding FROM res_company c JOIN res_partner p ON p.id = c.partner_id
                     JOIN res_currency u ON u.id = c.currency_id"""
            )
        }
        self.taxes = self._pairs(
            "account_move_line_account_tax_rel", "account_move_line_id", "account_tax_id"
        )
        self.reward_accounts = self._pairs(
            "account_account_timebank_grant_rel", "timebank_grant_id", "account_account_id"
        )
        self.reward_products = self._pairs(
            "product_product_timebank_grant_rel", "timebank_grant_id", "product_product_id"
        )

    # What the tables hold
    def _rows(self, query):
        self.cr.execute(query)
        names = [column.name for column in self.cr.description]
        return [dict(zip(names, row, strict=True)) for row in self.cr.fetchall()]

    def _read(self, table, columns):
        return {row["id"]: row for row in self._rows(f"SELECT {columns} FROM {table} ORDER BY id")}

    def _pairs(self, table, one, other):
        found = defaultdict(set)
        for row in self._rows(f"SELECT {one}, {other} FROM {table}"):
            found[row[one]].add(row[other])
        return found

    def _coin(self, grant):
        return exact(self.companies[grant["company_id"]]["rounding"])

    def _column(self, account):
        """Where an analytic line keeps accounts of this one's plan, whichever branch it is on."""
        root = int(self.plans[self.analytic[account]["plan_id"]]["parent_path"].split("/")[0])
        self.cr.execute(
            "SELECT value FROM ir_config_parameter WHERE key = 'analytic.project_plan'",
        )
        [[project]] = self.cr.fetchall()
        return "account_id" if root == int(project) else f"x_plan{root}_id"

    # What was charged to a grant
    def _find_accrual_moves(self):
        """The entries of accruals of claims, and what takes one of them back."""
        made = {row[name] for row in self.accruals.values() for name in ("move_id", "reversal_id")} - {None}
        return made | {
            move["id"]
            for move in self.moves.values()
            if move["move_type"] == "entry" and move["reversed_entry_id"] in made
        }

    def accrued(self, grant_id, day=None, first=None):
        """What accruals of claims charge to a grant, which is no spending."""
        rows = self._charged(self.grants[grant_id], accrued=True)
        return sum(row[5] for row in rows if (not day or row[2] <= day) and (not first or row[2] >= first))

    def _charged(self, grant, accrued=False):
        """Its company's analytic entries on its account, those of accruals or all others.

        :return: tuples of item, entry, day, account, product and amount
        """
        account = grant["analytic_account_id"]
        if not account:
            return []
        column = self._column(account)
        return [
            (
                entry["move_line_id"],
                entry["id"],
                entry["date"],
                entry["general_account_id"],
                entry["product_id"],
                -exact(entry["amount"]),
            )
            for entry in self.entries.values()
            if entry[column] == account
            and entry["company_id"] == grant["company_id"]
            and accrued == (self._move_of(entry) in self.accrual_moves)
        ]

    def _move_of(self, entry):
        return self.items[entry["move_line_id"]]["move_id"] if entry["move_line_id"] else None

    def _counts(self, grant, account, product):
        if account:
            named = self.reward_accounts[grant["id"]]
            if account not in named if named else self.accounts[account]["account_type"] not in EXPENSES:
                return False
        chosen = self.reward_products[grant["id"]]
        return not (product and chosen and product not in chosen)

    def _given_back(self, grant, account):
        """Whether a tax on this account is one that the organisation gets back."""
        return (
            account not in self.reward_accounts[grant["id"]]
            and self.accounts[account]["account_type"] not in EXPENSES
        )

    def spending(self, grant_id, day=None):
        """What counts as spending on rewards: (item, entry, day) → amount, until ``day`` where given."""
        if (grant_id, day) not in self.spent:
            self.spent[grant_id, day] = self._find_spending(self.grants[grant_id], day)
        return self.spent[grant_id, day]

    def _find_spending(self, grant, day):
        charged = [row for row in self._charged(grant) if not day or row[2] <= day]
        by_item = defaultdict(Fraction)
        for item, _entry, _day, _account, _product, amount in charged:
            by_item[item] += amount
        spent, spread = defaultdict(Fraction), set()
        for item, entry, date, account, product, amount in charged:
            bases = self._bases(item, by_item) if item else []
            if bases:
                if item not in spread:
                    spread.add(item)
                    self._spread(grant, item, by_item, bases, date, spent)
            elif self._counts(grant, account, product):
                spent[item, None if item else entry, date] += amount
        return {key: amount for key, amount in spent.items() if amount or key[1]}

    def _bases(self, item, by_item):
        """The lines that a tax line is the tax of, as far as this grant pays for them."""
        tax = self.items[item]
        if not tax["tax_line_id"]:
            return []
        number = tax["group_tax_id"] or tax["tax_line_id"]
        own_account = self.repartitions[tax["tax_repartition_line_id"]]["account_id"]
        bases = [
            base
            for base in self.items.values()
            if base["move_id"] == tax["move_id"]
            and not base["tax_line_id"]
            and number in self.taxes[base["id"]]
            and base["id"] in by_item
            and (own_account or base["account_id"] == tax["account_id"])
        ]
        alike = [
            base for base in bases if base["analytic_distribution"] == tax["analytic_distribution"]
        ] or bases
        return alike if sum(by_item[base["id"]] for base in alike) else []

    def _spread(self, grant, item, by_item, bases, date, spent):
        coin, whole = self._coin(grant), sum(by_item[base["id"]] for base in bases)
        upto, given = Fraction(0), Fraction(0)
        for base in bases:
            upto += by_item[base["id"]]
            part = to_coins(by_item[item] * upto / whole, coin) - given
            given += part
            counts = self._counts(grant, base["account_id"], base["product_id"])
            if counts and not self._given_back(grant, self.items[item]["account_id"]):
                spent[base["id"], None, date] += part

    # What claims commit
    def claim_day(self, claim):
        zone = self.companies[claim["company_id"]]["tz"] or "UTC"
        return claim["approved_on"].replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date()

    def parts(self, grant_id):
        """The claims that a grant pays for, with what it pays: of a shared one its stated part.

        Those with a share or an amount pay that, to the coin; the one that pays the rest, the rest.
        """
        coin, shares = self._coin(self.grants[grant_id]), defaultdict(list)
        for share in self.shares.values():
            shares[share["redemption_id"]].append(share)
        found = []
        for claim in self.claims.values():
            cost = exact(claim["cost_amount"])
            split = {
                share["grant_id"]: to_coins(cost * exact(share["percent"]) / 100, coin)
                if share["percent"]
                else exact(share["amount"])
                for share in shares[claim["id"]]
                if not share["is_rest"]
            }
            if not shares[claim["id"]]:
                split, done = {claim["grant_id"]: cost}, {}
            else:
                split |= {
                    share["grant_id"]: cost - sum(split.values())
                    for share in shares[claim["id"]]
                    if share["is_rest"]
                }
                done = {share["grant_id"]: share["billing_done"] for share in shares[claim["id"]]}
            if grant_id in split:
                ended = claim["billing_done"] or done.get(grant_id)
                found.append(claim | {"cost_amount": split[grant_id], "billing_done": ended})
        return found

    def _is_used_later(self, match, day):
        """Whether a match with what was paid in advance is of a claim that wasn't approved by that day."""
        return day and match["prepayment_id"] and self.claim_day(self.claims[match["redemption_id"]]) > day

    def prepaid(self, grant_id, day=None):
        """What is left of what a grant paid in advance, of bills that are posted, by that day."""
        left = Fraction(0)
        for row in self.prepayments.values():
            item = self.items[row["move_line_id"]]
            if row["grant_id"] != grant_id or row["ended_on"] or item["parent_state"] != "posted":
                continue
            if not day or item["date"] <= day:
                left += exact(row["amount"]) - sum(
                    exact(match["amount"])
                    for match in self.matches.values()
                    if match["prepayment_id"] == row["id"] and not self._is_used_later(match, day)
                )
        return left

    def pays(self, grant_id, day=None):
        """What the books bear out of each match: pairs of the match and an amount."""
        share = defaultdict(Fraction)
        for (item, _entry, _day), amount in self.spending(grant_id, day).items():
            share[item] += amount
        found = []
        for match in self.matches.values():
            if match["grant_id"] != grant_id or self._is_used_later(match, day):
                continue
            left, amount = share[match["move_line_id"]], exact(match["amount"])
            pays = max(min(amount, left), 0) if amount > 0 else min(max(amount, left), 0)
            share[match["move_line_id"]] = left - amount
            found.append((match, pays))
        return found

    def paid(self, grant_id, day=None):
        """What the books bear out of each claim's matches."""
        paid = defaultdict(Fraction)
        for match, pays in self.pays(grant_id, day):
            paid[match["redemption_id"]] += pays
        return paid

    def standing(self, grant_id, day=None):
        return [
            claim
            for claim in self.parts(grant_id)
            if claim["state"] in STANDING and (not day or self.claim_day(claim) <= day)
        ]

    def agreed(self, grant, day=None):
        """The amount and the share for rewards: now, or what was agreed by the end of a day."""
        terms = {"amount": grant["amount"], "percentage": grant["reward_percentage"]}
        changes = [row for row in self.amendments.values() if row["grant_id"] == grant["id"]]
        if day and changes:
            first = min(changes, key=lambda row: row["id"])
            terms = {name: first[f"old_{name}"] for name in terms}
            for row in sorted(changes, key=lambda row: (row["date"], row["id"])):
                if row["date"] <= day:
                    changed = [name for name in terms if row[f"old_{name}"] != row[f"new_{name}"]]
                    terms |= {name: row[f"new_{name}"] for name in changed}
        return exact(terms["amount"]), exact(terms["percentage"])

    def claims_told(self, grant_id, first, last):
        """What a reconciliation says of claims that were billed in these days, or wait for a bill.

        :return: dict of claim id → its cost, what these days' bills and all up to their end pay of it,
            and what is left to bill
        """
        paid, billed = self.paid(grant_id, last), defaultdict(list)
        for match in self.matches.values():
            if self._is_used_later(match, last):
                continue
            if match["grant_id"] == grant_id and first <= self.items[match["move_line_id"]]["date"] <= last:
                billed[match["redemption_id"]].append(exact(match["amount"]))
        costs = {claim["id"]: exact(claim["cost_amount"]) for claim in self.parts(grant_id)}
        awaiting = {claim["id"] for claim in self.standing(grant_id, last) if not claim["billing_done"]}
        told = {}
        for number in sorted({*billed, *awaiting}):
            cost = costs[number]
            left = max(cost - paid[number], 0) if number in awaiting else 0
            if number in billed or left:
                told[number] = (cost, sum(billed[number]), paid[number], left)
        return told

    def figures(self, grant_id, day=None):
        """Every figure of a grant: now, or at the end of a day."""
        grant, paid = self.grants[grant_id], self.paid(grant_id, day)
        coin, claims = self._coin(grant), self.standing(grant_id, day)
        amount, percentage = self.agreed(grant, day)
        award = to_coins(amount * exact(grant["rate"]), coin)
        budget = to_coins(award * percentage / 100, coin)
        billed = sum(self.spending(grant_id, day).values())
        matched = sum(paid[claim["id"]] for claim in claims)
        unbilled = sum(
            max(exact(claim["cost_amount"]) - paid[claim["id"]], 0)
            for claim in claims
            if not claim["billing_done"]
        )
        return {
            "claim_count": len(claims),
            "committed_amount": sum(exact(claim["cost_amount"]) for claim in claims),
            "billed_amount": billed,
            "billed_matched_amount": matched,
            "billed_unmatched_amount": billed - matched,
            "unbilled_amount": unbilled,
            "agreed_budget": budget,
            "remaining_amount": budget - billed - unbilled,
            "accrued_amount": self.accrued(grant_id, day),
            "prepaid_amount": self.prepaid(grant_id, day),
        }

    # What was agreed, and what was signed
    def terms(self, grant_id, day):
        """What was agreed by that day: the budget's amount, its end, and the share for rewards."""
        grant = self.grants[grant_id]
        made = [row for row in self.amendments.values() if row["grant_id"] == grant_id]
        terms = {}
        for name, short in (
            ("amount", "amount"),
            ("date_end", "date_end"),
            ("reward_percentage", "percentage"),
        ):
            terms[name] = made[0][f"old_{short}"] if made else grant[name]
            for row in sorted(made, key=lambda row: (row["date"], row["id"])):
                if row["date"] <= day and row[f"old_{short}"] != row[f"new_{short}"]:
                    terms[name] = row[f"new_{short}"]
        coin = self._coin(grant)
        award = to_coins(exact(terms["amount"]) * exact(grant["rate"]), coin)
        budget = to_coins(award * exact(terms["reward_percentage"]) / 100, coin)
        return {"award_amount": award, "budget_amount": budget, "terms_end": terms["date_end"]}

    def fund(self, grant_id, first, last):
        """What the books have on a grant's account from day to day, accruals too.

        :return: what was there before, income, expenditure (less than nothing), transfers, and what is there
            at the end
        """
        grant = self.grants[grant_id]
        transfers = self._pairs("timebank_transfer_account_rel", "company_id", "account_id")
        kinds = dict.fromkeys(("opening", "income", "spending", "transfers"), Fraction(0))
        for accrued in (False, True):
            for _item, _entry, day, account, _product, amount in self._charged(grant, accrued):
                kind = self.accounts[account]["account_type"] if account else None
                if day > last:
                    continue
                if day < first:
                    name = "opening"
                elif account in transfers[grant["company_id"]]:
                    name = "transfers"
                elif not account or kind in EXPENSES:
                    name = "spending"
                else:
                    name = "income" if kind in INCOME else "transfers"
                kinds[name] -= amount
        return [*kinds.values(), sum(kinds.values())]

    def signed_before(self, grant_id, first):
        """The reconciliations signed of the time before that day, in their order."""
        found = [
            row
            for row in self.reconciliations.values()
            if row["grant_id"] == grant_id and row["state"] != "draft" and row["date_to"] < first
        ]
        return sorted(found, key=lambda row: row["date_to"])

    def signed_items(self, grant_id, first):
        """What was signed of each bill line of that time that is still there: item → amount."""
        numbers = {row["id"] for row in self.signed_before(grant_id, first)}
        amounts = defaultdict(Fraction)
        for line in self.signed_lines.values():
            if line["reconciliation_id"] in numbers and line["move_line_id"] and line["billed_amount"]:
                amounts[line["move_line_id"]] += exact(line["billed_amount"])
        return amounts

    def late(self, grant_id, first):
        """By how much each bill line of signed periods is not as it was signed: item → amount."""
        signed = self.signed_before(grant_id, first)
        was = self.signed_items(grant_id, first)
        now = defaultdict(Fraction)
        for (item, _entry, day), amount in self.spending(grant_id).items():
            if item and day < first and (item in was or day >= signed[0]["date_from"]):
                now[item] += amount
        return {item: now[item] - was[item] for item in {*was, *now} if now[item] != was[item]}

    def period(self, grant_id, first, last):
        """What a reconciliation of a grant over these days says."""
        grant, spent = self.grants[grant_id], self.spending(grant_id, last)
        before = sum(amount for (_item, _entry, day), amount in spent.items() if day < first)
        signed = self.signed_before(grant_id, first)
        opening = exact(signed[-1]["to_date_amount"]) if signed else before
        ledger = sum(row[5] for row in self._charged(grant) if first <= row[2] <= last)
        to_date, terms = sum(spent.values()), self.terms(grant_id, last)
        unbilled = self.figures(grant_id, last)["unbilled_amount"]
        return {
            "opening_amount": opening,
            "late_amount": before - opening,
            "spent_amount": to_date - before,
            "to_date_amount": to_date,
            "ledger_amount": ledger,
            "other_amount": ledger - (to_date - before),
            "gap_amount": 0,
            "accrued_amount": self.accrued(grant_id, last, first),
            "unbilled_amount": unbilled,
            "award_amount": terms["award_amount"],
            "budget_amount": terms["budget_amount"],
            "closing_amount": terms["budget_amount"] - to_date - unbilled,
        }
