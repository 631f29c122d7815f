"""Closing a register of hundreds, and a calendar with thousands of sessions.

Closing is held against the plain statements that leave the same rows in the hours, the
register, the transfers and the accounts; they ask no rule and check no right. The
calendar is held against Odoo's own `event`, for a month with as many sessions as events:
opening the page in a browser until it is drawn, and the reading that the view does, both
as the same user.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta

from lxml import etree

from odoo.fields import Command
from odoo.tools import SQL

from . import bank, browser, harness

PEOPLE = 500
ROUNDS = 5
SESSIONS = 2_000

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

#: How often each page is opened in turn; the first time, in which the browser fills its cache, apart.
VISITS = 7

#: Where the two calendars are.
PAGES = {
    "timebank.session": "/odoo/timebank-sessions?view_type=calendar",
    "event.event": "/odoo/action-event.action_event_view?view_type=calendar",
}

#: What a calendar view asks for, besides the name: its dates, colour and fields.
CALENDARS = {
    "timebank.session": ("start", "stop"),
    "event.event": ("date_begin", "date_end"),
}


def measure(report):
    """Closing, then the calendar."""
    report.subject(f"Closing a session of {PEOPLE} people")
    ids = _make_register(PEOPLE)
    left = {}
    medians = harness.take_turns(
        ROUNDS,
        {"verb": lambda: _verb(ids, left), "sql": lambda: _sql(ids, left)},
        between=_clean,
    )
    assert left["verb"] == left["sql"], "the plain statements leave other rows"
    report.figure("Close: hours, credits and register", medians["verb"], "s")
    report.figure("Plain SQL leaving the same rows", medians["sql"], "s")
    report.figure(
        "Close against plain SQL",
        medians["verb"] / medians["sql"],
        "times as long",
        at_most=3,
    )
    small = _make_register(PEOPLE // 2)
    report.figure("Queries to close for 250 people", _queries(small))
    report.figure(
        "Queries more for 500 than for 250",
        _queries(ids) - _queries(small),
        at_most=0,
    )
    _measure_calendar(report)


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


def _clean():
    for table in ("timebank_hours", "timebank_transfer", "timebank_account", "timebank_attendance"):
        harness.run_outside(f"VACUUM {table}")


def _verb(ids, left):
    with harness.environment(bank.COORDINATOR) as env:
        session = env["timebank.session"].browse(ids["session"])
        taken = harness.seconds(env, session.action_close)
        left.setdefault("verb", env.execute_query(SQL(ROWS, ids["session"])))
    return taken


def _sql(ids, left):
    with harness.environment(bank.COORDINATOR) as env:
        sequence = env["timebank.scheme"].browse(ids["bank"]).sudo().sequence_id
        values = {
            "session": ids["session"],
            "user": env.uid,
            "now": env.cr.now(),
            "sequence": f"ir_sequence_{sequence.id:03d}",
        }

        def close():
            for statement in (HOURS, REGISTER, CREDITS, CLOSE):
                env.cr.execute(statement, values)

        taken = harness.seconds(env, close)
        left.setdefault("sql", env.execute_query(SQL(ROWS, ids["session"])))
    return taken


def _queries(ids):
    with harness.environment(bank.COORDINATOR) as env:
        session = env["timebank.session"].browse(ids["session"])
        before = env.cr.sql_log_count
        harness.seconds(env, session.action_close)
        return env.cr.sql_log_count - before


def _measure_calendar(report):
    report.subject(f"A month with {SESSIONS:,} sessions on the calendar")
    month = date.today().replace(day=1)
    with harness.environment(keep=True) as env:
        _fill_month(env, month)
        user = env["res.users"].search([("login", "=", bank.COORDINATOR)])
        user.group_ids = [Command.link(env.ref("event.group_event_manager").id)]
        user.password = bank.COORDINATOR
    for table in ("timebank_session", "event_event"):
        harness.run_outside(f"VACUUM ANALYZE {table}")
    with browser.visitor(harness.DATABASE, bank.COORDINATOR) as open_calendar:
        pages = {model: lambda path=path: open_calendar(path) for model, path in PAGES.items()}
        harness.take_turns(1, pages)
        medians = harness.take_turns(VISITS, pages)
    report.figure("Sessions' calendar opened in a browser", medians["timebank.session"], "s")
    report.figure("Odoo's event calendar opened", medians["event.event"], "s")
    report.figure(
        "Opening sessions against events",
        medians["timebank.session"] / medians["event.event"],
        "times as long",
        at_most=1,
    )
    medians = harness.take_turns(
        ROUNDS, {model: lambda model=model: _read(model, month) for model in CALENDARS}
    )
    report.figure("Sessions read for the calendar", medians["timebank.session"], "s")
    report.figure("Odoo's events read for theirs", medians["event.event"], "s")
    report.figure(
        "Reading sessions against events",
        medians["timebank.session"] / medians["event.event"],
        "times as long",
        at_most=1,
    )


def _fill_month(env, month):
    scheme = env["timebank.scheme"].search([("code", "=", f"OPEN{PEOPLE}")])
    activities = env["timebank.activity"].create(
        [{"name": f"Activity {number}", "scheme_id": scheme.id, "state": "running"} for number in range(20)]
    )
    days = monthrange(month.year, month.month)[1]
    sessions, events = [], []
    for number in range(SESSIONS):
        start = datetime(month.year, month.month, 1 + number % days, 8 + number % 10)
        stop = start + timedelta(hours=2)
        sessions.append(
            {
                "activity_id": activities[number % 20].id,
                "start": start,
                "stop": stop,
                "helpers_wanted": number % 4,
                "location": "Church hall",
            }
        )
        events.append({"name": f"Event {number}", "date_begin": start, "date_end": stop})
    env["timebank.session"].create(sessions).action_open()
    env["event.event"].create(events)


def _read(model, month):
    """The query of a calendar view that opens on a month, as its own arch has it."""
    start, stop = CALENDARS[model]
    last = month.replace(day=monthrange(month.year, month.month)[1])
    with harness.environment(bank.COORDINATOR) as env:
        env = env(context={**env.context, "show_shortage": True})
        arch = env[model].get_view(view_type="calendar")["arch"]
        names = set(_names(arch)) | {start, stop, "display_name"}
        domain = [(start, "<=", f"{last} 23:59:59"), (stop, ">=", f"{month} 00:00:00")]
        specification = {name: _specify(env[model]._fields[name]) for name in names}
        rows = []
        taken = harness.seconds(
            env,
            lambda: rows.extend(env[model].web_search_read(domain, specification)["records"]),
        )
        assert len(rows) >= SESSIONS
    return taken


def _names(arch):
    node = etree.fromstring(arch)
    yield from (child.get("name") for child in node.iter("field"))
    if node.get("color"):
        yield node.get("color")


def _specify(field):
    return {"fields": {"display_name": {}}} if field.relational else {}
