"""To-dos of who no longer runs a bank: each model that has them, each way of taking somebody off it."""

from odoo.fields import Command

from .trust_common import TrustCase


class TestTrustTodos(TrustCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.world[cls.here]["timebank.scheme"]
        cls.going = cls.roles["coordinator"]
        cls.next = cls.going.copy({"login": "next_coordinator", "name": "Nell Next"})
        cls.bank.coordinator_ids = [Command.set((cls.going | cls.next).ids)]
        cls.todos = cls.env["mail.activity"]
        cls.env["mail.activity"].search([("user_id", "in", (cls.going | cls.next).ids)]).unlink()
        for name, model in cls._stored().items():
            record = cls.world[cls.here].get(name)
            if "activity_ids" in model._fields and record:
                for user in cls.going | cls.next:
                    cls.todos |= record.activity_schedule("mail.mail_activity_data_todo", user_id=user.id)

    def _check(self, take_off):
        self.assertGreater(len(self.todos), 12)
        theirs = self.todos.filtered(lambda todo: todo.user_id == self.going)
        with self._undone():
            take_off()
            self.env.flush_all()
            self.env.invalidate_all()
            self.assertNotIn(self.going, self.bank.coordinator_ids.filtered("active"))
            self.assertEqual(len(self.todos.exists()), len(self.todos))
            for todo in theirs:
                with self.subTest(model=todo.res_model):
                    self.assertEqual(todo.user_id, self.next)

    def test_by_the_bank(self):
        self._check(lambda: self.bank.write({"coordinator_ids": [Command.unlink(self.going.id)]}))
        self._check(lambda: self.bank.write({"coordinator_ids": [Command.set(self.next.ids)]}))

    def test_by_the_user(self):
        self._check(lambda: self.going.write({"coordinated_scheme_ids": [Command.unlink(self.bank.id)]}))

    def test_by_archiving(self):
        self._check(self.going.action_archive)
        self._check(lambda: self.going.write({"active": False}))

    def test_by_taking_the_role(self):
        """On the user's page or on the group's: the to-dos go to who decides next, and so does the bank."""
        role = self.env.ref("timebank_coproduction.group_timebank_coordinator")
        self._check(lambda: self.going.write({"group_ids": [Command.unlink(role.id)]}))
        nothing = self.roles["no role"].group_ids
        self._check(lambda: self.going.write({"group_ids": [Command.set(nothing.ids)]}))
        self._check(lambda: role.write({"user_ids": [Command.unlink(self.going.id)]}))
        self.going.write({"group_ids": [Command.link(self.env.ref("base.group_partner_manager").id)]})
        self.assertIn(self.going, self.bank.coordinator_ids)

    def test_a_manager_of_banks_without_coordinators(self):
        """What a manager decided for a bank goes to the next manager; what they coordinate stays theirs."""
        managers = self.env.ref("timebank_coproduction.group_timebank_manager")
        manager = self.going.copy({"login": "going_manager", "group_ids": [Command.set(managers.ids)]})
        lonely = self.env["timebank.scheme"].create({"name": "Lonely", "coordinator_ids": False})
        own = self.env["timebank.scheme"].create({"name": "Own", "coordinator_ids": manager.ids})
        kind = "mail.mail_activity_data_todo"
        todo, theirs = (one.activity_schedule(kind, user_id=manager.id) for one in (lonely, own))
        role = self.env.ref("timebank_coproduction.group_timebank_coordinator")
        manager.group_ids = role
        self.assertTrue(todo.user_id.has_group("timebank_coproduction.group_timebank_manager"))
        self.assertEqual(theirs.user_id, manager)

    def test_of_other_banks_they_stay(self):
        other = self.env["timebank.scheme"].create(
            {"name": "Other", "coordinator_ids": [Command.set((self.going | self.next).ids)]}
        )
        todo = other.activity_schedule("mail.mail_activity_data_todo", user_id=self.going.id)
        self.bank.coordinator_ids -= self.going
        self.assertEqual(todo.user_id, self.going)
        other.coordinator_ids -= self.going
        self.assertEqual(todo.user_id, self.next)
        manager = self.roles["manager"]
        other.coordinator_ids -= self.next
        self.assertTrue(todo.user_id.has_group("timebank_coproduction.group_timebank_manager"), manager.name)
