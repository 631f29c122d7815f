from odoo.tools import SQL


def migrate(cr, version):
    """Give each line of a register that says when somebody came and went a stretch of it."""
    cr.execute(
        SQL(
            """INSERT INTO timebank_attendance_stretch (attendance_id, scheme_id, company_id, check_in,
                                                        check_out, create_uid, create_date,
                                                        write_uid, write_date)
               SELECT line.id, line.scheme_id, line.company_id, line.check_in, line.check_out,
                      line.create_uid, line.create_date, line.write_uid, line.write_date
                 FROM timebank_attendance line
                WHERE line.check_in IS NOT NULL
                  AND NOT EXISTS (SELECT FROM timebank_attendance_stretch stretch
                                   WHERE stretch.attendance_id = line.id)"""
        )
    )
