"""Who changes what in a reward."""

from odoo.exceptions import AccessError

from ..rewards_common import RewardCase


class TestRewardAccess(RewardCase):
    def test_coordinators_keep_to_their_banks(self):
        lesson = self.lesson.with_user(self.coordinator2)
        self.assertEqual(lesson.name, "Driving lesson")
        for attempt in (
            lambda: lesson.write({"minutes": 1}),
            lambda: lesson.action_archive(),
            lambda: lesson.action_draft(),
            lambda: lesson.unlink(),
        ):
            with self.assertRaises(AccessError):
                attempt()
        self.lesson.with_user(self.coordinator).write({"name": "Driving lesson, an hour"})
        self.lesson.with_user(self.coordinator).action_archive()
        self.assertEqual(self.lesson.state, "archived")

    def test_the_catalogue_shows_first_what_one_can_claim_for_somebody(self):
        """A coordinator can choose the members of their own banks, and themselves."""
        ours = [("is_for_user", "=", True), ("id", "=", self.lesson.id)]
        rewards = {user: self.lesson.with_user(user) for user in (self.coordinator, self.coordinator2)}
        for user, wanted in ((self.coordinator, True), (self.coordinator2, False)):
            self.assertEqual(rewards[user].is_for_user, wanted)
            self.assertEqual(bool(rewards[user].search(ours)), wanted)
        self._make_member(self.coordinator2.partner_id)
        self.env.invalidate_all()
        self.assertTrue(rewards[self.coordinator2].is_for_user)
        self.assertTrue(rewards[self.coordinator2].search(ours))

    def test_claiming_a_reward_gives_no_right_to_change_it(self):
        """Somebody who coordinates one bank is a member of another."""
        partner = self.coordinator2.partner_id
        self.scheme.project_ids = False
        self.env["timebank.member"].create(
            {"partner_id": partner.id, "scheme_id": self.scheme.id}
        ).action_activate()
        self.env["timebank.redemption"].create({"reward_id": self.lesson.id, "partner_id": partner.id})
        with self.assertRaises(AccessError):
            self.lesson.with_user(self.coordinator2).write({"minutes": 1})

    def test_finance_sets_the_price_alone(self):
        lesson = self.lesson.with_user(self.finance)
        lesson.write({"expected_cost": 32, "cash_price": 2})
        self.assertEqual(self.lesson.expected_cost, 32)
        lesson.message_post(body="New price list")
        for attempt in (
            lambda: lesson.write({"name": "Cheaper lesson"}),
            lambda: lesson.write({"stock": 5}),
            lambda: lesson.action_archive(),
            lambda: lesson.action_publish(),
        ):
            with self.assertRaisesRegex(AccessError, "Finance sets the price"):
                attempt()

    def test_members_change_nothing(self):
        with self.assertRaises(AccessError):
            self.lesson.with_user(self.portal).write({"minutes": 1})
