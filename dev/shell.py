"""`make shell`: an Odoo shell on the demo database; reads a script that is piped in."""

import subprocess

from . import demo, odoo_run, settings, setup


def shell():
    """The command."""
    setup.ensure()
    demo.ensure()
    command = odoo_run.odoo("shell", "-d", settings.DEMO_DB, "--no-http")
    command += ["--log-level", "warn"]
    return subprocess.run(command, env=odoo_run.environment(), check=False).returncode
