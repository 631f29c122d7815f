from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import codes
from ..common.verb import record_or_none, text, verb
from ..reward.timebank_reward import STAFF


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

    # Bills
    match_ids = fields.One2many(
        "timebank.reward.match",
        "redemption_id",
        string="Matched bills",
        readonly=True,
        groups="timebank_coproduction.group_timebank_finance,timebank_coproduction.group_timebank_manager",
    )
    matched_amount = fields.Monetary("Billed", readonly=True, copy=False, default=0, groups=STAFF)
    billing_done = fields.Boolean(
        "Nothing more to bill",
        copy=False,
        readonly=True,
        groups=STAFF,
        help="No further bill is expected: fewer were delivered, or the price was lower.",
    )
    tolerance_amount = fields.Monetary(
        "Tolerance",
        compute="_compute_tolerance_amount",
        store=True,
        readonly=False,
        copy=False,
        groups=STAFF,
        help="By how much the bills may exceed the expected cost.",
    )
    unbilled_amount = fields.Monetary("Still to be billed", compute="_compute_unbilled_amount", groups=STAFF)

    _matched_positive = models.Constraint(
        "CHECK (matched_amount >= 0)", "More would be credited for this claim than was billed for it."
    )
    _tolerance_positive = models.Constraint("CHECK (tolerance_amount >= 0)", "A tolerance is zero or more.")

    @api.depends("grant_id.name", "state", "cost_amount")
    def _compute_paid_from(self):
        """The grant's name, or that nobody but the organisation itself pays."""
        for claim in self:
            own = claim.cost_amount and claim.state in ("approved", "fulfilled")
            claim.paid_from = claim.grant_id.name or (self.env._("Own funds") if own else False)

    @api.depends("grant_id.tolerance_percent", "grant_id.tolerance_amount", "cost_amount")
    def _compute_tolerance_amount(self):
        for claim in self:
            grant = claim.grant_id
            currency = claim.currency_id or claim.env.company.currency_id  # a new claim has no bank yet
            usual = max(grant.tolerance_amount, claim.cost_amount * grant.tolerance_percent / 100)
            # what was matched within an earlier tolerance stays within it
            claim.tolerance_amount = currency.round(max(usual, claim.matched_amount - claim.cost_amount))

    @api.depends("cost_amount", "matched_amount", "billing_done", "state")
    def _compute_unbilled_amount(self):
        for claim in self:
            standing = claim.state in ("approved", "fulfilled") and not claim.billing_done
            claim.unbilled_amount = max(claim.cost_amount - claim.matched_amount, 0) if standing else 0

    @property
    def _protected_fields(self):
        return super()._protected_fields | {
            "grant_id",
            "budget_override_reason",
            "matched_amount",
            "billing_done",
        }

    @property
    def _verbs_with_reason(self):
        return super()._verbs_with_reason | {"action_override_budget"}

    # Rules
    def _prepare_approvals(self, approver):
        vals_by_id, refusals = super()._prepare_approvals(approver)
        grants, unaffordable = self.browse(vals_by_id)._choose_grants()
        for claim_id, grant in grants.items():
            vals_by_id[claim_id]["grant_id"] = grant.id
        for claim_id in unaffordable:
            del vals_by_id[claim_id]
        self.env["timebank.grant"].browse({grant.id for grant in grants.values()})._mark_committed()
        self._give_codes(vals_by_id)
        return vals_by_id, refusals | unaffordable

    def _choose_grants(self):
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
    @verb(reason=text())
    def action_override_budget(self, reason):
        """Let requested claims be approved although the budget would not allow it.

        :param str reason: who agreed, and why; kept with the claim
        :raises UserError: without a reason, or for a claim that is decided
        """
        self.env["timebank.grant"]._check_finance()
        reason = self._require_reason(reason)
        refusals = self._get_refusals_by_state("requested", self.env._("“%s” is not waiting for approval."))
        claims = self._raise_or_list(refusals)
        # sudo: finance has no right to change claims but this.
        claims.sudo()._in_verb().write({"budget_override_reason": reason})
        claims.sudo()._note(self.env._("Allowed beyond the budget: %s", reason))
        return self._tell(refusals, self.env._("allowed"))

    @verb(grant=record_or_none("timebank.grant"), reason=text())
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
            grant._mark_committed()
            if grant.state != "open" or grant.company_id not in claims.company_id:
                raise UserError(self.env._("“%s” can't pay for this: it is not open here.", grant.name))
            if not reason and grant.company_currency_id.compare_amounts(grant.remaining_amount, cost) < 0:
                raise UserError(
                    self.env._(
                        "“%s” has not enough left for this. Give a reason to allow it all the same.",
                        grant.name,
                    )
                )
        claims._in_verb().write(
            {"grant_id": grant.id, **({"budget_override_reason": reason} if reason else {})}
        )
        claims._note(self.env._("Charged to %s", grant.name or self.env._("own funds")))
        return True

    # ------------------------------------------------------------
    # What suppliers bill for a claim holds: its cost, its tolerance, its code, its end.
    # ------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if "tolerance_amount" in vals and not self._is_in_verb():
            for claim in self:
                tolerance = claim.currency_id.format(claim.tolerance_amount)
                claim._note(self.env._("Bills may exceed the expected cost by %s", tolerance))
        return result

    def _check_content(self, vals):
        """A tolerance is for finance to set, and stays once something is matched within it."""
        super()._check_content(vals)
        if "cost_amount" in vals:
            for claim in self.sudo():  # sudo: only how much is matched
                if claim.matched_amount > (vals["cost_amount"] or 0) + claim.tolerance_amount:
                    raise UserError(
                        self.env._(
                            "“%(claim)s” is matched with bills over %(amount)s: undo a match first.",
                            claim=claim.display_name,
                            amount=claim.currency_id.format(claim.matched_amount),
                        )
                    )
        if "tolerance_amount" not in vals:
            return
        if not self.env.su and not self.env.user.has_group("timebank_coproduction.group_timebank_finance"):
            raise AccessError(self.env._("Only finance can change a claim's tolerance."))
        for claim in self.sudo():  # sudo: only whether something is matched
            if claim.match_ids:
                raise UserError(
                    self.env._("“%s” is matched with a bill: undo the match first.", claim.display_name)
                )

    def _give_codes(self, vals_by_id):
        """Whatever a supplier will bill has a code, by which the bill can name it."""
        claims = self.browse(vals_by_id).sudo()  # sudo: members' own claims are approved by rule too
        for claim in claims.filtered("supplier_id") if claims.reward_id.supplier_id else ():
            if not claim.code:
                vals_by_id[claim.id].setdefault("code", codes.new(codes.CLAIM_LENGTH))

    def _get_refusals_to_cancel(self):
        refusals = super()._get_refusals_to_cancel()
        for claim in self.sudo():  # sudo: a member may cancel without seeing the bills
            if claim.matched_amount and claim.id not in refusals:
                refusals[claim.id] = self.env._(
                    "“%s” has been billed by its supplier: ask finance to undo the match first.",
                    claim.display_name,
                )
        return refusals

    def _ends_by_itself(self):
        return super()._ends_by_itself() and not self.matched_amount

    @verb()
    def action_billing_done(self):
        """Expect no further bill for these claims."""
        return self._set_billing_done(True)

    @verb()
    def action_billing_open(self):
        """Expect a further bill after all."""
        return self._set_billing_done(False)

    def _set_billing_done(self, done):
        self.env["timebank.grant"]._check_finance()
        claims = self.sudo()  # sudo: finance has no right to change claims but this
        for claim in claims:
            if claim.state not in ("approved", "fulfilled"):
                raise UserError(self.env._("“%s” does not stand: no bill is expected.", claim.display_name))
        claims.grant_id._mark_committed()
        claims._in_verb().write({"billing_done": done})
        claims._note(self.env._("No further bill is expected") if done else self.env._("A bill is expected"))
        return True

    # ------------------------------------------------------------
    # What is matched
    # ------------------------------------------------------------

    def _lock_matched(self):
        """Lock these claims in the order of their ids, and read what is matched afresh."""
        self._lock_rows("matched_amount")

    def _add_matched(self, amounts):
        """:param dict amounts: record id → what is matched more (or, below zero, less)"""
        self._lock_matched()
        for claim in self:
            claim._in_verb().write(
                {"matched_amount": claim.currency_id.round(claim.matched_amount + amounts[claim.id])}
            )

    # ------------------------------------------------------------
    # What others know a claim by: the screen to match by hand, a reconciliation
    # ------------------------------------------------------------

    def _get_day(self):
        """The day on which it was approved, by the clocks of its organisation (see `claim_day`)."""
        zone = self.company_id.sudo().partner_id.tz or "UTC"  # sudo: the organisation's time zone alone
        return (
            self.approved_on
            and fields.Datetime.context_timestamp(self.with_context(tz=zone), self.approved_on).date()
        )

    def _prepare_row(self):
        return {
            "id": self.id,
            "name": self.display_name,
            "code": self.code or "",
            "partner": self.reward_id.supplier_id.name or "",
            "date": fields.Date.to_string(self._get_day()),
            "quantity": self.quantity,
            "cost": self.cost_amount,
            "matched": self.matched_amount,
            "open": self.unbilled_amount,
        }

    def _prepare_names(self):
        """What a reconciliation knows a claim by."""
        return {
            "claim_name": self.display_name,
            "claim_code": self.code,
            "claimed_on": self._get_day(),
            "supplier_name": self.reward_id.supplier_id.name,
        }
