"""`python3 -m dev db …`: databases by hand, for whoever works on the addon.

list                    the project's databases
new NAME [MODULE…]      a copy of the template with the addon installed
bare NAME [MODULE…]     the same without the addon
install NAME            install the addon in it, or upgrade it
drop NAME               remove it
"""

from . import databases, postgres, setup
from .console import Stop, say


def db(action="list", name=None, *extra):
    """The command."""
    setup.ensure()
    if action == "list":
        query = "SELECT datname FROM pg_database WHERE datname LIKE 'timebank%' ORDER BY 1"
        say(postgres.psql(query))
    elif action in ("new", "bare") and name:
        databases.fresh(name, extra, bare=action == "bare")
    elif action == "install" and name:
        databases.install(name)
    elif action == "drop" and name:
        databases.drop(name)
    else:
        raise Stop(__doc__)
