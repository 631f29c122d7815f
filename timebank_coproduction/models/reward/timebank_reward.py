from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...tools.minutes import clock
from ..common.figures import figures_over
from ..common.hours_field import hours_field
from ..common.mail_beside import CHATTER
from ..common.personal import NAMED, OURS, TRADE
from ..common.verb import verb
from ..common.windows import open_form, open_list
from ..common.words import say_day, say_spoken

#: Who sees what rewards cost.
STAFF = "timebank_coproduction.group_timebank_coordinator,timebank_coproduction.group_timebank_finance"

#: Words, pictures and its place in the list don't change what somebody gets for how much.
WORDS = frozenset({"name", "description", "sequence", "terms_set_by_id"})
PICTURES = "image_"


class TimebankReward(models.Model):
    """Something that members can have for their credits."""

    _name = "timebank.reward"
    _description = "Reward"
    _inherit = [
        "timebank.prepared",
        "timebank.in.bank",
        "timebank.protected",
        "timebank.verbs",
        "mail.thread",
        "mail.activity.mixin",
        "image.mixin",
    ]
    _order = "sequence, name, id"
    _check_company_auto = True
    _counts_time = False
    _protected_fields = frozenset({"state"})
    _typed_hours = {"hours": "minutes", "min_given_hours": "min_given_minutes"}
    #: What a reward costs and who pays for it: all that finance changes in it.
    _price_fields = frozenset(
        {"minutes", "hours", "cash_price", "expected_cost", "supplier_id", "product_id"}
    )
    _personal_fields = {
        "image_1920": OURS,
        "image_1024": OURS,
        "image_512": OURS,
        "image_256": OURS,
        "image_128": OURS,
        "name": OURS,
        "description": OURS,
        "supplier_id": TRADE,
        "terms_set_by_id": NAMED,
    }

    # What it is
    name = fields.Char(required=True, translate=True, tracking=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("service", "Service"),
            ("goods", "Goods"),
            ("voucher", "Voucher"),
            ("cash_like", "Cash-like"),
        ],
        required=True,
        default="service",
        tracking=True,
    )
    description = fields.Html(translate=True, help="What members read in the catalogue.")
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published"), ("archived", "Archived")],
        required=True,
        default="draft",
        index=True,
        tracking=True,
    )
    # What it costs the member
    minutes = fields.Integer("Price in minutes", default=0, tracking=True, aggregator=None)
    hours = hours_field("minutes", "Credits", editable=True, aggregator=None)
    is_free = fields.Boolean("A thank-you", help="Costs no credits. Any other reward has a price.")
    priced_on = fields.Datetime(
        "Price since",
        compute="_compute_priced_on",
        store=True,
        precompute=True,
        copy=False,
        help="Claims made since then are at this price.",
    )
    cash_price = fields.Monetary("Cash part", tracking=True, help="What the member pays in money besides.")
    # What it costs the bank
    supplier_id = fields.Many2one("res.partner", check_company=True, ondelete="restrict")
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        ondelete="restrict",
        help="Gives the account and taxes of the member's invoice and the supplier's bill.",
    )
    expected_cost = fields.Monetary(
        "Expected cost",
        help="What the supplier is expected to bill for one.",
        groups=STAFF,
        tracking=True,
    )
    # How many, when, for whom
    has_stock = fields.Boolean("Limited number", help="Otherwise there is always another one.")
    stock = fields.Integer("Left", copy=False, aggregator=None)
    available_from = fields.Date("Available from")
    available_until = fields.Date("Available until")
    for_beneficiary = fields.Boolean("Beneficiaries", default=True)
    for_volunteer = fields.Boolean("Volunteers", default=True)
    for_professional = fields.Boolean("Professionals", default=True)
    for_organisation = fields.Boolean("Organisations", default=True)
    min_given_minutes = fields.Integer(default=0, aggregator=None)
    min_given_hours = hours_field(
        "min_given_minutes",
        "After giving",
        editable=True,
        aggregator=None,
        help="How many hours a member must have given before claiming this.",
    )
    check_type_ids = fields.Many2many("timebank.check.type", string="Required checks")
    member_limit = fields.Integer("At most", aggregator=None, help="For each member. Zero means no limit.")
    limit_period = fields.Selection(
        [("ever", "Ever"), ("year", "A year"), ("month", "A month"), ("week", "A week")],
        string="Limit period",
        required=True,
        default="ever",
    )
    terms_set_by_id = fields.Many2one(
        "res.users",
        "Terms set by",
        readonly=True,
        copy=False,
        ondelete="restrict",
        help="Who last changed more than words and pictures: they don't get it without another's approval.",
    )
    # How it is handed over
    approval = fields.Selection(
        [("auto", "At once"), ("manual", "By a coordinator")], required=True, default="manual"
    )
    fulfilment = fields.Selection(
        string="Handing over",
        selection=[
            ("collected", "Collected"),
            ("attended", "Attended"),
            ("posted", "Posted"),
            ("code", "Code shown to the supplier"),
        ],
        required=True,
        default="collected",
    )
    collect_days = fields.Integer(
        "Valid for (days)",
        default=90,
        help="How long after approval the claim can be handed over.",
        aggregator=None,
    )
    # Figures
    # Who reads a reward doesn't read everybody's claims of it: they are exported from their own list.
    claim_ids = fields.One2many("timebank.redemption", "reward_id", string="Claims", exportable=False)
    claim_count = fields.Integer(compute="_compute_claim_count", compute_sudo=False)

    # Whether it can be had
    notice = fields.Char(compute="_compute_notice")
    is_available = fields.Boolean(compute="_compute_is_available")
    why_not_available = fields.Char("Why it can't be claimed", compute="_compute_is_available")
    is_for_user = fields.Boolean(
        compute="_compute_is_for_user",
        search="_search_is_for_user",
        help="Whether the user can claim in its bank, for somebody or for themselves.",
    )

    # What becomes of claims that nobody uses
    when_late = fields.Selection(
        [("return", "Credits and stock go back"), ("keep", "A coordinator decides")],
        string="If it isn't used",
        compute="_compute_when_late",
        store=True,
        readonly=False,
        required=True,
        precompute=True,
        help="What happens to a claim that nobody has used by its last day. The member is told a week"
        " before. What was ordered or billed, and what repeats, always waits for a coordinator.",
    )

    _price_positive = models.Constraint(
        "CHECK (minutes >= 0 AND cash_price >= 0 AND expected_cost >= 0)", "A price is never below zero."
    )
    _price_known = models.Constraint(
        "CHECK (state != 'published' OR minutes > 0 OR is_free IS TRUE)",
        "A reward that isn't a thank-you has a price in credits.",
    )
    _stock_positive = models.Constraint("CHECK (stock >= 0)", "There is nothing left of this reward.")
    _dates_in_order = models.Constraint(
        "CHECK (available_until >= available_from)", "A reward can't end before it begins."
    )
    _limits_positive = models.Constraint(
        "CHECK (member_limit >= 0 AND min_given_minutes >= 0 AND collect_days BETWEEN 1 AND 3660)",
        "Limits are zero or more, and a claim is valid for a day at least and ten years at most.",
    )

    @api.depends("minutes", "is_free")
    def _compute_priced_on(self):
        self.priced_on = self.env.cr.now()  # by the same clock as the days on which claims are made

    @api.depends("claim_ids.state")
    def _compute_claim_count(self):
        claims = self.env["timebank.redemption"]
        made = [("state", "not in", ("draft", "refused", "cancelled"))]
        for reward, quantity in figures_over(self, claims, "reward_id", made, "quantity:sum"):
            reward.claim_count = quantity

    @api.depends("kind")
    def _compute_notice(self):
        """What broker and member should know about rewards that aren't services."""
        sentences = {
            "goods": self.env._("Goods, not a service."),
            "voucher": self.env._("A voucher, not a service."),
            "cash_like": self.env._("As good as cash, not a service."),
        }
        advice = self.env._("If you receive benefits, ask your adviser before you claim it.")
        for reward in self:
            sentence = sentences.get(reward.kind)
            reward.notice = f"{sentence} {advice}" if sentence else False

    @api.depends("state", "stock", "has_stock", "available_from", "available_until", "scheme_id.state")
    def _compute_is_available(self):
        for reward in self:
            # sudo: the bank's policy decides; members read the sentence, not the policy.
            reward.why_not_available = reward.sudo()._why_not_available()
            reward.is_available = not reward.why_not_available

    @api.depends("scheme_id")
    @api.depends_context("uid")
    def _compute_is_for_user(self):
        schemes = self.env["timebank.scheme"].search([("id", "in", self.scheme_id.ids), *self._claimed_in()])
        for reward in self:
            reward.is_for_user = reward.scheme_id in schemes

    def _search_is_for_user(self, operator, value):
        if operator != "in":
            return NotImplemented
        schemes = self.env["timebank.scheme"].search(self._claimed_in())
        return [("scheme_id", "in", schemes.ids)]

    def _claimed_in(self):
        """A domain of the banks in which the user can claim: which they run, or are a member of."""
        # sudo: where the user is a member themselves
        mine = self.env.user.sudo().partner_id.timebank_member_ids.filtered(lambda one: one.state == "active")
        return ["|", ("is_run_by_user", "=", True), ("id", "in", mine.scheme_id.ids)]

    @api.depends("fulfilment")
    def _compute_when_late(self):
        """Whoever attends may not be ticked off anywhere, so that the credits may well be used."""
        for reward in self:
            reward.when_late = "keep" if reward.fulfilment == "attended" else "return"

    @api.onchange("has_stock")
    def _onchange_has_stock(self):
        if not self.has_stock:
            self.stock = 0

    @api.constrains("kind", "scheme_id", "state")
    def _check_allowed_kind(self):
        for reward in self:
            reason = reward.state == "published" and reward._why_kind_not_allowed()
            if reason:
                raise ValidationError(reason)

    # CRUD
    @api.model_create_multi
    def create(self, vals_list):
        rewards = super().create(vals_list)
        rewards._note_terms()
        return rewards

    def write(self, vals):
        self._check_content(vals)
        scheme_id, kind = vals.get("scheme_id"), vals.get("kind")
        # sudo: only whether there are claims is asked
        for reward in self.sudo().filtered("claim_ids") if scheme_id or kind else ():
            if scheme_id and reward.scheme_id.id != scheme_id:
                raise UserError(self.env._("A reward that has been claimed stays in its time bank."))
            if kind and reward.kind != kind:
                raise UserError(
                    self.env._(
                        "“%s” has been claimed as what it is, and members’ pages say so: make a copy of"
                        " another kind, and archive this one.",
                        reward.name,
                    )
                )
        result = super().write(vals)
        if any(name not in WORDS and not name.startswith((*CHATTER, PICTURES)) for name in vals):
            self._note_terms()
        return result

    def _note_terms(self):
        """Keep who set these terms: the user, just now."""
        others = self.filtered(lambda reward: reward.terms_set_by_id != self.env.user)
        others._in_verb().write({"terms_set_by_id": self.env.uid})

    def copy_data(self, default=None):
        return [
            dict(vals, name=self.env._("%s (copy)", reward.name), **(default or {}))
            for reward, vals in zip(self, super().copy_data(default), strict=True)
        ]

    @api.ondelete(at_uninstall=True)
    def _unlink_only_unclaimed(self):
        # sudo: only whether there are claims is asked
        for reward in self.sudo():
            if reward.claim_ids:
                raise UserError(
                    self.env._("“%s” has been claimed: archive it instead of deleting it.", reward.name)
                )

    def _prepare_vals(self, vals):
        """A number of pieces means that the number is limited; an empty one that it isn't."""
        vals = super()._prepare_vals(vals)
        if "stock" in vals and "has_stock" not in vals:
            vals["has_stock"] = vals["stock"] is not False and vals["stock"] is not None
        if vals.get("stock") and vals["stock"] < 0:
            raise UserError(self.env._("There can't be fewer than none of a reward."))
        return vals

    # Actions
    @verb()
    def action_publish(self):
        """Put drafts and archived rewards into the catalogue.

        :return: ``True``, or an action listing what could not be published, and why
        :raises UserError: when nothing could
        """
        return self._move_to(
            "published",
            {reward.id: reason for reward in self if (reason := reward._why_not_publishable())},
            self.env._("published"),
        )

    @verb()
    def action_archive(self):
        """Take rewards out of the catalogue. Claims that were made still stand."""
        return self._move_to("archived", {}, self.env._("archived"))

    @verb()
    def action_draft(self):
        """Take rewards out of the catalogue to work on them."""
        return self._move_to("draft", {}, self.env._("taken back"))

    def _move_to(self, state, refusals, done):
        others = self._get_refusals_to_run()
        if len(others) == len(self):
            self._check_run_by_user()
        refusals = {**refusals, **others}
        self._raise_or_list(refusals)._in_verb().write({"state": state})
        return self._tell(refusals, done)

    @verb(single=True)
    def action_claim(self):
        """:return: the action of a new claim of this reward, for the user where they are a member"""
        self.ensure_one()
        me = self.env.user.partner_id
        member = me.timebank_member_ids.filtered(lambda member: member.scheme_id == self.scheme_id)
        context = {"default_reward_id": self.id, "default_partner_id": me.id if member else False}
        return open_form(self.env["timebank.redemption"], name=self.name, context=context)

    @verb(single=True)
    def action_view_claims(self):
        self.ensure_one()
        mine = [("reward_id", "=", self.id)]
        return open_list(self.env, "timebank_redemption_action", mine, {"default_reward_id": self.id})

    # ------------------------------------------------------------
    # When a reward can be had, and by whom. The catalogue and the claims ask here.
    # ------------------------------------------------------------

    def _why_not_publishable(self):
        """Why this reward can't be in the catalogue, or an empty string."""
        self.ensure_one()
        if not self.minutes and not self.is_free:
            return self.env._("Give “%s” a price in credits, or mark it as a thank-you.", self.name)
        if self.available_until and self.available_until < self.scheme_id._today():
            return self.env._("“%s” ended already: change its dates first.", self.name)
        return self.scheme_id._why_closed() or self._why_kind_not_allowed()

    def _why_kind_not_allowed(self):
        """Why the bank's policy doesn't allow this kind of reward, or an empty string."""
        self.ensure_one()
        if self.kind == "service" or self.scheme_id.allow_goods_rewards:
            return ""
        return self.env._(
            "%(bank)s offers services only, and “%(reward)s” is marked as %(kind)s. A manager can"
            " allow goods, vouchers and cash-like rewards in the bank's policy.",
            bank=self.scheme_id.name,
            reward=self.name,
            kind=dict(self._fields["kind"]._description_selection(self.env))[self.kind].lower(),
        )

    def _why_not_available(self):
        """Why nobody can claim this reward today, or an empty string. Without its stock under way."""
        self.ensure_one()
        today = self.scheme_id._today()
        if self.state != "published":
            return self.env._("“%s” is not in the catalogue.", self.name)
        if self.available_from and today < self.available_from:
            return self.env._(
                "“%(reward)s” can be claimed from %(day)s.",
                reward=self.name,
                day=say_day(self.env, self.available_from),
            )
        if self.available_until and today > self.available_until:
            return self.env._(
                "“%(reward)s” could be claimed until %(day)s.",
                reward=self.name,
                day=say_day(self.env, self.available_until),
            )
        if self.has_stock and self.stock < 1:
            return self.env._("There is nothing left of “%s”.", self.name)
        return self.scheme_id._why_closed() or self._why_kind_not_allowed()

    def _say_price(self):
        """What one costs, credits and money, in words."""
        self.ensure_one()
        hours = say_spoken(self.env, self.minutes) if self.minutes else ""
        money = self.currency_id.format(self.cash_price) if self.cash_price else ""
        if hours and money:
            return self.env._("%(hours)s and %(money)s", hours=hours, money=money)
        return hours or money or self.env._("Free")

    def _why_not_for(self, member, given_minutes, missing):
        """Why a member may not have this reward, or an empty string.

        :param member: one ``timebank.member`` of the reward's bank
        :param int given_minutes: approved minutes that they gave in this bank
        :param missing: the ``timebank.check.type`` that the member doesn't hold
        """
        self.ensure_one()
        if not self[f"for_{member.role}"]:
            return self.env._(
                "“%(reward)s” is not meant for %(role)s.",
                reward=self.name,
                role=self._fields[f"for_{member.role}"]._description_string(self.env).lower(),
            )
        if given_minutes < self.min_given_minutes:
            return self.env._(
                "“%(reward)s” is for those who have given at least %(hours)s hours, and %(person)s has"
                " given %(given)s.",
                reward=self.name,
                hours=clock(self.min_given_minutes),
                person=member.name,
                given=clock(given_minutes),
            )
        lacking = self.check_type_ids & missing
        if lacking:
            return self.env._(
                "%(person)s needs %(checks)s for “%(reward)s”.",
                person=member.name,
                checks=", ".join(lacking.mapped("name")),
                reward=self.name,
            )
        return ""

    def _get_period_start(self):
        """The first day that counts for the limit per member, or ``False``."""
        self.ensure_one()
        if self.limit_period == "ever":
            return False
        return fields.Date.start_of(self.scheme_id._today(), self.limit_period)

    # ------------------------------------------------------------
    # Who changes what in a reward: its bank's coordinators all of it, finance the price.
    # ------------------------------------------------------------

    def _check_content(self, vals):
        """:raises AccessError: where finance changes more than the price, the cost and the grants"""
        content = {name for name in vals if not name.startswith(CHATTER)}
        if content - self._price_fields and not self._is_in_verb():
            self._check_run_by_user()

    def _check_run_by_user(self):
        """:raises AccessError: for rewards of banks that the user doesn't decide for"""
        self.check_access("write")
        schemes = self.scheme_id
        for scheme in schemes - schemes._run_by_user():
            raise AccessError(
                self.env._(
                    "Only a coordinator of %s can do that. Finance sets the price, the cost and the grants.",
                    scheme.name,
                )
            )
