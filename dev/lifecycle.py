"""Whether the addon upgrades and uninstalls cleanly, tried on a copy of a database."""

from . import databases, odoo_run, postgres, settings
from .console import Stop, step

# Odoo tries to delete the demo data's contacts; those that posted bills name have to stay.
NAMED_IN_BOOKS = r'odoo\.sql_db: bad query: b.DELETE FROM "res_partner" '
# What may be left in the database of what was the addon's, each a query for names.
LEFTOVERS = {
    "tables": "SELECT relname FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'S')"
    " AND relname LIKE 'timebank%'",
    "columns": "SELECT table_name || '.' || column_name FROM information_schema.columns"
    " WHERE column_name LIKE 'timebank%'",
    "functions": "SELECT proname FROM pg_proc WHERE proname LIKE 'timebank%'",
    "triggers": "SELECT tgname FROM pg_trigger WHERE tgname LIKE 'timebank%'",
    "numbering": "SELECT code FROM ir_sequence WHERE code LIKE 'timebank%'",
    # contacts, users and projects of the demo data may stay: they are somebody else's models
    "external ids": f"SELECT name FROM ir_model_data WHERE module = '{settings.ADDON}'"
    " AND (model LIKE 'ir.%' OR model LIKE 'timebank.%' OR model = 'res.groups')",
}


def check(name):
    """Upgrade, then uninstall the addon in a copy of database `name`; stop on any trace."""
    logs = settings.CACHE / "logs"
    with databases.trial(name, f"{name}_trial") as trial:
        with step(f"Upgrading {settings.ADDON}"):
            databases.load(trial, "-u", settings.ADDON)
        with step(f"Uninstalling {settings.ADDON}"):
            uninstall = ("module", "uninstall", "-d", trial, settings.ADDON)
            odoo_run.strictly(*uninstall, log=logs / "uninstall.log", allowed=NAMED_IN_BOOKS)
        left = {what: postgres.psql(query, trial).split() for what, query in LEFTOVERS.items()}
    if any(left.values()):
        found = "\n".join(f"  {what}: {', '.join(names)}" for what, names in left.items() if names)
        raise Stop(f"Uninstalling {settings.ADDON} leaves behind:\n{found}")
