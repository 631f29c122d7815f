from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ...tools import codes
from ...tools.initials import initials
from ..common.personal import WORDS
from ..common.verb import flag, number, record_or_none, text, verb
from ..common.words import at_place, today_at
from ..reward.timebank_reward import STAFF

#: Until a claim is decided, its expected cost is typed in; then it is committed.
UNDECIDED = ("draft", "requested")


class TimebankRedemption(models.Model):
    """A claim and the grant that pays for it. Approving commits the expected cost."""

    _inherit = "timebank.redemption"
    _personal_fields = {
        "budget_override_reason": WORDS,
    }

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
        copy=False,
        groups=STAFF,
        help="By how much the bills may exceed the expected cost.",
    )
    unbilled_amount = fields.Monetary("Still to be billed", compute="_compute_unbilled_amount", groups=STAFF)

    _matched_positive = models.Constraint(
        "CHECK (matched_amount >= 0)", "More would be credited for this claim than was billed for it."
    )
    _tolerance_positive = models.Constraint("CHECK (tolerance_amount >= 0)", "A tolerance is zero or more.")

    @api.depends("grant_id.name", "share_ids.grant_id.name", "state", "cost_amount")
    def _compute_paid_from(self):
        """The grants' names, or that nobody but the organisation itself pays."""
        for claim in self:
            own = claim.cost_amount and claim.state in ("approved", "fulfilled")
            names = claim.share_ids.grant_id.mapped("name") or claim.grant_id.mapped("name")
            claim.paid_from = ", ".join(names) or (self.env._("Own funds") if own else False)

    @api.depends("grant_id.tolerance_percent", "grant_id.tolerance_amount", "cost_amount")
    def _compute_tolerance_amount(self):
        for claim in self:
            usual = claim._get_usual_tolerance(claim.cost_amount)
            # what was matched within an earlier tolerance stays within it
            claim.tolerance_amount = max(usual, claim.matched_amount - claim.cost_amount)

    def _get_usual_tolerance(self, cost):
        """By how much bills may exceed that cost, as the grant has it."""
        currency = self.currency_id or self.env.company.currency_id  # a new claim has no bank yet
        grant = self.grant_id
        return currency.round(max(grant.tolerance_amount, cost * grant.tolerance_percent / 100))

    @api.depends("cost_amount", "matched_amount", "billing_done", "state", "share_ids.billing_done")
    def _compute_unbilled_amount(self):
        paid = self._get_paid()
        for claim in self:
            by_grant = paid.get(claim._origin.id, {})
            if not claim.share_ids:
                claim.unbilled_amount = claim._get_open_cost(sum(by_grant.values()))
                continue
            claim.unbilled_amount = sum(
                claim.currency_id.round(max(share.amount - by_grant.get(share.grant_id.id, 0), 0))
                for share in claim.share_ids
                if claim._awaits_bill() and not share.billing_done
            )

    def _awaits_bill(self):
        self.ensure_one()
        return self.state in ("approved", "fulfilled") and not self.billing_done

    def _get_open_cost(self, billed):
        """What of the cost still awaits a bill, where so much is billed: 0 for a claim that awaits none."""
        self.ensure_one()
        return self.currency_id.round(max(self.cost_amount - billed, 0)) if self._awaits_bill() else 0

    def _get_paid(self):
        """What the books bear out of these claims' matches: dict of record id → {grant id: amount}."""
        matched = self._origin.filtered("matched_amount")
        if not matched:
            return {}
        self.env["timebank.reward.match"].flush_model()
        # sudo: sums over bills, for those who may read the claim
        grants = matched.sudo()._get_grants()
        rows = grants._query_books(
            SQL(
                """SELECT redemption_id, grant_id, SUM(pays) FROM (%s) m
                    WHERE redemption_id IN %s GROUP BY redemption_id, grant_id""",
                grants._get_match_query(),
                matched._ids,
            )
        )
        paid = {}
        for claim_id, grant_id, amount in rows:
            paid.setdefault(claim_id, {})[grant_id] = float(amount)
        return paid

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
    def _get_names_to_claim(self):
        return [*super()._get_names_to_claim(), "grant_id"]

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

    def _get_refusals_to_undo(self):
        refusals = super()._get_refusals_to_undo()
        for claim in (self - self.browse(refusals)).sudo():  # sudo: only whether it was billed is asked
            if claim._get_billed():
                refusals[claim.id] = self.env._(
                    "“%s” has been billed by its supplier: ask finance to undo the match first.",
                    claim.display_name,
                )
        return refusals

    def _prepare_undo(self):
        """What they committed is free again, and the next approval chooses anew who pays."""
        claims = self.sudo()  # sudo: coordinators read grants, and change nothing in them
        claims._get_grants()._mark_committed()
        claims.share_ids._in_verb().unlink()
        for claim in claims.filtered("matched_amount"):
            claim._release_prepaid()
            claim._in_verb().write({"cost_amount": claim.reward_id.expected_cost * claim.quantity})
        return {**super()._prepare_undo(), "grant_id": False}

    def _choose_grants(self):
        """Choose the grant of each claim, in their order, within what the grants have left.

        Of those that may pay (named by the reward, or else serving the bank), in their
        period today and with enough left, the one that ends first. A claim for which no
        grant may pay at all goes on the organisation's own funds.

        :return: dict of record id → grant (only where one pays), dict of id → why none can
        """
        # sudo: the grants' totals decide, whoever approves.
        claims = self.sudo()._having("cost_amount")
        # by the organisations' clocks, by which claims are counted (see `claim_day`), and not by the user's
        today = {company: today_at(company.partner_id.tz) for company in claims.company_id}
        open_grants = claims.env["timebank.grant"].search(
            [("state", "=", "open"), ("company_id", "in", claims.company_id.ids)], order="date_end, id"
        )
        open_grants = open_grants.filtered(
            lambda grant: grant.date_start <= today[grant.company_id] <= grant.date_end
        )
        open_grants._refresh_figures()
        left = {grant: grant._get_left_now() for grant in open_grants}
        chosen, refusals = {}, {}
        prepaid = claims.env["timebank.prepayment"]._find_stock(open_grants, claims.reward_id)
        stock = {prepayment: prepayment.left_quantity for prepayment in prepaid}
        for claim in claims:
            grant, cost, reason = claim._choose_grant(open_grants, left, stock)
            if reason:
                refusals[claim.id] = reason
            elif grant:
                chosen[claim.id] = grant
                left[grant] -= cost
        return chosen, refusals

    def _choose_grant(self, open_grants, left, stock):
        """What a grant has paid for in advance is used up first.

        :return: the grant that pays (or none), what it takes of its budget, and a sentence where the
            budgets forbid it
        """
        named = self.reward_id.grant_ids
        if self.grant_id:
            may_pay = self.grant_id
        elif named:
            may_pay = open_grants & named
        else:
            may_pay = open_grants.filtered(lambda grant: self.scheme_id in grant.scheme_ids)
        if not may_pay:
            return may_pay, 0, ""
        currency, cost = self.currency_id, self.cost_amount
        grant, prepaid = self._count_prepaid(may_pay, stock) if stock else (may_pay.browse(), 0)
        if grant:
            may_pay, cost = grant, currency.round(cost * (self.quantity - prepaid) / self.quantity)
        for grant in may_pay:
            paid = prepaid and currency.is_zero(cost)
            if paid or self.budget_override_reason or currency.compare_amounts(left.get(grant, 0), cost) >= 0:
                return grant, cost, ""
        sentence = self.env._(
            "“%(claim)s” would cost %(cost)s, and the reward budget of %(grant)s has %(left)s left."
            " Finance can allow it with a reason.",
            claim=self.display_name,
            cost=currency.format(cost),
            grant=may_pay[-1].name,
            left=currency.format(max(left.get(may_pay[-1], 0), 0)),
        )
        return may_pay[:0], 0, sentence

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
        cost = sum(claim.cost_amount - claim._get_parts().get(grant, 0) for claim in claims)
        claims._refuse_matched()
        if grant:
            grant.check_access("read")
            grant._mark_committed()
            if grant.state != "open" or grant.company_id not in claims.company_id:
                raise UserError(self.env._("“%s” can't pay for this: it is not open here.", grant.name))
            if not reason and grant.company_currency_id.compare_amounts(grant._get_left_now(), cost) < 0:
                raise UserError(
                    self.env._(
                        "“%s” has not enough left for this. Give a reason to allow it all the same.",
                        grant.name,
                    )
                )
        claims.share_ids._in_verb().unlink()
        claims._in_verb().write(
            {"grant_id": grant.id, **({"budget_override_reason": reason} if reason else {})}
        )
        claims._note(self.env._("Charged to %s", grant.name or self.env._("own funds")))
        return True

    # ------------------------------------------------------------
    # What suppliers bill for a claim holds: its cost, its tolerance, its code, its end.
    # ------------------------------------------------------------

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
        claims._refuse_unless_standing()
        claims._get_grants()._mark_committed()
        claims._lock_matched()
        beyond = claims._refuse_beyond_budget(cost, beyond_budget)
        for claim in claims:
            before, money = claim.cost_amount, claim.currency_id.format
            claim._refuse_below_matched(cost + claim._get_usual_tolerance(cost))
            vals = {"budget_override_reason": reason} if claim in beyond else {}
            shares = claim._prepare_shares(cost)
            claim._in_verb().write({"cost_amount": cost, **vals})
            for share, amount in shares.items():
                share._in_verb().write({"amount": amount})
            claim._note(
                self.env._(
                    "Expected cost: %(before)s → %(after)s. %(reason)s",
                    before=money(before),
                    after=money(cost),
                    reason=reason,
                )
            )
        claims._get_grants()._refresh_figures()
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
        claims._refuse_unless_standing()
        claims._lock_matched()
        for claim in claims:
            before, money = claim.tolerance_amount, claim.currency_id.format
            claim._refuse_below_matched(claim.cost_amount + tolerance)
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

    def _refuse_below_matched(self, most):
        """:raises UserError: where bills over more than ``most`` are matched with this claim"""
        if self.currency_id.compare_amounts(self.matched_amount, most) > 0:
            raise UserError(
                self.env._(
                    "“%(claim)s” is matched with bills over %(amount)s: undo a match first.",
                    claim=self.display_name,
                    amount=self.currency_id.format(self.matched_amount),
                )
            )

    def _refuse_unless_standing(self):
        """:raises UserError: for claims that aren't approved, or don't stand any more"""
        for claim in self:
            if claim.state not in ("approved", "fulfilled"):
                raise UserError(self.env._("“%s” does not stand.", claim.display_name))

    def _refuse_beyond_budget(self, cost, allowed):
        """The claims of grants that have not enough left for a cost of ``cost`` each.

        :raises UserError: where there are some, unless ``allowed``
        """
        beyond = self.browse()
        for grant in self._get_grants():
            standings = self._get_standings(grant)
            claims, more = self.browse(standings), 0
            for claim in claims.filtered(lambda claim: not claim.billing_done):
                standing = standings[claim.id]
                parts = {share.grant_id: part for share, part in claim._prepare_shares(cost).items()}
                part = parts.get(grant, cost)
                more += max(part - standing.matched, 0) - max(standing.cost - standing.matched, 0)
            if self._refuse_beyond({grant: more}, allowed):
                beyond |= claims
        return beyond

    def _give_codes(self, vals_by_id):
        """Whatever a supplier will bill has a code, by which the bill can name it."""
        claims = self.browse(vals_by_id).sudo()  # sudo: members' own claims are approved by rule too
        for claim in claims.filtered("supplier_id") if claims.reward_id.supplier_id else ():
            if not claim.kept_code:
                vals_by_id[claim.id].setdefault("kept_code", codes.new(codes.CLAIM_LENGTH))

    def _get_refusals_to_cancel(self):
        refusals = super()._get_refusals_to_cancel()
        for claim in self.sudo():  # sudo: a member may cancel without seeing the bills
            if claim.id not in refusals and claim._get_billed():
                refusals[claim.id] = self.env._(
                    "“%s” has been billed by its supplier: ask finance to undo the match first.",
                    claim.display_name,
                )
        return refusals

    def _ends_by_itself(self):
        return super()._ends_by_itself() and not self._get_billed()

    @verb()
    def action_billing_done(self):
        """Expect no further bill for these claims."""
        return self._set_billing_done(True)

    @verb()
    def action_billing_open(self):
        """Expect a further bill after all."""
        return self._set_billing_done(False)

    def _set_billing_done(self, done, grant=None):
        """:param grant: of shared claims, the one whose part is meant; default all parts"""
        self.env["timebank.grant"]._check_finance()
        claims = self.sudo()  # sudo: finance has no right to change claims but this
        for claim in claims:
            if claim.state not in ("approved", "fulfilled"):
                raise UserError(self.env._("“%s” does not stand: no bill is expected.", claim.display_name))
        claims._get_grants()._mark_committed()
        shares = claims.share_ids.filtered(lambda share: grant in (None, share.grant_id))
        shares._in_verb().write({"billing_done": done})
        whole = claims.filtered(lambda claim: not grant or not claim.is_shared)
        whole._in_verb().write({"billing_done": done})
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
        before = dict(self._get_columns("id", "matched_amount"))
        self._update_rows(
            {
                claim.id: {"matched_amount": claim.currency_id.round(before[claim.id] + amounts[claim.id])}
                for claim in self
            }
        )

    # ------------------------------------------------------------
    # What others know a claim by: the screen to match by hand, a reconciliation
    # ------------------------------------------------------------

    def _get_day(self):
        """The day on which it was approved, by the clocks of its organisation (see `claim_day`)."""
        if not self.approved_on:
            return False
        zone = self.company_id.sudo().partner_id.tz  # sudo: the organisation's time zone alone
        return at_place(self.approved_on, zone).date()

    def _prepare_row(self, standing):
        """:param Standing standing: on the grant that is looked at"""
        return {
            "id": self.id,
            "name": self.display_name,
            "code": self._get_billed_code() or "",
            "reference": self.bill_reference or "",
            "partner": self.reward_id.supplier_id.name or "",
            "date": fields.Date.to_string(self._get_day()),
            "quantity": self.quantity,
            "cost": standing.cost,
            "matched": standing.matched,
            "open": standing.open,
            "whole": self.cost_amount if self.is_shared else 0,
        }

    def _say_named(self):
        """What a bill may have named it by."""
        return " / ".join(filter(None, (self._get_billed_code(), self.bill_reference))) or f"#{self.id}"

    def _get_billed_code(self):
        """The code that bills quote, unless whoever knows it can still hand the claim over."""
        # sudo: it is good for nothing else, whoever may read the claim
        return False if self._get_open_by_code() else self.sudo().kept_code

    def _prepare_names(self):
        """What a reconciliation knows a claim by: what was bought, and of the person no more than initials.

        So the purchase can be kept for as long as the funder asks, and the person forgotten.
        """
        return {
            "claim_name": self._say_with_initials(),
            "claim_code": self._get_billed_code(),
            "claimed_on": self._get_day(),
            "supplier_name": self.reward_id.supplier_id.name,
        }

    def _say_with_initials(self):
        person = self.partner_id.sudo()  # sudo: initials only, for whoever may read the claim
        name = person.name or ""
        return self._say_for(name if person.is_company else initials(name))
