"""`make demo`: a fresh database with demo data, and the story played in it."""

import shutil
import subprocess

from . import databases, odoo_run, python_env, settings, setup
from .console import Stop, say
from .lock import only_one

PLAYER = settings.ROOT / "dev" / "inside" / "play_story.py"
OUT = settings.OUT / "demo"


def demo():
    """The command: exit 0 only if every step did what it says."""
    setup.ensure()
    with only_one(settings.DEMO_DB, "making the demo database"):
        databases.fresh(settings.DEMO_DB)
        return play()


def ensure():
    """Have the demo database, with the story played and the addon as it is now."""
    with only_one(settings.DEMO_DB, "making the demo database"):
        if not databases.exists(settings.DEMO_DB):
            databases.fresh(settings.DEMO_DB)
            play()
        elif not databases.up_to_date(settings.DEMO_DB):
            _upgrade()


def _upgrade():
    try:
        databases.install(settings.DEMO_DB)
    except Stop as failure:
        advice = f"{settings.DEMO_DB} can't be brought up to date; `make demo` makes it anew."
        raise Stop(f"{failure}\n\n{advice}") from None


def play(database=settings.DEMO_DB, out=OUT):
    """Play the story in a database, with its files in a folder; 0 if every step succeeded."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    say()
    return subprocess.run(
        [python_env.python(), PLAYER, database, out],
        env=odoo_run.environment(),
        cwd=settings.ROOT,
        check=False,
    ).returncode
