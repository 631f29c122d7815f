from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...tools import codes
from ..common.hours_field import hours_field
from ..common.personal import ABOUT, KEPT, NAMED, WORDS
from ..common.verb import text, verb
from ..ledger.timebank_verbs import NOTE_EACH
from .timebank_reward import STAFF

#: What a claim says. It is fixed once the claim has been requested.
CONTENT = frozenset({"reward_id", "partner_id", "account_id", "quantity"})

#: A claim in one of these states holds its credits and its stock.
STANDING = ("requested", "approved", "fulfilled")

#: How many of a reward one claim may be for.
LARGEST_CLAIM = 1000


class TimebankRedemption(models.Model):
    """A member's claim of a reward. It holds the credits and the stock from the request on."""

    _name = "timebank.redemption"
    _description = "Claim"
    _inherit = [
        "timebank.of.bank",
        "timebank.protected",
        "timebank.verbs",
        "timebank.todo",
        "timebank.told",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "id desc"
    _rec_names_search = ["partner_id", "reward_id", "bill_reference"]
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "state",
            "minutes",
            "cash_amount",
            "code",
            "kept_code",
            "collect_by",
            "requested_on",
            "approver_id",
            "approved_on",
            "fulfilled_on",
            "fulfiller_id",
            "refusal_reason",
            "todo_id",
            "invoice_id",
            "dues_id",
            "due_date",
            "ordered_on",
            "order_bill_id",
            "late_notice_on",
            "late_todo_on",
        }
    )
    _verbs_with_reason = frozenset({"action_refuse", "action_cancel"})
    _todo_type = "timebank_coproduction.mail_activity_claim"
    _todo_state = "requested"
    _personal_fields = {
        "partner_id": ABOUT,
        "account_id": NAMED,
        "approver_id": NAMED,
        "refusal_reason": WORDS,
        "kept_code": KEPT,
        "fulfiller_id": NAMED,
        "dues_id": NAMED,
    }

    # Who claims what, and who pays
    reward_id = fields.Many2one(
        "timebank.reward", required=True, ondelete="restrict", index=True, check_company=True
    )
    scheme_id = fields.Many2one(related="reward_id.scheme_id", store=True, precompute=True, index=True)
    company_id = fields.Many2one(related="scheme_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        string="For",
        required=True,
        ondelete="restrict",
        index=True,
        check_company=True,
        default=lambda self: self.env.user.partner_id if self.env.user.share else False,
    )
    spendable_minutes = fields.Integer(
        related="account_id.available_minutes", groups="timebank_coproduction.group_timebank_coordinator"
    )
    spendable_hours = hours_field(
        "spendable_minutes", "Can spend", groups="timebank_coproduction.group_timebank_coordinator"
    )
    account_id = fields.Many2one(
        "timebank.account",
        string="Paid from",
        compute="_compute_account_id",
        store=True,
        precompute=True,
        readonly=False,
        ondelete="restrict",
        index="btree_not_null",
        domain="[('scheme_id', '=', scheme_id), ('kind', 'in', ('member', 'pot'))]",
        help="The person's own account, unless another member or a pot pays.",
    )
    quantity = fields.Integer(required=True, default=1)
    # What it costs
    minutes = fields.Integer(compute="_compute_price", store=True, precompute=True, aggregator="sum")
    hours = hours_field("minutes", "Credits", store=True, precompute=True, aggregator="sum")
    cash_amount = fields.Monetary("Cash part", compute="_compute_price", store=True, precompute=True)
    cost_amount = fields.Monetary(
        "Expected cost",
        compute="_compute_cost_amount",
        store=True,
        readonly=False,
        groups=STAFF,
    )
    # The decision
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("requested", "Requested"),
            ("approved", "Approved"),
            ("fulfilled", "Handed over"),
            ("refused", "Refused"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        index=True,
    )
    requested_on = fields.Date("Claimed on", readonly=True, copy=False)
    approver_id = fields.Many2one("res.users", "Approved by", readonly=True, copy=False)
    approved_on = fields.Datetime("Approved on", readonly=True, copy=False)
    refusal_reason = fields.Char("Reason", readonly=True, copy=False)
    transfer_ids = fields.One2many("timebank.transfer", "redemption_id", string="Credits moved")
    # Handing over
    fulfilment = fields.Selection(related="reward_id.fulfilment")
    kept_code = fields.Char("Code that is kept", readonly=True, copy=False, groups=fields.NO_ACCESS)
    collect_by = fields.Date("Valid until", readonly=True, copy=False)
    fulfilled_on = fields.Datetime("Handed over on", readonly=True, copy=False)
    fulfiller_id = fields.Many2one("res.users", "Handed over by", readonly=True, copy=False)
    # Claimed again and again
    dues_id = fields.Many2one("timebank.dues", "Repeats", readonly=True, copy=False, index="btree_not_null")
    due_date = fields.Date(readonly=True, copy=False)
    # Shown
    image_128 = fields.Image(related="reward_id.image_128", string="Picture")
    notice = fields.Char(related="reward_id.notice")

    _quantity_positive = models.Constraint(
        f"CHECK (quantity BETWEEN 1 AND {LARGEST_CLAIM})", "Claim between 1 and 1,000."
    )
    _fulfilled_when = models.Constraint(
        "CHECK ((state = 'fulfilled') = (fulfilled_on IS NOT NULL))",
        "A claim that was handed over says when.",
    )
    _account_known = models.Constraint(
        "CHECK (state NOT IN ('requested', 'approved', 'fulfilled') OR account_id IS NOT NULL)",
        "A claim is paid from an account.",
    )
    _code_unique = models.UniqueIndex("(kept_code) WHERE kept_code IS NOT NULL", "That code is taken.")
    _due_once = models.UniqueIndex(
        "(dues_id, due_date) WHERE dues_id IS NOT NULL", "This turn has been claimed already."
    )
    _approved = models.Index("(approved_on) WHERE approved_on IS NOT NULL")
    _open = models.Index("(scheme_id, state) WHERE state IN ('requested', 'approved')")

    @api.depends("reward_id", "partner_id")
    def _compute_account_id(self):
        """The account of the person's own membership."""
        members = self.env["timebank.member"]._find_in_banks(self.scheme_id, self.partner_id)
        for claim in self:
            member = members.get((claim.scheme_id._origin.id, claim.partner_id._origin.id))
            # The account follows the membership; whose may be spent is checked at the request.
            own = member.account_id.id if member else False
            claim.account_id = own or (
                claim.account_id if claim.account_id.scheme_id == claim.scheme_id else False
            )

    @api.depends("reward_id", "quantity")
    def _compute_price(self):
        for claim in self:
            claim.update(claim._get_price())

    @api.depends("reward_id", "quantity")
    def _compute_cost_amount(self):
        for claim in self:
            claim.cost_amount = claim.reward_id.expected_cost * claim.quantity

    def _get_price(self):
        """What the claim costs the member at today's price, in credits and in money."""
        self.ensure_one()
        return {
            "minutes": self.reward_id.minutes * self.quantity,
            "cash_amount": self.reward_id.cash_price * self.quantity,
        }

    @api.depends_context("uid")
    @api.depends("reward_id.name", "partner_id.name", "quantity")
    def _compute_display_name(self):
        for claim in self:
            reward = claim.reward_id.name
            person = claim.partner_id and claim.partner_id._say_name()
            if not reward or not person:
                claim.display_name = reward or self.env._("New claim")
                continue
            claim.display_name = claim._say_for(person)

    def _say_for(self, person):
        """What the claim is of, and for whom, in whichever words stand for the person."""
        reward = self.reward_id.name
        return self.env._(
            "%(reward)s for %(person)s",
            reward=f"{self.quantity} × {reward}" if self.quantity > 1 else reward,
            person=person,
        )

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_content(vals)
        if len(vals_list) > NOTE_EACH:
            # a batch is told of once, by its verbs, and nobody follows each of its claims
            quiet = self.with_context(mail_create_nolog=True, mail_create_nosubscribe=True)
            return super(TimebankRedemption, quiet).create(vals_list).with_env(self.env)
        return super().create(vals_list)

    def write(self, vals):
        if not self._is_in_verb():
            self._check_content(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=True)
    def _unlink_only_drafts(self):
        for claim in self:
            if claim.state != "draft":
                raise UserError(
                    self.env._(
                        "“%s” has been requested: cancel it instead of deleting it.", claim.display_name
                    )
                )

    def _check_content(self, vals):
        """What anybody may write: a draft's content; its cost only those who answer for it."""
        if "cost_amount" in vals and not self.env.su and not self._may_change_cost():
            raise AccessError(self.env._("Only finance can change what a claim is expected to cost."))
        if CONTENT.intersection(vals):
            for claim in self:
                if claim.state != "draft":
                    raise UserError(
                        self.env._(
                            "“%s” has been requested: cancel it and make a new claim instead of changing it.",
                            claim.display_name,
                        )
                    )

    def _may_change_cost(self):
        return self.env.user.has_group(
            "timebank_coproduction.group_timebank_finance"
        ) or self.env.user.has_group("timebank_coproduction.group_timebank_manager")

    # ------------------------------------------------------------
    # Verbs: each takes many claims, does what can be done, and tells the rest
    # ------------------------------------------------------------

    @verb()
    def action_request(self):
        """Claim: credits and stock are taken now, whoever has to approve it later.

        :return: ``True``, or an action listing what could not be claimed, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._request()
        self._raise_or_list(refusals)
        return self._tell(refusals, self.env._("claimed"))

    @verb()
    def action_approve(self):
        """Approve requested claims. They can be handed over from now on.

        :return: ``True``, or an action listing what could not be approved, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._get_refusals_to_decide()
        refusals |= (self - self.browse(refusals))._approve(self.env.user)
        claims = self._raise_or_list(refusals)
        claims._note(self.env._("Approved"))
        claims._close_todos()
        return self._tell(refusals, self.env._("approved"), undo=True)

    def _take_back(self):
        """The claims wait again, and hold what they held. A code that was sent is void from then
        on; a draft invoice is cancelled.
        """
        refusals = self._get_refusals_to_undo()
        claims = self._raise_or_list(refusals)
        reason = self.env._("The approval was taken back")
        claims._take_back_invoices(reason)
        claims.check_access("write")
        claims.sudo()._in_verb().write(claims._prepare_undo())  # sudo: as where it was approved
        claims._note(reason)
        claims._ask_for_decision()
        return self._tell(refusals, self.env._("taken back and waiting again"))

    def _prepare_undo(self):
        """What a claim loses whose approval is taken back."""
        names = ("approver_id", "approved_on", "collect_by", "kept_code", "invoice_id")
        return {**dict.fromkeys(names, False), "state": "requested"}

    @verb(reason=text())
    def action_refuse(self, reason):
        """Turn requested claims down: credits and stock go back whole.

        :param str reason: what the member should know
        :raises UserError: without a reason, or when nothing could be refused
        """
        self.check_access("write")
        reason = self._require_reason(reason)
        refusals = self._get_refusals_to_decide()
        return self._call_off_and_tell(
            "refused", reason, refusals, self.env._("Refused: %s", reason), self.env._("refused")
        )

    @verb(reason=text())
    def action_cancel(self, reason):
        """Call claims off before they are handed over: credits and stock go back whole.

        :param str reason: why, in a few words
        :raises UserError: without a reason, or when nothing could be cancelled
        """
        self.check_access("write")
        reason = self._require_reason(reason)
        refusals = self._get_refusals_to_cancel()
        return self._call_off_and_tell(
            "cancelled", reason, refusals, self.env._("Cancelled: %s", reason), self.env._("cancelled")
        )

    @verb()
    def action_fulfil(self):
        """Note that approved claims were collected, attended or posted.

        :return: ``True``, or an action listing what could not be, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._get_refusals_to_fulfil()
        claims = self._raise_or_list(refusals)
        claims._fulfil(self.env.user)
        claims._note(self.env._("Handed over"))
        return self._tell(refusals, self.env._("handed over"))

    # What the verbs do, step by step
    def _request(self):
        """Take what these claims need, and approve those that need no coordinator.

        :return: dict of record id → why not
        """
        # sudo: read together, without all else that a claim has; who may was asked by the verb
        self.sudo().fetch(self._get_names_to_claim())
        refusals = self._get_refusals_to_request()
        refusals |= (self - self.browse(refusals))._take_credits_and_stock()
        # sudo: the reward's own rule approves these, not the member who claims.
        claims = (self - self.browse(refusals)).sudo()
        at_once = claims.browse(
            claim_id
            for reward, group in claims._by_reward().items()
            if reward.approval == "auto"
            for claim_id in (group - group._get_on_own_terms()).ids
        )
        waiting = at_once.browse(at_once._approve(self.env["res.users"]))
        (claims - at_once | waiting)._ask_for_decision()
        return refusals

    def _get_names_to_claim(self):
        """The fields of a claim that requesting looks at, read together. A subject adds its own."""
        return [*CONTENT, "scheme_id", "state", "minutes", "cash_amount", "cost_amount"]

    def _approve(self, approver):
        """Approve requested claims, those that can be.

        :param approver: the user who decided, empty where the reward's own rule did
        :return: dict of record id → why the rest can't
        """
        vals_by_id, refusals = self._prepare_approvals(approver)
        self._write_each(vals_by_id)
        self.browse(vals_by_id)._after_approval()
        return refusals

    def _prepare_approvals(self, approver):
        """What an approval writes on each claim, for those that can be approved.

        Whoever has to know what is committed, such as the grant that pays, adds to the
        values; whoever can say no takes a claim out of them, and says why.

        :return: dict of record id → values, dict of record id → why not
        """
        # sudo: the reward's terms and the books decide, whoever may read them
        claims = self.sudo()
        refusals = claims._get_refusals_to_invoice()
        vals_by_id = (claims - claims.browse(refusals))._prepare_decision(approver)
        for claim in claims.browse(vals_by_id)._get_by_code():
            vals_by_id[claim.id]["kept_code"] = codes.new(codes.CLAIM_LENGTH)
        return vals_by_id, refusals

    def _prepare_decision(self, approver):
        """:return: dict of record id → who approved it, when, and until when it is good"""
        vals = {"state": "approved", "approver_id": approver.id, "approved_on": fields.Datetime.now()}
        vals_by_id = {}
        for reward, claims in self._by_reward().items():
            collect_by = reward.scheme_id._today() + relativedelta(days=reward.collect_days)
            vals_by_id |= {claim_id: {**vals, "collect_by": collect_by} for claim_id in claims.ids}
        return vals_by_id

    def _after_approval(self):
        """What approved claims set off: an invoice over the cash part, a mail with the code."""
        self._make_invoices()
        self._get_by_code()._send_or_ring("timebank_coproduction.mail_template_claim_code")

    def _call_off_and_tell(self, state, reason, refusals, note, done):
        """Call off the claims that can be, and tell which could not."""
        refusals |= (self - self.browse(refusals))._call_off(state, reason, note)
        self._raise_or_list(refusals)
        return self._tell(refusals, done)

    def _call_off(self, state, reason, note):
        """Give back what these claims hold, and leave them in ``state``, those that can be.

        :return: dict of record id → why the rest can't
        """
        refusals = self._return_credits_and_stock(reason)
        claims = self - self.browse(refusals)
        claims._in_verb().write({"state": state, "refusal_reason": reason})
        claims._note(note)
        claims._close_todos()
        return refusals

    def _fulfil(self, fulfiller):
        """:param fulfiller: the user who handed over, empty where the supplier's page did"""
        self._in_verb().write(
            {"state": "fulfilled", "fulfilled_on": fields.Datetime.now(), "fulfiller_id": fulfiller.id}
        )

    def _by_reward(self):
        """These claims by their reward: a dict, often of one, which then takes no loop over them."""
        rewards = self.reward_id
        return {rewards: self} if len(rewards) == 1 else self.grouped("reward_id")

    def _write_each(self, vals_by_id):
        """Write each claim's own values, those that are alike together."""
        alike = {}
        for claim_id, vals in vals_by_id.items():
            alike.setdefault(tuple(vals.items()), []).append(claim_id)
        for vals, claim_ids in alike.items():
            claims = self.browse(claim_ids)
            claims.check_access("write")
            # sudo: codes are nobody's to read or write; whether the rest is theirs was asked just now
            claims.sudo()._in_verb().write(dict(vals))

    # To-dos: one for the coordinator per batch requested, closed by the decision
    def _get_todo_summary(self):
        if len(self) == 1:
            return self.env._("To approve: %s", self.display_name)
        return self.env._("%s claims to approve", len(self))

    def _get_concerned(self):
        return self.partner_id | self.account_id.partner_id
