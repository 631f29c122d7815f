"""Several people at the same moment: real connections, real commits.

What a test writes is taken away again at its end, so that no other test sees it.
"""

import itertools
import random
import threading
from contextlib import contextmanager
from functools import partial
from unittest.mock import patch

from freezegun import freeze_time

from odoo import api
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.modules.registry import Registry
from odoo.service import model as service_model
from odoo.tests import BaseCase, get_db_name, new_test_user, tagged
from odoo.tools import mute_logger

from .common import TODAY

CONNECTIONS = 8
GROUP = "timebank_coproduction.group_timebank_"
#: Tables of the bank in which a test leaves rows, each before those it refers to.
WRITTEN = (
    "timebank_seal_line",
    "timebank_seal",
    "timebank_transfer",
    "timebank_hours",
    "timebank_member",
    "timebank_account_tail",
    "timebank_account",
    "timebank_scheme",
)


@tagged("post_install", "-at_install")
class ConcurrencyCase(BaseCase):
    """A bank that other connections can see, with one coordinator for each connection."""

    scheme_id = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.registry = Registry(get_db_name())
        cls.addClassCleanup(cls._clean_up)
        with cls._connection() as env:
            cls.since = {table: cls._largest_id(env, table) for table in WRITTEN}
            cls.others = {model: cls._everybody(env[model]) for model in ("res.users", "res.partner")}
            cls.coordinator_ids = [
                new_test_user(env, f"tb_parallel_{number}", groups=GROUP + "coordinator").id
                for number in range(2)
            ]
            cls.scheme_id = (
                env["timebank.scheme"]
                .create({"name": "Parallel Street", "coordinator_ids": [Command.set(cls.coordinator_ids)]})
                .id
            )

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            partners = env["res.partner"].create([{"name": f"Person {number}"} for number in range(CONNECTIONS)])
            members = env["timebank.member"].create(
                [{"partner_id": partner.id, "scheme_id": self.scheme_id} for partner in partners]
            )
            members.action_activate()
            self.member_ids = members.ids

    @classmethod
    @contextmanager
    def _connection(cls):
        """A superuser's environment of its own, committed at the end of the block."""
        with cls.registry.cursor() as cr:
            yield api.Environment(
                cr, api.SUPERUSER_ID, {"tracking_disable": True, "no_reset_password": True}
            )

    @staticmethod
    def _everybody(model):
        return set(model.with_context(active_test=False).search([]).ids)

    @staticmethod
    def _largest_id(env, table):
        env.cr.execute(f"SELECT COALESCE(MAX(id), 0) FROM {table}")
        return env.cr.fetchone()[0]

    @classmethod
    def _clean_up(cls):
        """Remove what was written, from the ledger too: as the owner of its tables can."""
        with cls._connection() as env:
            scheme = env["timebank.scheme"].browse(cls.scheme_id)
            scheme.sequence_id.unlink()
            for model in ("timebank.hours", "timebank.member", "timebank.scheme", "timebank.account"):
                written = [("res_model", "=", model), ("res_id", ">", cls.since[model.replace(".", "_")])]
                env["mail.activity"].with_context(active_test=False).search(written).unlink()
                env["mail.followers"].search(written).unlink()
                env["mail.message"].search([("model", "=", model), *written[1:]]).unlink()
            env.flush_all()
            for table in WRITTEN:
                env.cr.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            env.cr.execute(
                """UPDATE timebank_scheme SET operating_account_id = NULL, pot_account_id = NULL,
                       last_seal_id = NULL WHERE id = %s""",
                [cls.scheme_id],
            )
            for table in WRITTEN:
                env.cr.execute(f"DELETE FROM {table} WHERE id > %s", [cls.since[table]])
                env.cr.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
            env.invalidate_all()
            for model, others in cls.others.items():
                env[model].browse(cls._everybody(env[model]) - others).unlink()

    # Doing things at once
    def _at_once(self, *jobs):
        """Run each job on a connection of its own, all starting together.

        :param jobs: pairs of user id and a function that takes an environment
        :return: what each returned, or the error that it was refused with
        """
        barrier = threading.Barrier(len(jobs))
        results = [None] * len(jobs)
        self.tries = [0] * len(jobs)

        def work(position, user_id, job):
            threading.current_thread().dbname = self.registry.db_name
            threading.current_thread().testing = True

            def attempt():
                env.cr.execute("SELECT 1")  # the snapshot is taken here
                self.tries[position] += 1
                if self.tries[position] == 1:
                    barrier.wait(60)
                return job(env)

            with self.registry.cursor() as cr:
                env = api.Environment(cr, user_id, {"tracking_disable": True})
                try:
                    results[position] = service_model.retrying(attempt, env)
                except UserError as error:
                    cr.rollback()
                    results[position] = error

        threads = [threading.Thread(target=work, args=(position, *job)) for position, job in enumerate(jobs)]
        # Odoo waits up to 16 seconds before its fifth and last attempt: here, shorter and more often.
        shorter = random.Random(19).uniform
        with (
            patch.object(service_model.random, "uniform", lambda low, high: shorter(low, min(high, 8) / 8)),
            patch.object(service_model, "MAX_TRIES_ON_CONCURRENCY_FAILURE", 20),
            mute_logger("odoo.sql_db", "odoo.service.model"),
        ):
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(120)
        self.assertNotIn(None, results, "a connection broke off")
        return results

    def _refused(self, results):
        return [str(result) for result in results if isinstance(result, UserError)]

    def _hours(self, env, member, minutes=60, **vals):
        entry = env["timebank.hours"].create(
            {
                "scheme_id": self.scheme_id,
                "partner_id": member.partner_id.id,
                "date": TODAY,
                "minutes": minutes,
                **vals,
            }
        )
        entry.action_submit()
        return entry

    def _fund(self, env, account, minutes):
        scheme = env["timebank.scheme"].browse(self.scheme_id)
        return self._transfer(env, scheme.operating_account_id, account, minutes)

    def _transfer(self, env, source, target, minutes, kind="adjustment"):
        return env["timebank.transfer"]._post(
            [
                {
                    "from_account_id": source.id,
                    "to_account_id": target.id,
                    "minutes": minutes,
                    "kind": kind,
                }
            ]
        )

    def _check_books(self, env):
        self.assertEqual(env["timebank.scheme"].browse(self.scheme_id).check_ledger(), [])


