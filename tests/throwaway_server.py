"""A PostgreSQL server of its own for a test that kills it: own folder, own socket, no network.

Another one may follow it, as its streaming replica.

It flushes every commit to the disk as PostgreSQL does out of the box, so that what was
acknowledged has to be there after a crash.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg2

from odoo.tools import config

USER = "survivor"
PORT = "5432"  # names the socket's file; nothing listens on the network
PATIENCE = 60  # seconds
CONFIG = """
listen_addresses = ''
port = {port}
unix_socket_directories = '{folder}'
shared_buffers = 64MB
max_connections = 20
fsync = on
synchronous_commit = on
full_page_writes = on
log_min_messages = warning
"""


class ThrowawayServer:
    """Started by ``start``, killed by ``kill``, gone after ``remove``."""

    #: Further settings, with places for the ``folder``.
    settings = ""

    def __init__(self, follows=None):
        self.folder = Path(tempfile.mkdtemp(prefix="timebank-"))
        self.data = self.folder / "data"
        self.process = None
        self.identity = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            owner = pwd.getpwnam("postgres")
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
            self.identity = {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": ()}
        self.folder.chmod(0o755)
        self._follow(follows) if follows else self._initialise()
        with (self.data / "postgresql.conf").open("a") as config:
            config.write((CONFIG + self.settings).format(port=PORT, folder=self.folder))

    def _initialise(self):
        self._run(
            "initdb", "--pgdata", self.data, "--username", USER, "--auth", "trust",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-instructions", "--no-sync",
        )  # fmt: skip

    def _follow(self, other):
        self._run(
            "pg_basebackup", "--pgdata", self.data, "--host", other.folder, "--port", PORT,
            "--username", USER, "--checkpoint", "fast", "--write-recovery-conf", "--no-sync",
        )  # fmt: skip

    def ask(self, query, database="postgres"):
        """The first value that a query gives, if it gives any."""
        with contextlib.closing(self.connect(database)) as connection, connection.cursor() as cr:
            connection.autocommit = True
            cr.execute(query)
            return cr.fetchone()[0] if cr.description else None

    def connect(self, database="postgres"):
        return psycopg2.connect(host=str(self.folder), port=PORT, user=USER, dbname=database)

    def options(self):
        """Odoo's options for this server."""
        return [f"--db_host={self.folder}", f"--db_port={PORT}", f"--db_user={USER}"]

    def start(self):
        """Start the server and wait until it answers; after a kill, until it has recovered."""
        self.process = subprocess.Popen(
            [_program("postgres"), "-D", self.data],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("a"),
            cwd="/",
            **self.identity,
        )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.connect().close()
                return
            except psycopg2.OperationalError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    log = (self.folder / "log").read_text()
                    raise AssertionError(f"PostgreSQL doesn't start:\n{log[-2000:]}") from None
                time.sleep(0.02)

    def copy(self, database):
        """Bring a database over, by pg_dump, from the server that the tests run on."""
        names = {"PGHOST": "db_host", "PGPORT": "db_port", "PGUSER": "db_user", "PGPASSWORD": "db_password"}
        there_is = {name: str(config[key]) for name, key in names.items() if config[key]}
        there = ["--host", str(self.folder), "--port", PORT, "--username", USER]
        subprocess.run([_program("createdb"), *there, database], check=True, cwd="/")
        with subprocess.Popen(
            [_program("pg_dump"), "--no-owner", "--no-privileges", database],
            stdout=subprocess.PIPE,
            env={**os.environ, **there_is},
        ) as dump:
            restore = [_program("psql"), *there, "-Xqd", database, "-v", "ON_ERROR_STOP=1", "-o", os.devnull]
            subprocess.run([*restore, "--single-transaction"], stdin=dump.stdout, check=True, cwd="/")
        if dump.returncode:
            raise AssertionError(f"{database} could not be copied")

    def kill(self):
        """kill -9 for the server and every process of it, with nothing between them."""
        self.process.send_signal(signal.SIGSTOP)  # so that it starts no further process
        family = [*_children(self.process.pid), self.process.pid]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()
        deadline = time.monotonic() + PATIENCE
        while any(map(_runs, family)) and time.monotonic() < deadline:
            time.sleep(0.01)

    def count_recoveries(self):
        """How often the server found that it had not been shut down, and recovered."""
        return (self.folder / "log").read_text().count("automatic recovery in progress")

    def remove(self):
        """Leave nothing behind."""
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder)

    def _run(self, program, *arguments):
        subprocess.run(
            [_program(program), *map(str, arguments)],
            check=True,
            capture_output=True,
            cwd="/",
            **self.identity,
        )


def _program(name):
    """Path of one of the newest installed PostgreSQL's programs."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int("0" + "".join(filter(str.isdigit, path.parts[4]))),
    )
    return str(found[-1]) if found else shutil.which(name)


def _status(pid):
    """Parent's number and state (``Z`` for a process that has ended) of a process, or ``None``."""
    try:
        name_cut_off = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return int(name_cut_off[1]), name_cut_off[0]


def _children(parent):
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    return [pid for pid in pids if (status := _status(pid)) and status[0] == parent]


def _runs(pid):
    status = _status(pid)
    return bool(status) and status[1] != "Z"
