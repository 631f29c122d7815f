"""`make test-odoo-lint`: what Odoo's own `test_lint` finds in our addon, and in no other.

Left out are its tests of its own checkers, and without eslint on the machine what that checks.
"""

import subprocess

from . import databases, odoo_run, odoo_source, python_env, settings, setup
from .console import say
from .lock import only_one

PLUGIN = "dev.inside.our_addon_alone"


def odoo_lint():
    """The command; on the test database, made or brought up to date first."""
    setup.ensure()
    tests = odoo_source.source().path / "odoo" / "addons" / "test_lint" / "tests"
    with only_one(f"test-{settings.TEST_DB}", f"testing on {settings.TEST_DB}"):
        if not databases.up_to_date(settings.TEST_DB):
            databases.fresh(settings.TEST_DB)
        say()
        return subprocess.run(
            # importlib: with Odoo's folder of addons on its path, `calendar` is no longer Python's
            [python_env.python(), "-m", "pytest", "-p", PLUGIN, "--import-mode=importlib"]
            + ["-p", "no:cacheprovider", "-c", "pytest.ini", "--rootdir", settings.ROOT, "--tb=short"]
            + [f"--odoo-database={settings.TEST_DB}", tests, f"--ignore={tests / 'test_checkers.py'}"],
            cwd=settings.ROOT,
            env=odoo_run.environment(),
            check=False,
        ).returncode
