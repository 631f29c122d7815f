from odoo import api, fields, models
from odoo.exceptions import UserError

#: Who sees what rewards cost.
STAFF = "timebank_coproduction.group_timebank_coordinator,timebank_coproduction.group_timebank_finance"


class TimebankReward(models.Model):
    _inherit = "timebank.reward"

    grant_ids = fields.Many2many(
        "timebank.grant",
        string="Grants",
        check_company=True,
        groups=STAFF,
        help="Which grants may pay for it. Empty means any open grant of the bank.",
    )


class TimebankRedemption(models.Model):
    """A claim and the grant that pays for it. Approving commits the expected cost."""

    _inherit = "timebank.redemption"

    grant_id = fields.Many2one(
        "timebank.grant",
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
        groups=STAFF,
        help="Empty means the organisation's own funds.",
    )
    paid_from = fields.Char("Cost paid from", compute="_compute_paid_from", groups=STAFF)
    budget_override_reason = fields.Char("Allowed beyond the budget", readonly=True, copy=False, groups=STAFF)

    @api.depends("grant_id.name", "state", "cost_amount")
    def _compute_paid_from(self):
        """The grant's name, or that nobody but the organisation itself pays."""
        for claim in self:
            own = claim.cost_amount and claim.state in ("approved", "fulfilled")
            claim.paid_from = claim.grant_id.name or (self.env._("Own funds") if own else False)

    @property
    def _protected_fields(self):
        return super()._protected_fields | {"grant_id", "budget_override_reason"}

    # Rules
    def _prepare_approvals(self, approver):
        vals_by_id, refusals = super()._prepare_approvals(approver)
        grants, unaffordable = self.browse(vals_by_id)._allot()
        for claim_id, grant in grants.items():
            vals_by_id[claim_id]["grant_id"] = grant.id
        for claim_id in unaffordable:
            del vals_by_id[claim_id]
        self.env["timebank.grant"].browse({grant.id for grant in grants.values()})._commit()
        return vals_by_id, refusals | unaffordable

    def _allot(self):
        """Choose the grant of each claim, in their order, within what the grants have left.

        Of those that may pay (named by the reward, or else serving the bank), in their
        period today and with enough left, the one that ends first. A claim for which no
        grant may pay at all goes on the organisation's own funds.

        :return: dict of record id → grant (only where one pays), dict of id → why none can
        """
        # sudo: the grants' totals decide, whoever approves.
        claims = self.sudo().filtered("cost_amount")
        today = fields.Date.context_today(self)
        open_grants = claims.env["timebank.grant"].search(
            [
                ("state", "=", "open"),
                ("company_id", "in", claims.company_id.ids),
                ("date_start", "<=", today),
                ("date_end", ">=", today),
            ],
            order="date_end, id",
        )
        open_grants._refresh_figures()
        left = {grant: grant.remaining_amount for grant in open_grants}
        chosen, refusals = {}, {}
        for claim in claims:
            grant, reason = claim._choose_grant(open_grants, left)
            if reason:
                refusals[claim.id] = reason
            elif grant:
                chosen[claim.id] = grant
                left[grant] -= claim.cost_amount
        return chosen, refusals

    def _choose_grant(self, open_grants, left):
        """:return: the grant that pays (or none), and a sentence where the budgets forbid it"""
        named = self.reward_id.grant_ids
        if self.grant_id:
            may_pay = self.grant_id
        elif named:
            may_pay = open_grants & named
        else:
            may_pay = open_grants.filtered(lambda grant: self.scheme_id in grant.scheme_ids)
        if not may_pay:
            return may_pay, ""
        currency = self.currency_id
        for grant in may_pay:
            if (
                self.budget_override_reason
                or currency.compare_amounts(left.get(grant, 0), self.cost_amount) >= 0
            ):
                return grant, ""
        return may_pay[:0], self.env._(
            "“%(claim)s” would cost %(cost)s, and the reward budget of %(grant)s has %(left)s left."
            " Finance can allow it with a reason.",
            claim=self.display_name,
            cost=currency.format(self.cost_amount),
            grant=may_pay[-1].name,
            left=currency.format(max(left.get(may_pay[-1], 0), 0)),
        )

    # Actions, for finance
    def action_override_budget(self, reason):
        """Let requested claims be approved although the budget would not allow it.

        :param str reason: who agreed, and why; kept with the claim
        :raises UserError: without a reason, or for a claim that is decided
        """
        self.env["timebank.grant"]._check_finance()
        reason = self._checked_reason(reason)
        refusals = self._get_refusals_by_state("requested", self.env._("“%s” is not waiting for approval."))
        claims = self._raise_or_list(refusals)
        # sudo: finance has no right to change claims but this.
        claims.sudo()._through_door().write({"budget_override_reason": reason})
        claims.sudo()._note(self.env._("Allowed beyond the budget: %s", reason))
        return self._tell(refusals, self.env._("allowed"))

    def action_set_grant(self, grant, reason=False):
        """Charge claims to another grant, or to the organisation's own funds.

        :param grant: a ``timebank.grant``, its id, or nothing for own funds
        :param str reason: allows it beyond the grant's budget
        :raises UserError: once matched with a bill, or beyond the budget without a reason
        """
        grants = self.env["timebank.grant"]
        grants._check_finance()
        grant = grants.browse(grant.id if isinstance(grant, models.BaseModel) else grant or [])
        claims = self.sudo()  # sudo: finance has no right to change claims but this
        cost = sum((claims - claims.filtered(lambda claim: claim.grant_id == grant)).mapped("cost_amount"))
        for claim in claims:
            if claim.match_ids:
                raise UserError(
                    self.env._("“%s” is matched with a bill: undo the match first.", claim.display_name)
                )
        if grant:
            grant.check_access("read")
            grant._commit()
            if grant.state != "open" or grant.company_id not in claims.company_id:
                raise UserError(self.env._("“%s” can't pay for this: it is not open here.", grant.name))
            if not reason and grant.company_currency_id.compare_amounts(grant.remaining_amount, cost) < 0:
                raise UserError(
                    self.env._(
                        "“%s” has not enough left for this. Give a reason to allow it all the same.",
                        grant.name,
                    )
                )
        claims._through_door().write(
            {"grant_id": grant.id, **({"budget_override_reason": reason} if reason else {})}
        )
        claims._note(self.env._("Charged to %s", grant.name or self.env._("own funds")))
        return True


class TimebankGrant(models.Model):
    _inherit = "timebank.grant"

    def _commit(self):
        """Mark that something is committed, so that two commitments at once notice each other.

        The second of two transactions that read the same budget fails here, and Odoo tries
        its request again with the budget as the first has left it.
        """
        if not self:
            return
        self.env.cr.execute(
            """UPDATE timebank_grant SET commitment_no = commitment_no + 1 WHERE id IN (
                   SELECT id FROM timebank_grant WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE)""",
            [self.ids],
        )
        self._refresh_figures()
