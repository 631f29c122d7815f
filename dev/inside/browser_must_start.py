"""A pytest plug-in: a browser test whose browser doesn't start has failed.

Odoo gives Chromium ten seconds and then skips the test, so on a busy machine the browser
tests would quietly not be run at all.
"""

import pytest

from odoo.tests import common

common.CHECK_BROWSER_ITERATIONS = 600  # of a tenth of a second
SKIPPED_FOR_WANT_OF_ONE = ("chrome", "websocket-client")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Called by pytest for each phase of each test."""
    report = yield
    if report.skipped and call.excinfo:
        reason = str(call.excinfo.value)
        if any(word in reason.lower() for word in SKIPPED_FOR_WANT_OF_ONE):
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: no browser. {reason}"
    return report
