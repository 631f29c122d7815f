"""Two contacts of one person become one, through Odoo's own *Merge*, and can be two again."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tools import SQL

from ..common import TODAY
from ..session_common import SessionCase


class TestMerge(SessionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.coordinator.group_ids |= cls.env.ref("base.group_partner_manager")
        cls.eva, cls.eva2 = cls._make_member("Eva Grey"), cls._make_member("Eva Gray")

    def _merge(self, kept, *gone, user=None):
        people = kept
        for one in gone:
            people |= one
        dialog = (
            self.env["base.partner.merge.automatic.wizard"]
            .with_user(user or self.coordinator)
            .create(
                {"partner_ids": [Command.set(people.ids)], "dst_partner_id": kept.id, "state": "selection"}
            )
        )
        self.told = str(dialog.timebank_matters)
        self.done = dialog.action_merge()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.scheme.check_ledger())
        self._check_nothing_lost()
        return self.env["timebank.merge"].search([], limit=1)

    def _undo(self, merge, user=None):
        merge.with_user(user or self.coordinator).action_undo()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertFalse(self.scheme.check_ledger())
        self._check_nothing_lost()

    def _check_nothing_lost(self):
        """No stored field points to a person, member or account that isn't there."""
        for name in self.env.registry:
            model = self.env[name]
            if model._abstract or not model._auto:
                continue
            for field in model._fields.values():
                if (
                    field.type != "many2one"
                    or not field.store
                    or not field.column_type
                    or field.company_dependent
                ):
                    continue
                if field.comodel_name in ("res.partner", "timebank.member", "timebank.account"):
                    gone = self.env.execute_query(
                        SQL(
                            "SELECT t.id FROM %s t WHERE t.%s IS NOT NULL"
                            " AND NOT EXISTS (SELECT FROM %s o WHERE o.id = t.%s)",
                            SQL.identifier(model._table),
                            SQL.identifier(field.name),
                            SQL.identifier(self.env[field.comodel_name]._table),
                            SQL.identifier(field.name),
                        )
                    )
                    self.assertFalse(gone, str(field))

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
