"""A PostgreSQL server of a test's own, which it may stop, break and recover."""

import os
import pwd
import shutil
import subprocess
import tempfile
from contextlib import closing
from pathlib import Path

import psycopg2

from dev.system import postgres_bin

#: Who owns the databases in it; Odoo refuses to be the server's administrator.
ROLE = "timebank"
ADMINISTRATOR = "postgres"
PORT = "5432"  # names the socket's file; nothing listens on the network
CONFIG = """
listen_addresses = ''
port = {port}
unix_socket_directories = '{home}'
fsync = off
max_connections = 20
archive_mode = on
archive_command = 'cp %p {home}/archive/%f'
"""


class Cluster:
    """A server in a folder of its own, which keeps every step it takes in an archive."""

    def __init__(self):
        self.home = Path(tempfile.mkdtemp(prefix="timebank-"))
        self.data = self.home / "data"
        (self.home / "archive").mkdir()
        self._own(self.home, self.home / "archive")
        self._run("initdb", "--pgdata", self.data, "--username", ADMINISTRATOR, "--encoding", "UTF8")
        self._configure(CONFIG.format(port=PORT, home=self.home))
        self.start()
        self.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")

    @property
    def environment(self):
        """What libpq's programs and Odoo find it by."""
        return dict(os.environ, PGHOST=str(self.home), PGPORT=PORT, PGUSER=ROLE)

    def start(self):
        self._run("pg_ctl", "start", "--wait", "--silent", "--pgdata", self.data, "--log", self.home / "log")

    def stop(self):
        """Once everything that was done is in the archive."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--pgdata", self.data, "--mode", "fast")

    def remove(self):
        self.stop()
        shutil.rmtree(self.home)

    def execute(self, query, database="postgres"):
        """Run a statement as the administrator, and return what it gives."""
        where = {"host": str(self.home), "port": PORT, "user": ADMINISTRATOR, "dbname": database}
        with closing(psycopg2.connect(**where)) as connection:
            connection.autocommit = True
            with connection.cursor() as cr:
                cr.execute(query)
                return cr.fetchall() if cr.description else None

    def back_up(self):
        """Copy the whole server while it runs."""
        self._run(
            "pg_basebackup", "--pgdata", self.home / "backup", "--checkpoint", "fast",
            "--host", self.home, "--port", PORT, "--username", ADMINISTRATOR,
        )  # fmt: skip

    def recover(self, moment):
        """Stop, and go on from the copy as it was at a restore point of that name."""
        self.execute("SELECT pg_switch_wal()")
        self.stop()
        self.data = self.home / "backup"
        self._configure(
            f"restore_command = 'cp {self.home}/archive/%f %p'\n"
            f"recovery_target_name = '{moment}'\n"
            "recovery_target_action = promote\n"
            "hot_standby = off\n"  # so that it answers once it is there
        )
        (self.data / "recovery.signal").touch()
        self._own(self.data / "recovery.signal")
        self.start()

    def _configure(self, lines):
        with (self.data / "postgresql.conf").open("a") as config:
            config.write(lines)

    def _own(self, *paths):
        if os.geteuid() == 0:  # as whom PostgreSQL refuses to run
            for path in paths:
                shutil.chown(path, ADMINISTRATOR, ADMINISTRATOR)

    def _run(self, program, *arguments):
        command = [postgres_bin() / program, *arguments]
        if os.geteuid() == 0:
            user = pwd.getpwnam(ADMINISTRATOR)
            command = [
                "setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--init-groups", "--", *command
            ]  # fmt: skip
        # a server inherits its output: a pipe would never be closed
        with (self.home / "output").open("a") as output:
            subprocess.run(
                list(map(str, command)),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=True,
            )
