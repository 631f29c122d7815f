"""Books that nobody would think of, against a witness that knows nothing of the addon."""

import os
from contextlib import contextmanager
from datetime import date, datetime

from freezegun import freeze_time
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..grants_common import GrantCase
from .witness import Witness, exact

#: Books made in one run of the tests; many more can be asked for while the rules are changed.
EXAMPLES = int(os.environ.get("WITNESS_EXAMPLES", "12"))
FIRST, LAST = date(2026, 2, 1), date(2026, 3, 31)
#: Days around the ends of the period, and of the year of the grant.
DAYS = [date(2026, 1, 31), FIRST, date(2026, 3, 17), LAST, date(2026, 4, 1), date(2026, 12, 31)]
#: Moments that are another day where the organisation is (an hour ahead in summer).
MOMENTS = [
    datetime(2026, 1, 31, 23, 30),
    datetime(2026, 3, 17, 12, 0),
    datetime(2026, 3, 31, 22, 30),
    datetime(2026, 3, 31, 23, 30),
]
#: What a signed reconciliation says of the books; what is in drafts is no part of that.
SIGNED = ("opening_amount", "spent_amount", "other_amount", "unbilled_amount")

days = st.sampled_from(DAYS)
some = st.integers(0, 5)
percentages = st.sampled_from([100, 60, 33.33, 12.5, 150])
#: On which plans' accounts a line is charged, and how much: keys need not add up to 100.
distributions = st.lists(
    st.tuples(st.sampled_from(["grant", "other", "grant place", "other place", "place"]), percentages),
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
    st.tuples(st.just("by_hand"), st.integers(-900, 900).filter(bool), days, st.booleans()),
)
claims = st.tuples(st.just("claim"), st.integers(1, 2), st.sampled_from(MOMENTS))
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
    st.tuples(st.just("amend"), st.integers(300, 3000)),
)


