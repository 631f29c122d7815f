"""`make load`: three hundred members at once, with their coordinators, on a bank of 5,000.

MEMBERS, MINUTES and WORKERS set how many and how long. REPLICA=yes reads from a replica;
REPLICA=killed kills it in the middle and brings it back.
"""

import subprocess

from . import odoo_run, python_env, settings, setup
from .console import Stop, say
from .lock import only_one

#: What no run goes beyond.
MOST_MEMBERS, MOST_MINUTES, MOST_WORKERS = 1_000, 60, 16


def load(members="300", minutes="5", workers="5", replica="no"):
    """The command."""
    for name, words, least, most in (
        ("MEMBERS", members, 1, MOST_MEMBERS),
        ("MINUTES", minutes, 1, MOST_MINUTES),
        ("WORKERS", workers, 2, MOST_WORKERS),
    ):
        if not words.isdigit() or not least <= int(words) <= most:
            raise Stop(f"{name}={words}: a number from {least} to {most:,}.")
    if replica not in ("no", "yes", "killed"):
        raise Stop(f"REPLICA={replica}: no, yes or killed.")
    setup.ensure()
    settings.OUT.mkdir(exist_ok=True)
    with only_one("bench", "measuring"):
        say()
        return subprocess.run(
            [python_env.python(), "-m", "benchmarks.load", members, minutes, workers, replica],
            env=dict(odoo_run.environment(), PGDATABASE="postgres"),
            cwd=settings.ROOT,
            check=False,
        ).returncode
