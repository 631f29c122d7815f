"""Evidence, of the movement as it is and of ten times that: reports beside plain SQL, the page, the measures.

A report's pivot is asked for what its window asks for as it opens: every measure of its view, by month and
by its columns, with the sums of both; by a manager, who sees every bank. The plain statement beside it
answers the same question of the same rows, which is checked.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import repeat

from lxml import etree

from odoo.tools import SQL

from . import harness, movement

ROUNDS = 5
#: What is measured, as a part of what `movement` makes.
SCALES = {"The movement": 0.1, "Ten times the movement": 1.0}
#: In how many seconds the page is there, at each.
PAGE_BARS = {0.1: 1.5, 1.0: 5}
#: And the figures of who gives to whom.
NETWORK_BARS = {0.1: 2}
#: In how many seconds the nightly job is done, of ten times the movement.
AUDIT_BARS = {1.0: 120}
TODAY = date.today()
#: What the pivots are asked about: the days, and how often each is asked.
PERIODS = {
    "a year": ((TODAY.replace(day=1) - timedelta(days=365)).replace(day=1), TODAY, ROUNDS),
    "all ten years": (None, None, 3),
}

IS_PERSON = "(m.role = 'organisation' OR p.is_company) IS NOT TRUE"
WHO = """JOIN res_partner p ON p.id = {partner}
         LEFT JOIN timebank_member m ON m.partner_id = p.id AND m.scheme_id = {scheme}"""
IN_PERIOD = "{day} >= %(first)s AND {day} <= %(last)s"
GIVEN = f"""SELECT h.* FROM timebank_hours h JOIN res_partner p ON p.id = h.partner_id
            WHERE h.state = 'approved' AND h.role != 'organisation' AND p.is_company IS NOT TRUE
              AND {IN_PERIOD.format(day="h.date")}"""
RECEIVED = f"""SELECT h.* FROM timebank_hours h {WHO.format(partner="h.receiver_id", scheme="h.scheme_id")}
                WHERE h.state = 'approved' AND {IS_PERSON} AND {IN_PERIOD.format(day="h.date")}"""
ATTENDED = f"""SELECT a.*, s.date FROM timebank_session s
                 JOIN timebank_attendance a ON a.session_id = s.id AND a.state = 'attended'
                  AND a.role = 'attendee' {WHO.format(partner="a.partner_id", scheme="s.scheme_id")}
                WHERE s.state = 'done' AND {IS_PERSON} AND {IN_PERIOD.format(day="s.date")}"""
TAKEN = f"""SELECT date, scheme_id, partner_id, minutes, 'gave' AS part FROM ({GIVEN}) g
             UNION ALL SELECT date, scheme_id, receiver_id, minutes, 'received' FROM ({RECEIVED}) r
             UNION ALL SELECT date, scheme_id, partner_id, minutes, 'attended' FROM ({ATTENDED}) a"""
#: A helper's minutes are spread over all others who came, the last of whom gets what is left.
SPREAD = "g.minutes * c.place / c.of - g.minutes * (c.place - 1) / c.of"
ARCS = f"""SELECT date, 'direct' AS way, partner_id AS giver, receiver_id AS receiver, minutes
             FROM ({RECEIVED}) r
            WHERE role != 'organisation'
              AND NOT EXISTS (SELECT FROM res_partner o WHERE o.id = r.partner_id AND o.is_company)
            UNION ALL
           SELECT g.date, 'session', g.partner_id, c.partner_id, {SPREAD}
             FROM ({GIVEN}) g
             JOIN (SELECT session_id, partner_id, COUNT(*) OVER session AS of,
                          ROW_NUMBER() OVER (PARTITION BY session_id ORDER BY id) AS place
                     FROM ({ATTENDED}) a WINDOW session AS (PARTITION BY session_id)) c
               ON c.session_id = g.session_id AND c.partner_id != g.partner_id
            WHERE g.receiver_id IS NULL"""
MONTH = "date_trunc('month', date::timestamp)::date"
HOURS = "SUM(minutes) / 60.0"


def _pivot(column, figures, rows):
    """The statement of a pivot's sums: month, column, figures, number of rows."""
    return f"""SELECT month, {column}, {figures}, COUNT(*) FROM (SELECT *, {MONTH} AS month FROM ({rows}) r) t
                GROUP BY GROUPING SETS ((), ({column}), (month), (month, {column}))"""


