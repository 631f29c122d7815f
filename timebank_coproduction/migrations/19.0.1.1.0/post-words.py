"""Notes on members and reasons of declines move to records of their own, which have rules."""

from odoo.tools.sql import column_exists

MOVED = (
    ("timebank_member", "note", "member_id", "SELECT partner_id FROM timebank_member WHERE id = %s"),
    (
        "timebank_introduction",
        "decline_reason",
        "introduction_id",
        """SELECT giver_id FROM timebank_introduction WHERE id = %s
           UNION SELECT receiver_id FROM timebank_introduction WHERE id = %s
           UNION SELECT shared.partner_id FROM timebank_request_group_rel shared
             JOIN timebank_introduction i ON i.request_id = shared.request_id WHERE i.id = %s""",
    ),
)


def migrate(cr, version):
    for table, column, link, about in MOVED:
        if not column_exists(cr, table, column):
            continue
        cr.execute(
            f"""INSERT INTO timebank_words (field_name, {link}, scheme_id, company_id, text, create_date)
                SELECT %s, id, scheme_id, company_id, {column}, now() FROM {table}
                 WHERE {column} IS NOT NULL AND {column} != ''
             RETURNING id, {link}""",
            [column],
        )
        for words_id, record_id in cr.fetchall():
            cr.execute(
                f"""INSERT INTO res_partner_timebank_words_rel (timebank_words_id, res_partner_id)
                    SELECT %s, partner_id FROM ({about}) people (partner_id) WHERE partner_id IS NOT NULL""",
                [words_id, *[record_id] * about.count("%s")],
            )
        cr.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
