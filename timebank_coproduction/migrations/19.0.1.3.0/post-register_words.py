"""Why a line of a register could not be logged, was let off or may clash moves to words for the few."""

from odoo.tools.sql import column_exists

TABLE = "timebank_attendance"
FLAGS = {"problem": "to_decide", "clash_reason": "may_clash"}


def migrate(cr, version):
    for column in ("problem", "waived_reason", "clash_reason"):
        if not column_exists(cr, TABLE, column):
            continue
        if column in FLAGS:
            # a later version's migration reads one of the flags, and takes its column away
            cr.execute(f"ALTER TABLE {TABLE} ADD COLUMN IF NOT EXISTS {FLAGS[column]} bool")
            cr.execute(f"UPDATE {TABLE} SET {FLAGS[column]} = TRUE WHERE {column} IS NOT NULL")
        cr.execute(
            f"""WITH moved AS (
                    INSERT INTO timebank_words
                           (field_name, attendance_id, scheme_id, company_id, text, active, create_date)
                    SELECT %s, id, scheme_id, company_id, {column}, TRUE, now() FROM {TABLE}
                     WHERE {column} IS NOT NULL AND {column} != ''
                 RETURNING id, attendance_id)
                INSERT INTO res_partner_timebank_words_rel (timebank_words_id, res_partner_id)
                SELECT moved.id, line.partner_id
                  FROM moved JOIN {TABLE} line ON line.id = moved.attendance_id""",
            [column],
        )
        cr.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the check of places would hold the table up
        cr.execute(f"ALTER TABLE {TABLE} DROP COLUMN {column}")
