"""`make beside`: the addon in databases with other addons, installed before it and after it.

In each: screens open in several languages and companies, tests of ours that look at what others
change (views, papers, pages, rights, companies) pass, and the story plays to its end.
"""

import subprocess

from . import databases, demo, odoo_run, python_env, settings, setup, test
from .console import Stop, step
from .lock import only_one

OTHERS = ("website", "event", "loyalty", "hr_timesheet", "sale", "mass_mailing", "survey")
OPENER = settings.ROOT / "dev" / "inside" / "open_screens.py"
TESTS = (
    "tests/addon/test_access.py",
    "tests/addon/test_companies.py",
    "tests/addon/test_views.py",
    "tests/addon/test_papers.py",
    "tests/ledger/test_ledger.py",
    "tests/page/test_home_page.py",
    "tests/page/test_join_page.py",
    "tests/page/test_sessions_page.py",
)


def beside(*orders):
    """The command; `before` or `after` tries one order alone."""
    setup.ensure()
    orders = orders or tuple(ORDERS)
    name = f"{settings.TEST_DB}_beside"
    with only_one(name, "trying the addon beside others"):
        broken = [sentence for order in orders for sentence in _try(order, name)]
    if broken:
        raise Stop("\n".join(("Beside other addons:", *broken)))


def _try(order, name):
    """What doesn't work with the others installed in that order, a sentence each."""
    try:
        ORDERS[order](name)
        if test.on_database(name, *map(test.through_link, TESTS), "-q"):
            yield f"  with the others installed {order} it, tests fail"
        if demo.play(name, settings.OUT / "beside"):
            yield f"  with the others installed {order} it, the story doesn't play"
        if _open_screens(name):
            yield f"  with the others installed {order} it, screens don't open"
    finally:
        databases.drop(name)


def _install_after(name):
    databases.fresh(name)
    with step(f"Installing {', '.join(OTHERS)}"):
        databases.load(name, "-i", *OTHERS)


def _install_before(name):
    databases.fresh(name, OTHERS)


#: When the others are installed.
ORDERS = {"before": _install_before, "after": _install_after}


def _open_screens(name):
    return subprocess.run(
        [python_env.python(), OPENER, name],
        env=dict(odoo_run.environment(), PGDATABASE=name),
        cwd=settings.ROOT,
        check=False,
    ).returncode
