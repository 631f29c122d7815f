from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import codes
from .timebank_redemption_grant import STAFF


class TimebankRedemption(models.Model):
    """What suppliers have billed for a claim."""

    _inherit = "timebank.redemption"

    match_ids = fields.One2many(
        "timebank.reward.match", "redemption_id", string="Matched bills", readonly=True, groups=STAFF
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

    @api.depends("grant_id.tolerance_percent", "grant_id.tolerance_amount", "cost_amount")
    def _compute_tolerance_amount(self):
        for claim in self:
            grant = claim.grant_id
            currency = claim.currency_id or claim.env.company.currency_id  # a new claim has no bank yet
            claim.tolerance_amount = currency.round(
                max(grant.tolerance_amount, claim.cost_amount * grant.tolerance_percent / 100)
            )

    @api.depends("cost_amount", "matched_amount", "billing_done", "state")
    def _compute_unbilled_amount(self):
        for claim in self:
            standing = claim.state in ("approved", "fulfilled") and not claim.billing_done
            claim.unbilled_amount = max(claim.cost_amount - claim.matched_amount, 0) if standing else 0

    def write(self, vals):
        result = super().write(vals)
        if "tolerance_amount" in vals and not self._is_door_open():
            for claim in self:
                tolerance = claim.currency_id.format(claim.tolerance_amount)
                claim._note(self.env._("Bills may exceed the expected cost by %s", tolerance))
        return result

    def _check_content(self, vals):
        """A tolerance is for finance to set, and stays once something is matched within it."""
        super()._check_content(vals)
        if "tolerance_amount" not in vals:
            return
        if not self.env.su and not self.env.user.has_group("timebank_coproduction.group_timebank_finance"):
            raise AccessError(self.env._("Only finance can change a claim's tolerance."))
        for claim in self.sudo():  # sudo: only whether something is matched
            if claim.match_ids:
                raise UserError(
                    self.env._("“%s” is matched with a bill: undo the match first.", claim.display_name)
                )

    def _prepare_approvals(self, approver):
        """Whatever a supplier will bill has a code, by which the bill can name it."""
        vals_by_id, refusals = super()._prepare_approvals(approver)
        claims = self.browse(vals_by_id).sudo()  # sudo: members' own claims are approved by rule too
        for claim in claims.filtered("supplier_id") if claims.reward_id.supplier_id else ():
            if not claim.code:
                vals_by_id[claim.id].setdefault("code", codes.new(codes.CLAIM_LENGTH))
        return vals_by_id, refusals

    def _get_refusals_to_cancel(self):
        refusals = super()._get_refusals_to_cancel()
        for claim in self.sudo():  # sudo: a member may cancel without seeing the bills
            if claim.matched_amount and claim.id not in refusals:
                refusals[claim.id] = self.env._(
                    "“%s” has been billed by its supplier: ask finance to undo the match first.",
                    claim.display_name,
                )
        return refusals

    def action_billing_done(self):
        """Expect no further bill for these claims."""
        return self._set_billing_done(True)

    def action_billing_open(self):
        """Expect a further bill after all."""
        return self._set_billing_done(False)

    def _set_billing_done(self, done):
        self.env["timebank.grant"]._check_finance()
        claims = self.sudo()  # sudo: finance has no right to change claims but this
        for claim in claims:
            if claim.state not in ("approved", "fulfilled"):
                raise UserError(self.env._("“%s” does not stand: no bill is expected.", claim.display_name))
        claims.grant_id._commit()
        claims._through_door().write({"billing_done": done})
        claims._note(self.env._("No further bill is expected") if done else self.env._("A bill is expected"))
        return True

    @property
    def _protected_fields(self):
        return super()._protected_fields | {"matched_amount", "billing_done"}
