"""Who was let be in two places at a time was let be there together with the sessions of that time."""

from odoo.tools.sql import column_exists

TABLE = "timebank_attendance"


def migrate(cr, version):
    if not column_exists(cr, TABLE, "may_clash"):
        return
    cr.execute(
        """INSERT INTO timebank_attendance_clash_rel (attendance_id, session_id)
           SELECT line.id, theirs.id
             FROM timebank_attendance line
             JOIN timebank_session mine ON mine.id = line.session_id
             JOIN timebank_attendance other ON other.partner_id = line.partner_id
             JOIN timebank_session theirs ON theirs.id = other.session_id
            WHERE line.may_clash AND other.state IN ('signed_up', 'attended') AND theirs.id != mine.id
              AND theirs.start < mine.stop AND mine.start < theirs.stop
               ON CONFLICT DO NOTHING"""
    )
    cr.execute("ALTER TABLE timebank_attendance DROP COLUMN may_clash")
