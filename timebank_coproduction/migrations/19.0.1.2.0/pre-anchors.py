from odoo.tools import sql


def migrate(cr, version):
    """Number the seals there are, note each bank's last one, and what matched lines were charged.

    A seal's hash doesn't cover its number, so that older ones stay true. Done before the
    triggers that would refuse it are there.
    """
    if not sql.table_exists(cr, "timebank_seal"):
        return
    for table, column, kind in (
        ("timebank_seal", "number", "int4"),
        ("timebank_scheme", "last_seal_number", "int4"),
        ("timebank_scheme", "last_seal_hash", "varchar"),
    ):
        if not sql.column_exists(cr, table, column):
            sql.create_column(cr, table, column, kind)
    cr.execute(
        """UPDATE timebank_seal s SET number = counted.number
             FROM (SELECT id, row_number() OVER (PARTITION BY scheme_id ORDER BY id) AS number
                     FROM timebank_seal) counted
            WHERE counted.id = s.id AND s.number IS NULL"""
    )
    cr.execute(
        """UPDATE timebank_scheme b SET last_seal_number = s.number, last_seal_hash = s.hash
             FROM timebank_seal s WHERE s.id = b.last_seal_id AND b.last_seal_hash IS NULL"""
    )
    if sql.table_exists(cr, "timebank_reward_match") and not sql.column_exists(
        cr, "timebank_reward_match", "charged_amount"
    ):
        sql.create_column(cr, "timebank_reward_match", "charged_amount", "numeric")
        cr.execute(
            """UPDATE timebank_reward_match m
                  SET charged_amount = CASE WHEN l.status = 'changed' THEN l.matched_amount
                                            ELSE l.share_amount END
                 FROM timebank_bill_line l WHERE l.id = m.bill_line_id"""
        )
