"""Pages that a real streaming replica answers: one's own deeds are on them, and it may go away."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import requests

from odoo.tests import BaseCase, get_db_name, tagged

from ..page_common import Page
from ..throwaway_server import ThrowawayServer

PATIENCE = 180  # seconds
#: An answer in Odoo's log: its status, and of what it was read.
ANSWER = re.compile(r'"(?:GET|POST) (\S+) HTTP\S*" (\d+) .* (ro|rw|ro->rw)$')
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@tagged("post_install", "-at_install")
class TestReplica(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = get_db_name()
        cls.main = ThrowawayServer()
        cls.addClassCleanup(cls.main.remove)
        cls.main.start()
        cls.main.copy(cls.database)
        cls.replica = ThrowawayServer(follows=cls.main)
        cls.addClassCleanup(cls.replica.remove)
        cls.replica.start()
        cls.folder = Path(tempfile.mkdtemp(prefix="timebank-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        cls.address = f"http://127.0.0.1:{port}"
        cls.log = cls.folder / "log"
        cls.odoo = subprocess.Popen(
            [sys.executable, "-m", "odoo", *cls.main.options(), "-d", cls.database]
            + ["--db_replica_host", str(cls.replica.folder), "--data-dir", str(cls.folder)]
            + ["--http-port", str(port), "--max-cron-threads", "0", "--log-level", "info"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=cls.log.open("w"),
            stderr=subprocess.STDOUT,
        )
        cls.addClassCleanup(cls._end)

    def setUp(self):
        super().setUp()
        self._wait(self._answers)
        self.here, self.elsewhere = self._sign_in(), self._sign_in()

    @classmethod
    def _end(cls):
        cls.odoo.terminate()
        cls.odoo.wait(PATIENCE)

    def _wait(self, found):
        deadline = time.monotonic() + PATIENCE
        while not found():
            self.assertLess(time.monotonic(), deadline, self.log.read_text()[-2000:])
            time.sleep(0.02)

    def _answers(self):
        with contextlib.suppress(requests.ConnectionError):
            return requests.get(f"{self.address}/timebank/health", timeout=PATIENCE).status_code
        return False

    def _sign_in(self):
        """A browser in which the demo's member is signed in, and where their pages begin."""
        browser = requests.Session()
        page = Page(browser.get(f"{self.address}/web/login", timeout=PATIENCE))
        (form,) = page.tree.xpath("//form[.//input[@name='password']]")
        fields = {**dict(form.form_values()), "login": "member", "password": "member"}
        home = browser.post(
            f"{self.address}/web/login", {**fields, "redirect": "/timebank"}, timeout=PATIENCE
        )
        browser.home = home.url if home.url.rpartition("/")[2].isdigit() else self._first_of(home)
        return browser

    def _first_of(self, banks):
        """The first membership of who has several."""
        found = Page(banks).tree.xpath("//a/@href[starts-with(., '/timebank/')]")
        return self.address + next(link for link in found if link.rpartition("/")[2].isdigit())

    def _go(self, browser, path=""):
        """:return: the page, and of what it was read"""
        response = browser.get(browser.home + path, timeout=PATIENCE)
        self.assertEqual(response.status_code, 200)
        return Page(response), self._heard()[-1]

    def _heard(self):
        lines = self.log.read_text().splitlines()
        return [found[3] for line in lines if (found := ANSWER.search(line)) and "/timebank" in found[1]]

    def _hand_in(self, browser, words):
        """Log half an hour; returns the page that says so."""
        page, _mode = self._go(browser, "/log")
        link = next(link for link in page.links().values() if "/log/time?" in link)
        page, _mode = self._go(browser, "/log/what?" + link.partition("?")[2] + "&minutes=30")
        form, _button = page.form("Hand in")
        fields = {**dict(form.form_values()), "description": words}
        return Page(browser.post(self.address + form.get("action"), fields, timeout=PATIENCE))

    def _catch_up(self):
        written = self.main.ask("SELECT pg_current_wal_insert_lsn()")
        self._wait(lambda: self.replica.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'"))

    def test_own_deeds_are_read(self):
        """However far the replica is behind; everybody else goes on reading from it."""
        self._catch_up()
        self.replica.ask("SELECT pg_wal_replay_pause()")
        said = self._hand_in(self.here, "Mended a gate")
        self.assertIn("It is handed in", said.text())
        self.assertIn("30 minutes", said.text())
        page, mode = self._go(self.here, "/hours")
        numbers = re.findall(r"/hours/(\d+)", " ".join(page.tree.xpath("//a/@href")))
        path = f"/hours/{max(map(int, numbers))}"  # the newest
        page, mode = self._go(self.here, path)
        self.assertIn("Mended a gate", page.text())
        self.assertEqual(mode, "rw")
        page, mode = self._go(self.elsewhere, "/hours")
        self.assertNotIn(path, " ".join(page.links().values()))
        self.assertEqual(mode, "ro")
        self.replica.ask("SELECT pg_wal_replay_resume()")
        self._catch_up()
        for browser in (self.here, self.elsewhere):
            page, mode = self._go(browser, path)
            self.assertIn("Mended a gate", page.text())
            self.assertEqual(mode, "ro")
        self.assertNotIn("ro->rw", self._heard())

    def test_replica_goes_away(self):
        """In the midst of an answer, too: whoever asked has it from the main server.

        The last of the tests: Odoo asks a replica that was away again after twenty minutes.
        """
        self._catch_up()
        self._go(self.here)
        answers = []
        with contextlib.closing(self.main.connect(self.database)) as connection, connection.cursor() as cr:
            cr.execute("LOCK TABLE timebank_hours IN ACCESS EXCLUSIVE MODE")
            self._catch_up()
            asking = threading.Thread(target=lambda: answers.append(self._go(self.here, "/hours")))
            asking.start()
            self._wait(lambda: self.replica.ask(WAITING))
            self.replica.kill()
            self._wait(lambda: self.main.ask(WAITING))  # it has been asked instead
            connection.rollback()
        asking.join(PATIENCE)
        [(page, mode)] = answers
        self.assertEqual(page.heading(), "Time I have logged")
        self.assertEqual(mode, "ro->rw")
        self._go(self.elsewhere)
        self.replica.start()
        self._go(self.elsewhere)
