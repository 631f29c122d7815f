"""A pytest plug-in: Odoo's own `test_lint` looks at our addon, and at no other."""

import logging
import subprocess

import pytest

import odoo.modules
import odoo.tools
from odoo.modules import Manifest

ADDON = "timebank_coproduction"

#: Many-to-ones that a partial unique index of their own covers: it holds each row that names a record,
#: and a further index would slow down every posting. Odoo's test keeps such a list for its own fields.
COVERED = {
    "timebank.transfer.hours_id",  # _hours_once
    "timebank.transfer.attendance_id",  # first key of _attendance_once
    "timebank.transfer.redemption_id",  # _redemption_once
    "timebank.transfer.reversal_of_id",  # _reversed_once
}


@pytest.fixture(scope="session", autouse=True)
def our_addon_alone(load_registry, request):
    """Addons are listed, and their folders walked, in three ways."""
    ours = Manifest.for_addon(ADDON)
    patch = pytest.MonkeyPatch()
    patch.setattr(Manifest, "all_addon_manifests", staticmethod(lambda: [ours]))
    patch.setattr(odoo.modules, "get_modules", lambda: [ADDON])
    # comments in the code that speak to pylint-odoo, of which this pylint isn't told
    patch.setattr(subprocess, "run", _knowing_no_others(subprocess.run))
    patch.setitem(vars(odoo.tools.config), "root_path", ours.path)  # a cached property
    for module in {item.module for item in request.session.items}:
        if hasattr(module, "BTREE_INDEX_IGNORE_FIELDS"):
            patch.setattr(module, "BTREE_INDEX_IGNORE_FIELDS", module.BTREE_INDEX_IGNORE_FIELDS | COVERED)
    yield
    patch.undo()


def _knowing_no_others(run):
    def run_pylint(command, *arguments, **options):
        if str(command[0]).endswith("pylint"):
            command = [*command, "--disable=unknown-option-value"]
        return run(command, *arguments, **options)

    return run_pylint


@pytest.fixture(autouse=True)
def warnings_fail(caplog):
    """What it finds is a failure, though some of its tests only log it."""
    with caplog.at_level(logging.WARNING):
        yield
    found = [record.getMessage() for record in caplog.get_records("call") if "test_lint" in record.name]
    if found:
        pytest.fail("\n".join(found))
