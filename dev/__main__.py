"""`python3 -m dev COMMAND`: see `help`."""

import importlib
import sys

from . import console

COMMANDS = {
    "setup": "from a bare Debian machine to a working Odoo 19",
    "demo": "a fresh database with demo data, and the story played in it",
    "serve": "the demo database in the browser (PORT=8069, WORKERS=5 for several processes)",
    "replica": "the same, read from a replica of the PostgreSQL server beside it (LAG=10 seconds behind)",
    "shell": "an Odoo shell on the demo database; reads a piped script",
    "bench": "the measured figures",
    "load": "300 members at once (MEMBERS, MINUTES, WORKERS; REPLICA=yes reads from a replica, or killed)",
    "audit": "time and grants as text in out/audit, checked by beancount and hledger (INITIALS=1)",
    "screenshots": "the documentation's pictures",
    "map": "docs/architecture.svg, the models by subject",
    "pot": "the template for translations, after the addon's words have changed",
    "reachable": "docs/reachable_methods.md, what can be called from outside",
    "accessibility": "members' pages looked at by axe-core, and the statement that says what it found",
    "test": "lint and the whole suite, or one file (T=tests/hours/test_hours.py)",
    "workers": "journeys on Odoo's prefork server (make test-workers; T=…, WORKERS=5)",
    "upgrade": "databases of earlier states, brought up to date (make test-upgrade)",
    "beside": "the addon with website, sale, event … installed before and after it",
    "suites": "Odoo's own tests of account, project …, without the addon and with it",
    "odoo_lint": "what Odoo's own test_lint finds in the addon (make test-odoo-lint)",
    "lint": "ruff and pylint-odoo",
    "format": "let ruff rewrite what it can",
    "db": "new NAME, install NAME, drop NAME or list: databases by hand",
    "env": 'variables for a shell: eval "$(python3 -m dev env)"',
    "stop": "stop the private PostgreSQL server; the next command starts it",
    "shot": "one screenshot (--help for its options)",
}
FUNCTIONS = {"format": ("lint", "rewrite"), "map": ("map", "draw")}


def show_help():
    """Print the list of commands."""
    for name, text in COMMANDS.items():
        print(f"  {name:12}{text}")


def dispatch(arguments):
    """Run the command named first, with the rest as its arguments."""
    name = arguments[0] if arguments else "help"
    if name not in COMMANDS:
        show_help()
        return int(name != "help")
    module, function = FUNCTIONS.get(name, (name, name))
    found = getattr(importlib.import_module(f"dev.{module}"), function)
    return found(*arguments[1:])


if __name__ == "__main__":
    console.main(dispatch, sys.argv[1:])
