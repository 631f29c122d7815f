"""`make reachable`: the page of what can be called from outside, anew from the addon itself."""

import subprocess

from . import databases, odoo_run, settings, setup
from .console import Stop, step

SCRIPT = settings.ROOT / "dev" / "inside" / "list_reachable.py"
PAGE = settings.ROOT / "docs" / "reachable_methods.md"


def reachable():
    """The command."""
    setup.ensure()
    if not databases.up_to_date(settings.TEST_DB):
        databases.fresh(settings.TEST_DB)
    with step(PAGE.relative_to(settings.ROOT)), SCRIPT.open() as script:
        done = subprocess.run(
            odoo_run.odoo("shell", "-d", settings.TEST_DB, "--no-http", "--log-level", "warn"),
            env=dict(odoo_run.environment(), TIMEBANK_PAGE=str(PAGE)),
            cwd=settings.CACHE,
            stdin=script,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise Stop(f"The page can't be made:\n{done.stderr[-3000:]}")
