from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..common.verb import verb
from ..common.windows import open_form


class TimebankRedemption(models.Model):
    """What a claim holds from its request on, taken and given back together: credits and
    stock; and the part that members pay in money, at the till or by an invoice of Odoo's own.
    """

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

    # Actions
    @verb(single=True)
    def action_view_invoice(self):
        self.ensure_one()
        return open_form(self.invoice_id)

    # Taking and giving back
    def _take_credits_and_stock(self):
        """Take credits and stock, and mark as requested those for which there is enough of both.

        :return: dict of record id → why not
        """
        # sudo: members spend through this verb alone; the rules have let these claims through.
        self = self.sudo()
        self._refresh_price()
        paying = self._having("minutes")
        ids = paying.ids

        def take_stock(positions):
            short = self.browse(ids[position] for position in positions)._take_stock()
            return {position: short[ids[position]] for position in positions if ids[position] in short}

        refused = self.env["timebank.transfer"]._post_possible(paying._prepare_transfers(), veto=take_stock)
        refusals = {ids[position]: sentence for position, sentence in refused.items()}
        refusals |= (self - paying)._take_stock()
        for scheme, claims in (self - self.browse(refusals))._by_bank().items():
            claims._in_verb().write({"state": "requested", "requested_on": scheme._today()})
        return refusals

    def _return_credits_and_stock(self, reason):
        """Give back all that claims hold: credits, stock, and what was asked for in money.

        :return: dict of record id → why the ledger refused
        """
        # sudo: the verb was allowed by its own rule; what is held follows the claim
        held = self.sudo().filtered(lambda claim: claim.state in ("requested", "approved"))
        refusals = held.transfer_ids._reverse_possible(reason, "redemption_id")
        freed = held - held.browse(refusals)
        freed._move_stock(+1)
        # a draft that was never requested holds nothing, and has no invoice
        freed._take_back_invoices(reason)
        return refusals

    # Credits
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
            {**about[reward_id], "from_account_id": payer_id, "minutes": minutes, "redemption_id": claim_id}
            for claim_id, reward_id, payer_id, minutes in self._get_columns(
                "id", "reward_id", "account_id", "minutes"
            )
        ]

    def _refresh_price(self):
        """The price is that of the day of the request, whenever the draft was made."""
        prices = {}
        for reward, claims in self._by_reward().items():
            minutes, cash = reward.minutes, reward.cash_price
            columns = claims._get_columns("quantity", "minutes", "cash_amount")
            for claim, (quantity, *price) in zip(claims, columns, strict=True):
                if price != [minutes * quantity, cash * quantity]:
                    prices[claim.id] = claim._get_price()
        stale = self.browse(prices)
        stale._write_each(prices)
        stale._compute_cost_amount()

    # Stock
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
        return dict(rewards._lock_rows("stock"))

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

    # The cash part
    def _get_refusals_to_invoice(self):
        """A claim that needs an invoice waits until the company can make one."""
        # sudo: coordinators approve without rights on the books.
        claims = self.sudo()._get_to_invoice()
        journals = (
            self.env["account.journal"]
            .sudo()
            ._read_group([("type", "=", "sale"), ("company_id", "in", claims.company_id.ids)], ["company_id"])
        )
        ready = {company for (company,) in journals}
        return {
            claim.id: self.env._(
                "%(company)s has no sales journal for the cash part of “%(claim)s”: set up"
                " invoicing, or let cash parts be paid at the till.",
                company=claim.company_id.name,
                claim=claim.display_name,
            )
            for claim in claims
            if claim.company_id not in ready
        }

    def _make_invoices(self):
        """Draft an invoice over the cash part of each claim that needs one."""
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
                claim._in_verb().write({"invoice_id": invoice.id})

    def _get_to_invoice(self):
        return self._having("cash_amount").filtered(
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

    def _take_back_invoices(self, reason):
        """A draft invoice is cancelled with its claim; for one that was sent, a credit note is drafted."""
        # sudo: whoever may cancel the claim takes back what was asked for it.
        invoices = self.sudo().invoice_id
        invoices.filtered(lambda invoice: invoice.state == "draft").button_cancel()
        sent = invoices.filtered(lambda invoice: invoice.state == "posted")
        sent._reverse_moves([{"ref": reason, "invoice_origin": invoice.invoice_origin} for invoice in sent])
