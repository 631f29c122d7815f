"""A calendar with thousands of sessions, against Odoo's own `event` with as many events.

Opening the page in a browser until it is drawn, and the reading that the view does, both as
the same user.
"""

from calendar import monthrange
from datetime import date, datetime, timedelta

from lxml import etree

from odoo.fields import Command

from . import bank, browser, harness

ROUNDS = 5
SESSIONS = 2_000

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
    """The page, then its reading, in turns with Odoo's own."""
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
    ids = bank.open_bank(env, "MONTH")
    activities = env["timebank.activity"].create(
        [{"name": f"Activity {number}", "scheme_id": ids["bank"], "state": "running"} for number in range(20)]
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
        env = env(context={**env.context, "timebank_show_shortage": True})
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
