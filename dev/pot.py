"""`make pot`: the template that translations start from, anew from the addon's own words."""

from . import databases, odoo_run, settings, setup
from .console import step


def pot():
    """The command."""
    setup.ensure()
    databases.fresh(settings.TEST_DB)
    with step(f"{settings.ADDON}/i18n"):
        odoo_run.strictly(
            "i18n", "export", "-d", settings.TEST_DB, settings.ADDON, log=settings.CACHE / "logs" / "pot.log"
        )
