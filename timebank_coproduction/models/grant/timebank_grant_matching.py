from odoo import fields, models

from ...tools import bill_matching


class TimebankGrant(models.Model):
    """Automatic matching: the books and the claims go into a pure function, its matches come back."""

    _inherit = "timebank.grant"

    bill_line_ids = fields.One2many("timebank.bill.line", "grant_id", string="Bill lines")
    claim_ids = fields.One2many("timebank.redemption", "grant_id", string="Claims")

    def action_auto_match(self):
        """Match what can be told for certain (``tools/bill_matching.py``), grant by grant.

        :return: a notification of what was matched and what is left for a person
        """
        self._check_finance()
        matched = 0
        for grant in self:
            matched += len(grant._auto_match())
        left = self.env["timebank.bill.line"].search_count(
            [("grant_id", "in", self.ids), ("status", "in", ("open", "part"))]
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if not left else "info",
                "title": self.env._("Bills and claims"),
                "message": self.env._(
                    "%(matched)s matched, %(left)s bill lines left for you.", matched=matched, left=left
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _auto_match(self):
        """Matches made for one grant."""
        self.ensure_one()
        lines = self.env["timebank.bill.line"]._follow(self)
        bills, claims = self._prepare_bills(lines), self._prepare_claims()
        found = bill_matching.match(claims.values(), bills.values(), self._get_matching_rules())
        minor = 10**self.company_currency_id.decimal_places
        redemptions = self.env["timebank.redemption"]
        return self.env["timebank.reward.match"]._match(
            [
                (
                    redemptions.browse(match.claim),
                    lines.browse(match.bill),
                    match.amount / minor,
                    match.reason,
                )
                for match in found
            ]
        )

    def _get_matching_rules(self):
        self.ensure_one()
        return bill_matching.Rules(
            percent=self.tolerance_percent,
            amount=self._minor(self.tolerance_amount),
            before=self.days_before,
            after=self.days_after,
        )

    def _prepare_bills(self, lines):
        """The open lines with something charged, as the matcher takes them: dict of id → bill."""
        # sudo: the labels are compared, and not shown.
        open_lines = lines.sudo().filtered(
            lambda line: line.status in ("open", "part") and line.open_amount > 0
        )
        return {
            line.id: bill_matching.Bill(
                id=line.id,
                supplier=line.partner_id.commercial_partner_id.id or 0,
                product=line.product_id.id or 0,
                quantity=line.quantity,
                amount=self._minor(line.open_amount),
                day=line.date,
                text=" ".join(filter(None, (line.name, line.reference))),
            )
            for line in open_lines
        }

    def _prepare_claims(self):
        """The claims with something left to bill: dict of id → claim."""
        self.ensure_one()
        # sudo: the expected cost of the grant's claims, for those who reconcile it.
        claims = (
            self.env["timebank.redemption"]
            .sudo()
            .search(
                [
                    ("grant_id", "=", self.id),
                    ("state", "in", ("approved", "fulfilled")),
                    ("billing_done", "=", False),
                ]
            )
        )
        return {
            claim.id: bill_matching.Claim(
                id=claim.id,
                code=claim.code or "",
                supplier=claim.reward_id.supplier_id.commercial_partner_id.id or 0,
                product=claim.reward_id.product_id.id or 0,
                quantity=claim.quantity,
                amount=self._minor(claim.unbilled_amount),
                day=fields.Date.to_date(claim.approved_on),
                name=claim.reward_id.name,
            )
            for claim in claims
            if claim.unbilled_amount > 0
        }

    def _minor(self, amount):
        """Whole minor units (pence) of an amount of money."""
        return round(amount * 10**self.company_currency_id.decimal_places)
