"""Several people at the same moment: nothing is lost, nothing is counted twice."""

import itertools
from functools import partial

from odoo import api

from ..concurrency_common import CONNECTIONS, ConcurrencyCase


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
                    self._fund(
                        env, env["timebank.member"].browse(self.member_ids[0]).account_id, 10 * allowed
                    )
            results = self._at_once(
                *(
                    (api.SUPERUSER_ID, partial(spend, target_id=self.member_ids[1 + number % 7]))
                    for number in range(8)
                )
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
