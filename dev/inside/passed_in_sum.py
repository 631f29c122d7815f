"""A pytest plug-in: passed subtests are told in sum.

pytest makes a report of each, and xdist sends it from one process to another: of many thousands that
takes longer than to run them. Those that fail are reported as ever, and with `-vv` the others as well.
"""

import pytest
from _pytest.unittest import TestCaseFunction

PASSED = pytest.StashKey[int]()
CATEGORY = "subtests passed"  # as pytest calls them in its last line
EACH = 2  # so much verbosity

_report = TestCaseFunction.addSubTest


def _add_subtest(item, test_case, test, exc_info):
    config = item.config
    if exc_info is not None or config.get_verbosity() >= EACH:
        _report(item, test_case, test, exc_info)
    else:
        config.stash[PASSED] = config.stash.get(PASSED, 0) + 1


TestCaseFunction.addSubTest = _add_subtest


def pytest_sessionfinish(session):
    """Called by pytest at the end: a process of xdist's hands on what it has counted."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput[CATEGORY] = session.config.stash.get(PASSED, 0)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node):
    """Called by xdist when a process has ended."""
    counted = getattr(node, "workeroutput", {}).get(CATEGORY, 0)
    node.config.stash[PASSED] = node.config.stash.get(PASSED, 0) + counted


def pytest_terminal_summary(terminalreporter, config):
    """Called by pytest before its last line, which says how many there are of each category."""
    if counted := config.stash.get(PASSED, 0):
        terminalreporter.stats.setdefault(CATEGORY, []).extend([None] * counted)
