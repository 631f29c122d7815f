from odoo.tools import SQL


def migrate(cr, version):
    """Members found and gave to every pot of their bank: those that there are stay open to all of them."""
    cr.execute(SQL("UPDATE timebank_account SET open_to_all = TRUE WHERE kind = 'pot'"))
