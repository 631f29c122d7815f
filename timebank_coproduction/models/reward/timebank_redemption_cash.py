from odoo import api, fields, models
from odoo.fields import Command

from ..common.windows import open_form


class TimebankRedemption(models.Model):
    """The part that members pay in money: at the till, or by an invoice of Odoo's own."""

    _inherit = "timebank.redemption"

    invoice_id = fields.Many2one(
        "account.move", "Member's invoice", readonly=True, copy=False, index="btree_not_null"
    )
    cash_state = fields.Selection(
        [
            ("none", "No cash part"),
            ("till", "To pay at the till"),
            ("to_send", "Invoice to be sent"),
            ("asked", "Invoice sent"),
            ("paid", "Paid"),
        ],
        string="Payment",
        compute="_compute_cash_state",
    )

    @api.depends(
        "cash_amount", "invoice_id.state", "invoice_id.payment_state", "scheme_id.cash_method", "state"
    )
    def _compute_cash_state(self):
        # sudo: members and coordinators see how far the payment is, not the books.
        for claim in self.sudo():
            invoice = claim.invoice_id
            if not claim.cash_amount:
                claim.cash_state = "none"
            elif not invoice:
                claim.cash_state = "till" if claim.scheme_id.cash_method == "till" else "to_send"
            elif invoice.payment_state in ("in_payment", "paid"):
                claim.cash_state = "paid"
            else:
                claim.cash_state = "asked" if invoice.state == "posted" else "to_send"

    def action_view_invoice(self):
        self.ensure_one()
        return open_form(self.invoice_id)

    def _prepare_approvals(self, approver):
        """A claim that needs an invoice waits until the company can make one."""
        vals_by_id, refusals = super()._prepare_approvals(approver)
        # sudo: coordinators approve without rights on the books.
        claims = self.browse(vals_by_id).sudo()._get_to_invoice()
        journals = (
            self.env["account.journal"]
            .sudo()
            ._read_group([("type", "=", "sale"), ("company_id", "in", claims.company_id.ids)], ["company_id"])
        )
        ready = {company for (company,) in journals}
        for claim in claims:
            if claim.company_id not in ready:
                del vals_by_id[claim.id]
                refusals[claim.id] = self.env._(
                    "%(company)s has no sales journal for the cash part of “%(claim)s”: set up"
                    " invoicing, or let cash parts be paid at the till.",
                    company=claim.company_id.name,
                    claim=claim.display_name,
                )
        return vals_by_id, refusals

    def _follow_approval(self):
        result = super()._follow_approval()
        # sudo: coordinators approve without rights on the books; finance sends the drafts.
        claims = self.sudo()._get_to_invoice()
        for company, group in claims.grouped("company_id").items():
            invoices = (
                self.env["account.move"]
                .sudo()
                .with_company(company)
                .create([claim._prepare_invoice() for claim in group])
            )
            for claim, invoice in zip(group, invoices, strict=True):
                claim._through_door().write({"invoice_id": invoice.id})
        return result

    def _get_to_invoice(self):
        return self.filtered("cash_amount").filtered(
            lambda claim: claim.scheme_id.cash_method == "invoice" and not claim.invoice_id
        )

    def _prepare_invoice(self):
        """Values of the draft invoice over the cash part."""
        self.ensure_one()
        reward = self.reward_id
        line = {
            "name": reward.name,
            "quantity": self.quantity,
            "price_unit": self.cash_amount / self.quantity,
        }
        if reward.product_id:
            line["product_id"] = reward.product_id.id
        return {
            "move_type": "out_invoice",
            "partner_id": self._get_payer().id,
            "currency_id": self.currency_id.id,
            "invoice_origin": self.display_name,
            "invoice_line_ids": [Command.create(line)],
        }

    def _give_back(self, reason):
        """A draft invoice is cancelled with its claim; for one that was sent, a credit note is drafted."""
        refusals = super()._give_back(reason)
        # sudo: whoever may cancel the claim takes back what was asked for it.
        invoices = (self - self.browse(refusals)).sudo().invoice_id
        invoices.filtered(lambda invoice: invoice.state == "draft").button_cancel()
        sent = invoices.filtered(lambda invoice: invoice.state == "posted")
        sent._reverse_moves([{"ref": reason, "invoice_origin": invoice.invoice_origin} for invoice in sent])
        return refusals
