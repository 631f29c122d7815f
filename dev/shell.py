"""`make shell`: an Odoo shell on the demo database; reads a script that is piped in."""

import os
import subprocess

from . import demo, odoo_run, settings, setup


def shell():
    """The command. DB=name takes another database."""
    setup.ensure()
    name = os.environ.get("DB") or settings.DEMO_DB
    if name == settings.DEMO_DB:
        demo.ensure()
    command = odoo_run.odoo("shell", "-d", name, "--no-http", "--log-level", "warn")
    return subprocess.run(command, env=odoo_run.environment(), check=False).returncode
