"""`make setup`: all that a working Odoo 19 needs, each part only if it isn't there."""

import time

from . import npm_tools, odoo_source, postgres, python_env, settings, system, templates
from .console import say
from .lock import only_one


def ensure():
    """Have system and Python packages, Odoo, PostgreSQL and the template database."""
    system.ensure()
    settings.CACHE.mkdir(parents=True, exist_ok=True)
    with only_one("setup", "setting up"):
        odoo_source.ensure()
        python_env.ensure()
        npm_tools.ensure()
        postgres.ensure()
    templates.template()


def ensure_python():
    """Have the Python packages, and nothing else: enough for lint."""
    settings.CACHE.mkdir(parents=True, exist_ok=True)
    with only_one("setup", "setting up"):
        python_env.ensure()


def setup():
    """The command: as `ensure`, with a word at both ends."""
    start = time.monotonic()
    say("Setting up")
    ensure()
    say(f"Ready, in {time.monotonic() - start:.1f} s. Everything is in {settings.CACHE}")
