"""Two contacts of one person become one, through Odoo's own *Merge*, and can be two again."""

from datetime import timedelta

from freezegun import freeze_time

from ..common import TODAY
from ..merging_common import MergingSteps
from ..session_common import SessionCase


class TestMerge(MergingSteps, SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.coordinator.group_ids |= cls.env.ref("base.group_partner_manager")
        cls.eva, cls.eva2 = cls._make_member("Eva Grey"), cls._make_member("Eva Gray")

    def test_one_member_and_two_again(self):
        first, second = self.eva.account_id, self.eva2.account_id
        hours = self._make_hours(self.eva2, 90, state="approved", date=TODAY.replace(day=3))
        self._fund(self.eva, 60)
        gone, gone_member = self.eva2.partner_id.id, self.eva2.id
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
        self.assertIn("River Street", self.told)
        self.assertRegex(
            self.done["params"]["text"],
            r"Merged: Eva Gray and Eva Grey are one contact\. It can be undone until .*, under Members",
        )
        self.assertEqual(merge.joined_text, "Eva Gray")
        self.assertFalse(self.env["res.partner"].browse(gone).exists())
        self.assertFalse(self.env["timebank.member"].browse(gone_member).exists())
        self.assertEqual(hours.partner_id, self.eva.partner_id)
        self.assertEqual((first.balance_minutes, second.balance_minutes), (150, 0))
        self.assertEqual((second.merged_into_id, second.partner_id), (first, self.eva.partner_id))
        self._undo(merge)
        again = self.env["timebank.member"].browse(gone_member)
        self.assertEqual((again.partner_id.id, again.account_id, again.name), (gone, second, "Eva Gray"))
        self.assertEqual((first.balance_minutes, second.balance_minutes), (60, 90))
        self.assertEqual((second.state, second.merged_into_id.id), ("open", False))
        self.assertEqual(hours.partner_id.id, gone)
        self.assertEqual((merge.state, merge.joined_text), ("undone", "Eva Gray"))
        self.assertFalse(merge.joined_names)  # whoever is there again answers for the name

    def test_reversal_after_merging(self):
        hours = self._make_hours(self.eva2, 90, state="approved", date=TODAY.replace(day=3))
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
        hours.with_user(self.coordinator).action_reverse("Not given")
        self.assertEqual(self.eva.account_id.balance_minutes, 0)
        self.assertFalse(self.scheme.check_ledger())
        self._undo(merge)
        self.assertEqual(hours.partner_id.name, "Eva Gray")

    def test_giver_and_receiver(self):
        self._fund(self.eva, 60)
        self._make_hours(self.eva2, 60, receiver_id=self.eva.partner_id.id, state="approved")
        with self.assertRefused("Eva Gray", "Eva Grey", "themselves"):
            self._merge(self.eva.partner_id, self.eva2.partner_id)
        self.assertIn("themselves", self.told)

    def test_on_one_register_twice(self):
        mine = self._make_line(self.eva, role="attendee", present=False)
        theirs = self._make_line(self.eva2, role="helper", present=True)
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
        self.assertFalse(mine.exists())
        self.assertEqual(theirs.partner_id, self.eva.partner_id)
        self._undo(merge)
        self.assertEqual((mine.partner_id, theirs.partner_id.name), (self.eva.partner_id, "Eva Gray"))

    def test_both_were_there(self):
        self._make_line(self.eva)
        self._make_line(self.eva2)
        with self.assertRefused("register"):
            self._merge(self.eva.partner_id, self.eva2.partner_id)

    def test_who_may(self):
        self.coordinator2.group_ids |= self.env.ref("base.group_partner_manager")
        with self.assertRefused("time bank"):
            self._merge(self.eva.partner_id, self.eva2.partner_id, user=self.coordinator2)

    def test_member_and_contact_that_is_kept(self):
        other = self.env["res.partner"].create({"name": "Eva G."})
        self._make_hours(self.eva, 30, state="approved")
        gone = self.eva.partner_id.id
        merge = self._merge(other, self.eva.partner_id)
        self.assertEqual((self.eva.partner_id, self.eva.account_id.partner_id), (other, other))
        self._undo(merge)
        self.assertEqual((self.eva.partner_id.id, self.eva.name), (gone, "Eva Grey"))

    def test_three_at_once(self):
        third = self._make_member("E. Grey")
        for number, member in enumerate((self.eva, self.eva2, third), 1):
            self._fund(member, 10 * number)
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id, third.partner_id)
        self.assertEqual(self.eva.balance_minutes, 60)
        self._undo(merge)
        self.assertEqual(
            [self.eva.balance_minutes, self.eva2.balance_minutes, third.balance_minutes], [10, 20, 30]
        )

    def test_after_the_period(self):
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
        with freeze_time(TODAY + timedelta(days=31)), self.assertRefused("could be undone until"):
            self._undo(merge)

    def test_nothing_left_to_give_back(self):
        self._fund(self.eva2, 60)
        self.scheme.credit_limit_minutes = 0
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
        self._post(self.eva.account_id, self.scheme.pot_account_id, 60)
        with self.assertRefused("Eva Grey", "spent"):
            self._undo(merge)

    def test_two_logins(self):
        with self.assertRefused("login"):
            self._merge(self.ann.partner_id, self.ben.partner_id)

    def test_paused_and_active(self):
        """One person who takes part: the pause is over, which is told beforehand."""
        self._fund(self.eva2, 60)
        self.eva2.action_pause()
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
        self.assertIn("River Street: the pause is over", self.told)
        self.assertEqual((self.eva.state, self.eva.balance_minutes), ("active", 60))
        self._undo(merge)
        paused = self.env["timebank.member"].search([("name", "=", "Eva Gray")])
        self.assertEqual((paused.state, paused.balance_minutes, self.eva.balance_minutes), ("paused", 60, 0))

    def test_both_paused(self):
        (self.eva | self.eva2).action_pause()
        self._merge(self.eva.partner_id, self.eva2.partner_id)
        self.assertNotIn("pause is over", self.told)
        self.assertEqual(self.eva.state, "paused")

    def test_a_frozen_account_stays_frozen(self):
        """Nothing moves on it, whoever of the two it is of, and whether they pause or take part."""
        self._fund(self.eva2, 60)
        for member in (self.eva, self.eva2):
            for pauses in (False, True):
                with self.subTest(member=member.name, pauses=pauses), self._undone():
                    if pauses:
                        member.action_pause()
                    member.account_id.action_freeze()
                    with self.assertRefused("River Street is frozen"):
                        self._merge(self.eva.partner_id, self.eva2.partner_id)

    def test_what_was_left_goes_on(self):
        """Who left with credits and came again as somebody new has them again."""
        self._fund(self.eva2, 60)
        self._leave(self.eva2)
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
        self.assertEqual((self.eva.state, self.eva.balance_minutes), ("active", 60))
        self._undo(merge)
        left = self.env["timebank.member"].search([("name", "=", "Eva Gray")])
        self.assertEqual((left.state, left.account_id.state, left.balance_minutes), ("left", "frozen", 60))

    def test_both_left(self):
        """What comes onto a closed account is no more to be spent than before."""
        self._fund(self.eva2, 60)
        self._leave(self.eva | self.eva2)
        account = self.eva.account_id
        self.assertEqual(account.state, "closed")
        merge = self._merge(self.eva.partner_id, self.eva2.partner_id)
        self.assertEqual((self.eva.state, account.state, account.balance_minutes), ("left", "frozen", 60))
        self._undo(merge)
        self.assertEqual((account.state, account.balance_minutes), ("closed", 0))
