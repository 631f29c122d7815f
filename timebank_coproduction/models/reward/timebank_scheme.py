from odoo import fields, models


class TimebankScheme(models.Model):
    """The bank's policy about rewards and vouchers."""

    _inherit = "timebank.scheme"

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
    claims_to_approve_count = fields.Integer(compute="_compute_claims_to_approve_count")

    def _compute_claims_to_approve_count(self):
        counts = dict(
            self.env["timebank.redemption"]._read_group(
                [("scheme_id", "in", self.ids), ("state", "=", "requested")], ["scheme_id"], ["__count"]
            )
        )
        for scheme in self:
            scheme.claims_to_approve_count = counts.get(scheme._origin, 0)

    def action_view_claims(self):
        return self._action_on("timebank_coproduction.timebank_redemption_action")
