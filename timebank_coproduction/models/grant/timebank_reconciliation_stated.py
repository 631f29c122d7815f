import json

from odoo import api, fields, models

from .timebank_grant_currency import Own


class TimebankReconciliationStated(models.AbstractModel):
    """What a reconciliation states beside its figures: payments, accruals, budget lines, another currency.

    A draft has them from the books. Whoever prepares it signs them as they are then, and from then on they
    stay so. What was signed before they were kept still has them from the books, and says so.
    """

    _name = "timebank.reconciliation.stated"
    _description = "What a Reconciliation States Besides"

    currency_id = fields.Many2one("res.currency")

    stated = fields.Char(
        "Stated besides", readonly=True, copy=False, help="As it was when it was prepared, as JSON."
    )
    is_stated_live = fields.Boolean(
        "Some figures are as the books say now", compute="_compute_is_stated_live"
    )
    paid_amount = fields.Monetary(
        "Paid by its end", compute="_compute_paid", help="Of what was spent to date."
    )
    unpaid_amount = fields.Monetary("Still to pay", compute="_compute_paid")
    accrued_amount = fields.Monetary(
        "Accruals in the period",
        compute="_compute_accrued",
        help="Of claims not billed, and their reversals: in Odoo's books besides the balance above, and"
        " no spending here.",
    )
    own_text = fields.Char("In the grant's currency", compute="_compute_own_text")

    @api.depends("state", "stated")
    def _compute_is_stated_live(self):
        for reconciliation in self:
            reconciliation.is_stated_live = reconciliation.state != "draft" and not reconciliation.stated

    @api.depends("grant_id", "date_to", "stated")
    def _compute_paid(self):
        for reconciliation in self:
            paid, unpaid = map(float, reconciliation._get_stated("paid"))
            reconciliation.paid_amount, reconciliation.unpaid_amount = paid, unpaid

    @api.depends("grant_id", "date_from", "date_to", "stated")
    def _compute_accrued(self):
        for reconciliation in self:
            reconciliation.accrued_amount = float(reconciliation._get_stated("accrued"))

    @api.depends("to_date_amount", "unbilled_amount", "budget_amount", "stated")
    @api.depends_context("lang")
    def _compute_own_text(self):
        """The fund at the period's end in the grant's own currency, where that is another one."""
        for reconciliation in self:
            stated = reconciliation._get_stated("own")
            if not stated:
                reconciliation.own_text = False
                continue
            own, currency = Own(*map(float, stated)), reconciliation.grant_id.currency_id
            reconciliation.own_text = self.env._(
                "In %(currency)s, each day's spending at that day's rate: budget %(budget)s, spent to date"
                " %(billed)s, claimed and not billed %(unbilled)s, left %(left)s. Exchange difference:"
                " %(difference)s.",
                currency=currency.name,
                budget=currency.format(own.budget),
                billed=currency.format(own.billed),
                unbilled=currency.format(own.unbilled),
                left=currency.format(own.left),
                difference=reconciliation.currency_id.format(own.difference),
            )

    def _get_budget_rows(self):
        """The grant's budget lines at the period's end, and what is in none of them.

        :return: list of (name, budget, committed, spent, to bill, left), empty where the budget has no lines
        """
        return [
            (self.env._("In no line") if name is None else name, *map(float, amounts))
            for name, *amounts in self._get_stated("budget")
        ]

    def _get_stated(self, name):
        """One of the parts of `_prepare_stated`, as it was signed, or else as the books have it."""
        self.ensure_one()
        return json.loads(self.stated)[name] if self.stated else self._get_stating()[name]()

    def _prepare_stated(self):
        """What is signed besides, as plain values: money is text, as in all that is signed."""
        return {name: state() for name, state in self._get_stating().items()}

    def _get_stating(self):
        """The method of each part."""
        return {
            "paid": self._state_paid,
            "accrued": self._state_accrued,
            "own": self._state_own,
            "budget": self._state_budget,
        }

    def _state_paid(self):
        """What of the spending to date is paid, and what isn't."""
        grant = self.grant_id.with_context(timebank_date=self.date_to)
        return [*map(self._plain_amount(), (grant.paid_amount, grant.unpaid_amount))]

    def _state_accrued(self):
        grant = self.grant_id
        return self._plain_amount()(grant._get_accrued(self.date_from, self.date_to).get(grant, 0))

    def _state_own(self):
        """The parts of an :class:`Own`, or nothing."""
        grant = self.grant_id.sudo()  # sudo: as for all the figures
        own = grant and grant._get_own(self.date_to, self._get_agreed()["budget"]).get(grant)
        return own and [f"{amount:.6f}" for amount in own] or None

    def _state_budget(self):
        """Lists of a name (none for what is in no line) and five amounts."""
        grant, plain = self.grant_id.with_context(timebank_date=self.date_to), self._plain_amount()
        names = ("amount", "committed_amount", "billed_amount", "unbilled_amount", "remaining_amount")
        rest = ("budget", "committed", "billed", "unbilled", "remaining")
        rows = [[line.name, *(plain(line[name]) for name in names)] for line in grant.budget_line_ids]
        return rows and [*rows, [None, *(plain(grant[f"unallocated_{name}"]) for name in rest)]]
