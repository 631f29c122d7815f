"""A pytest plug-in: how many steps each journey took, at the end and in out/journeys.json.

Of journeys that weren't run, the file keeps what it has.
"""

import json

import pytest

from dev import settings

#: What a test case has that counts them (tests/journeys/steps.py), and under which name a report has it.
STEPS = "steps_taken"
FILE = settings.OUT / "journeys.json"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Called by pytest for each phase of each test: what was counted goes with the report of a process."""
    report = yield
    steps = getattr(getattr(item, "instance", None), STEPS, None)
    if report.when == "call" and report.passed and steps:
        report.user_properties.append((STEPS, dict(steps)))
    return report


class Collector:
    """What the reports of all processes say."""

    def __init__(self):
        self.found = {}

    def pytest_runtest_logreport(self, report):
        """Called by pytest with each report, whichever process it comes from."""
        for name, steps in report.user_properties:
            if name == STEPS:
                self.found[report.nodeid.partition("tests/journeys/")[2]] = steps

    def pytest_terminal_summary(self, terminalreporter):
        """Called by pytest at the end."""
        if not self.found:
            return
        kept = json.loads(FILE.read_text()) if FILE.exists() else {}
        FILE.parent.mkdir(exist_ok=True)
        FILE.write_text(json.dumps({**kept, **self.found}, indent=1, sort_keys=True) + "\n")
        terminalreporter.section("steps of journeys")
        for name, steps in sorted(self.found.items()):
            parts = ", ".join(f"{count} {what}" for what, count in sorted(steps.items()))
            terminalreporter.line(f"{sum(steps.values()):5} {name}: {parts}")


def pytest_configure(config):
    """Called by pytest at the beginning of each process."""
    config.pluginmanager.register(Collector(), "steps_of_journeys_collector")
