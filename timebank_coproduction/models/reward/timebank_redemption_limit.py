from odoo import models
from odoo.tools import SQL

from .timebank_redemption import STANDING


class TimebankRedemption(models.Model):
    """How many of a reward one member may have in a period, however they are paid."""

    _inherit = "timebank.redemption"

    def _get_refusals_by_limit(self, members):
        """Claims beyond what one member may have, counting these in their order.

        A member has what is claimed for them, and what is paid from their account.
        Their memberships are touched, so that two claims at the same moment, whichever
        accounts they are paid from, can't both be the last.
        """
        if not any(self.reward_id.mapped("member_limit")):
            return {}
        limited = self.filtered("reward_id.member_limit")
        limited._touch_memberships(members)
        refusals, counts = {}, limited._get_standing_counts()
        for claim in limited:
            reward = claim.reward_id
            sides = {("for", claim.partner_id)}
            if claim.account_id.kind == "member":
                sides.add(("from", claim.account_id))
            had = max(counts.get((reward, side), 0) for side in sides)
            if had + claim.quantity > reward.member_limit:
                refusals[claim.id] = self.env._(
                    "%(person)s can have %(limit)s of “%(reward)s”, and has claimed %(had)s.",
                    person=claim.partner_id.name,
                    limit=reward.member_limit,
                    reward=reward.name,
                    had=had,
                )
                continue
            for side in sides:
                counts[reward, side] = counts.get((reward, side), 0) + claim.quantity
        return refusals

    def _touch_memberships(self, members):
        touched = {
            member.id
            for claim in self
            for partner in (claim.partner_id, claim.account_id.partner_id)
            if (member := members.get((claim.scheme_id, partner)))
        }
        self.env.cr.execute(
            SQL(
                """UPDATE timebank_member SET state = state WHERE id IN (
                       SELECT id FROM timebank_member WHERE id IN %s ORDER BY id FOR NO KEY UPDATE)""",
                tuple(touched) or (0,),
            )
        )

    def _get_standing_counts(self):
        """How many each person has of these rewards in this period: for them, and from their account."""
        counts = {}
        self.flush_recordset()
        for reward in self.reward_id:
            since = reward._get_period_start()
            domain = [("reward_id", "=", reward.id), ("state", "in", STANDING)]
            if since:
                domain.append(("requested_on", ">=", since))
            mine = self.filtered(lambda claim, reward=reward: claim.reward_id == reward)
            for partner, quantity in self._read_group(
                [*domain, ("partner_id", "in", mine.partner_id.ids)], ["partner_id"], ["quantity:sum"]
            ):
                counts[reward, ("for", partner)] = quantity
            for account, quantity in self._read_group(
                [*domain, ("account_id", "in", mine.account_id.ids)], ["account_id"], ["quantity:sum"]
            ):
                counts[reward, ("from", account)] = quantity
        return counts