#: Report → the plain statement of its pivot.
PIVOTS = {
    "timebank.flow.report": _pivot(
        "direction",
        HOURS,
        f"""SELECT t.date, CASE WHEN t.reversal_of_id IS NULL THEN t.minutes ELSE -t.minutes END AS minutes,
                   CASE WHEN o.kind = 'exchange' THEN 'exchanged' WHEN o.kind = 'gift' THEN 'given'
                        WHEN o.kind = 'expiry' THEN 'expired'
                        WHEN o.kind IN ('earn', 'attend', 'voucher_issue')
                             AND o.from_account_id = b.operating_account_id THEN 'issued'
                        WHEN o.kind IN ('redeem', 'attend', 'voucher_return')
                             AND o.to_account_id = b.operating_account_id THEN 'returned'
                        ELSE 'other' END AS direction
              FROM timebank_transfer t
              JOIN timebank_transfer o ON o.id = COALESCE(t.reversal_of_id, t.id)
              JOIN timebank_scheme b ON b.id = t.scheme_id
             WHERE {IN_PERIOD.format(day="t.date")}""",
    ),
    "timebank.involvement.report": _pivot("part", f"COUNT(DISTINCT partner_id), {HOURS}", TAKEN),
    "timebank.exchange.report": _pivot(
        "way", f"COUNT(DISTINCT giver), COUNT(DISTINCT receiver), {HOURS}", ARCS
    ),
    "timebank.reciprocity.report": _pivot(
        "reciprocity",
        "COUNT(DISTINCT partner_id)",
        f"""SELECT month AS date, partner_id,
                   CASE WHEN NOT BOOL_OR(got) OVER whole THEN 'giving'
                        WHEN NOT BOOL_OR(gave) OVER whole THEN 'receiving' ELSE 'both' END AS reciprocity
              FROM (SELECT {MONTH} AS month, scheme_id, partner_id, BOOL_OR(part = 'gave') AS gave,
                           BOOL_OR(part != 'gave') AS got
                      FROM ({TAKEN}) t GROUP BY 1, 2, 3) m
            WINDOW whole AS (PARTITION BY scheme_id, partner_id)""",
    ),
}


def measure(report, scales=SCALES):
    """Each part of the evidence at each scale."""
    for title, scale in scales.items():
        database = movement.database(scale=scale)
        report.subject(title)
        for part in PARTS:
            part(report, database, scale)


def _ask(database, work, login=movement.MANAGER):
    """Seconds of what ``work`` makes of an environment, and what it returned."""
    with harness.environment(login, database=database) as env:
        result = []
        return harness.seconds(env, lambda: result.append(work(env))), result[0]


def _pivots(report, database, _scale):
    """The pivot of each report, of a year and of all that there is."""
    for model, plain in PIVOTS.items():
        for period, (first, last, rounds) in PERIODS.items():
            name = f"{model.split('.')[1].capitalize()} report, by month, {period}"
            _pivot_of(report, database, model, plain, name, first, last, rounds)


def _pivot_of(report, database, model, plain, name, first, last, rounds):
    rows, column, figures = _ask(database, lambda env: _read_pivot(env, model))[1]
    domain = [("date", ">=", first), ("date", "<=", last)] if first else []
    days = {"first": first or date(1900, 1, 1), "last": last or date(2200, 1, 1)}
    answers = {}

    def pivot():
        asked = domain, [[], [column], [rows], [rows, column]], [*figures, "__count"]
        taken, found = _ask(database, lambda env: env[model].formatted_read_grouping_sets(*asked))
        answers["pivot"] = {
            (_read_day(one.get(rows)), one.get(column)): _round(one[name] for name in asked[-1])
            for part in found
            for one in part
        }
        return taken

    def statement():
        taken, found = _ask(database, lambda env: env.execute_query(SQL(plain, **days)))
        answers["sql"] = {row[:2]: _round(row[2:]) for row in found}
        return taken

    medians = harness.take_turns(rounds, {"pivot": pivot, "sql": statement})
    assert answers["pivot"] == answers["sql"], f"{name}: the plain statement finds something else"
    report.figure(name, medians["pivot"], "s")
    report.figure(f"{name}: plain SQL", medians["sql"], "s")
    report.figure(f"{name}: against it", medians["pivot"] / medians["sql"], "times as long", at_most=1.5)


def _read_pivot(env, model):
    """What the client asks of a report's pivot: the rows' and the columns' group, and measures."""
    arch = etree.fromstring(env[model].get_view(view_type="pivot")["arch"])
    groups, figures = {}, []
    for field in arch.iterfind("field"):
        name, kind = field.get("name"), field.get("type")
        if kind == "measure":
            is_link = env[model]._fields[name].type == "many2one"
            figures.append(f"{name}:{'count_distinct' if is_link else env[model]._fields[name].aggregator}")
        elif kind:
            groups[kind] = f"{name}:{field.get('interval')}" if field.get("interval") else name
    return groups["row"], groups["col"], figures


def _read_day(value):
    """The first day of a group that the client is told of, with its name; ``None`` for all of them."""
    return value and date.fromisoformat(str(value[0]))


def _round(figures):
    return tuple(round(float(figure or 0), 4) for figure in figures)


