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
