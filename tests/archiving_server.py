"""A PostgreSQL server of a test's own that keeps every step it takes, so that it can go back to a moment."""

import os
import shutil

from .throwaway_server import PORT, USER, ThrowawayServer


class ArchivingServer(ThrowawayServer):
    """``back_up`` copies it while it runs; ``recover`` goes on from the copy."""

    settings = """
fsync = off
archive_mode = on
archive_command = 'cp %p {folder}/archive/%f'
"""

    def __init__(self):
        super().__init__()
        (self.folder / "archive").mkdir()
        self._own(self.folder / "archive")

    @property
    def environment(self):
        """What libpq's programs and Odoo find it by."""
        return dict(os.environ, PGHOST=str(self.folder), PGPORT=PORT, PGUSER=USER)

    def stop(self):
        """Once everything that was done is in the archive."""
        self._run("pg_ctl", "stop", "--wait", "--silent", "--pgdata", self.data, "--mode", "fast")
        self.process.wait()

    def back_up(self):
        """Copy the whole server while it runs."""
        self._run(
            "pg_basebackup", "--pgdata", self.folder / "backup", "--checkpoint", "fast",
            "--host", self.folder, "--port", PORT, "--username", USER, "--no-sync",
        )  # fmt: skip

    def recover(self, moment):
        """Stop, and go on from the copy as it was at a restore point of that name."""
        self.ask("SELECT pg_switch_wal()")
        self.stop()
        self.data = self.folder / "backup"
        with (self.data / "postgresql.conf").open("a") as config:
            config.write(
                f"restore_command = 'cp {self.folder}/archive/%f %p'\n"
                f"recovery_target_name = '{moment}'\n"
                "recovery_target_action = promote\n"
                "hot_standby = off\n"  # so that it answers once it is there
            )
        (self.data / "recovery.signal").touch()
        self._own(self.data / "recovery.signal")
        self.start()

    def _own(self, path):
        if self.identity:
            shutil.chown(path, self.identity["user"], self.identity["group"])
