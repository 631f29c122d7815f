from odoo import fields, models
from odoo.tools import SQL


class TimebankRedemption(models.Model):
    """What a claim holds from its request on: credits and stock, taken and given back together.

    Always the accounts first and the stock second, so that no two batches wait for one
    another. A reward without a limited number is never written to: nobody queues for it.
    """

    _inherit = "timebank.redemption"

    def _take(self):
        """Take credits and stock, and mark as requested those for which there is enough of both.

        :return: dict of record id → why not
        """
        # sudo: members spend through this verb alone; the rules have let these claims through.
        self = self.sudo()
        self._refresh_price()
        paying = self.filtered("minutes")
        ids = paying.ids

        def take_stock(positions):
            short = self.browse(ids[position] for position in positions)._take_stock()
            return {position: short[ids[position]] for position in positions if ids[position] in short}

        refused = self.env["timebank.transfer"]._post_possible(paying._prepare_transfers(), veto=take_stock)
        refusals = {ids[position]: sentence for position, sentence in refused.items()}
        refusals |= (self - paying)._take_stock()
        (self - self.browse(refusals))._through_door().write(
            {"state": "requested", "requested_on": fields.Date.context_today(self)}
        )
        return refusals

    def _give_back(self, reason):
        """Reverse the credits of claims and put their stock back.

        :return: dict of record id → why the ledger refused
        """
        # sudo: the verb was allowed by its own rule; credits and stock follow the claim
        held = self.sudo().filtered(lambda claim: claim.state in ("requested", "approved"))
        transfers = held.transfer_ids
        vals_list = transfers._prepare_reversals(reason)
        unpaid = transfers._get_posting_refusals(vals_list) if vals_list else {}
        refusals = {transfers[position].redemption_id.id: sentence for position, sentence in unpaid.items()}
        freed = held - held.browse(refusals)
        freed.transfer_ids._reverse(reason)
        freed._move_stock(+1)
        return refusals

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
            {
                **about[claim.reward_id.id],
                "from_account_id": claim.account_id.id,
                "minutes": claim.minutes,
                "redemption_id": claim.id,
            }
            for claim in self
        ]

    def _refresh_price(self):
        """The price is that of the day of the request, whenever the draft was made."""
        prices = {}
        for reward, claims in self._by_reward().items():
            minutes, cash = reward.minutes, reward.cash_price
            for claim in claims:
                quantity = claim.quantity
                if claim.minutes != minutes * quantity or claim.cash_amount != cash * quantity:
                    prices[claim.id] = claim._get_price()
        stale = self.browse(prices)
        stale._write_each(prices)
        stale._compute_cost_amount()

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
        rewards.flush_recordset(["stock"])
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT id, stock FROM timebank_reward WHERE id IN %s ORDER BY id FOR NO KEY UPDATE",
                    tuple(rewards.ids),
                )
            )
        )

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
