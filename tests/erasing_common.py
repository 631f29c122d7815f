"""Looking for what should be nowhere any more: in every table, in a dump, on the disk."""

from pathlib import Path

from odoo.tools import SQL


def find_in_database(env, mark):
    """(table, row) of everything in the database that holds the mark, in a text or a file."""
    env.cr.execute(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind = 'r' AND n.nspname = current_schema ORDER BY c.relname"
    )
    found = []
    hidden = mark.encode().hex()
    for (table,) in env.cr.fetchall():
        env.cr.execute(
            SQL(
                "SELECT t::text FROM %s t WHERE t::text ILIKE %s OR t::text ILIKE %s",
                SQL.identifier(table),
                f"%{mark}%",
                f"%{hidden}%",
            )
        )
        found += [(table, row) for (row,) in env.cr.fetchall()]
    return found


def find_in_files(env, mark):
    """The files of the database that hold the mark."""
    folder = Path(env["ir.attachment"]._filestore())
    return [str(path) for path in folder.rglob("*") if path.is_file() and mark.encode() in path.read_bytes()]
