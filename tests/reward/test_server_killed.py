"""PostgreSQL itself is killed, all of it at once, while members claim and hand vouchers in."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from odoo.tests import BaseCase, get_db_name, tagged

from ..throwaway_server import ThrowawayServer

KILLS = 10
FUNDS = 8 * 600_000  # minutes that the members begin with
STOCK = 1_000_000


@tagged("post_install", "-at_install")
class TestServerKilled(BaseCase):
    def setUp(self):
        super().setUp()
        self.database = get_db_name()
        self.server = ThrowawayServer()
        self.addCleanup(self.server.remove)
        self.server.start()
        self.server.copy(self.database)
        self.worker = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("survivor.py"), *self.server.options()]
            + ["-d", self.database],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self._end_worker)
        self.assertEqual(self._hear(), {"ready": True})

    def _end_worker(self):
        self.worker.stdin.close()
        self.worker.stdout.close()
        self.worker.wait(60)

    def _tell(self, command):
        self.worker.stdin.write(f"{command}\n")
        self.worker.stdin.flush()

    def _hear(self):
        line = self.worker.stdout.readline()
        self.assertTrue(line, "the worker has ended")
        return json.loads(line)

    def test_ten_times_at_random_moments(self):
        moments = random.Random(19)
        committed = {"claims": set(), "vouchers": set()}
        for kill in range(KILLS):
            kind = ("claims", "vouchers")[kill % 2]
            self._tell(kind)
            committed[kind].update(self._hear()["committed"])  # it is at work
            time.sleep(moments.uniform(0, 0.4))
            self.server.kill()
            while "lost" not in (heard := self._hear()):
                committed[kind].update(heard["committed"])
            self.server.start()
            self._check(committed)
        self.assertEqual(self.server.count_recoveries(), KILLS)

    def _check(self, committed):
        """Every claim and every voucher is whole or absent, and whatever was acknowledged is there."""
        self._tell("report")
        found = self._hear()
        self.assertEqual(found["violations"], [])
        self.assertEqual(found["states"], ["approved"])
        self.assertEqual(sorted(found["paid"]), sorted(found["claims"]))
        self.assertEqual(found["stock"], STOCK - found["limited"])
        self.assertEqual(found["minutes"], FUNDS + 60 * (len(found["returned"]) - len(found["claims"])))
        self.assertEqual(committed["claims"] - set(found["claims"]), set(), "acknowledged, and lost")
        self.assertEqual(committed["vouchers"] - set(found["returned"]), set(), "acknowledged, and lost")
        # at most the one batch whose acknowledgement the kill cut off, each time
        self.assertLessEqual(len(found["claims"]) - len(committed["claims"]), 16 * KILLS)
        self.assertLessEqual(len(found["returned"]) - len(committed["vouchers"]), 8 * KILLS)
