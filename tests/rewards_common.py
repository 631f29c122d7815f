"""Members with credits, and rewards to spend them on."""

from .common import TODAY, TimebankCase


class RewardCase(TimebankCase):
    """Ann and Ben have ten hours each; lessons have no limit, three computers are left."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for member in (cls.ann, cls.ben):
            for day in range(2):
                cls._make_hours(member, 300, "approved", date=TODAY.replace(day=day + 1))
        cls.lesson = cls._make_reward("Driving lesson", minutes=120, approval="auto")
        cls.computer = cls._make_reward("Refurbished computer", minutes=180, stock=3)

    @classmethod
    def _make_reward(cls, name, state="published", **vals):
        reward = cls.env["timebank.reward"].create({"name": name, "scheme_id": cls.scheme.id, **vals})
        if state == "published":
            reward.action_publish()
        return reward

    @classmethod
    def _make_claim(cls, member, reward, state="draft", **vals):
        claim = cls.env["timebank.redemption"].create(
            {"reward_id": reward.id, "partner_id": member.partner_id.id, **vals}
        )
        if state != "draft":
            claim.action_request()
        if state in ("approved", "fulfilled") and claim.state == "requested":
            claim.with_user(cls.coordinator).action_approve()
        if state == "fulfilled":
            claim.with_user(cls.coordinator).action_fulfil()
        return claim

    def _fill(self, account, giver, minutes):
        """A gift from a member's account."""
        self.env["timebank.transfer"]._post(
            [
                {
                    "from_account_id": giver.account_id.id,
                    "to_account_id": account.id,
                    "minutes": minutes,
                    "kind": "gift",
                }
            ]
        )
