"""A manager gives and takes the roles of others: of a coordinator of a bank, and of finance."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from ..common import TimebankCase, call_as

GROUP = "timebank_coproduction.group_timebank_"
#: What giving a role changes of a user, and what Odoo works out from it.
CHANGED = {
    "group_ids",
    "all_group_ids",
    "groups_count",
    "accesses_count",
    "rules_count",
    "coordinated_scheme_ids",
    "write_date",
    "write_uid",
}


class TestRoles(TimebankCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.groups = {role: cls.env.ref(GROUP + role) for role in ("coordinator", "finance", "manager")}
        cls.elsewhere = cls.env["res.company"].create({"name": "Far Away"})

    def _give(self, user, role, by=None, bank=None, verb="action_give_role"):
        bank = bank or self.scheme
        return call_as(self.env(user=by or self.manager), "timebank.scheme", verb, bank.ids, user.id, role)

    def _take(self, user, role, **more):
        return self._give(user, role, verb="action_take_role", **more)

    def _refuse(self, *words, user=None, role="coordinator", error=UserError, **more):
        user = user or self.staff
        before = user.group_ids, self.scheme.coordinator_ids
        for change in (self._give, self._take):
            with self.subTest(change=change.__name__), self.assertRefused(*words, error=error):
                change(user, role, **more)
            self.assertEqual((user.group_ids, self.scheme.coordinator_ids), before)

    def _read(self, user):
        """Each stored field of a user that isn't a matter of its role."""
        stored = [name for name, field in user._fields.items() if field.store and not field.inherited]
        names = [name for name in stored if name not in CHANGED]
        self.env.flush_all()
        self.env.invalidate_all()
        return user.sudo().read(names)

    def test_a_coordinator_is_made_and_unmade(self):
        before, groups = self._read(self.staff), self.staff.group_ids
        self._give(self.staff, "coordinator")
        self.assertIn(self.staff, self.scheme.coordinator_ids)
        self.assertEqual(self.staff.group_ids - groups, self.groups["coordinator"])
        self.assertEqual(self._read(self.staff), before)
        self.ann.with_user(self.staff).check_access("write")
        note = self.scheme.message_ids[0]
        self.assertEqual(note.author_id, self.manager.partner_id)
        for word in (self.manager.name, self.staff.name, "coordinator", self.scheme.name):
            self.assertIn(word, note.body)
        with self.assertRefused("Stella Fox", "already"):
            self._give(self.staff, "coordinator")
        self._take(self.staff, "coordinator")
        self.assertEqual((self.staff.group_ids, self._read(self.staff)), (groups, before))
        self.assertNotIn(self.staff, self.scheme.coordinator_ids)
        self.assertIn("off those who run", self.scheme.message_ids[0].body)
        with self.assertRefused("Stella Fox", "doesn’t have"):
            self._take(self.staff, "coordinator")

    def test_finance_is_given_and_taken(self):
        coordinators, before, groups = (
            self.scheme.coordinator_ids,
            self._read(self.staff),
            self.staff.group_ids,
        )
        self._give(self.staff, "finance")
        self.assertEqual(self.staff.group_ids - groups, self.groups["finance"])
        self.assertEqual(self.scheme.coordinator_ids, coordinators)
        self.assertIn("finance", self.scheme.message_ids[0].body)
        with self.assertRefused("already"):
            self._give(self.staff, "finance")
        self._take(self.staff, "finance")
        self.assertEqual((self.staff.group_ids, self._read(self.staff)), (groups, before))

    def test_who_has_another_bank_left_stays_a_coordinator(self):
        """Also where the other bank is of a company that the manager doesn't see."""
        self.staff.company_ids += self.elsewhere
        far = self._make_scheme("Far Street", company_id=self.elsewhere.id)
        self._give(self.staff, "coordinator")
        far.coordinator_ids = [Command.link(self.staff.id)]
        self._take(self.staff, "coordinator")
        self.assertEqual(self.staff.coordinated_scheme_ids, far)
        self.assertIn(self.groups["coordinator"], self.staff.group_ids)

    def test_nobody_changes_a_role_of_their_own(self):
        for role in ("coordinator", "finance"):
            self._refuse("another manager", user=self.manager, role=role)

    def test_two_managers_make_each_other_finance(self):
        other = new_test_user(self.env, "tb_manager2", groups=GROUP + "manager", name="Max Reed")
        self._give(other, "finance")
        self._give(self.manager, "finance", by=other)
        self.assertIn(self.groups["finance"], self.manager.group_ids)

    def test_only_managers_of_the_bank(self):
        several = new_test_user(
            self.env, "tb_both", groups=f"{GROUP}coordinator,{GROUP}finance", name="Sally Marsh"
        )
        self.scheme.coordinator_ids += several
        admin = new_test_user(self.env, "tb_settings", groups="base.group_system", name="Ada Settings")
        far = new_test_user(
            self.env,
            "tb_manager_far",
            groups=GROUP + "manager",
            name="Fay Marsh",
            company_id=self.elsewhere.id,
            company_ids=[Command.set(self.elsewhere.ids)],
        )
        for user in (self.coordinator, self.finance, several, self.staff, admin):
            with self.subTest(user.name):
                for role in ("coordinator", "finance"):
                    self._refuse("managers", user=self.coordinator2, role=role, by=user, error=AccessError)
        for user in (self.portal, far):  # who can't even read the bank
            with self.subTest(user.name), self.assertRaises(AccessError):
                self._give(self.coordinator2, "finance", by=user)

    def test_only_staff_of_that_company(self):
        far = new_test_user(
            self.env,
            "tb_far",
            groups="base.group_user",
            name="Far Friend",
            company_id=self.elsewhere.id,
            company_ids=[Command.set(self.elsewhere.ids)],
        )
        archived = new_test_user(self.env, "tb_left", groups="base.group_user", name="Lew Left")
        archived.active = False
        for role in ("coordinator", "finance"):
            self._refuse("Far Friend", "doesn’t work in", self.env.company.name, user=far, role=role)
            self._refuse("Lew Left", "staff", user=archived, role=role)
            self._refuse("staff", user=self.env.ref("base.user_root"), role=role)
            self._refuse("staff", user=self.portal, role=role)
        self.manager.company_ids += self.elsewhere
        self._refuse("Far Friend", "doesn’t work in", user=far)

    def test_no_seat(self):
        """The rights with which people act for an organisation are nobody's."""
        seat = new_test_user(self.env, "tb_seat", groups="base.group_user", name="Seat")
        seat.is_timebank_seat = True
        for role in ("coordinator", "finance"):
            self._refuse("staff", user=seat, role=role)

    def test_finance_isnt_given_beyond_the_managers_companies(self):
        self.staff.company_ids += self.elsewhere
        self._refuse("in which you don’t", role="finance")
        self._give(self.staff, "coordinator")
        self.manager.company_ids += self.elsewhere
        self._give(self.staff, "finance")
        self.assertIn(self.groups["finance"], self.staff.group_ids)

    def test_no_other_role(self):
        for role in ("manager", "base.group_system", GROUP + "manager", self.groups["manager"].id, "", None):
            self._refuse(role=role)

    def test_what_another_role_brings_isnt_taken(self):
        other = new_test_user(self.env, "tb_manager2", groups=GROUP + "manager", name="Max Reed")
        self._give(other, "coordinator")
        self.assertNotIn(self.groups["coordinator"], other.group_ids)
        with self.assertRefused("Max Reed", "Manager", "Settings"):
            self._take(other, "coordinator")
        team = self.env["res.groups"].create(
            {"name": "Team", "implied_ids": [Command.set(self.groups["finance"].ids)]}
        )
        self.staff.group_ids += team
        with self.assertRefused("Stella Fox", "Team"):
            self._take(self.staff, "finance")

    def test_writing_on_the_bank_gives_no_role(self):
        with self.assertRefused("Stella Fox", "Roles"):
            self._as(self.manager, self.scheme).coordinator_ids = [Command.link(self.staff.id)]
        self.assertNotIn(self.groups["coordinator"], self.staff.all_group_ids)

    def test_a_bank_s_history_says_who_was_put_among_its_coordinators(self):
        """Whichever way, by whom, and once."""
        self.staff.group_ids += self.groups["coordinator"]
        bank, login = (
            self._as(self.manager, self.scheme),
            self.staff.with_user(self.env.ref("base.user_admin")),
        )
        for changes in (
            (
                lambda: bank.write({"coordinator_ids": [Command.link(self.staff.id)]}),
                lambda: bank.write({"coordinator_ids": [Command.unlink(self.staff.id)]}),
            ),
            (
                lambda: login.write({"coordinated_scheme_ids": [Command.link(self.scheme.id)]}),
                lambda: login.write({"coordinated_scheme_ids": [Command.unlink(self.scheme.id)]}),
            ),
            (
                lambda: self._give(self.staff, "coordinator"),
                lambda: self._take(self.staff, "coordinator"),
            ),
        ):
            for change in changes:
                before = self.scheme.message_ids
                change()
                [note] = self.scheme.message_ids - before
                self.assertIn(self.staff.name, note.body)
                self.assertIn(note.author_id, (self.manager.partner_id, login.env.user.partner_id))
        before = self.scheme.message_ids
        bank.coordinator_ids = [Command.set(bank.coordinator_ids.ids)]
        self.assertEqual(self.scheme.message_ids, before, "nobody came or went")

    def test_a_manager_who_opens_a_bank_can_run_it(self):
        bank = self.env["timebank.scheme"].with_user(self.manager).create({"name": "Small Street"})
        self.assertEqual(bank.coordinator_ids, self.manager)
        [note] = bank.message_ids.filtered(lambda one: "among those who run" in one.body)
        self.assertIn(self.manager.name, note.body)
        self.assertEqual(note.author_id, self.manager.partner_id)

    def _open(self, **more):
        dialogs = self.env["timebank.roles"].with_user(self.manager)
        return Form(dialogs.with_context(default_scheme_id=self.scheme.id, **more))

    def test_the_dialog(self):
        dialog = self._open()
        self.assertEqual(dialog.coordinator_ids[:], self.coordinator)
        self.assertIn(self.finance, dialog.finance_ids[:])
        dialog.user_id = self.staff
        self.assertFalse(dialog.has_role or dialog.obstacle)
        self.assertIn(self.scheme.name, dialog.sentence)
        dialog.role = "finance"
        self.assertIn(self.env.company.name, dialog.sentence)
        said = dialog.save().action_give()["params"]["text"]
        self._check_sentence(said, "Stella Fox", "finance")
        dialog = self._open(default_user_id=self.staff.id, default_role="finance")
        self.assertTrue(dialog.has_role)
        dialog.save().action_take()
        self.assertNotIn(self.groups["finance"], self.staff.all_group_ids)
        dialog.user_id = self.manager
        self.assertIn("another manager", dialog.obstacle)
        with self.assertRefused("another manager"):
            dialog.save().action_give()
