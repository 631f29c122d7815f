from odoo import models


class TimebankRedemption(models.Model):
    """Claims that use up what was paid in advance, as they are approved."""

    _inherit = "timebank.redemption"

    def _after_approval(self):
        self._use_prepaid()
        return super()._after_approval()

    def _use_prepaid(self):
        """Match claims with what their grants have paid for in advance, the earliest bill first.

        A claim then costs what that cost; what goes beyond the stock is expected to be billed as ever.
        """
        claims = self.sudo().filtered("grant_id")  # sudo: the grants' stock decides, whoever approves
        stock = self.env["timebank.prepayment"].sudo()._find_stock(claims.grant_id, claims.reward_id)
        if not stock:
            return
        lines = self.env["timebank.bill.line"].sudo()._bring_up_to_date(stock.grant_id)
        lines = {(line.grant_id, line.move_line_id): line for line in lines}
        used = {prepayment: prepayment.used_quantity for prepayment in stock}
        for claim in claims:
            each, wanted, taken = claim.cost_amount / claim.quantity, claim.quantity, []
            for prepayment in stock:
                line = lines.get((prepayment.grant_id, prepayment.move_line_id))
                count = min(wanted, prepayment.quantity - used[prepayment])
                fits = prepayment.grant_id == claim.grant_id and prepayment.reward_id == claim.reward_id
                if not (fits and count and line):
                    continue
                amount = prepayment._get_worth(used[prepayment], count)
                if line.currency_id.compare_amounts(amount, line.open_amount) > 0:
                    continue  # its bill is back in draft, or charges less now
                taken.append((prepayment, line, count, amount))
                used[prepayment] += count
                wanted -= count
            if taken:
                claim._take_prepaid(taken, each * wanted)

    def _take_prepaid(self, taken, rest):
        """:param taken: tuples of prepayment, its bill line, how many, and what they cost
        :param float rest: what the others are expected to cost
        """
        cost = self.currency_id.round(sum(amount for *_what, amount in taken) + rest)
        self._in_verb().write({"cost_amount": cost})
        matches = self.env["timebank.reward.match"]
        for prepayment, line, count, amount in taken:
            made = matches._match([(self, line, amount, "prepaid")]).sudo()  # sudo: as they are made
            made._update_rows({made.id: {"prepayment_id": prepayment.id, "prepaid_quantity": count}})
            prepayment.invalidate_recordset()
        names = ", ".join(f"{count} × {prepayment.bill_name}" for prepayment, _line, count, _amount in taken)
        self._note(self.env._("Paid in advance: %s", names))

    def _release_prepaid(self):
        """Give back what these claims took of what was paid in advance."""
        # sudo: the matches are made and undone by rule, whoever decides on the claim
        self.sudo().match_ids.filtered(lambda match: match.found_by == "prepaid")._undo()

    def _get_billed(self):
        """What suppliers have billed for this claim alone, paid in advance left out."""
        # sudo: only how much, for whoever decides on the claim
        claim = self.sudo()
        if not claim.matched_amount:
            return 0
        prepaid = claim.match_ids.filtered(lambda match: match.found_by == "prepaid")
        return claim.currency_id.round(claim.matched_amount - sum(prepaid.mapped("amount")))

    def _call_off(self, state, reason, note):
        refusals = super()._call_off(state, reason, note)
        (self - self.browse(refusals))._release_prepaid()
        return refusals

    def _count_prepaid(self, may_pay, stock):
        """Which of these grants has some of the claim's reward in stock, and how many it takes.

        :param dict stock: prepayment → how many are left; what is taken is taken off
        :return: the grant (or none), and how many of the claim's quantity it has paid for
        """
        left = {
            prepayment: count
            for prepayment, count in stock.items()
            if count and prepayment.reward_id == self.reward_id and prepayment.grant_id in may_pay
        }
        grant = next(iter(left)).grant_id if left else may_pay.browse()
        wanted = self.quantity
        for prepayment in left:
            if prepayment.grant_id == grant and wanted:
                taken = min(wanted, left[prepayment])
                stock[prepayment] -= taken
                wanted -= taken
        return grant, self.quantity - wanted if grant else 0
