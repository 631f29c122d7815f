"""What was backed up while people worked is whole: as a dump, and as the server was at a moment."""

import json
import subprocess
import sys
import threading

from odoo.tests import get_db_name

from ..archiving_server import ArchivingServer
from ..concurrency_common import ConcurrencyCase

RESTORED = "restored"
#: What somebody asks of a database by Odoo's shell; whatever it writes is saved.
ASK = """
import json
bank = env["timebank.scheme"].browse({bank})
told = {{
    "violations": env["timebank.scheme"].search([]).check_ledger(),
    "stands": [bank.verify(number, hash)["stands"] for number, hash in {seals}],
    "transfers": env["timebank.transfer"].search_count([("scheme_id", "=", bank.id)]),
}}
if {goes_on}:
    transfers = env["timebank.transfer"].search([("scheme_id", "=", bank.id)], limit=1, order="id")
    transfers._post([{{
        "from_account_id": bank.operating_account_id.id,
        "to_account_id": transfers.to_account_id.id,
        "minutes": 15,
        "kind": "adjustment",
    }}])
    bank.action_seal()
    told["seal"] = bank.last_seal_id.number, bank.last_seal_id.hash
    env.cr.commit()
print(json.dumps(told))
"""


class TestBackup(ConcurrencyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = ArchivingServer()
        cls.addClassCleanup(cls.server.remove)
        cls.server.start()
        cls.dump = cls.server.folder / "dump"

    def _ask(self, seals, goes_on=False):
        script = ASK.format(bank=self.scheme_id, seals=seals, goes_on=goes_on)
        done = subprocess.run(
            [sys.executable, "-m", "odoo", "shell", "-d", RESTORED, "--no-http", "--log-level", "error"],
            input=script,
            env=self.server.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertFalse(done.returncode, done.stderr)
        return json.loads(done.stdout.splitlines()[-1])

    def _work(self, member_id, begun, ended, written):
        """Somebody's transfers, each saved by itself, until it is over."""
        threading.current_thread().testing = True
        while not ended.is_set():
            with self._connection() as env:
                self._fund(env, env["timebank.member"].browse(member_id).account_id, 5)
            written.append(member_id)
            begun.set()

    def _dump_under_load(self):
        """:return: how many transfers there were before and after"""
        ended, written = threading.Event(), []
        threads, begun = [], [threading.Event() for _member in self.member_ids[:2]]
        for member_id, one in zip(self.member_ids, begun, strict=False):
            threads.append(threading.Thread(target=self._work, args=(member_id, one, ended, written)))
            threads[-1].start()
        try:
            for one in begun:
                one.wait()
            before = len(written)
            command = ["pg_dump", "--format=custom", "--compress=0", "--file", self.dump, get_db_name()]
            subprocess.run(command, check=True)
        finally:
            ended.set()
            for thread in threads:
                thread.join()
        return before, len(written)

    def test_dump_under_load_and_back_to_a_moment(self):
        with self._connection() as env:
            member = env["timebank.member"].browse(self.member_ids[0])
            first = len(self._fund(env, member.account_id, 60))
            seal = env["timebank.scheme"].browse(self.scheme_id).action_seal()
            seals = [(seal.number, seal.hash)]
        before, after = self._dump_under_load()
        self.assertGreater(after, before, "nobody worked while it was dumped")
        subprocess.run(["createdb", RESTORED], env=self.server.environment, check=True)
        restore = ["pg_restore", "--no-owner", "--jobs=2", "--dbname", RESTORED, self.dump]
        subprocess.run(restore, env=self.server.environment, check=True)
        self.server.back_up()

        restored = self._ask(seals, goes_on=True)
        self.assertEqual(restored["violations"], [])
        self.assertEqual(restored["stands"], [True])
        self.assertGreaterEqual(restored["transfers"], first + before)
        self.assertLessEqual(restored["transfers"], first + after)

        self.server.ask("SELECT pg_create_restore_point('evening')")
        self.server.ask(
            f"""ALTER TABLE timebank_seal_line DISABLE TRIGGER USER; DELETE FROM timebank_seal_line;
                ALTER TABLE timebank_transfer DISABLE TRIGGER USER;
                DELETE FROM timebank_transfer WHERE scheme_id = {self.scheme_id}""",
            RESTORED,
        )
        self.server.recover("evening")
        recovered = self._ask([*seals, restored["seal"]])
        self.assertEqual(recovered["violations"], [])
        self.assertEqual(recovered["stands"], [True, True], "what was sealed after the copy is there")
        self.assertEqual(recovered["transfers"], restored["transfers"] + 1)
