import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tools import SQL, mute_logger

from ..common import TODAY, TimebankCase


class TestNobodyTouchesALine(TimebankCase):
    """Neither through the ORM, whoever asks, nor in SQL."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.transfer = cls.env["timebank.transfer"]._post(
            [
                {
                    "from_account_id": cls.scheme.operating_account_id.id,
                    "to_account_id": cls.ann.account_id.id,
                    "minutes": 60,
                    "kind": "opening",
                }
            ]
        )

    def _everybody(self):
        people = self.portal | self.staff | self.coordinator | self.finance | self.manager
        return [
            *((user.login, self.env(user=user, su=False)) for user in people),
            ("superuser", self.env(su=True)),
        ]

    def test_transfers(self):
        vals = self.transfer.copy_data()[0]
        for login, env in self._everybody():
            transfer = self.transfer.with_env(env)
            for name, attempt in {
                "create": lambda transfer=transfer: transfer.create(vals),
                "copy": lambda transfer=transfer: transfer.copy(),
                "write": lambda transfer=transfer: transfer.write({"minutes": 1}),
                "memo": lambda transfer=transfer: transfer.write({"memo": "x"}),
                "unlink": lambda transfer=transfer: transfer.unlink(),
            }.items():
                with self.subTest(login=login, attempt=name), self.assertRaises(AccessError):
                    attempt()

    def test_claiming_an_uninstallation_is_no_way_round(self):
        seal = self.scheme.action_seal()
        for record in (self.transfer, seal):
            with self.subTest(record=record), self.assertRaises(AccessError):
                record.with_env(self.env(su=True)).with_context(_force_unlink=True).unlink()

    def test_command_lists_of_other_models_are_no_way_round(self):
        hours = self._make_hours(self.ben, state="approved")
        for commands in (
            [Command.update(hours.transfer_ids.id, {"minutes": 5})],
            [Command.delete(hours.transfer_ids.id)],
            [Command.unlink(hours.transfer_ids.id)],
            [Command.create({"minutes": 5})],
            [Command.clear()],
        ):
            with self.subTest(commands=commands), self.assertRaises(UserError):
                hours.sudo().write({"transfer_ids": commands})
                self.env.flush_all()
            self.env.invalidate_all()
        self.assertEqual(hours.transfer_ids.minutes, 60)

    def test_protected_fields(self):
        hours = self._make_hours(self.ben, state="submitted")
        seal = self.scheme.action_seal()
        for record, vals in (
            (self.ann.account_id, {"balance_minutes": 999}),
            (self.ann.account_id, {"state": "closed"}),
            (self.ann.account_id, {"kind": "operating"}),
            (self.ann.account_id, {"partner_id": self.ben.partner_id.id}),
            (self.ann, {"state": "left"}),
            (self.ann, {"account_id": self.ben.account_id.id}),
            (hours, {"state": "approved"}),
            (hours, {"approver_id": self.manager.id}),
            (hours, {"earns_credit": True}),
            (self.scheme, {"operating_account_id": self.ann.account_id.id}),
            (self.scheme, {"state": "closed"}),
            (seal, {"hash": "0"}),
        ):
            for login, env in self._everybody():
                with self.subTest(login=login, vals=vals), self.assertRaises(AccessError):
                    record.with_env(env).write(vals)

    def test_a_context_from_outside_opens_no_door(self):
        for key in (True, 1, "object", object()):
            transfer = self.transfer.with_context(timebank_in_verb=key)
            with self.assertRaises(AccessError):
                transfer.create(self.transfer.copy_data()[0])
            with self.assertRaises(AccessError):
                self.ann.account_id.with_context(timebank_in_verb=key).write({"balance_minutes": 5})

    def test_no_door_stays_open_after_a_verb(self):
        hours = self._make_hours(self.ben, state="approved")
        for record in (hours, hours.transfer_ids, self.ben.account_id, self.ben, self.scheme.action_seal()):
            self.assertNotIn("timebank_in_verb", record.env.context)

    @mute_logger("odoo.sql_db")
    def test_in_sql(self):
        self.scheme.action_seal()
        self.env.flush_all()
        for query in (
            "UPDATE timebank_transfer SET minutes = 1",
            "UPDATE timebank_transfer SET memo = 'x'",
            "DELETE FROM timebank_transfer",
            "TRUNCATE timebank_transfer CASCADE",
            "UPDATE timebank_account SET balance_minutes = balance_minutes + 1",
            "INSERT INTO timebank_account (name, scheme_id, kind, state, balance_minutes,"
            " credit_limit_minutes)"
            " SELECT 'x', scheme_id, 'pot', 'open', 5, 0 FROM timebank_account LIMIT 1",
            "INSERT INTO timebank_account_tail (account_id, minutes)"
            " SELECT id, 5 FROM timebank_account WHERE kind = 'operating' LIMIT 1",
            "UPDATE timebank_account_tail SET minutes = 1",
            "TRUNCATE timebank_account_tail",
            "UPDATE timebank_account SET kind = 'pot' WHERE kind = 'operating'",
            "UPDATE timebank_scheme SET operating_account_id = pot_account_id",
            "UPDATE timebank_scheme SET operating_account_id = NULL",
            "UPDATE timebank_scheme SET sequence_id = NULL",
            "UPDATE timebank_seal SET number = 7",
            "UPDATE timebank_seal SET hash = 'x'",
            "DELETE FROM timebank_seal",
            "UPDATE timebank_seal_line SET row_hash = 'x'",
            "DELETE FROM timebank_seal_line",
            "TRUNCATE timebank_seal_line",
            "TRUNCATE timebank_seal CASCADE",
            "TRUNCATE timebank_account CASCADE",
        ):
            with self.subTest(query=query), self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
                self.env.cr.execute(query)
        self.assertFalse(self.scheme.check_ledger())

    @mute_logger("odoo.sql_db")
    def test_no_setting_of_a_session_opens_the_balances(self):
        self.env.flush_all()
        for setting in ("timebank.folding", "timebank.in_verb"):
            self.env.cr.execute("SELECT set_config(%s, 'on', true)", [setting])
        for query in (
            "UPDATE timebank_account SET balance_minutes = balance_minutes + 1",
            "INSERT INTO timebank_account_tail (account_id, minutes)"
            " SELECT id, 5 FROM timebank_account WHERE kind = 'operating' LIMIT 1",
            "UPDATE timebank_account_tail SET minutes = 1",
        ):
            with self.subTest(query=query), self.assertRaises(psycopg2.Error), self.env.cr.savepoint():
                self.env.cr.execute(query)

    def test_what_is_deleted_from_the_tail_is_in_the_account(self):
        """Nobody can take a movement away: out of the tail it goes into the balance."""
        self.env.flush_all()
        account = self.scheme.operating_account_id
        before = account.balance_minutes
        self.env.cr.execute("DELETE FROM timebank_account_tail")
        self.env.invalidate_all()
        self.assertEqual(account.balance_minutes, before)
        self.env.cr.execute("SELECT balance_minutes FROM timebank_account WHERE id = %s", [account.id])
        self.assertEqual(self.env.cr.fetchone(), (before,))
        self.assertEqual(self.scheme.check_ledger(), [])

    @mute_logger("odoo.sql_db")
    def test_no_table_can_be_emptied(self):
        """Those of models to come included, and those that join them."""
        self.env.cr.execute(
            """SELECT relname FROM pg_class
                WHERE relkind = 'r' AND relnamespace = current_schema::regnamespace"""
        )
        there = {name for (name,) in self.env.cr.fetchall()}
        tables = {
            model._table
            for model in self.env.values()
            if model._name.startswith("timebank.") and model._auto and not model._abstract
        }
        joining = self.env["ir.model.relation"].search([("module.name", "=", "timebank_coproduction")])
        tables |= set(joining.mapped("name")) & there
        self.assertIn("timebank_voucher", tables)
        for table in sorted(tables):
            with self.subTest(table=table), self.env.cr.savepoint() as savepoint:
                with self.assertRaises(psycopg2.errors.RestrictViolation):
                    self.env.cr.execute(SQL("TRUNCATE %s CASCADE", SQL.identifier(table)))
                savepoint.rollback()

    @mute_logger("odoo.sql_db")
    def test_insert_in_sql_moves_the_balances_and_keeps_the_limit(self):
        insert = """INSERT INTO timebank_transfer
            (name, date, scheme_id, from_account_id, to_account_id, minutes, kind)
            VALUES ('SQL', %s, %s, %s, %s, %s, 'gift')"""
        sides = [TODAY, self.scheme.id, self.ann.account_id.id, self.ben.account_id.id]
        with self.assertRaises(psycopg2.errors.CheckViolation), self.env.cr.savepoint():
            self.env.cr.execute(insert, [*sides, 61])
        self.env.cr.execute(insert, [*sides, 60])
        self.env.invalidate_all()
        self.assertEqual(self._balances(self.ann, self.ben), [0, 60])
