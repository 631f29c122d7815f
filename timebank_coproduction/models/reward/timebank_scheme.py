from odoo import api, fields, models

from ..common.figures import figures_over
from ..common.hours_field import hours_field
from ..common.verb import verb


class TimebankScheme(models.Model):
    """The bank's policy about rewards and vouchers."""

    _inherit = "timebank.scheme"

    allow_goods_rewards = fields.Boolean(
        string="Allow goods, vouchers and cash-like rewards",
        tracking=True,
        help="Benefits rules may see them otherwise than services. Take advice before switching this on.",
    )
    cash_method = fields.Selection(
        [("till", "Paid at the till"), ("invoice", "Customer invoice")],
        string="Cash parts",
        required=True,
        default="till",
        help="How members pay the part of a reward that costs money. An invoice is made as a"
        " draft when the claim is approved, for finance to send.",
    )
    supplier_order = fields.Selection(
        [("bill", "Draft vendor bill"), ("mail", "Mail to the supplier")],
        string="Orders to suppliers",
        required=True,
        default="bill",
    )
    voucher_months = fields.Integer(
        "Vouchers last (months)", default=12, help="For how many months a paper voucher can be handed in."
    )
    voucher_value = fields.Selection(
        [
            ("issuer", "Goes back to the account that paid for it"),
            ("pot", "Goes to the community pot"),
            ("bank", "Goes back to the bank"),
        ],
        string="Value of a lost or expired voucher",
        required=True,
        default="issuer",
        tracking=True,
    )
    voucher_ask_minutes = fields.Integer(
        default=6000, help="Issuing vouchers worth more than this together is asked about once more."
    )
    voucher_ask_hours = hours_field("voucher_ask_minutes", "Ask again before issuing over", editable=True)
    claims_to_approve_count = fields.Integer(compute="_compute_claims_to_approve_count")

    _voucher_months_positive = models.Constraint(
        "CHECK (voucher_months BETWEEN 1 AND 600)", "Vouchers last one month to 600 months."
    )
    _voucher_ask_positive = models.Constraint(
        "CHECK (voucher_ask_minutes >= 0)", "From how many hours on vouchers are asked about is zero or more."
    )

    @api.depends_context("uid")
    def _compute_claims_to_approve_count(self):
        requested = [("state", "=", "requested")]
        for scheme, count in figures_over(self, self.env["timebank.redemption"], "scheme_id", requested):
            scheme.claims_to_approve_count = count

    @verb(single=True)
    def action_view_claims(self):
        return self._open_own("timebank_redemption_action")

    def _get_voucher_account(self):
        """The bank's voucher account, opened with its first batch."""
        self.ensure_one()
        # sudo: the account is the bank's own, opened by its first vouchers.
        accounts = self.env["timebank.account"].sudo()
        account = accounts.search([("scheme_id", "=", self.id), ("kind", "=", "voucher")])
        return account or accounts.create({"scheme_id": self.id, "kind": "voucher"})