@tagged("post_install", "-at_install")
class TestWitness(GrantCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.partner_id.tz = "Europe/London"
        plans, accounts = cls.env["account.analytic.plan"], cls.env["account.analytic.account"]
        plan = plans.create({"name": "Grants"})
        branch = plans.create({"name": "Youth", "parent_id": plan.id})
        places = plans.create({"name": "Places"})
        # none of these belongs to one company, so that another's bills can carry them
        cls.analytic = {
            "grant": accounts.create({"name": "Witnessed", "plan_id": plan.id, "company_id": False}),
            "other": accounts.create({"name": "Other", "plan_id": branch.id, "company_id": False}),
            "place": accounts.create({"name": "Harbour", "plan_id": places.id, "company_id": False}),
        }
        cls.grant.action_close()
        cls.grant = cls._make_grant(
            "Witnessed", analytic_account_id=cls.analytic["grant"].id, date_end=date(2026, 6, 30)
        )
        cls.other = cls._make_grant(
            "Other",
            analytic_account_id=cls.analytic["other"].id,
            reward_product_ids=[Command.set(cls.product.ids)],
        )
        cls.mug = cls.env["product.product"].create({"name": "Mug"})
        cls._make_taxes()
        cls._make_second_company()

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

    def _do_by_hand(self, cents, day, abroad):
        account = self.analytic["grant"]
        self.env["account.analytic.line"].create(
            {
                "name": f"Correction {cents}",
                account.plan_id._column_name(): account.id,
                "amount": cents / 100,
                "date": day,
                "company_id": (self.abroad if abroad else self.env.company).id,
            }
        )

    def _do_claim(self, count, moment):
        with freeze_time(moment):
            self.claims |= self._make_claim(self.ann, self.swim, "approved", quantity=count)

    def _do_match(self, claim, line, cents):
        claim, line = self._pick(self.claims, claim), self._pick(self._get_lines(), line)
        sign = -1 if line.open_amount < 0 else 1
        self.env["timebank.reward.match"].with_user(self.finance).match(
            claim.id, line.move_line_id.id, sign * cents / 100
        )

    def _do_match_all(self):
        self.grant.action_auto_match()

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

    def _do_amend(self, amount):
        self.grant.action_amend({"amount": amount}, "Letter")

    def _pick(self, records, which):
        if not records:
            raise UserError("There is none.")
        return records[which % len(records)]

    def _get_lines(self):
        return self.env["timebank.bill.line"]._bring_up_to_date(self.grant | self.other)

    def _do(self, step):
        """Do one thing, or nothing where it is refused."""
        name, *arguments = step
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
            yield

    # What is compared
    def _compare(self):
        self.env.flush_all()
        self.env.invalidate_all()
        witness = Witness(self.env)
        for grant in (self.grant, self.other):
            for day in (None, FIRST, LAST):
                seen = grant.with_context(timebank_date=day).with_user(self.finance)
                seen._refresh_figures()
                for name, amount in witness.figures(grant.id, day).items():
                    self.assertEqual(exact(seen[name]), amount, (grant.name, day, name))
            paid = witness.paid(grant.id)
            for claim in self.claims.filtered(lambda claim, grant=grant: claim.grant_id == grant):
                standing = claim.state in ("approved", "fulfilled") and not claim.billing_done
                left = max(exact(claim.cost_amount) - paid[claim.id], 0) if standing else 0
                self.assertEqual(exact(claim.unbilled_amount), left)
            lines = self.env["timebank.bill.line"]._bring_up_to_date(grant)
            said = {line.move_line_id.id: exact(line.share_amount) for line in lines if line.share_amount}
            spent = {}
            for (item, _entry, _day), amount in witness.spending(grant.id).items():
                spent[item] = spent.get(item, 0) + amount
            self.assertEqual(said, {item: share for item, share in spent.items() if item and share})
        return witness

    def _signed(self):
        reconciliation = self._reconcile(grant_id=self.grant.id, date_from=FIRST, date_to=LAST)
        witness = Witness(self.env)
        said = witness.period(self.grant.id, FIRST, LAST)
        self.assertEqual({name: exact(reconciliation[name]) for name in said}, said)
        lines = reconciliation.line_ids
        self.assertEqual(sum(exact(line.billed_amount) for line in lines), said["spent_amount"])
        unbilled = lines.filtered(lambda line: line.status == "unbilled")
        self.assertEqual(-sum(exact(line.difference_amount) for line in unbilled), said["unbilled_amount"])
        by_hand = [key for key in witness.spending(self.grant.id, LAST) if key[1] and key[2] >= FIRST]
        self.assertEqual(len(lines.filtered(lambda line: line.status == "manual_entry")), len(by_hand))
        lines.filtered(lambda line: not line.note).write({"note": "Known"})
        reconciliation.action_prepare()
        return reconciliation

    def _look(self):
        """What the signed period says, by the witness."""
        witness = Witness(self.env)
        period, spent = witness.period(self.grant.id, FIRST, LAST), {}
        for (item, _entry, day), amount in witness.spending(self.grant.id, LAST).items():
            if day >= FIRST:
                spent[item, day] = spent.get((item, day), 0) + amount
        paid, claims = witness.paid(self.grant.id, LAST), {}
        for claim in witness.standing(self.grant.id, LAST):
            cost = exact(claim["cost_amount"])
            claims[claim["id"]] = (cost, paid[claim["id"]], not claim["billing_done"] and cost)
        return (
            {name: period[name] for name in SIGNED},
            {key: amount for key, amount in spent.items() if amount},
            {number: claim for number, claim in claims.items() if claim[1] or claim[2]},
        )

    def _post_drafts(self):
        """What was said to be in drafts is what is billed more once all of them are posted."""
        with self._undone():
            drafts = [move for move in self.moves if move.state == "draft"]
            said = self._get_billed("draft_amount")
            before = self._get_billed("billed_amount")
            for move in drafts:
                move.action_post()
            self.env.flush_all()
            self.env.invalidate_all()
            after = self._get_billed("billed_amount")
            self.assertEqual([now - was for now, was in zip(after, before, strict=True)], said)

    def _get_billed(self, name):
        grants = self.grant | self.other
        grants._refresh_figures()
        return [exact(grant[name]) for grant in grants]

    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(
        st.lists(bills, min_size=2, max_size=5),
        st.lists(claims, min_size=1, max_size=3),
        st.lists(matches, min_size=1, max_size=3),
        st.lists(steps, max_size=8),
        st.lists(steps, min_size=1, max_size=3),
    )
    def test_no_figure_differs(self, bills, claims, matches, before, after):
        with self._books():
            for step in [*bills, *claims, *matches, *before]:
                self._do(step)
            self._compare()
            self._post_drafts()
            reconciliation = self._signed()
            signed = self._look()
            for step in after:
                self._do(step)
                self._compare()
                now = self._look()
                reconciliation.invalidate_recordset()
                self.assertEqual(reconciliation.has_drift, now != signed, reconciliation.drift)
