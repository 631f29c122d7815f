"""What can happen to books: each step by itself, with whatever values, in any order."""

from contextlib import contextmanager
from datetime import date, datetime

from freezegun import freeze_time
from hypothesis import strategies as st

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from ..grants_common import GrantCase

#: The first period that is signed, and the last day of the next one.
FIRST, LAST, NEXT = date(2026, 2, 1), date(2026, 3, 31), date(2026, 6, 30)
#: Days around the ends of the periods, and of the year of the grant.
DAYS = [date(2026, 1, 31), FIRST, date(2026, 3, 17), LAST, date(2026, 4, 1), NEXT, date(2026, 12, 31)]
#: Moments that are another day where the organisation is (an hour ahead in summer).
MOMENTS = [
    datetime(2026, 1, 31, 23, 30),
    datetime(2026, 3, 17, 12, 0),
    datetime(2026, 3, 31, 22, 30),
    datetime(2026, 3, 31, 23, 30),
]
#: Where the organisation is: a day ends there before, or long before or after, it does elsewhere.
ZONES = ["Europe/London", "Europe/London", "Pacific/Auckland", "America/Los_Angeles"]

days = st.sampled_from(DAYS)
some = st.integers(0, 5)
percentages = st.sampled_from([100, 60, 33.33, 12.5, 150])
#: On which plans' accounts a line is charged, and how much: keys need not add up to 100.
distributions = st.lists(
    st.tuples(st.sampled_from(["grant", "other", "grant place", "other place", "place", "far"]), percentages),
    min_size=1,
    max_size=3,
    unique_by=lambda part: part[0],
)
prices = st.sampled_from([1200, 1000, 1160, 2400]) | st.integers(1, 4000)
lines = st.lists(
    st.tuples(
        prices,
        st.integers(1, 3),
        st.sampled_from(["none", "none", "expense", "own", "back", "plain", "group"]),
        st.booleans(),
        distributions,
    ),
    min_size=1,
    max_size=3,
)
bills = st.one_of(
    st.tuples(
        st.just("bill"), lines, days, st.booleans(), st.sampled_from(["own", "euro", "abroad"]), st.booleans()
    ),
    st.tuples(st.just("bill"), lines, days, st.just(False), st.just("own"), st.just(True)),
    st.tuples(st.just("entry"), st.integers(-900, 900), days, st.booleans()),
    st.tuples(
        st.just("by_hand"),
        st.integers(-900, 900).filter(bool),
        days,
        st.sampled_from(["own", "own", "abroad", "salaries", "mug", "other", "far"]),
    ),
)
claims = st.one_of(
    st.tuples(st.just("claim"), st.integers(1, 2), st.sampled_from(MOMENTS), st.booleans()),
    st.tuples(st.just("claim"), st.integers(1, 2), st.sampled_from(MOMENTS), st.just(False)),
    st.tuples(st.just("claim_beyond"), st.integers(9, 12), st.sampled_from(MOMENTS)),
    st.tuples(st.just("claim_far"), st.integers(1, 3), st.sampled_from(MOMENTS)),
)
shares = st.tuples(
    st.just("share"),
    some,
    st.booleans(),
    st.sampled_from([("percent", 60), ("percent", 33.33), ("amount", 5), ("amount", 0.01)]),
)
prepayments = st.tuples(st.just("prepay"), some, st.integers(1, 3))
accruals = st.tuples(st.just("accrue"), st.sampled_from([FIRST, date(2026, 3, 17)]), some, st.booleans())
matches = st.tuples(st.just("match"), some, some, st.sampled_from([1200, 600, 1]))
steps = st.one_of(
    bills,
    claims,
    matches,
    st.just(("match_all",)),
    st.tuples(st.just("undo"), some),
    st.tuples(st.just("draft"), some),
    st.tuples(st.just("cancel"), some),
    st.tuples(st.just("post"), some),
    st.tuples(st.just("move"), some, days),
    st.tuples(st.just("rewrite"), some, distributions),
    st.tuples(st.just("reprice"), some, prices),
    st.tuples(st.just("done"), some),
    st.tuples(st.just("cancel_claim"), some),
    st.tuples(st.just("other_grant"), some),
    st.tuples(
        st.just("amend"),
        st.sampled_from(["amount", "reward_percentage", "date_end"]),
        st.integers(1, 30),
        st.sampled_from([date(2026, 1, 31), FIRST, date(2026, 3, 17)]),
    ),
    st.tuples(st.just("count"), st.sampled_from(["rewards", "both", "all"]), st.booleans()),
    st.tuples(st.just("cost"), some, st.integers(0, 4000), st.booleans()),
    st.tuples(st.just("tolerance"), some, st.integers(0, 2000)),
    st.tuples(st.just("part"), some, some, st.sampled_from(["part", "fewer", "price", "tolerance"])),
    st.tuples(st.just("fulfil"), some),
    st.tuples(st.just("cash"), some, distributions),
    st.tuples(st.just("by_hand_again"), some, st.integers(-900, 900).filter(bool), days),
    st.tuples(st.just("by_hand_gone"), some),
    st.tuples(st.just("delete"), some),
    shares,
    prepayments,
    st.tuples(st.just("prepay_end"), some),
    accruals,
    st.tuples(st.just("accrual"), some, st.sampled_from(["action_post", "action_withdraw"])),
    st.tuples(st.just("reverse"), some, days),
    st.tuples(st.just("lock"), st.sampled_from([date(2026, 1, 31), date(2026, 2, 28), LAST])),
)


