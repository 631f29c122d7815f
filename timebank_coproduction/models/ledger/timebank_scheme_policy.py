from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools.minutes import DAY
from ..common.hours_field import hours_of


class TimebankScheme(models.Model):
    """The policy of a bank: its own rules, asked by the models that obey them."""

    _inherit = "timebank.scheme"

    # Limits
    credit_limit_minutes = fields.Integer("Credit limit in minutes", default=0, tracking=True)
    credit_limit_hours = hours_of(
        "credit_limit_minutes",
        "Credit limit",
        editable=True,
        help="How far below zero a member's balance may go.",
    )
    warn_limit_minutes = fields.Integer(default=0)
    warn_limit_hours = hours_of(
        "warn_limit_minutes",
        "Warn below zero by",
        editable=True,
        help="A member further below zero than this is shown in orange. The credit limit still holds.",
    )
    max_minutes_per_day = fields.Integer(default=DAY)
    max_hours_per_day = hours_of(
        "max_minutes_per_day",
        "Most hours a day",
        editable=True,
        help="What one person can have recorded for one day, all entries together.",
    )
    lock_date = fields.Date(
        "Books closed up to",
        tracking=True,
        help="Nothing dated on or before this day can be recorded or approved.",
    )

    # Approval
    approval = fields.Selection(
        [
            ("always", "A coordinator approves every entry"),
            ("over_limit", "A coordinator approves longer entries"),
            ("trusted", "Entries of trusted members need no approval"),
        ],
        required=True,
        default="always",
        tracking=True,
        help="Time that another member pays for is always approved by a coordinator.",
    )
    approval_over_minutes = fields.Integer(default=60)
    approval_over_hours = hours_of(
        "approval_over_minutes",
        "Approve entries over",
        editable=True,
        help="Entries of up to this long are approved at once.",
    )

    # What earns, and what it buys
    credit_professionals = fields.Boolean(
        "Professionals earn credits",
        tracking=True,
        help="Let paid staff earn credits too. Their hours are recorded either way.",
    )
    allow_goods_rewards = fields.Boolean(
        string="Allow goods, vouchers and cash-like rewards",
        tracking=True,
        help="Benefits rules may see them otherwise than services. Take advice before switching this on.",
    )
    voucher_months = fields.Integer(
        "Vouchers last (months)", default=12, help="For how many months a paper voucher can be handed in."
    )
    dormant_months = fields.Integer(
        "Dormant after (months)",
        default=6,
        help="After how many months without movement a member counts as dormant.",
    )
    expiry = fields.Selection(
        [("never", "Credits never expire"), ("to_pot", "Unused credits go to the community pot")],
        required=True,
        default="never",
        tracking=True,
    )
    expiry_months = fields.Integer(
        "Expire after (months)", default=24, help="After how many months without any movement on the account."
    )
    hour_value = fields.Monetary(
        "Value of an hour",
        help="What an hour would have cost, for the notes to the accounts only. It is never booked.",
    )

    _limits_positive = models.Constraint(
        "CHECK (credit_limit_minutes >= 0 AND warn_limit_minutes >= 0 AND approval_over_minutes >= 0)",
        "Limits are zero or more: they say how far below zero a balance may go.",
    )
    _max_per_day = models.Constraint(
        "CHECK (max_minutes_per_day BETWEEN 1 AND 1440)",
        "The most hours a day lie between one minute and 24 hours.",
    )
    _months_positive = models.Constraint(
        "CHECK (voucher_months > 0 AND dormant_months > 0 AND expiry_months > 0)",
        "Vouchers, dormancy and expiry take at least one month.",
    )

    @api.constrains("credit_limit_minutes")
    def _check_no_account_beyond_limit(self):
        for scheme in self:
            # sudo: whoever may change the policy has to hear of every account it touches.
            beyond = (
                self.env["timebank.account"]
                .sudo()
                .search(
                    [
                        ("scheme_id", "=", scheme.id),
                        ("kind", "=", "member"),
                        ("has_own_limit", "=", False),
                        ("balance_minutes", "<", -scheme.credit_limit_minutes),
                    ],
                    limit=10,
                )
            )
            if beyond:
                raise ValidationError(
                    self.env._(
                        "%(people)s would be below the new limit. Give them a limit of their own first.",
                        people=", ".join(beyond.mapped("name")),
                    )
                )

    def _needs_approval(self, hours):
        """Whether a coordinator has to decide on an entry before it counts.

        :param hours: one ``timebank.hours``
        """
        self.ensure_one()
        if hours.receiver_id or hours.pot_id or self.approval == "always":
            return True
        if self.approval == "over_limit":
            return hours.minutes > self.approval_over_minutes
        return not hours.member_id.trusted

    def _earns_credit(self, role):
        """Whether time given in ``role`` is credited (R16)."""
        self.ensure_one()
        return role != "professional" or self.credit_professionals

    def _why_closed(self, date=None):
        """Why nothing can be recorded here for ``date``, or an empty string."""
        self.ensure_one()
        if self.state == "closed":
            return self.env._("%s is closed: open it again first.", self.name)
        if date and self.lock_date and date <= self.lock_date:
            return self.env._(
                "%(bank)s has closed its books up to %(day)s: use a later date.",
                bank=self.name,
                day=self.env["ir.qweb.field.date"].value_to_html(self.lock_date, {}),
            )
        return ""

    def _why_not_taking_part(self, partner, member):
        """Why nothing can be recorded here for a person, or an empty string.

        :param member: their membership of this bank, or ``None``
        """
        self.ensure_one()
        if member:
            return member._why_not_taking_part()
        return self.env._(
            "%(person)s is not a member of %(bank)s: add them as a member first.",
            person=partner.name,
            bank=self.name,
        )
