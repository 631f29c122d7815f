from odoo import fields, models
from odoo.exceptions import UserError

from ...tools.bill_allocation import allocate

#: Lines that the screen lists of each side; a search narrows them.
SHOWN = 200


class TimebankGrant(models.Model):
    """The two panes on which finance matches by hand: bills on the left, claims on the right."""

    _inherit = "timebank.grant"

    def action_match_screen(self):
        self.ensure_one()
        return {
            "type": "ir.actions.client",
            "tag": "timebank_matching",
            "name": self.env._("Match: %s", self.name),
            "params": {"grant_id": self.id},
        }

    def get_matching(self, search=""):
        """What can be matched on this grant now.

        :param str search: words that supplier, label, claim or code contain
        :return: dict with ``grant``, ``bills``, ``claims``, ``matches`` and ``reasons``
        """
        self.ensure_one()
        self._check_finance()
        self.check_access("read")
        # sudo: the screen shows labels and amounts of bills and claims to finance, no more.
        lines = self.env["timebank.bill.line"]._follow(self).sudo()
        open_lines = lines.filtered(lambda line: line.status in ("open", "part", "changed"))
        claims = self.sudo().claim_ids.filtered(lambda claim: claim.state in ("approved", "fulfilled"))
        matches = self.env["timebank.reward.match"].sudo().search([("grant_id", "=", self.id)], limit=SHOWN)
        words = (search or "").lower().split()

        def found(row):
            text = " ".join(str(value) for value in row.values()).lower()
            return all(word in text for word in words)

        self._refresh_figures()
        return {
            "grant": {
                "name": self.name,
                "currency_id": self.company_currency_id.id,
                "billed": self.billed_amount,
                "unmatched": self.billed_unmatched_amount,
                "unbilled": self.unbilled_amount,
                "left": self.remaining_amount,
            },
            "bills": [row for line in open_lines.sorted("date") if found(row := line._prepare_row())][:SHOWN],
            "claims": [
                row
                for claim in claims.sorted("approved_on")
                if (claim.unbilled_amount or claim.matched_amount) and found(row := claim._prepare_row())
            ][:SHOWN],
            "matches": [row for match in matches if found(row := match._prepare_row())],
            "reasons": self.env["timebank.reward.match"]
            ._fields["difference_reason"]
            ._description_selection(self.env),
        }

    def match_selected(self, bill_line_ids, redemption_ids, difference_reason=False, note=False):
        """Match the bill lines and claims that a person picked, as far as they go.

        :raises UserError: with nothing to match, or with a difference without its reason
        """
        self.ensure_one()
        self._check_finance()
        # sudo: finance matches lines and claims of a grant that it may read.
        lines = (
            self.env["timebank.bill.line"]
            .sudo()
            .search([("id", "in", bill_line_ids), ("grant_id", "=", self.id)], order="date, id")
        )
        # sudo: finance, as checked above; the lines and claims of this grant alone
        claims = (
            self.env["timebank.redemption"]
            .sudo()
            .search([("id", "in", redemption_ids), ("grant_id", "=", self.id)], order="approved_on, id")
        )
        if not lines or not claims:
            raise UserError(self.env._("Pick at least one bill line and one claim."))
        minor = self._minor
        parts = allocate(
            [(line.id, minor(line.open_amount)) for line in lines],
            [
                (
                    claim.id,
                    minor(claim.unbilled_amount),
                    minor(claim.cost_amount + claim.tolerance_amount - claim.matched_amount),
                    minor(claim.matched_amount),
                )
                for claim in claims
            ],
            stretch=difference_reason != "part",
        )
        if not parts:
            raise UserError(
                self.env._("Nothing of these bills can pay for these claims: look at the amounts.")
            )
        difference = sum(map(minor, lines.mapped("open_amount"))) - sum(
            map(minor, claims.mapped("unbilled_amount"))
        )
        if difference and not difference_reason:
            raise UserError(self.env._("The bills and the claims differ: choose the reason."))
        unit = 10**self.company_currency_id.decimal_places
        self.env["timebank.reward.match"]._match(
            [
                (claims.browse(claim_id), lines.browse(line_id), amount / unit, "hand")
                for claim_id, line_id, amount in parts
            ],
            difference_reason if difference else False,
            note,
        )
        if difference < 0 and difference_reason in ("price", "fewer", "other"):
            claims.filtered("unbilled_amount")._set_billing_done(True)
        return True


class TimebankBillLine(models.Model):
    _inherit = "timebank.bill.line"

    def _prepare_row(self):
        return {
            "id": self.id,
            "number": self.number or "",
            "label": self.name or "",
            "reference": self.reference or "",
            "partner": self.partner_id.name or "",
            "date": fields.Date.to_string(self.date),
            "quantity": self.quantity,
            "share": self.share_amount,
            "open": self.open_amount,
            "status": self.status,
            "move_id": self.move_id.id,
        }


class TimebankRedemption(models.Model):
    _inherit = "timebank.redemption"

    def _prepare_row(self):
        return {
            "id": self.id,
            "name": self.display_name,
            "code": self.code or "",
            "partner": self.reward_id.supplier_id.name or "",
            "date": fields.Date.to_string(self.approved_on),
            "quantity": self.quantity,
            "cost": self.cost_amount,
            "matched": self.matched_amount,
            "open": self.unbilled_amount,
        }


class TimebankRewardMatch(models.Model):
    _inherit = "timebank.reward.match"

    def _prepare_row(self):
        labels = dict(self._fields["found_by"]._description_selection(self.env))
        return {
            "id": self.id,
            "claim": self.redemption_id.display_name,
            "bill": self.bill_line_id.display_name,
            "amount": self.amount,
            "found_by": labels[self.found_by],
            "explanation": self._get_explanation() or "",
        }