class WitnessBooks(GrantCase):
    """Grants of two companies, accounts on three plans and taxes of all sorts to keep books of."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        plans, accounts = cls.env["account.analytic.plan"], cls.env["account.analytic.account"]
        plan = plans.create({"name": "Grants"})
        branch = plans.create({"name": "Youth", "parent_id": plan.id})
        places = plans.create({"name": "Places"})
        # none of these belongs to one company, so that another's bills can carry them
        cls.analytic = {
            "grant": accounts.create({"name": "Witnessed", "plan_id": plan.id, "company_id": False}),
            "other": accounts.create({"name": "Other", "plan_id": branch.id, "company_id": False}),
            "place": accounts.create({"name": "Harbour", "plan_id": places.id, "company_id": False}),
            "far": accounts.create({"name": "Far", "plan_id": plan.id, "company_id": False}),
        }
        cls.grant.action_close()
        cls.grant = cls._make_grant(
            "Witnessed", analytic_account_id=cls.analytic["grant"].id, date_end=date(2026, 6, 30)
        )
        cls.other = cls._make_grant(
            "Other",
            analytic_account_id=cls.analytic["other"].id,
            reward_product_ids=[Command.set(cls.product.ids)],
            currency_id=cls.env.ref("base.EUR").id,
            rate=0.8567,
        )
        cls.scheme.cash_method = "invoice"
        cls.trip = cls._make_reward(
            "Trip", minutes=45, expected_cost=20.5, cash_price=3.5, supplier_id=cls.supplier.id
        )
        cls.mug = cls.env["product.product"].create({"name": "Mug"})
        cls._make_taxes()
        cls._make_second_company()
        cls._make_far_grant()
        cls.owed = cls.env["account.account"].create(
            {"name": "Accrued expenses", "code": "TB2300", "account_type": "liability_current"}
        )
        cls.finance.group_ids += cls.env.ref("account.group_account_invoice")
        (cls.grant | cls.other).accrual_account_id = cls.expense
        cls.grants = cls.grant | cls.other | cls.far

    @classmethod
    def _make_far_grant(cls):
        """A grant of the other company, with a bank, a member and a reward of its own."""
        for user in (cls.finance, cls.coordinator):
            user.company_ids += cls.abroad
        bank = cls._make_scheme("Far Bank", company_id=cls.abroad.id)
        cls.far_member = cls._make_member("Fay Away", scheme=bank)
        cls._make_hours(cls.far_member, 300, "approved", date=date(2026, 3, 1))
        cls.far_swim = cls._make_reward(
            "Far swim",
            scheme_id=bank.id,
            minutes=10,
            expected_cost=12,
            supplier_id=cls.supplier.id,
            product_id=cls.product.id,
            approval="manual",
        )
        cls.far = cls._make_grant(
            "Far",
            company_id=cls.abroad.id,
            analytic_account_id=cls.analytic["far"].id,
            scheme_ids=[Command.set(bank.ids)],
            reward_account_ids=[Command.set(cls.expense_abroad.ids)],
        )

    @classmethod
    def _make_taxes(cls):
        vat = cls.env["account.account"].create(
            {"name": "VAT", "code": "TB1300", "account_type": "asset_current"}
        )

        def tax(name, account=None, amount=20, analytic=True):
            parts = [
                Command.create({"repartition_type": "base"}),
                Command.create({"repartition_type": "tax", "account_id": account and account.id}),
            ]
            return cls.env["account.tax"].create(
                {
                    "name": name,
                    "amount": amount,
                    "type_tax_use": "purchase",
                    "analytic": analytic,
                    "invoice_repartition_line_ids": parts,
                    "refund_repartition_line_ids": parts,
                }
            )

        cls.taxes = {
            "expense": tax("Lost 20 %", cls.salaries),
            "own": tax("Lost 7.7 %", amount=7.7),
            "back": tax("Given back", vat),
            "plain": tax("Not charged", vat, analytic=False),
        }
        cls.taxes["group"] = cls.env["account.tax"].create(
            {
                "name": "Two at once",
                "amount_type": "group",
                "type_tax_use": "purchase",
                "children_tax_ids": [Command.set((tax("A", amount=5) | tax("B", vat, 3)).ids)],
            }
        )

    @classmethod
    def _make_second_company(cls):
        euro = cls.env.ref("base.EUR")
        euro.active = True
        cls.env["res.currency.rate"].search([("currency_id", "=", euro.id)]).unlink()
        cls.env["res.currency.rate"].create(
            {"currency_id": euro.id, "name": date(2025, 1, 1), "rate": 1.1, "company_id": cls.env.company.id}
        )
        abroad = cls.env["res.company"].create({"name": "Abroad", "currency_id": euro.id})
        cls.env.user.company_ids += abroad
        cls.euro, cls.abroad = euro, abroad
        accounts = cls.env["account.account"].with_company(abroad)
        cls.expense_abroad = accounts.create(
            {
                "name": "Rewards",
                "code": "TB6001",
                "account_type": "expense",
                "company_ids": [Command.set(abroad.ids)],
            }
        )
        payable = accounts.create(
            {
                "name": "Creditors",
                "code": "TB2101",
                "account_type": "liability_payable",
                "company_ids": [Command.set(abroad.ids)],
            }
        )
        cls.supplier.with_company(abroad).property_account_payable_id = payable
        journals = cls.env["account.journal"]
        cls.journal_abroad = journals.with_company(abroad).create(
            {
                "name": "Bills",
                "code": "TBA",
                "type": "purchase",
                "company_id": abroad.id,
                "default_account_id": cls.expense_abroad.id,
            }
        )
        cls.general = journals.create({"name": "Corrections", "code": "TBC", "type": "general"})

    # What can happen to books
    def _distribution(self, parts):
        found = {}
        for names, percentage in parts:
            key = ",".join(str(self.analytic[name].id) for name in names.split())
            found[key] = percentage
        return found

    def _do_bill(self, lines, day, refund, kind, post):
        abroad = kind == "abroad"
        commands = [
            Command.create(
                {
                    "name": f"Swim pass {price}",
                    "price_unit": price / 100,
                    "quantity": quantity,
                    "product_id": product and self.product.id or (self.mug.id if price % 2 else False),
                    "account_id": (self.expense_abroad if abroad else self.expense).id,
                    "tax_ids": [Command.set([] if abroad or tax == "none" else self.taxes[tax].ids)],
                    "analytic_distribution": self._distribution(parts),
                }
            )
            for price, quantity, tax, product, parts in lines
        ]
        bill = (
            self.env["account.move"]
            .with_company(self.abroad if abroad else self.env.company)
            .create(
                {
                    "move_type": "in_refund" if refund else "in_invoice",
                    "partner_id": self.supplier.id,
                    "journal_id": (self.journal_abroad if abroad else self.journal).id,
                    "invoice_date": day,
                    "date": day,
                    "invoice_line_ids": commands,
                    **({"currency_id": self.euro.id} if kind == "euro" else {}),
                }
            )
        )
        if post:
            bill.action_post()
        self.moves.append(bill)

    def _do_entry(self, cents, day, post):
        share = self._distribution([("grant", 100)])
        money = {"debit": max(cents, 0) / 100, "credit": max(-cents, 0) / 100}
        back = {"debit": money["credit"], "credit": money["debit"]}
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "journal_id": self.general.id,
                "line_ids": [
                    Command.create({"account_id": self.expense.id, "analytic_distribution": share, **money}),
                    Command.create({"account_id": self.salaries.id, **back}),
                ],
            }
        )
        if post:
            entry.action_post()
        self.moves.append(entry)

    def _do_by_hand(self, cents, day, kind):
        account = self.analytic[kind if kind in ("other", "far") else "grant"]
        self.by_hand |= self.env["account.analytic.line"].create(
            {
                "name": f"Correction {cents}",
                account.root_plan_id._column_name(): account.id,
                "amount": cents / 100,
                "date": day,
                "company_id": (self.abroad if kind in ("abroad", "far") else self.env.company).id,
                "general_account_id": self.salaries.id if kind == "salaries" else False,
                "product_id": self.mug.id if kind == "mug" else False,
            }
        )

    def _do_by_hand_again(self, which, cents, day):
        self._pick(self.by_hand.exists(), which).write({"amount": cents / 100, "date": day})

    def _do_by_hand_gone(self, which):
        self._pick(self.by_hand.exists(), which).unlink()

    def _do_claim(self, count, moment, cash):
        with freeze_time(moment):
            reward = self.trip if cash else self.swim
            self.claims |= self._make_claim(self.ann, reward, "approved", quantity=count)

    def _do_claim_beyond(self, count, moment):
        with freeze_time(moment):
            claim = self._make_claim(self.ben, self.swim, "requested", quantity=count)
            claim.with_user(self.finance).action_override_budget("Agreed by the trustees")
            claim.with_user(self.coordinator).action_approve()
            self.claims |= claim

    def _do_claim_far(self, count, moment):
        with freeze_time(moment):
            self.claims |= self._make_claim(self.far_member, self.far_swim, "approved", quantity=count)

    def _do_share(self, which, turned, part):
        name, much = part
        rest, stated = (self.other, self.grant) if turned else (self.grant, self.other)
        self._pick(self.claims, which).with_user(self.finance).action_share(
            [{"grant": rest.id}, {"grant": stated.id, name: much}], "Both pay", True
        )

    def _do_prepay(self, which, count):
        line = self._pick(self._get_lines().filtered(lambda line: line.open_amount > 0), which)
        reward = self.far_swim if line.company_id == self.abroad else self.swim
        line.with_user(self.finance).action_prepaid(reward.id, count)

    def _do_prepay_end(self, which):
        stock = self.env["timebank.prepayment"].search([("grant_id", "in", self.grants.ids)])
        self._pick(stock, which).with_user(self.finance).action_end("Given back")

    def _do_accrue(self, day, which, post):
        grant = self._pick(self.grant | self.other, which).with_user(self.finance)
        made = grant._accrue(day, self.general, self.owed)
        if post:
            made.action_post()
        self.moves += list(made.sudo()._get_entries())

    def _do_accrual(self, which, verb):
        accruals = self.env["timebank.grant.accrual"].search([("grant_id", "in", self.grants.ids)])
        getattr(self._pick(accruals, which).with_user(self.finance), verb)()

    def _do_reverse(self, which, day):
        """What Odoo's own button makes: of a bill a credit note, of an entry another one."""
        self.moves += list(self._pick(self.moves, which)._reverse_moves([{"date": day, "invoice_date": day}]))

    def _do_fulfil(self, which):
        self._pick(self.claims, which).with_user(self.coordinator).action_fulfil()

    def _do_cash(self, which, parts):
        """What members pay themselves is invoiced, and may be put to the grant's account as income."""
        invoice = self._pick(self.claims.invoice_id, which)
        invoice.invoice_line_ids.analytic_distribution = self._distribution(parts)
        invoice.action_post()
        self.moves.append(invoice)

    def _do_cost(self, which, cents, beyond):
        claim = self._pick(self.claims, which).with_user(self.finance)
        claim.action_set_cost(cents / 100, "New price", beyond_budget=beyond)

    def _do_tolerance(self, which, cents):
        self._pick(self.claims, which).with_user(self.finance).action_set_tolerance(cents / 100, "Agreed")

    def _do_part(self, claim, line, reason):
        claims, lines = self.claims.sorted("id"), self._get_lines().filtered("open_amount")
        first, other = self._pick(claims, claim), self._pick(lines, line)
        grant = other.grant_id.with_user(self.finance)
        grant.match_selected(other.ids, (first | self._pick(claims, claim + 1)).ids, reason)

    def _do_lock(self, day):
        self.env.company.sudo().fiscalyear_lock_date = day

    def _do_delete(self, which):
        move = self._pick(self.moves, which)
        if move.state == "posted":
            move.button_draft()
        move.with_context(force_delete=True).unlink()
        self.moves.remove(move)

    def _do_match(self, claim, line, cents):
        claim, line = self._pick(self.claims, claim), self._pick(self._get_lines(), line)
        sign = -1 if line.open_amount < 0 else 1
        self.env["timebank.reward.match"].with_user(self.finance).match(
            claim.id, line.move_line_id.id, sign * cents / 100
        )

    def _do_match_all(self):
        (self.grant | self.far).with_user(self.finance).action_auto_match()

    def _do_undo(self, which):
        self._pick(self.claims.match_ids, which).with_user(self.finance).action_undo()

    def _do_draft(self, which):
        self._pick(self.moves, which).button_draft()

    def _do_cancel(self, which):
        move = self._pick(self.moves, which)
        move.button_draft()
        move.button_cancel()

    def _do_post(self, which):
        self._pick(self.moves, which).action_post()

    def _do_move(self, which, day):
        move = self._pick(self.moves, which)
        state = move.state
        if state == "posted":
            move.button_draft()
        move.write({"name": False, "date": day, "invoice_date": day})
        if state == "posted":
            move.action_post()

    def _do_rewrite(self, which, parts):
        move = self._pick(self.moves, which)
        move.line_ids.filtered("analytic_distribution")[:1].analytic_distribution = self._distribution(parts)

    def _do_reprice(self, which, cents):
        move = self._pick(self.moves, which)
        move.button_draft()
        move.invoice_line_ids[:1].price_unit = cents / 100
        move.action_post()

    def _do_done(self, which):
        claim = self._pick(self.claims, which).with_user(self.finance)
        claim.action_billing_open() if claim.billing_done else claim.action_billing_done()

    def _do_cancel_claim(self, which):
        self._pick(self.claims, which).with_user(self.coordinator).action_cancel("Moved away")

    def _do_other_grant(self, which):
        claim = self._pick(self.claims, which).with_user(self.finance)
        claim.action_set_grant(self.other if claim.grant_id == self.grant else self.grant, "Agreed")

    def _do_amend(self, name, much, day):
        value = {"amount": 100 * much, "reward_percentage": 2.5 * much, "date_end": date(2026, 7, much)}
        self.grant.action_amend({name: value[name]}, "Letter", day)

    def _do_count(self, accounts, products):
        """Another agreement on what counts as spending on rewards."""
        named = {"rewards": self.expense, "both": self.expense | self.salaries, "all": self.expense.browse()}
        self.grant.action_amend(
            {
                "reward_account_ids": named[accounts].ids,
                "every_expense_counts": accounts == "all",
                "reward_product_ids": self.product.ids if products else [],
            },
            "Letter",
        )

    def _pick(self, records, which):
        if not records:
            raise UserError("There is none.")
        return records[which % len(records)]

    def _get_lines(self):
        return self.env["timebank.bill.line"]._bring_up_to_date(self.grants)

    def _do(self, step):
        """Do one thing, or nothing where it is refused."""
        name, *arguments = step
        self.moves = [move for move in self.moves if move.exists()]
        try:
            with self.env.cr.savepoint():
                getattr(self, f"_do_{name}")(*arguments)
                self.env.flush_all()
        except (UserError, ValidationError):
            self.env.invalidate_all()

    @contextmanager
    def _books(self):
        with self._undone():
            self.moves, self.claims = [], self.env["timebank.redemption"]
            self.by_hand = self.env["account.analytic.line"]
            yield
