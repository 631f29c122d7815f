from odoo import fields, models

from ..common.figures import figures_over


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
        requested = [("state", "=", "requested")]
        for scheme, count in figures_over(self, self.env["timebank.redemption"], "scheme_id", requested):
            scheme.claims_to_approve_count = count

    def action_view_claims(self):
        return self._open_own("timebank_redemption_action")

    # ------------------------------------------------------------
    # The account that vouchers in circulation stand on, and the proof that it agrees with them.
    # ------------------------------------------------------------

    def _get_voucher_account(self):
        """The bank's voucher account, opened with its first batch."""
        self.ensure_one()
        # sudo: the account is the bank's own, opened by its first vouchers.
        accounts = self.env["timebank.account"].sudo()
        account = accounts.search([("scheme_id", "=", self.id), ("kind", "=", "voucher")])
        return account or accounts.create(
            {"scheme_id": self.id, "kind": "voucher", "name": self.env._("%s: vouchers", self.name)}
        )

    def _get_ledger_checks(self):
        return [*super()._get_ledger_checks(), self._check_vouchers]

    def _check_vouchers(self):
        """What stands on the voucher account is what the vouchers in circulation are worth."""
        rows = self._query(
            """WITH moved AS (
                   SELECT account_id, SUM(minutes) AS minutes FROM timebank_account_tail GROUP BY account_id
               ), worth AS (
                   SELECT scheme_id, SUM(minutes) AS minutes FROM timebank_voucher
                    WHERE state = 'issued' GROUP BY scheme_id
               )
               SELECT s.id, s.id, COALESCE(a.balance_minutes, 0) + COALESCE(moved.minutes, 0),
                      COALESCE(worth.minutes, 0)
                 FROM timebank_scheme s
                 LEFT JOIN timebank_account a ON a.scheme_id = s.id AND a.kind = 'voucher'
                 LEFT JOIN moved ON moved.account_id = a.id
                 LEFT JOIN worth ON worth.scheme_id = s.id
                WHERE s.id IN %s
                  AND COALESCE(a.balance_minutes, 0) + COALESCE(moved.minutes, 0)
                      != COALESCE(worth.minutes, 0)""",
            tuple(self.ids),
        )
        return self._violations_of(
            "voucher",
            self._name,
            rows,
            lambda balance, worth: self.env._(
                "vouchers in circulation are worth %(worth)s minutes, and their account holds %(balance)s.",
                worth=worth,
                balance=balance,
            ),
        )
