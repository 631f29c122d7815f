from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..common.hours_field import hours_of
from ..ledger.timebank_verbs import NOTE_EACH

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
    _inherit = ["timebank.protected", "timebank.verbs", "mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    _rec_names_search = ["partner_id", "reward_id"]
    _check_company_auto = True
    _protected_fields = frozenset(
        {
            "state",
            "minutes",
            "cash_amount",
            "code",
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
        }
    )

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
    hours = hours_of("minutes", "Credits", store=True, precompute=True, aggregator="sum")
    cash_amount = fields.Monetary("Cash part", compute="_compute_price", store=True, precompute=True)
    cost_amount = fields.Monetary(
        "Expected cost",
        compute="_compute_cost_amount",
        store=True,
        readonly=False,
        groups="timebank_coproduction.group_timebank_coordinator,timebank_coproduction.group_timebank_finance",
    )
    # The decision
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("requested", "Requested"),
            ("approved", "Approved"),
            ("fulfilled", "Fulfilled"),
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
    code = fields.Char(readonly=True, copy=False, help="Shown by the member to the supplier.")
    collect_by = fields.Date("Valid until", readonly=True, copy=False)
    fulfilled_on = fields.Datetime("Handed over on", readonly=True, copy=False)
    fulfiller_id = fields.Many2one("res.users", "Handed over by", readonly=True, copy=False)
    # Shown
    image_128 = fields.Image(related="reward_id.image_128", string="Picture")
    notice = fields.Char(related="reward_id.notice")

    _quantity_positive = models.Constraint(
        f"CHECK (quantity BETWEEN 1 AND {LARGEST_CLAIM})", "Claim between 1 and 1,000."
    )
    _fulfilled_when = models.Constraint(
        "CHECK ((state = 'fulfilled') = (fulfilled_on IS NOT NULL))", "A fulfilled claim says when."
    )
    _account_known = models.Constraint(
        "CHECK (state NOT IN ('requested', 'approved', 'fulfilled') OR account_id IS NOT NULL)",
        "A claim is paid from an account.",
    )
    _code_unique = models.UniqueIndex("(code) WHERE code IS NOT NULL", "That code is taken.")
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

    @api.depends("reward_id.name", "partner_id.name", "quantity")
    def _compute_display_name(self):
        for claim in self:
            reward, person = claim.reward_id.name, claim.partner_id.name
            if not reward or not person:
                claim.display_name = reward or self.env._("New claim")
                continue
            claim.display_name = self.env._(
                "%(reward)s for %(person)s",
                reward=f"{claim.quantity} × {reward}" if claim.quantity > 1 else reward,
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
        if not self._is_door_open():
            self._check_content(vals)
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
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
    # The verbs of claims: each takes many, does what can be done, and tells the rest.
    # ------------------------------------------------------------

    def action_request(self):
        """Claim: credits and stock are taken now, whoever has to approve it later.

        :return: ``True``, or an action listing what could not be claimed, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._request()
        self._raise_or_list(refusals)
        return self._tell(refusals, self.env._("claimed"))

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
        return self._tell(refusals, self.env._("approved"))

    def action_refuse(self, reason):
        """Turn requested claims down: credits and stock go back whole.

        :param str reason: what the member should know
        :raises UserError: without a reason, or when nothing could be refused
        """
        self.check_access("write")
        reason = self._checked_reason(reason)
        refusals = self._get_refusals_to_decide()
        return self._end(
            "refused", reason, refusals, self.env._("Refused: %s", reason), self.env._("refused")
        )

    def action_cancel(self, reason):
        """Call claims off before they are handed over: credits and stock go back whole.

        :param str reason: why, in a few words
        :raises UserError: without a reason, or when nothing could be cancelled
        """
        self.check_access("write")
        reason = self._checked_reason(reason)
        refusals = self._get_refusals_to_cancel()
        return self._end(
            "cancelled", reason, refusals, self.env._("Cancelled: %s", reason), self.env._("cancelled")
        )

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

    # What the verbs do
    def _request(self):
        """Take what these claims need, and approve those that need no coordinator.

        :return: dict of record id → why not
        """
        refusals = self._get_refusals_to_request()
        refusals |= (self - self.browse(refusals))._take()
        # sudo: the reward's own rule approves these, not the member who claims.
        claims = (self - self.browse(refusals)).sudo()
        at_once = claims.browse(
            claim_id
            for reward, group in claims._by_reward().items()
            if reward.approval == "auto"
            for claim_id in group.ids
        )
        waiting = at_once.browse(at_once._approve(self.env["res.users"]))
        (claims - at_once | waiting)._ask_for_decision()
        return refusals

    def _approve(self, approver):
        """Approve requested claims, those that can be.

        :param approver: the user who decided, empty where the reward's own rule did
        :return: dict of record id → why the rest can't
        """
        vals_by_id, refusals = self._prepare_approvals(approver)
        self._write_each(vals_by_id)
        self.browse(vals_by_id)._follow_approval()
        return refusals

    def _prepare_approvals(self, approver):
        """What an approval writes on each claim, for those that can be approved.

        Whoever has to know what is committed, such as the grant that pays, adds to the
        values; whoever can say no takes a claim out of them, and says why.

        :return: dict of record id → values, dict of record id → why not
        """
        today = fields.Date.context_today(self)
        vals = {"state": "approved", "approver_id": approver.id, "approved_on": fields.Datetime.now()}
        vals_by_id = {}
        # sudo: the reward's terms hold, whoever may read them
        for reward, claims in self.sudo()._by_reward().items():
            collect_by = today + relativedelta(days=reward.collect_days)
            vals_by_id |= {claim_id: {**vals, "collect_by": collect_by} for claim_id in claims.ids}
        return vals_by_id, {}

    def _follow_approval(self):
        """What approved claims set off: mails, invoices."""

    def _end(self, state, reason, refusals, note, done):
        """Call off the claims that can be, and tell which could not."""
        refusals |= (self - self.browse(refusals))._call_off(state, reason, note)
        self._raise_or_list(refusals)
        return self._tell(refusals, done)

    def _call_off(self, state, reason, note):
        """Give back what these claims hold, and leave them in ``state``, those that can be.

        :return: dict of record id → why the rest can't
        """
        refusals = self._give_back(reason)
        claims = self - self.browse(refusals)
        claims._through_door().write({"state": state, "refusal_reason": reason})
        claims._note(note)
        claims._close_todos()
        return refusals

    def _fulfil(self, fulfiller):
        """:param fulfiller: the user who handed over, empty where the supplier's page did"""
        self._through_door().write(
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
            self.browse(claim_ids)._through_door().write(dict(vals))

    # ------------------------------------------------------------
    # What a claim holds from its request on: credits and stock, taken and given back together.
    # ------------------------------------------------------------

    def _take(self):
        """Take credits and stock, and mark as requested those for which there is enough of both.

        :return: dict of record id → why not
        """
        # sudo: members spend through this verb alone; the rules have let these claims through.
        self = self.sudo()
        self._refresh_price()
        paying = self.filtered("minutes")
        ids = paying.ids

        def take_stock(positions):
            short = self.browse(ids[position] for position in positions)._take_stock()
            return {position: short[ids[position]] for position in positions if ids[position] in short}

        refused = self.env["timebank.transfer"]._post_possible(paying._prepare_transfers(), veto=take_stock)
        refusals = {ids[position]: sentence for position, sentence in refused.items()}
        refusals |= (self - paying)._take_stock()
        (self - self.browse(refusals))._through_door().write(
            {"state": "requested", "requested_on": fields.Date.context_today(self)}
        )
        return refusals

    def _give_back(self, reason):
        """Reverse the credits of claims and put their stock back.

        :return: dict of record id → why the ledger refused
        """
        # sudo: the verb was allowed by its own rule; credits and stock follow the claim
        held = self.sudo().filtered(lambda claim: claim.state in ("requested", "approved"))
        transfers = held.transfer_ids
        vals_list = transfers._prepare_reversals(reason)
        unpaid = transfers._get_posting_refusals(vals_list) if vals_list else {}
        refusals = {transfers[position].redemption_id.id: sentence for position, sentence in unpaid.items()}
        freed = held - held.browse(refusals)
        freed.transfer_ids._reverse(reason)
        freed._move_stock(+1)
        return refusals

    def _prepare_transfers(self):
        """Values of the transfer that each claim makes: from who pays to the bank."""
        about = {
            reward.id: {
                "to_account_id": reward.scheme_id.operating_account_id.id,
                "kind": "redeem",
                "memo": reward.name,
            }
            for reward in self.reward_id
        }
        return [
            {
                **about[claim.reward_id.id],
                "from_account_id": claim.account_id.id,
                "minutes": claim.minutes,
                "redemption_id": claim.id,
            }
            for claim in self
        ]

    def _refresh_price(self):
        """The price is that of the day of the request, whenever the draft was made."""
        prices = {}
        for reward, claims in self._by_reward().items():
            minutes, cash = reward.minutes, reward.cash_price
            for claim in claims:
                quantity = claim.quantity
                if claim.minutes != minutes * quantity or claim.cash_amount != cash * quantity:
                    prices[claim.id] = claim._get_price()
        stale = self.browse(prices)
        stale._write_each(prices)
        stale._compute_cost_amount()

    def _take_stock(self):
        """Take the pieces that these claims ask for, in their order.

        :return: dict of record id → why there is not enough
        """
        left = self._lock_stock()
        if not left:
            return {}
        refusals = {}
        for claim in self:
            reward = claim.reward_id
            if not reward.has_stock:
                continue
            if claim.quantity > left[reward.id]:
                refusals[claim.id] = (
                    self.env._(
                        "Only %(left)s of “%(reward)s” are left.", left=left[reward.id], reward=reward.name
                    )
                    if left[reward.id]
                    else self.env._("There is nothing left of “%s”.", reward.name)
                )
            else:
                left[reward.id] -= claim.quantity
        (self - self.browse(refusals))._move_stock(-1)
        return refusals

    def _lock_stock(self):
        """What is left of the limited rewards, locked until the end of the transaction."""
        rewards = self.reward_id.filtered("has_stock")
        if not rewards:
            return {}
        rewards.flush_recordset(["stock"])
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT id, stock FROM timebank_reward WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                    tuple(rewards.ids),
                )
            )
        )

    def _move_stock(self, sign):
        """Put the pieces of these claims back (+1), or take them away (-1)."""
        moved = {
            reward.id: sign * sum(claims.mapped("quantity"))
            for reward, claims in self._by_reward().items()
            if reward.has_stock
        }
        if not moved:
            return
        self._lock_stock()
        self.env.cr.execute(
            SQL(
                """UPDATE timebank_reward r SET stock = r.stock + moved.pieces
                     FROM unnest(%s, %s) moved(id, pieces) WHERE r.id = moved.id""",
                list(moved),
                list(moved.values()),
            )
        )
        self.reward_id.invalidate_recordset(["stock"])
