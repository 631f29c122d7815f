from odoo import models
from odoo.exceptions import UserError

from ..common.verb import flag, number, text, verb

#: Until a claim is decided, its expected cost is typed in; then it is committed.
UNDECIDED = ("draft", "requested")


class TimebankRedemption(models.Model):
    """What a claim is expected to cost, and by how much its bills may exceed it: kept once it is decided."""

    _inherit = "timebank.redemption"

    def _check_content(self, vals):
        """The cost of a decided claim, which a grant may have committed, is changed by its verb."""
        super()._check_content(vals)
        if "cost_amount" not in vals:
            return
        for claim in self.sudo():  # sudo: only its state and its cost
            same = claim.currency_id.compare_amounts(claim.cost_amount, vals["cost_amount"] or 0) == 0
            if claim.state not in UNDECIDED and not same:
                raise UserError(
                    self.env._(
                        "“%s” is decided: use “Change expected cost”, with the reason.", claim.display_name
                    )
                )

    @verb(cost=number(least=0), reason=text(), beyond_budget=flag())
    def action_set_cost(self, cost, reason, beyond_budget=False):
        """Change what approved claims are expected to cost, each.

        :param float cost: of one claim, in company currency
        :param str reason: why; kept with the claim
        :param bool beyond_budget: allow it although the grant has not enough left
        :raises UserError: without a reason, beyond the grant's budget, below what is matched, or for a
            claim that doesn't stand
        """
        self.env["timebank.grant"]._check_finance()
        reason = self._require_reason(reason, self.env._("Say why the expected cost changes."))
        claims = self.sudo()  # sudo: finance has no right to change claims but this
        claims._refuse_undecided()
        claims.grant_id._mark_committed()
        claims._lock_matched()
        beyond = claims._refuse_beyond_budget(cost, beyond_budget)
        for claim in claims:
            before, money = claim.cost_amount, claim.currency_id.format
            if claim.currency_id.compare_amounts(claim.matched_amount, cost + claim._get_usual_tolerance(cost)) > 0:
                raise UserError(
                    self.env._(
                        "“%(claim)s” is matched with bills over %(amount)s: undo a match first.",
                        claim=claim.display_name,
                        amount=money(claim.matched_amount),
                    )
                )
            vals = {"budget_override_reason": reason} if claim in beyond else {}
            claim._in_verb().write({"cost_amount": cost, **vals})
            claim._note(
                self.env._(
                    "Expected cost: %(before)s → %(after)s. %(reason)s",
                    before=money(before),
                    after=money(cost),
                    reason=reason,
                )
            )
        claims.grant_id._refresh_figures()
        return True

    @verb(tolerance=number(least=0), reason=text())
    def action_set_tolerance(self, tolerance, reason):
        """Change by how much the bills of approved claims may exceed their expected cost.

        :param float tolerance: for one claim, in company currency
        :param str reason: why; kept with the claim
        :raises UserError: without a reason, below what is matched within it already, or for a claim
            that doesn't stand
        """
        self.env["timebank.grant"]._check_finance()
        reason = self._require_reason(reason, self.env._("Say why the tolerance changes."))
        claims = self.sudo()  # sudo: finance has no right to change claims but this
        claims._refuse_undecided()
        claims._lock_matched()
        for claim in claims:
            before, money = claim.tolerance_amount, claim.currency_id.format
            if claim.currency_id.compare_amounts(claim.matched_amount, claim.cost_amount + tolerance) > 0:
                raise UserError(
                    self.env._(
                        "“%(claim)s” is matched with bills over %(amount)s: undo a match first.",
                        claim=claim.display_name,
                        amount=money(claim.matched_amount),
                    )
                )
            claim._in_verb().write({"tolerance_amount": tolerance})
            claim._note(
                self.env._(
                    "Bills may exceed the expected cost by %(after)s, until now %(before)s. %(reason)s",
                    before=money(before),
                    after=money(tolerance),
                    reason=reason,
                )
            )
        return True

    def _refuse_undecided(self):
        for claim in self:
            if claim.state not in ("approved", "fulfilled"):
                raise UserError(self.env._("“%s” does not stand.", claim.display_name))

    def _refuse_beyond_budget(self, cost, allowed):
        """The claims of grants that have not enough left for a cost of ``cost`` each.

        :raises UserError: where there are some, unless ``allowed``
        """
        beyond = self.browse()
        for grant, claims in self.filtered("grant_id").grouped("grant_id").items():
            currency = grant.company_currency_id
            more = sum(
                max(cost - claim.matched_amount, 0) - max(claim.cost_amount - claim.matched_amount, 0)
                for claim in claims
                if not claim.billing_done
            )
            if currency.compare_amounts(more, 0) <= 0 or (
                currency.compare_amounts(more, grant.remaining_amount) <= 0
            ):
                continue
            if not allowed:
                raise UserError(
                    self.env._(
                        "“%(grant)s” has %(left)s left, and this takes %(more)s more."
                        " Tick “Beyond the budget” to allow it all the same.",
                        grant=grant.name,
                        left=currency.format(max(grant.remaining_amount, 0)),
                        more=currency.format(more),
                    )
                )
            beyond |= claims
        return beyond