def _measures(report, database, scale):
    """All measures of all banks over a year, in one call."""
    year = (TODAY - timedelta(days=365), TODAY)

    def ask():
        return _ask(database, lambda env: env["timebank.scheme"].search([]).get_measures(*year))[0]

    medians = harness.take_turns(ROUNDS, {"measures": ask})
    report.figure(
        "All measures of all banks over a year", medians["measures"], "s", at_most=PAGE_BARS.get(scale)
    )


def _page(report, database, scale):
    """The page *Evidence* as it opens: for a manager, and for who coordinates the largest bank; from a server
    of several workers, and from one of a single process, whose threads take turns."""
    count = len(_get_requests())
    with harness.start_workers(database, count) as workers, ThreadPoolExecutor(count) as threads:
        _open(workers, database, movement.MANAGER)  # they begin before any thread does
        for login in (movement.MANAGER, movement.ONE):
            medians = harness.take_turns(
                ROUNDS,
                {
                    "workers": lambda who=login: _open(workers, database, who),
                    "threads": lambda who=login: _open(threads, database, who),
                    "one call": lambda who=login: _ask(
                        database, lambda env: env["timebank.evidence"].get_page({}), who
                    )[0],
                },
            )
            name = f"The page Evidence, {movement.LOGINS[login].split('_')[-1]}"
            for server, words in (("workers", "of Odoo's workers"), ("threads", "of one process")):
                report.figure(f"{name}, {words}", medians[server], "s", at_most=PAGE_BARS.get(scale))
            report.figure(f"{name}: all in one call, as programs ask", medians["one call"], "s")


def _open(server, database, login):
    """Seconds until all is there that the browser asks for side by side, each on a connection of its own."""
    start = time.perf_counter()
    list(server.map(_answer, _get_requests(), repeat(database), repeat(login)))
    return time.perf_counter() - start


def _get_requests():
    """What the browser asks for: a method of ``timebank.evidence``, and what it takes beside the filters."""
    # addons can be imported once Odoo is set up
    from odoo.addons.timebank_coproduction.models.evidence.timebank_evidence import PARTS

    return [("get_frame",), *(("get_sections", part) for part in PARTS)]


def _answer(request, database, login):
    method, *more = request
    answer = _ask(database, lambda env: getattr(env["timebank.evidence"], method)({}, *more), login)[1]
    return len(json.dumps(answer, default=str))


def _network(report, database, scale):
    """Who gives to whom: the figures of everybody over a year, and the picture of the largest bank."""
    # addons can be imported once Odoo is set up
    from odoo.addons.timebank_coproduction.models.evidence.facts import Scope

    year = Scope((), TODAY - timedelta(days=365), TODAY)

    def figures(env):
        banks = env["timebank.scheme"].search([])
        return env["timebank.measures"]._get_network(year._replace(scheme_ids=tuple(banks.ids)))

    def picture(env):
        return env["timebank.evidence"].get_network({"small": True})

    medians = harness.take_turns(
        ROUNDS,
        {
            "figures": lambda: _ask(database, figures)[0],
            "picture": lambda: _ask(database, picture, movement.ONE)[0],
        },
    )
    people, drawn = _ask(database, figures)[1]["people"], _ask(database, picture, movement.ONE)[1]
    dots = len(drawn["sections"][0]["chart"]["nodes"])
    report.figure(
        f"Network figures of {people:,} people",
        medians["figures"],
        "s",
        at_most=NETWORK_BARS.get(scale),
    )
    report.figure(f"The picture of one bank, {dots} people drawn", medians["picture"], "s", at_most=1)


def _audit(report, database, scale):
    """The nightly job: in the very first night, in one after a month's end, and in any other."""

    def run(forgotten):
        with harness.environment(database=database, keep=True) as env:
            audits = env["timebank.time.audit"]
            env.cr.execute(SQL("DELETE FROM mail_activity WHERE res_model = %s", audits._name))
            env.cr.execute(SQL("DELETE FROM timebank_time_audit WHERE %s", forgotten))
        with harness.environment(database=database, keep=True) as env:
            return harness.seconds(env, env["timebank.time.audit"]._cron_audit)

    month = TODAY.replace(day=1)
    nights = {
        "after a month's end": SQL("audited_month >= %s", (month - timedelta(days=1)).replace(day=1)),
        "in any other night": SQL("FALSE"),
    }
    # no bar: it comes once, when the addon is installed, makes up for a year, and may take several nights
    report.figure("The time audits of all banks, a whole year made up for at once", run(SQL("TRUE")), "s")
    for name, forgotten in nights.items():
        bar = AUDIT_BARS.get(scale)
        report.figure(f"The time audits of all banks, {name}", run(forgotten), "s", at_most=bar)
    with harness.environment(database=database, keep=True) as env:
        env["mail.activity"].search([("res_model", "=", "timebank.time.audit")]).unlink()
        env["timebank.time.audit"].search([]).unlink()


#: Each a function of the report, the database and its scale.
PARTS = (_pivots, _measures, _page, _network, _audit)
