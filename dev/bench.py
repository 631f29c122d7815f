"""`make bench`: the measured figures, on a database of their own.

`python -m benchmarks` runs in the checkout's folder with the project's Python. Odoo is
importable; ODOO_RC names its configuration and PGDATABASE the database, so that
`odoo.tools.config.parse_config([])` is all it takes before `Registry(name)`. libpq's
PG* variables reach the server for plain SQL connections. The database has demo data,
the addon, and hr_timesheet and event to compare with; it's made anew for every run, so
the benchmarks may commit what they like. They print a table and write out/bench.json.
"""

import subprocess

from . import databases, odoo_run, python_env, settings, setup
from .console import Stop, say
from .lock import only_one


def bench(*arguments):
    """The command; arguments are passed on."""
    setup.ensure()
    if not (settings.ROOT / "benchmarks" / "__main__.py").exists():
        raise Stop("There are no benchmarks yet.")
    settings.OUT.mkdir(exist_ok=True)
    with only_one("bench", "measuring"):
        databases.fresh(settings.BENCH_DB, settings.BENCH_MODULES)
        say()
        return subprocess.run(
            [python_env.python(), "-m", "benchmarks", *arguments],
            env=dict(odoo_run.environment(), PGDATABASE=settings.BENCH_DB),
            cwd=settings.ROOT,
            check=False,
        ).returncode
