"""`eval "$(python3 -m dev env)"`: a shell that reaches the server, Odoo and Python."""

import os
import shlex

from . import odoo_run, setup


def env():
    """The command: prints the variables that differ, for a shell to read."""
    setup.ensure()
    for name, value in odoo_run.environment().items():
        if os.environ.get(name) != value and name != "PYTHONUNBUFFERED":
            print(f"export {name}={shlex.quote(value)}")
