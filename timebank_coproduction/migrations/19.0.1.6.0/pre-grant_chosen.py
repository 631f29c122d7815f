from odoo.tools import SQL


def migrate(cr, version):
    """The columns are filled by statements afterwards, and not row by row as they are made."""
    for table in ("timebank_session", "timebank_hours"):
        cr.execute(SQL("ALTER TABLE %s ADD COLUMN IF NOT EXISTS grant_chosen bool", SQL.identifier(table)))
