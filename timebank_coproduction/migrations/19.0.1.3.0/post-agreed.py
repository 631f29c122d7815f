from odoo.tools import SQL


def migrate(cr, version):
    """Say of open grants without accounts for rewards what has held for them all along."""
    cr.execute(
        SQL(
            """UPDATE timebank_grant g SET every_expense_counts = TRUE
                WHERE g.state != 'draft'
                  AND NOT EXISTS (SELECT FROM account_account_timebank_grant_rel r
                                   WHERE r.timebank_grant_id = g.id)"""
        )
    )
