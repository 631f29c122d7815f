from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..common.hours_field import hours_of
from ..ledger.timebank_verbs import NOTE_EACH

#: What a claim says. It is fixed once the claim has been requested.
CONTENT = frozenset({"reward_id", "partner_id", "account_id", "quantity"})
#: A claim in one of these states holds its credits and its stock.
STANDING = ("requested", "approved", "fulfilled")


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
        "CHECK (quantity BETWEEN 1 AND 1000)", "Claim between 1 and 1,000."
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
