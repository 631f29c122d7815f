"""`make reachable`: the page of what can be called from outside, anew from the addon itself."""

from . import databases, odoo_run, settings, setup
from .console import step

SCRIPT = settings.ROOT / "dev" / "inside" / "list_reachable.py"
PAGE = settings.ROOT / "docs" / "reachable_methods.md"


def reachable():
    """The command."""
    setup.ensure()
    if not databases.up_to_date(settings.TEST_DB):
        databases.fresh(settings.TEST_DB)
    with step(PAGE.relative_to(settings.ROOT)):
        odoo_run.run_script(SCRIPT, settings.TEST_DB, "The page can't be made:", TIMEBANK_PAGE=str(PAGE))
