"""Gifts from one account at the same moment: never more than is there, every minute found again."""

from functools import partial

from odoo import api
from odoo.fields import Command

from ..concurrency_common import CONNECTIONS, ConcurrencyCase


class TestGiftsAtOnce(ConcurrencyCase):
    def _give(self, env, source_id, target_id, minutes):
        accounts = env["timebank.account"]
        accounts.browse(source_id).action_give(target_id, minutes, "Asked on the telephone")
        return True

    def _accounts(self):
        with self._connection() as env:
            members = env["timebank.member"].browse(self.member_ids)
            return members.account_id.ids

    def _balances(self, env, account_ids):
        return env["timebank.account"].browse(account_ids).mapped("balance_minutes")

    def test_one_account_gives_to_many(self):
        """Eight gifts of 10 minutes out of 50: five arrive, although credit is allowed."""
        source_id, *target_ids = self._accounts()
        with self._connection() as env:
            env["timebank.scheme"].browse(self.scheme_id).credit_limit_minutes = 600
            self._fund(env, env["timebank.account"].browse(source_id), 50)
        results = self._at_once(
            *(
                (
                    self.coordinator_ids[number % 2],
                    partial(self._give, source_id=source_id, target_id=target_ids[number % 7], minutes=10),
                )
                for number in range(CONNECTIONS)
            )
        )
        self.assertEqual(results.count(True), 5)
        for sentence in self._refused(results):
            self.assertIn("Person 0 has 0:00 hours to spend, and this takes 0:10", sentence)
        with self._connection() as env:
            balances = self._balances(env, [source_id, *target_ids])
            self.assertEqual((balances[0], sum(balances)), (0, 50))
            self._check_books(env)

    def test_two_holders_empty_a_pot(self):
        """Both want the whole of it: one gets it."""
        _first, *target_ids = self._accounts()
        with self._connection() as env:
            pot = env["timebank.account"].create(
                {
                    "name": "A pot",
                    "scheme_id": self.scheme_id,
                    "holder_ids": [Command.set(env["res.users"].browse(self.coordinator_ids).partner_id.ids)],
                }
            )
            self._fund(env, pot, 60)
            pot_id = pot.id
        results = self._at_once(
            *(
                (user_id, partial(self._give, source_id=pot_id, target_id=target_id, minutes=60))
                for user_id, target_id in zip(self.coordinator_ids, target_ids, strict=False)
            )
        )
        self.assertEqual(results.count(True), 1)
        with self._connection() as env:
            self.assertEqual(sorted(self._balances(env, [pot_id, *target_ids[:2]])), [0, 0, 60])
            self._check_books(env)

    def test_in_a_circle(self):
        """Each gives all they have to the next: nobody waits for ever, nothing is lost."""
        account_ids = self._accounts()
        with self._connection() as env:
            for account in env["timebank.account"].browse(account_ids):
                self._fund(env, account, 30)
        results = self._at_once(
            *(
                (
                    api.SUPERUSER_ID,
                    partial(self._give, source_id=source_id, target_id=target_id, minutes=30),
                )
                for source_id, target_id in zip(account_ids, [*account_ids[1:], account_ids[0]], strict=True)
            )
        )
        self.assertEqual(results, [True] * CONNECTIONS)
        with self._connection() as env:
            self.assertEqual(self._balances(env, account_ids), [30] * CONNECTIONS)
            self._check_books(env)
