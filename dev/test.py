"""`make test`: lint, then the whole suite on a fresh database; with T=, one file."""

import os
import subprocess

from . import (
    databases,
    lifecycle,
    lint,
    npm_tools,
    odoo_run,
    postgres,
    python_env,
    settings,
    setup,
    upgrade,
)
from .console import Stop, alongside, say, step
from .lock import only_one

WORKERS = "2"
PLUGINS = (
    "dev.inside.browser_must_start",
    "dev.inside.compiled_once",
    "dev.inside.found_environments",
    "dev.inside.kept_in_mind",
    "dev.inside.one_foundation",
    "dev.inside.own_filestore",
    "dev.inside.passed_in_sum",
    "dev.inside.real_clock",
    "dev.inside.steps_of_journeys",
)
COUNTER = settings.ROOT / "dev" / "inside" / "count_tests.py"


def test(target="", *options):
    """The command. `target` is a file, or pytest's `file::class::method`."""
    setup.ensure()
    with only_one(f"test-{settings.TEST_DB}", f"testing on {settings.TEST_DB}"):
        if target:
            return _one(target, options)
        with alongside(lint.if_changed):
            databases.fresh(settings.TEST_DB)
            titles = "Odoo's own runner finds the same tests; scripts and styles are built"
            with step(titles), databases.warming(settings.TEST_DB):
                _same_tests()
        with alongside(upgrade.check_oldest, settings.TEST_DB):
            lifecycle.check(settings.TEST_DB)
        return on_database(settings.TEST_DB, "--numprocesses", WORKERS, "--dist", "loadscope", *options)


def _one(target, options):
    have_database()
    return on_database(settings.TEST_DB, *map(through_link, target.split()), *options)


def have_database():
    """Have the database of tests with the addon as it is now."""
    if not databases.exists(settings.TEST_DB) or not _brought_up_to_date():
        databases.fresh(settings.TEST_DB)
        with step("Scripts and styles"), databases.warming(settings.TEST_DB):
            pass


def _brought_up_to_date():
    if databases.up_to_date(settings.TEST_DB):
        return True
    try:
        databases.install(settings.TEST_DB)
    except Stop:
        say("  It can't be upgraded from its earlier state: made anew.")
        return False
    return True


def through_link(target):
    """`tests/x` by the addon's link: modules get the names Odoo gives them."""
    inside = target.removeprefix("./")
    return f"{settings.ADDON}/{inside}" if inside.startswith("tests") else inside


def on_database(name, *arguments):
    """Run pytest on that database, with these arguments; its exit code."""
    say()
    return subprocess.run(
        [*pytest_command(name), *arguments],
        cwd=settings.ROOT,
        env=environment(),
        check=False,
    ).returncode


def pytest_command(database):
    """The command line that tests on `database`."""
    command = [python_env.python(), "-m", "pytest", "--odoo-http", f"--odoo-database={database}"]
    return command + [part for plugin in PLUGINS for part in ("-p", plugin)]


def environment():
    """Environment of the tests."""
    # pytest-odoo copies the database with createdb and dropdb
    env = odoo_run.environment()
    env["TIMEBANK_AXE"] = str(npm_tools.axe())
    env["PATH"] = f"{env['PATH']}{os.pathsep}{_client_folder()}"
    return env


def _client_folder():
    return postgres.system.postgres_bin() or ""


def _same_tests():
    done = subprocess.run(
        [python_env.python(), COUNTER, settings.ADDON, settings.TEST_DB],
        cwd=settings.ROOT,
        env=odoo_run.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop(f"{done.stdout}{done.stderr[-3000:]}".strip())
