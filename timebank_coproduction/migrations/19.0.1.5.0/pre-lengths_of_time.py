from odoo.tools import SQL, sql

#: How long at most what is counted in months, days or hours takes: beyond, there is no calendar any more.
MOST = {
    "timebank_scheme": {
        "dormant_months": 600,
        "expiry_months": 600,
        "voucher_months": 600,
        "claim_hours": 8784,
    },
    "timebank_reward": {"collect_days": 3660},
    "timebank_grant": {"days_before": 3660, "days_after": 3660},
}


def migrate(cr, version):
    for table, columns in MOST.items():
        for column, most in columns.items():
            if sql.column_exists(cr, table, column):
                cr.execute(
                    SQL(
                        "UPDATE %(table)s SET %(column)s = %(most)s WHERE %(column)s > %(most)s",
                        table=SQL.identifier(table),
                        column=SQL.identifier(column),
                        most=most,
                    )
                )
