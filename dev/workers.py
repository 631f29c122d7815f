"""`make test-workers`: journeys of coordinators and members on Odoo's prefork server.

Each test has a database and a server of its own: what a journey does is kept.
"""

import subprocess

from . import databases, odoo_run, serving, settings, setup, test
from .console import Stop, say
from .lock import only_one

DATABASE = f"timebank_workers_{settings.CHECKOUT}"
#: The day of the journeys, as `tests/journeys/common.py` has it.
NOW = "2026-03-18 10:00"
JOURNEYS = (
    "test_board_journey",
    "test_credits_journey",
    "test_hours_journey",
    "test_joining_journey",
    "test_log_journey",
    "test_reward_journey",
    "test_session_journey",
    "test_sign_up_journey",
    "test_today_journey",
)


def workers(target="", count="5"):
    """The command: the journeys above, or those of one file."""
    setup.ensure()
    with only_one(f"test-{settings.TEST_DB}", f"testing on {settings.TEST_DB}"):
        test.have_database()
        targets = [target] if target else [f"tests/journeys/{name}.py" for name in JOURNEYS]
        tests = [one for target in targets for one in _find(target)]
        failed = [one for one in tests if not _passes(one, count)]
    say(f"\n{len(tests) - len(failed)} of {len(tests)} journeys pass on {count} processes.")
    for one in failed:
        say(f"  failed: {one}")
    return int(bool(failed))


def _find(target):
    """The tests of a file, each by the name that pytest gives it."""
    found = subprocess.run(
        [*test.pytest_command(settings.TEST_DB), "--collect-only", "-q", test.through_link(target)],
        cwd=settings.ROOT,
        env=test.environment(),
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    tests = [line for line in found.splitlines() if "::" in line]
    if not tests:
        raise Stop(f"No tests are found in {target}:\n{found[-2000:]}")
    return tests


def _passes(one, count):
    databases.copy(settings.TEST_DB, DATABASE)
    try:
        clock = {"TIMEBANK_NOW": NOW}
        with serving.server(DATABASE, "--log-level", "warn", workers=count, **clock) as address:
            say(f"  {one.rpartition('/')[2]}")
            done = subprocess.run(
                [*test.pytest_command(DATABASE), "-p", "dev.inside.on_workers", "-q", "--no-header", one],
                cwd=settings.ROOT,
                env=dict(test.environment(), TIMEBANK_ADDRESS=address),
                capture_output=True,
                text=True,
                check=False,
            )
        complaints = odoo_run.complaints(serving.log_of(DATABASE).read_text().splitlines())
    finally:
        databases.drop(DATABASE)
    if done.returncode:
        say("\n".join(done.stdout.splitlines()[-40:]))
    if complaints:
        say("\n".join(["The server said:", *complaints[-20:]]))
    return not done.returncode
