"""Earlier states of the project, as git has them: their code, and databases that it made.

The file `upgrade_from` names the oldest one by its commit; each later one is a tag. A database is
made once by the state's own commands, and kept and copied as templates are.
"""

import contextlib
import shutil
import subprocess
import sys
from collections import namedtuple

from . import databases, odoo_run, odoo_source, settings, templates
from .console import run, step
from .lock import only_one

OLDEST = (settings.ROOT / "dev" / "upgrade_from").read_text().strip()

State = namedtuple("State", "name commit")


def states():
    """What databases may have been made by, oldest first; nothing where git's history isn't here."""
    if not shutil.which("git") or _git("cat-file", "-e", f"{OLDEST}^{{commit}}").returncode:
        return []
    tags = _git(
        "tag", "--list", f"{settings.ODOO_SERIES}.*", "--sort", "version:refname",
        "--merged", "HEAD", "--no-contains", "HEAD",
    )  # fmt: skip
    names = tags.stdout.decode().split()
    return [State(OLDEST[:7], OLDEST), *(State(name, _read_commit(name)) for name in names)]


def with_story(state):
    """Name of the database that the state's own `demo` makes."""
    return templates.keep(
        f"{state.commit} {odoo_source.source().identity}",
        lambda name: _make(state, f"Database of {state.name}, with its story", "demo", DB=name),
    )


def with_demo_data(state):
    """Name of a database in which nobody has done anything but install the state."""
    return templates.keep(
        f"{state.commit} {odoo_source.source().identity} new",
        lambda name: _make(state, f"Database of {state.name}", "db", "new", name),
    )


def with_movement(state, scale=1.0):
    """Name of a database with the movement of the state's own benchmarks.

    :param float scale: as `benchmarks.movement` has it
    """

    def make(name):
        with code(state) as folder, step(f"The movement by {state.name}, which takes a while"):
            _run(folder, "-c", MAKE_MOVEMENT.format(scale=scale))
            made = (folder / "made").read_text()
        databases.rename(made, name)
        for other in databases.names(made.rpartition("_")[0]):
            databases.drop(other)

    return templates.keep(f"{state.commit} {odoo_source.source().identity} movement {scale:g}", make)


#: Run by the state's own code, which is as it was.
MAKE_MOVEMENT = """
import subprocess
from dev import odoo_run, python_env, setup
setup.ensure()
subprocess.run(
    [python_env.python(), "-c", '''
from pathlib import Path
from benchmarks import harness, movement
harness.open_odoo()
Path("made").write_text(movement.database(scale={scale}))
'''],
    env=odoo_run.environment(),
    check=True,
)
"""


@contextlib.contextmanager
def code(state):
    """The folder of the state's code, while the block runs."""
    folder = settings.CACHE / f"earlier-{state.commit[:12]}"
    with only_one(folder.name, f"working with {state.name}"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            archive = _git("archive", state.commit).stdout
            subprocess.run(["tar", "--extract"], input=archive, cwd=folder, check=True)
            yield folder
        finally:
            shutil.rmtree(folder)


def _make(state, title, *command, **environ):
    with code(state) as folder, step(title):
        _run(folder, "-m", "dev", *command, **environ)


def _run(folder, *arguments, **environ):
    env = dict(odoo_run.environment(), TIMEBANK_CACHE=str(settings.CACHE), **environ)
    env.pop("PYTHONPATH")
    run([sys.executable, *arguments], cwd=folder, env=env, log=settings.CACHE / "logs" / "earlier.log")


def _read_commit(name):
    return _git("rev-parse", f"{name}^{{commit}}").stdout.decode().strip()


def _git(*arguments):
    # whoever owns the checkout
    command = ["git", "-c", "safe.directory=*", "-C", str(settings.ROOT), *arguments]
    return subprocess.run(command, capture_output=True, check=False)
