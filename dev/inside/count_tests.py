"""Compares the tests pytest collects with those Odoo's own runner would run.

Arguments: the addon, a database. Prints what only one of the two finds; exit 1 then.
"""

import contextlib
import io
import sys

import pytest

import odoo.modules.module
import odoo.tools


class Collector:
    """A pytest plug-in that remembers what was collected."""

    def __init__(self):
        self.found = set()

    def pytest_collection_finish(self, session):
        """Called by pytest once everything is collected."""
        for item in session.items:
            self.found.add(".".join(filter(None, (item.module.__name__, _class(item), item.name))))


def _class(item):
    return item.cls.__name__ if getattr(item, "cls", None) else ""


def by_pytest(addon, database):
    """Names of the tests pytest collects."""
    collector = Collector()
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = pytest.main(
            ["--collect-only", "-q", f"--odoo-database={database}", f"{addon}/tests"],
            plugins=[collector],
        )
    if code:
        sys.exit(f"pytest can't collect the tests:\n{output.getvalue()}")
    return collector.found


def by_odoo(addon, database):
    """Names of the tests that Odoo's `--test-tags /addon` runs."""
    odoo.tools.config.parse_config(["-d", database])
    odoo.modules.module.initialize_sys_path()
    from odoo.tests import loader

    odoo.tools.config["test_tags"] = f"/{addon}"
    suites = [loader.make_suite([addon], when) for when in ("at_install", "post_install")]
    return {test.id() for suite in suites for test in suite}


def main(addon, database):
    """Compare; 1 if they differ."""
    own = by_odoo(addon, database)  # first: pytest imports more than the package does
    collected = by_pytest(addon, database)
    for title, names in (
        ("Only pytest finds (not imported by tests/__init__.py?):", collected - own),
        ("Only Odoo's own runner finds:", own - collected),
    ):
        if names:
            print(title, *sorted(names), sep="\n  ")
    print(f"{len(collected)} tests by pytest, {len(own)} by Odoo's own runner")
    return int(collected != own)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
