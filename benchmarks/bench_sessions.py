"""Closing a register of hundreds, against the least that PostgreSQL can do.

The plain statements leave the same rows in the hours, the register, the transfers and the
accounts; that they do is checked. They ask no rule and check no right.
"""

from datetime import date, datetime, timedelta

from odoo.tools import SQL

from . import bank, harness

PEOPLE = 500
ROUNDS = 7

#: What closing leaves behind, apart from the order in which numbers were drawn.
ROWS = """
SELECT a.id, a.state, a.minutes, a.effect, a.effect_minutes, a.settled_on IS NOT NULL,
       a.settle_no, h.state, h.minutes, h.date, h.start_minute, h.partner_id, h.role,
       h.source, h.session_id, h.activity_id, h.project_id, h.description,
       h.earns_credit, h.approver_id, t.kind, t.minutes, t.date, t.from_account_id,
       t.to_account_id, t.memo, b.balance_minutes, s.state
  FROM timebank_attendance a
  JOIN timebank_session s ON s.id = a.session_id
  LEFT JOIN timebank_hours h ON h.id = a.hours_id
  LEFT JOIN timebank_transfer t ON t.attendance_id = a.id OR t.hours_id = h.id
  LEFT JOIN timebank_account b ON b.id = t.to_account_id
 WHERE a.session_id = %s ORDER BY a.id
"""

HOURS = """
INSERT INTO timebank_hours (scheme_id, company_id, partner_id, role, date, start_minute,
    minutes, hours, project_id, activity_id, session_id, description, source, state,
    approver_id, approved_on, earns_credit, create_uid, create_date, write_uid,
    write_date)
SELECT a.scheme_id, a.company_id, a.partner_id, m.role, s.date,
       extract(hour FROM s.start)::int * 60 + extract(minute FROM s.start)::int,
       a.minutes, a.minutes / 60.0, s.project_id, s.activity_id, s.id, s.name, 'session',
       'approved', %(user)s, %(now)s, TRUE, %(user)s, %(now)s, %(user)s, %(now)s
  FROM timebank_attendance a
  JOIN timebank_session s ON s.id = a.session_id
  JOIN timebank_member m ON m.scheme_id = a.scheme_id AND m.partner_id = a.partner_id
 WHERE a.session_id = %(session)s AND a.role = 'helper'
"""

REGISTER = """
UPDATE timebank_attendance a
   SET settled_on = %(now)s, hours_id = h.id, write_uid = %(user)s, write_date = %(now)s,
       effect = CASE WHEN h.id IS NULL THEN 'credit' ELSE 'none' END,
       effect_minutes = CASE WHEN h.id IS NULL THEN a.minutes ELSE 0 END,
       settle_no = CASE WHEN h.id IS NULL THEN a.settle_no + 1 ELSE a.settle_no END
  FROM timebank_attendance l
  LEFT JOIN timebank_hours h
         ON h.session_id = l.session_id AND h.partner_id = l.partner_id
 WHERE l.id = a.id AND a.session_id = %(session)s
"""

CREDITS = """
INSERT INTO timebank_transfer (name, date, scheme_id, from_account_id, to_account_id,
    minutes, hours, kind, memo, hours_id, attendance_id, attendance_no, create_uid,
    create_date, write_uid, write_date)
SELECT 'OPEN/' || lpad(nextval(%(sequence)s)::text, 6, '0'), s.date, s.scheme_id,
       b.operating_account_id, m.account_id, a.minutes, a.minutes / 60.0,
       CASE WHEN a.hours_id IS NULL THEN 'attend' ELSE 'earn' END, s.name, a.hours_id,
       CASE WHEN a.hours_id IS NULL THEN a.id END,
       CASE WHEN a.hours_id IS NULL THEN a.settle_no END,
       %(user)s, %(now)s, %(user)s, %(now)s
  FROM timebank_attendance a
  JOIN timebank_session s ON s.id = a.session_id
  JOIN timebank_scheme b ON b.id = s.scheme_id
  JOIN timebank_member m ON m.scheme_id = a.scheme_id AND m.partner_id = a.partner_id
 WHERE a.session_id = %(session)s
"""

CLOSE = """
UPDATE timebank_session
   SET state = 'done', closed_on = %(now)s, closed_by_id = %(user)s, helper_shortage = 0
 WHERE id = %(session)s
"""


def measure(report):
    """The verb and the plain statements take turns."""
    report.subject(f"Closing a session of {PEOPLE} people")
    ids = _make_register(PEOPLE)
    medians = harness.against_plain_sql(
        bank.COORDINATOR,
        verb=lambda env: env["timebank.session"].browse(ids["session"]).action_close,
        plain=lambda env: harness.statements(env, ids, HOURS, REGISTER, CREDITS, CLOSE),
        rows=SQL(ROWS, ids["session"]),
        tables=("timebank_hours", "timebank_transfer", "timebank_account", "timebank_attendance"),
        rounds=ROUNDS,
    )
    report.against_sql("Close", medians, at_most=2)
    small = _make_register(PEOPLE // 2)
    report.figure("Queries to close for 250 people", _queries(small))
    report.figure(
        "Queries more for 500 than for 250",
        _queries(ids) - _queries(small),
        at_most=0,
    )


def _make_register(people):
    """A session that has ended, half helpers and half attendees who earn."""
    code = f"OPEN{people}"
    with harness.environment(keep=True) as env:
        ids = bank.open_bank(env, code)
        scheme = env["timebank.scheme"].browse(ids["bank"])
        scheme.approve_at_closing = True
        partners = env["res.partner"].create([{"name": f"Guest {number}"} for number in range(people)])
        env["timebank.member"].create(
            [{"partner_id": partner.id, "scheme_id": scheme.id} for partner in partners]
        ).action_activate()
        activity = env["timebank.activity"].create(
            {
                "name": "Street party",
                "scheme_id": scheme.id,
                "project_id": ids["project"],
                "attendee_effect": "credit",
                "state": "running",
            }
        )
        day = date.today() - timedelta(days=2)
        session = env["timebank.session"].create(
            {
                "activity_id": activity.id,
                "start": datetime(day.year, day.month, day.day, 10),
                "stop": datetime(day.year, day.month, day.day, 13),
                "tz": "UTC",
                "helpers_wanted": people,
            }
        )
        session.action_open()
        env["timebank.attendance"].create(
            [
                {
                    "session_id": session.id,
                    "partner_id": partner.id,
                    "role": "helper" if number % 2 else "attendee",
                    "state": "attended",
                    "minutes": 60 + number % 120,
                }
                for number, partner in enumerate(partners)
            ]
        )
        return {**ids, "session": session.id}


def _queries(ids):
    with harness.environment(bank.COORDINATOR) as env:
        session = env["timebank.session"].browse(ids["session"])
        before = env.cr.sql_log_count
        harness.seconds(env, session.action_close)
        return env.cr.sql_log_count - before
