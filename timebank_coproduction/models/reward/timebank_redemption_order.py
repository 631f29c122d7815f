from odoo import fields, models
from odoo.fields import Command


class TimebankRedemption(models.Model):
    """What approved claims need from suppliers: a pick-list, and an order."""

    _inherit = "timebank.redemption"

    supplier_id = fields.Many2one(related="reward_id.supplier_id")
    ordered_on = fields.Date("Ordered on", readonly=True, copy=False)
    order_bill_id = fields.Many2one(
        "account.move", "Ordered on bill", readonly=True, copy=False, index="btree_not_null"
    )

    def action_order(self):
        """Order what approved claims need, together for each supplier, as the bank's policy says:
        a draft vendor bill for finance, or a mail.

        :return: ``True``, or an action listing what could not be ordered, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._get_refusals_to_order()
        claims = self._raise_or_list(refusals)
        # sudo: coordinators order without rights on the books or on the suppliers.
        for (scheme, supplier), group in (
            claims.sudo().grouped(lambda claim: (claim.scheme_id, claim.reward_id.supplier_id)).items()
        ):
            group._order_from(supplier, scheme.supplier_order)
        claims._note(self.env._("Ordered from the supplier"))
        return self._tell(refusals, self.env._("ordered"))

    def action_print_pick_list(self):
        """:return: the action of the list to hand these claims over by"""
        return self.env.ref("timebank_coproduction.action_report_pick_list").report_action(self)

    def _get_refusals_to_order(self):
        refusals = self._get_refusals_by_state("approved", self.env._("“%s” is not approved."))
        refusals |= (self - self.browse(refusals))._get_refusals_to_run()
        # sudo: the user runs the bank; what is asked is the supplier, and whether it was told already
        for claim in (self - self.browse(refusals)).sudo():
            supplier = claim.reward_id.supplier_id
            if claim.ordered_on:
                refusals[claim.id] = self.env._("“%s” has been ordered already.", claim.display_name)
            elif not supplier:
                refusals[claim.id] = self.env._("“%s” has no supplier.", claim.reward_id.name)
            elif claim.scheme_id.supplier_order == "mail" and not supplier.email:
                refusals[claim.id] = self.env._("%s has no e-mail address to order by.", supplier.name)
        return refusals

    def _get_refusals_to_cancel(self):
        """Once it has been ordered, only the bank can call it off."""
        refusals = super()._get_refusals_to_cancel()
        ordered = (self - self.browse(refusals)).filtered("ordered_on")
        for claim_id in ordered._get_refusals_to_run():
            refusals[claim_id] = self.env._(
                "“%s” has been ordered from the supplier: ask your coordinator to cancel it.",
                self.browse(claim_id).display_name,
            )
        return refusals

    def _order_from(self, supplier, how):
        """Order these claims of one bank from one supplier."""
        vals = {"ordered_on": fields.Date.context_today(self)}
        if how == "bill":
            bill = self.env["account.move"].with_company(self.company_id).create(self._prepare_bill(supplier))
            vals["order_bill_id"] = bill.id
        else:
            self.env["mail.mail"].create(self._prepare_order_mail(supplier))
        self._through_door().write(vals)

    def _get_order_lines(self):
        """These claims by reward: list of (reward, how many, their claims)."""
        return [
            (reward, sum(claims.mapped("quantity")), claims)
            for reward, claims in self.grouped("reward_id").items()
        ]

    def _prepare_bill(self, supplier):
        """Values of the draft bill: a line for each reward at its expected cost."""
        return {
            "move_type": "in_invoice",
            "partner_id": supplier.id,
            "currency_id": self.currency_id.id,
            "invoice_origin": self.env._("Claims of %s", self.scheme_id.name),
            "invoice_line_ids": [
                Command.create(
                    {
                        "name": reward.name,
                        "quantity": quantity,
                        "price_unit": sum(claims.mapped("cost_amount")) / quantity,
                        **({"product_id": reward.product_id.id} if reward.product_id else {}),
                    }
                )
                for reward, quantity, claims in self._get_order_lines()
            ],
        }

    def _prepare_order_mail(self, supplier):
        """Values of the mail: how many of what, and first names only."""
        scheme = self.scheme_id
        return {
            "subject": self.env._("Order from %s", scheme.name),
            "email_to": supplier.email_formatted,
            "email_from": scheme.company_id.email_formatted or self.env.user.email_formatted,
            "body_html": self.env["ir.qweb"]._render(
                "timebank_coproduction.supplier_order_mail",
                {"lines": self._get_order_lines(), "supplier": supplier, "scheme": scheme},
            ),
            "auto_delete": False,
        }
