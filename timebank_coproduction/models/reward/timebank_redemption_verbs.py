from dateutil.relativedelta import relativedelta

from odoo import fields, models


class TimebankRedemption(models.Model):
    """The verbs of claims: each takes many, does what can be done, and tells the rest."""

    _inherit = "timebank.redemption"

    def action_request(self):
        """Claim: credits and stock are taken now, whoever has to approve it later.

        :return: ``True``, or an action listing what could not be claimed, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._request()
        self._raise_or_list(refusals)
        return self._tell(refusals, self.env._("claimed"))

    def action_approve(self):
        """Approve requested claims. They can be handed over from now on.

        :return: ``True``, or an action listing what could not be approved, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._get_refusals_to_decide()
        refusals |= (self - self.browse(refusals))._approve(self.env.user)
        claims = self._raise_or_list(refusals)
        claims._note(self.env._("Approved"))
        claims._close_todos()
        return self._tell(refusals, self.env._("approved"))

    def action_refuse(self, reason):
        """Turn requested claims down: credits and stock go back whole.

        :param str reason: what the member should know
        :raises UserError: without a reason, or when nothing could be refused
        """
        self.check_access("write")
        reason = self._checked_reason(reason)
        refusals = self._get_refusals_to_decide()
        return self._end(
            "refused", reason, refusals, self.env._("Refused: %s", reason), self.env._("refused")
        )

    def action_cancel(self, reason):
        """Call claims off before they are handed over: credits and stock go back whole.

        :param str reason: why, in a few words
        :raises UserError: without a reason, or when nothing could be cancelled
        """
        self.check_access("write")
        reason = self._checked_reason(reason)
        refusals = self._get_refusals_to_cancel()
        return self._end(
            "cancelled", reason, refusals, self.env._("Cancelled: %s", reason), self.env._("cancelled")
        )

    def action_fulfil(self):
        """Note that approved claims were collected, attended or posted.

        :return: ``True``, or an action listing what could not be, and why
        :raises UserError: when nothing could
        """
        self.check_access("write")
        refusals = self._get_refusals_to_fulfil()
        claims = self._raise_or_list(refusals)
        claims._fulfil(self.env.user)
        claims._note(self.env._("Handed over"))
        return self._tell(refusals, self.env._("handed over"))

    # What the verbs do
    def _request(self):
        """Take what these claims need, and approve those that need no coordinator.

        :return: dict of record id → why not
        """
        refusals = self._get_refusals_to_request()
        refusals |= (self - self.browse(refusals))._take()
        # sudo: the reward's own rule approves these, not the member who claims.
        claims = (self - self.browse(refusals)).sudo()
        at_once = claims.browse(
            claim_id
            for reward, group in claims._by_reward().items()
            if reward.approval == "auto"
            for claim_id in group.ids
        )
        waiting = at_once.browse(at_once._approve(self.env["res.users"]))
        (claims - at_once | waiting)._ask_for_decision()
        return refusals

    def _approve(self, approver):
        """Approve requested claims, those that can be.

        :param approver: the user who decided, empty where the reward's own rule did
        :return: dict of record id → why the rest can't
        """
        vals_by_id, refusals = self._prepare_approvals(approver)
        self._write_each(vals_by_id)
        self.browse(vals_by_id)._follow_approval()
        return refusals

    def _prepare_approvals(self, approver):
        """What an approval writes on each claim, for those that can be approved.

        Whoever has to know what is committed, such as the grant that pays, adds to the
        values; whoever can say no takes a claim out of them, and says why.

        :return: dict of record id → values, dict of record id → why not
        """
        today = fields.Date.context_today(self)
        vals = {"state": "approved", "approver_id": approver.id, "approved_on": fields.Datetime.now()}
        vals_by_id = {}
        # sudo: the reward's terms hold, whoever may read them
        for reward, claims in self.sudo()._by_reward().items():
            collect_by = today + relativedelta(days=reward.collect_days)
            vals_by_id |= {claim_id: {**vals, "collect_by": collect_by} for claim_id in claims.ids}
        return vals_by_id, {}

    def _follow_approval(self):
        """What approved claims set off: mails, invoices."""

    def _end(self, state, reason, refusals, note, done):
        """Call off the claims that can be, and tell which could not."""
        refusals |= (self - self.browse(refusals))._call_off(state, reason, note)
        self._raise_or_list(refusals)
        return self._tell(refusals, done)

    def _call_off(self, state, reason, note):
        """Give back what these claims hold, and leave them in ``state``, those that can be.

        :return: dict of record id → why the rest can't
        """
        refusals = self._give_back(reason)
        claims = self - self.browse(refusals)
        claims._through_door().write({"state": state, "refusal_reason": reason})
        claims._note(note)
        claims._close_todos()
        return refusals

    def _fulfil(self, fulfiller):
        """:param fulfiller: the user who handed over, empty where the supplier's page did"""
        self._through_door().write(
            {"state": "fulfilled", "fulfilled_on": fields.Datetime.now(), "fulfiller_id": fulfiller.id}
        )

    def _by_reward(self):
        """These claims by their reward: a dict, often of one, which then takes no loop over them."""
        rewards = self.reward_id
        return {rewards: self} if len(rewards) == 1 else self.grouped("reward_id")

    def _write_each(self, vals_by_id):
        """Write each claim's own values, those that are alike together."""
        alike = {}
        for claim_id, vals in vals_by_id.items():
            alike.setdefault(tuple(vals.items()), []).append(claim_id)
        for vals, claim_ids in alike.items():
            self.browse(claim_ids)._through_door().write(dict(vals))