class TestAtOnce(ConcurrencyCase):
    def test_exactly_as_many_as_the_limit_allows(self):
        def spend(env, target_id):
            members = env["timebank.member"].browse([self.member_ids[0], target_id])
            source, target = members.account_id
            self._transfer(env, source, target, 10, "gift")
            return True

        for round_number, allowed in enumerate((3, 5, 0)):
            with self._connection() as env:
                if allowed:
                    self._fund(env, env["timebank.member"].browse(self.member_ids[0]).account_id, 10 * allowed)
            results = self._at_once(
                *((api.SUPERUSER_ID, partial(spend, target_id=self.member_ids[1 + number % 7])) for number in range(8))
            )
            with self.subTest(round=round_number):
                self.assertEqual(results.count(True), allowed)
                for sentence in self._refused(results):
                    self.assertIn("Person 0 has 0:00 hours to spend", sentence)
        with self._connection() as env:
            self.assertEqual(env["timebank.member"].browse(self.member_ids[0]).account_id.balance_minutes, 0)
            self._check_books(env)

    def test_freezing_against_paying(self):
        with self._connection() as env:
            entry_id = self._hours(env, env["timebank.member"].browse(self.member_ids[0])).id

        def approve(env):
            return env["timebank.hours"].browse(entry_id).action_approve()

        def freeze(env):
            env["timebank.member"].browse(self.member_ids[0]).account_id.action_freeze()
            return True

        results = self._at_once((self.coordinator_ids[0], approve), (self.coordinator_ids[1], freeze))
        with self._connection() as env:
            entry = env["timebank.hours"].browse(entry_id)
            account = env["timebank.member"].browse(self.member_ids[0]).account_id
            self.assertEqual((results[1], account.state), (True, "frozen"))
            if results[0] is True:
                self.assertEqual((entry.state, account.balance_minutes), ("approved", 60))
            else:
                self.assertIn("is frozen", str(results[0]))
                self.assertEqual((entry.state, account.balance_minutes), ("submitted", 0))
            self._check_books(env)

    def test_different_members_never_wait_for_each_other(self):
        with self._connection() as env:
            members = env["timebank.member"].browse(self.member_ids)
            entry_ids = [
                [self._hours(env, member, minutes).id for minutes in (10, 20, 30)] for member in members
            ]
        results = self._at_once(
            *(
                (user_id, lambda env, ids=ids: env["timebank.hours"].browse(ids).action_approve())
                for user_id, ids in zip(itertools.cycle(self.coordinator_ids), entry_ids)
            )
        )
        self.assertEqual(results, [True] * CONNECTIONS)
        self.assertEqual(self.tries, [1] * CONNECTIONS)
        with self._connection() as env:
            accounts = env["timebank.member"].browse(self.member_ids).account_id
            self.assertEqual(accounts.mapped("balance_minutes"), [60] * CONNECTIONS)
            operating = env["timebank.scheme"].browse(self.scheme_id).operating_account_id
            self.assertEqual(operating.balance_minutes, -60 * CONNECTIONS)
            env["timebank.account.tail"]._fold()
            self.assertEqual(operating.balance_minutes, -60 * CONNECTIONS)
            self._check_books(env)

    def test_two_coordinators_approve_the_same(self):
        with self._connection() as env:
            entry_id = self._hours(env, env["timebank.member"].browse(self.member_ids[0])).id
        results = self._at_once(
            *(
                (user_id, lambda env: env["timebank.hours"].browse(entry_id).action_approve())
                for user_id in self.coordinator_ids[:2]
            )
        )
        self.assertEqual(results.count(True), 1)
        [sentence] = self._refused(results)
        self.assertIn("is not waiting for approval", sentence)
        with self._connection() as env:
            self.assertEqual(len(env["timebank.hours"].browse(entry_id).transfer_ids), 1)
            self._check_books(env)

    def test_one_approves_what_another_refuses(self):
        with self._connection() as env:
            entry_id = self._hours(env, env["timebank.member"].browse(self.member_ids[0])).id
        results = self._at_once(
            (self.coordinator_ids[0], lambda env: env["timebank.hours"].browse(entry_id).action_approve()),
            (self.coordinator_ids[1], lambda env: env["timebank.hours"].browse(entry_id).action_refuse("No")),
        )
        self.assertEqual(results.count(True), 1)
        with self._connection() as env:
            self._check_books(env)

    def test_reversed_once(self):
        with self._connection() as env:
            entry = self._hours(env, env["timebank.member"].browse(self.member_ids[0]))
            entry.action_approve()
            gift_id = self._fund(env, env["timebank.member"].browse(self.member_ids[1]).account_id, 30).id
        for model, record_id in (("timebank.hours", entry.id), ("timebank.transfer", gift_id)):

            def reverse(env, model=model, record_id=record_id):
                return env[model].browse(record_id).action_reverse("Counted twice")

            users = self.coordinator_ids[:2] if model == "timebank.hours" else [api.SUPERUSER_ID] * 2
            with self.subTest(model=model):
                results = self._at_once(*((user_id, reverse) for user_id in users))
                self.assertEqual(results.count(True), 1)
                self.assertEqual(len(self._refused(results)), 1)
        with self._connection() as env:
            members = env["timebank.member"].browse(self.member_ids[:2])
            self.assertEqual(members.account_id.mapped("balance_minutes"), [0, 0])
            self._check_books(env)

    def test_same_people_in_opposite_orders(self):
        """Batches that pay each other's people, back and forth: somebody waits, nobody gets stuck."""
        with self._connection() as env:
            members = env["timebank.member"].browse(self.member_ids)
            for member in members:
                self._fund(env, member.account_id, 1000)

        def pay(env, backwards):
            accounts = env["timebank.member"].browse(self.member_ids).account_id
            if backwards:
                accounts = accounts[::-1]
            env["timebank.transfer"]._post(
                [
                    {
                        "from_account_id": source.id,
                        "to_account_id": target.id,
                        "minutes": 1,
                        "kind": "gift",
                    }
                    for source, target in zip(accounts[:-1], accounts[1:], strict=True)
                ]
            )
            return True

        results = self._at_once(
            *((api.SUPERUSER_ID, partial(pay, backwards=bool(number % 2))) for number in range(4))
        )
        self.assertEqual(results, [True] * 4)
        with self._connection() as env:
            self._check_books(env)
