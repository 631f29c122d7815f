"""`make replica`: the demo database, read from a streaming replica of the private PostgreSQL server.

The replica is PostgreSQL's own: a base backup that follows the server as a hot standby, in a folder
beside it. It's made anew each time, and removed at the end.
"""

import contextlib
import os
import shutil

from . import demo, postgres, serve, setup, system
from .console import Stop, run, step
from .lock import only_one

CONFIG = """
unix_socket_directories = '{socket}'
# what is being read isn't cleared away
hot_standby_feedback = on
recovery_min_apply_delay = '{lag}s'
"""
#: With the private server's haste a commit would wait for the next round of writing before it goes out.
COMMITS = {"PGOPTIONS": "-c synchronous_commit=on"}


def replica(port="8069", workers="2", lag="0"):
    """The command; runs until it's interrupted.

    :param lag: how many seconds the replica stays behind
    """
    if not lag.isdigit():
        raise Stop(f"LAG={lag} isn't a number of seconds.")
    setup.ensure()
    demo.ensure()
    with running(int(lag)) as server:
        return serve.run(port, workers, "--db_replica_host", str(server.socket), **COMMITS)


@contextlib.contextmanager
def running(lag=0):
    """A replica inside the block."""
    if system.uses_own_server():
        raise Stop("A replica is made of the project's own server; the PG* variables name another one.")
    with only_one("replica", "using the replica"):
        server = Replica(lag)
        try:
            with step("Replica of the PostgreSQL server"):
                server.make()
            yield server
        finally:
            server.remove()


class Replica:
    """A server that follows the private one."""

    def __init__(self, lag=0):
        self.lag = lag
        home = postgres.home()
        self.folder = home.with_name(f"{home.name}-replica")
        self.socket = postgres.socket(self.folder)

    def make(self):
        self.remove()  # what an interruption left
        postgres.make_folder(self.folder)
        postgres.make_folder(self.socket)
        there = {"PGHOST": str(postgres.socket()), "PGPORT": postgres.PORT, "PGUSER": "postgres"}
        data = self.folder / "data"
        backup = ("--checkpoint", "fast", "--write-recovery-conf", "--no-sync")
        run(
            postgres.server_program("pg_basebackup", "--pgdata", data, *backup),
            env=dict(os.environ, **there),
            cwd="/",
        )
        with (data / "postgresql.conf").open("a") as config:
            config.write(CONFIG.format(socket=self.socket, lag=self.lag))
        self.start()

    def start(self):
        """Start it, or bring it back."""
        postgres.control("start", server=self.folder)

    def kill(self):
        """As if its machine had lost its power."""
        postgres.control("stop", "--mode", "immediate", server=self.folder)

    def remove(self):
        """Stop it, and leave nothing behind."""
        if self.folder.exists():
            self.kill()
            shutil.rmtree(self.folder)
        shutil.rmtree(self.socket, ignore_errors=True)
