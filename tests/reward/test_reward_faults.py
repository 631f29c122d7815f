"""Claims and vouchers at the same moment, and through a server that is killed."""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from odoo import api
from odoo.tests import tagged
from odoo.tools import config

from ..concurrency_common import ConcurrencyCase

WORKER = Path(__file__).with_name("reward_worker.py")
KILLS = 10
HOURS = 10_000


@tagged("post_install", "-at_install")
class RewardConcurrencyCase(ConcurrencyCase):
    """Eight people with many hours each."""

    written = (
        "timebank_code_attempt",
        "timebank_transfer",
        "timebank_voucher",
        "timebank_voucher_batch",
        "timebank_redemption",
        "timebank_reward",
    )

    def setUp(self):
        super().setUp()
        with self._connection() as env:
            for member in env["timebank.member"].browse(self.member_ids):
                self._fund(env, member.account_id, HOURS * 60)

    @classmethod
    def _clean_up(cls):
        with cls._connection() as env:
            cls._clean_beside(env, "timebank.redemption", "timebank.reward", "timebank.voucher.batch")
            with cls._without_triggers(env, cls.written):
                cls._delete_written(env, cls.written)
        super()._clean_up()

    def _reward(self, env, **vals):
        reward = env["timebank.reward"].create(
            {"name": "Measured", "scheme_id": self.scheme_id, "minutes": 60, "approval": "auto", **vals}
        )
        reward.action_publish()
        return reward

    def _claims(self, env, reward, members):
        return env["timebank.redemption"].create(
            [{"reward_id": reward.id, "partner_id": member.partner_id.id} for member in members]
        )

    def _vouchers(self, env, quantity):
        batch = env["timebank.voucher.batch"].create({"scheme_id": self.scheme_id, "quantity": quantity})
        batch.action_issue()
        return batch.voucher_ids

    def _request(self, env, claim_id):
        return env["timebank.redemption"].browse(claim_id).action_request()

    def _request_all(self, claim_ids):
        """Each claim on a connection of its own, all at once."""
        return self._at_once(
            *((api.SUPERUSER_ID, partial(self._request, claim_id=claim_id)) for claim_id in claim_ids)
        )

    def _everything(self, env):
        """Minutes of all members' accounts together."""
        return sum(env["timebank.member"].browse(self.member_ids).account_id.mapped("balance_minutes"))


class TestRewardsAtOnce(RewardConcurrencyCase):
    def test_sixteen_claims_of_the_last_three(self):
        with self._connection() as env:
            reward = self._reward(env, stock=3)
            members = env["timebank.member"].browse(self.member_ids * 2)
            claim_ids = [self._claims(env, reward, member).id for member in members]
            reward_id = reward.id
        results = self._request_all(claim_ids)
        self.assertEqual(results.count(True), 3)
        self.assertEqual(set(self._refused(results)), {"There is nothing left of “Measured”."})
        with self._connection() as env:
            self.assertEqual(env["timebank.reward"].browse(reward_id).stock, 0)
            self.assertEqual(self._everything(env), 8 * HOURS * 60 - 3 * 60)
            self._check_books(env)

    def test_the_same_voucher_sixteen_times(self):
        with self._connection() as env:
            code = self._vouchers(env, 1).code
            account_ids = env["timebank.member"].browse(self.member_ids).account_id.ids * 2
        results = self._at_once(
            *(
                (
                    api.SUPERUSER_ID,
                    lambda env, account_id=account_id: env["timebank.voucher"].redeem(code, account_id),
                )
                for account_id in account_ids
            )
        )
        self.assertEqual(results.count(60), 1)
        self.assertEqual(set(self._refused(results)), {"This voucher was handed in already."})
        with self._connection() as env:
            self.assertEqual(self._everything(env), 8 * HOURS * 60 + 60)
            self._check_books(env)

    def test_a_limit_for_each_member_whoever_pays(self):
        with self._connection() as env:
            reward = self._reward(env, member_limit=1)
            members = env["timebank.member"].browse(self.member_ids)
            one = members[0].partner_id
            claim_ids = [
                env["timebank.redemption"]
                .create({"reward_id": reward.id, "partner_id": one.id, "account_id": member.account_id.id})
                .id
                for member in members
            ]
        results = self._request_all(claim_ids)
        self.assertEqual(results.count(True), 1)
        with self._connection() as env:
            self._check_books(env)

    def test_nobody_waits_for_a_reward_without_a_limit(self):
        with self._connection() as env:
            reward = self._reward(env)
            members = env["timebank.member"].browse(self.member_ids)
            claim_ids = [self._claims(env, reward, member).id for member in members]
        results = self._request_all(claim_ids)
        self.assertEqual(results, [True] * 8)
        self.assertEqual(self.tries, [1] * 8)


class TestKilled(RewardConcurrencyCase):
    def test_killed_during_claims_and_returns(self):
        """A server that works through claims and vouchers is killed ten times, at random moments."""
        with self._connection() as env:
            reward = self._reward(env, stock=100_000)
            free = self._reward(env)
            reward_ids = (reward | free).ids
            codes = self._vouchers(env, 4000).mapped("code")
        moments = random.Random(41)
        folder = self.enterContext(tempfile.TemporaryDirectory())
        codes_file = Path(folder, "codes")
        codes_file.write_text("\n".join(codes))
        worker = self._start_worker(codes_file, reward_ids)
        try:
            for kill in range(KILLS):
                if kill:
                    worker.stdin.write("again\n")
                    worker.stdin.flush()
                pid = int(worker.stdout.readline())
                time.sleep(moments.uniform(0.05, 0.8))
                os.kill(pid, signal.SIGKILL)
        finally:
            worker.stdin.close()
            worker.wait(60)
        self._wait_for_the_dead()
        with self._connection() as env:
            self._check_books(env)
            claims = env["timebank.redemption"].search([("reward_id", "in", reward_ids)])
            self.assertTrue(claims, "the worker never got to work")
            self.assertEqual(set(claims.mapped("state")), {"approved"})
            self.assertEqual(len(claims.transfer_ids), len(claims))
            taken = claims.filtered(lambda claim: claim.reward_id.has_stock)
            self.assertEqual(env["timebank.reward"].browse(reward_ids[0]).stock, 100_000 - len(taken))
            returned = env["timebank.voucher"].search_count(
                [("scheme_id", "=", self.scheme_id), ("state", "=", "returned")]
            )
            self.assertTrue(returned)
            self.assertEqual(self._everything(env), 8 * HOURS * 60 - 60 * len(claims) + 60 * returned)

    def _start_worker(self, codes_file, reward_ids):
        """The process that works; its own process is the parent of the ones to kill."""
        database = self.registry.db_name
        options = [
            f"--{name}={config[name]}"
            for name in ("db_host", "db_port", "db_user", "db_password")
            if config[name]
        ]
        ids = [",".join(map(str, record_ids)) for record_ids in (reward_ids, self.member_ids)]
        return subprocess.Popen(
            [sys.executable, WORKER, *options, "-d", database, database, codes_file, *ids],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def _wait_for_the_dead(self):
        """Until PostgreSQL has seen the last kill: what was under way is rolled back, or whole."""
        for _try in range(300):
            with self._connection() as env:
                env.cr.execute(
                    """SELECT count(*) FROM pg_stat_activity
                        WHERE datname = current_database() AND pid != pg_backend_pid()
                          AND backend_type = 'client backend' AND xact_start IS NOT NULL"""
                )
                if not env.cr.fetchone()[0]:
                    return
            time.sleep(0.1)
        self.fail("a killed worker's transaction is still open")
