from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import tagged

from ...models.common.roles import get_managers
from ..common import TODAY
from ..rewards_common import RewardCase


@tagged("post_install", "-at_install")
class TestLateClaims(RewardCase):
    """A claim is good for ninety days; nobody uses it."""

    def setUp(self):
        super().setUp()
        self.ann.partner_id.email = "ann@example.org"
        self.ben.partner_id.email = False
        self.claim = self._make_claim(self.ann, self.computer, "approved")
        self.last_day = TODAY + timedelta(days=90)

    def _run(self, day):
        with freeze_time(day):
            self.env["timebank.redemption"]._cron_late()

    def _mails(self, claim):
        """Subjects of what went to the one who pays, in order."""
        found = self.env["mail.mail"].search(
            [
                ("model", "=", claim._name),
                ("res_id", "=", claim.id),
                ("recipient_ids", "in", claim.partner_id.ids),
            ]
        )
        return found.sorted("id").mapped("subject")

    def _todos(self):
        return " ".join(self.scheme.activity_ids.sorted("id").mapped("note"))

    def test_announced_a_week_before_and_given_back_after_the_last_day(self):
        self._run(self.last_day - timedelta(days=8))
        self.assertFalse(self._mails(self.claim))
        self._run(self.last_day - timedelta(days=7))
        self._run(self.last_day)
        self.assertEqual(len(self._mails(self.claim)), 1)
        self.assertIn("Refurbished computer: use it by", self._mails(self.claim)[0])
        self.assertEqual((self.claim.state, self._balances(self.ann)), ("approved", [420]))
        self._run(self.last_day + timedelta(days=1))
        self.assertEqual(self.claim.state, "cancelled")
        self.assertIn("Not used by Jun 16, 2026", self.claim.refusal_reason)
        self.assertEqual((self._balances(self.ann), self.computer.stock), ([600], 3))
        self.assertIn("the credits are back", self._mails(self.claim)[1])
        self.assertIn("Refurbished computer for Ann Lee", self._todos())
        self.assertFalse(self.scheme.check_ledger())

    def test_nobody_is_called_off_without_a_weeks_notice(self):
        """The job did not run for months: whoever was not told gets the week all the same."""
        late = self.last_day + timedelta(days=30)
        self._run(late)
        self.assertEqual((self.claim.state, self.claim.collect_by), ("approved", late + timedelta(days=7)))
        self._run(late + timedelta(days=7))
        self.assertEqual(self.claim.state, "approved")
        self._run(late + timedelta(days=8))
        self.assertEqual(self.claim.state, "cancelled")

    def test_without_an_address_the_coordinator_is_asked_to_say_so(self):
        claim = self._make_claim(self.ben, self.computer, "approved")
        self._run(self.last_day - timedelta(days=7))
        self.assertFalse(self._mails(claim))
        self.assertIn("no mail reaches them", self._todos())
        self.assertIn("Ben Okoro", self._todos())
        self.assertNotIn("Ann Lee", self._todos())

    def test_without_a_coordinator_a_manager_is_asked(self):
        self.scheme.coordinator_ids = [Command.clear()]
        self._run(self.last_day + timedelta(days=8))
        self._run(self.last_day + timedelta(days=16))
        self.assertIn("Refurbished computer for Ann Lee", self._todos())
        managers = get_managers(self.env, self.scheme.company_id)
        self.assertEqual(self.scheme.activity_ids.user_id, managers[:1])

    def test_what_waits_for_a_coordinator(self):
        """Attended, ordered, or repeating: somebody may have had it, or paid for it."""
        school = self.env["res.partner"].create({"name": "Steady Wheels", "email": "school@example.org"})
        self.lesson.supplier_id = school
        ordered = self._make_claim(self.ann, self.lesson, "approved")
        ordered.with_user(self.coordinator).action_order()
        course = self._make_reward("Computer course", minutes=60, approval="auto", fulfilment="attended")
        self.assertEqual((course.when_late, self.lesson.when_late), ("keep", "return"))
        attended = self._make_claim(self.ann, course, "requested")
        dues = self.env["timebank.dues"].create(
            {"reward_id": self.lesson.id, "partner_id": self.ben.partner_id.id, "date_start": TODAY}
        )
        with freeze_time(TODAY):
            self.env["timebank.dues"]._cron_claim()
        kept = ordered | attended | dues.claim_ids
        for days in (-7, 1, 2, 30):
            self._run(self.last_day + timedelta(days=days))
        self.assertEqual(set(kept.mapped("state")), {"approved"})
        self.assertEqual(self.claim.state, "cancelled")
        self.assertEqual(self._todos().count("Hand them over, or cancel them"), 1, "told once")
        for claim in kept:
            self.assertIn(claim.display_name, self._todos())

    def test_a_frozen_account_is_told_of_once_and_tried_again(self):
        self._run(self.last_day - timedelta(days=7))
        self.ann.account_id._in_verb().state = "frozen"
        self._run(self.last_day + timedelta(days=1))
        self._run(self.last_day + timedelta(days=2))
        self.assertEqual((self.claim.state, self._balances(self.ann)), ("approved", [420]))
        self.assertEqual(self._todos().count("Hand them over, or cancel them"), 1)
        self.ann.account_id._in_verb().state = "open"
        self._run(self.last_day + timedelta(days=3))
        self.assertEqual((self.claim.state, self._balances(self.ann)), ("cancelled", [600]))

    def test_nobody_types_the_dates_in(self):
        for name in ("late_notice_on", "late_todo_on", "collect_by"):
            with self.assertRaises(AccessError):
                self.claim.with_user(self.coordinator).write({name: TODAY})
