"""A grant, a supplier, and bills posted in Odoo's own accounting."""

from datetime import date

from odoo.fields import Command

from .common import TODAY
from .rewards_common import RewardCase


class GrantCase(RewardCase):
    """A grant of 1,000 of which 10 % may buy rewards; swim passes cost 12 each."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.finance2 = cls.finance.copy({"login": "tb_finance2", "name": "Second Finance"})
        cls.finance.group_ids += cls.env.ref("account.group_account_readonly")
        account = cls.env["account.account"]
        cls.expense = account.create({"name": "Rewards", "code": "TB6000", "account_type": "expense"})
        cls.salaries = account.create({"name": "Salaries", "code": "TB6100", "account_type": "expense"})
        cls.payable = account.create(
            {"name": "Creditors", "code": "TB2100", "account_type": "liability_payable", "reconcile": True}
        )
        cls.journal = cls.env["account.journal"].create(
            {"name": "Bills", "code": "TBB", "type": "purchase", "default_account_id": cls.expense.id}
        )
        cls.supplier = cls.env["res.partner"].create(
            {"name": "Leisure Centre", "property_account_payable_id": cls.payable.id}
        )
        cls.funder = cls.env["res.partner"].create({"name": "Harbour Foundation"})
        cls.product = cls.env["product.product"].create({"name": "Swim pass"})
        cls.swim = cls._make_reward(
            "Swim pass",
            minutes=30,
            expected_cost=12,
            supplier_id=cls.supplier.id,
            product_id=cls.product.id,
            approval="manual",
        )
        cls.grant = cls._make_grant("Neighbours Together")

    @classmethod
    def _make_euro(cls, *rates):
        """``cls.euro``, with these rates alone: pairs of the first day and how many a unit of ours buys."""
        cls.euro = cls.env.ref("base.EUR")
        cls.euro.active = True
        cls.euro.rate_ids.unlink()
        cls.euro.rate_ids = [
            Command.create({"name": day, "rate": rate, "company_id": cls.env.company.id})
            for day, rate in rates
        ]

    @classmethod
    def _make_grant(cls, name, state="open", **vals):
        vals = {
            "name": name,
            "reference": name[:3].upper(),
            "funder_id": cls.funder.id,
            "amount": 1000,
            "reward_percentage": 10,
            "date_start": date(2026, 1, 1),
            "date_end": date(2026, 12, 31),
            "scheme_ids": [Command.set(cls.scheme.ids)],
            "reward_account_ids": [Command.set(cls.expense.ids)],
            **vals,
        }
        grant = cls.env["timebank.grant"].with_user(cls.finance).create(vals)
        if state == "open":
            grant.action_open()
        return grant

    @classmethod
    def _claims(cls, count, **vals):
        """Approved claims of swim passes, on the grant."""
        claims = cls.env["timebank.redemption"]
        for _number in range(count):
            claims |= cls._make_claim(cls.ann, cls.swim, "approved", **vals)
        return claims

    @classmethod
    def _bill(cls, *lines, move_type="in_invoice", post=True, ref=False, day=TODAY, **vals):
        """A supplier's bill: each line is (label, price) or a dict of values."""
        commands = []
        for line in lines:
            if isinstance(line, tuple):
                line = {"name": line[0], "price_unit": line[1]}
            share = line.pop("share", {cls.grant: 100})
            commands.append(
                Command.create(
                    {
                        "quantity": 1,
                        "account_id": cls.expense.id,
                        "tax_ids": [],
                        "analytic_distribution": {
                            str(grant.sudo().analytic_account_id.id): percentage
                            for grant, percentage in share.items()
                        },
                        **line,
                    }
                )
            )
        bill = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": cls.supplier.id,
                "journal_id": cls.journal.id,
                "invoice_date": day,
                "date": day,
                "ref": ref,
                "invoice_line_ids": commands,
                **vals,
            }
        )
        if post:
            bill.action_post()
        return bill

    def _figures(self, grant=None):
        """(billed, matched, unmatched, unbilled, left) as the grant shows them now."""
        grant = (grant or self.grant).with_user(self.finance)
        grant._refresh_figures()
        return (
            grant.billed_amount,
            grant.billed_matched_amount,
            grant.billed_unmatched_amount,
            grant.unbilled_amount,
            grant.remaining_amount,
        )

    @classmethod
    def _match(cls, claim, bill, amount, **vals):
        return (
            cls.env["timebank.reward.match"]
            .with_user(cls.finance)
            .match(claim.id, bill.invoice_line_ids[:1].id, amount, **vals)
        )

    @classmethod
    def _reconcile(cls, **vals):
        reconciliation = (
            cls.env["timebank.reconciliation"]
            .with_user(cls.finance)
            .create(
                {
                    "grant_id": cls.grant.id,
                    "date_from": date(2026, 1, 1),
                    "date_to": date(2026, 3, 31),
                    **vals,
                }
            )
        )
        reconciliation.action_refresh()
        return reconciliation

    def _explain(self, reconciliation):
        for line in reconciliation.line_ids.filtered(lambda line: line.status != "matched" and not line.note):
            line.note = "Agreed with the supplier"

    def _mixed(self):
        """One of each: matched, dearer, not billed, without a claim."""
        one, two, _three = self._claims(3)
        self._match(one, self._bill(("Pass", 12)), 12)
        self._match(two, self._bill(("Pass", 13)), 13)
        self._bill(("Towels", 7))
        return self._reconcile()
